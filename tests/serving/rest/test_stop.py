"""The end of the HTTP server: nothing that has arrived is lost."""

import asyncio

import pytest

from tests.serving.rest.asking import ONE, SLOW


def test_a_stop_answers_what_has_arrived(run):
    async def test(at):
        working, next_one, idle = [await at.connect() for _ in range(3)]
        next_one.post(ONE)
        assert "Connection" not in (await next_one.answer())[1]
        working.post(SLOW)
        await at.until(lambda: not at.batcher._idle)
        stopping = asyncio.create_task(at.rest.stop(10.0))
        await asyncio.sleep(0.1)
        with pytest.raises(ConnectionRefusedError):
            await at.connect()
        next_one.post(SLOW)  # does not know of the stop
        await at.until(lambda: at.batcher._waiting_rows)
        at.gate.set()
        for client in (next_one, working):
            status, headers, _ = await client.answer()
            assert (status, headers["Connection"]) == (200, "close")
            assert await client.closed()
        assert await idle.closed()
        await asyncio.wait_for(stopping, 3)

    run(test)


def test_what_a_stop_has_no_time_for_is_refused(run):
    async def test(at):
        clients = await at.posting(4, SLOW)
        await at.until(lambda: at.batcher._waiting_rows == 3)
        await at.rest.stop(0.0)
        answers = [await client.answer() for client in clients]
        assert {status for status, _, _ in answers} == {503}
        assert answers[0][2] == {"error": "The server stops."}

    run(test)


def test_clients_that_connect_all_the_time_lose_nothing(run):
    async def client(at, counts):
        while True:
            try:
                connection = await at.connect()
            except ConnectionRefusedError:  # nothing was sent
                return
            connection.post(ONE)
            assert (await connection.answer())[0] == 200
            counts.append(1)
            connection.writer.close()

    async def test(at):
        counts = []
        clients = [asyncio.create_task(client(at, counts)) for _ in range(64)]
        await at.until(lambda: len(counts) > 500)
        await at.rest.stop(10.0)
        await asyncio.gather(*clients)

    run(test)


def test_clients_that_ask_all_the_time_lose_nothing(run):
    async def client(at, counts):
        connection = await at.connect()
        while True:
            connection.post(ONE)
            status, headers, _ = await connection.answer()
            assert status == 200
            counts.append(1)
            if headers.get("Connection") == "close":
                return

    async def test(at):
        counts = []
        clients = [asyncio.create_task(client(at, counts)) for _ in range(64)]
        await at.until(lambda: len(counts) > 500)
        await at.rest.stop(10.0)
        await asyncio.gather(*clients)  # a lost request would raise

    run(test)
