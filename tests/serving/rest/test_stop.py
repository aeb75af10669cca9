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
        clients = [await at.connect() for _ in range(4)]
        for client in clients:
            client.post(SLOW)
        await at.until(lambda: at.batcher._waiting_rows == 3)
        await at.rest.stop(0.0)
        answers = [await client.answer() for client in clients]
        assert {status for status, _, _ in answers} == {503}
        assert answers[0][2] == {"error": "The server stops."}

    run(test)
