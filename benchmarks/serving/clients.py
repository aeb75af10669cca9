"""Clients for benchmarks of the server, in a process of their own: as many as asked, without pause.

    python benchmarks/serving/clients.py ADDRESS REQUEST CLIENTS START END [RATE TIMEOUT]

Each has a connection of its own and sends the bytes of one request, a file, again and again;
nothing of TensorFlow is loaded, so that the server has the machine to itself as far as that is
possible. With a RATE, so many requests a second are sent whether answers come or not, each with
that TIMEOUT. Prints JSON: the seconds of each answer, and how many calls ended with which code.
"""

from __future__ import annotations

import asyncio
import collections
import json
import sys
import time
from pathlib import Path

import grpc

METHOD = "/tensorflow.serving.PredictionService/Predict"


class Clients:
    """Those of one process.

    Args:
      address: The server's.
      request: The bytes to send.
      start: When measuring begins, by the clock.
      end: When it ends.
    """

    def __init__(self, address: str, request: bytes, start: float, end: float) -> None:
        self._address = address
        self._request = request
        self._start = start
        self._end = end
        self.seconds: list[float] = []
        self.codes: collections.Counter[str] = collections.Counter()

    async def closed(self) -> None:
        """One client that waits for each answer."""
        async with self._channel() as channel:
            call = channel.unary_unary(METHOD)  # bytes in, bytes out
            while time.time() < self._end:
                if not await self._ask(call, None):
                    await asyncio.sleep(0.05)

    async def open(self, rate: float, timeout: float) -> None:
        """One client that sends at a rate."""
        async with self._channel() as channel:
            call = channel.unary_unary(METHOD)
            asked = set()
            due = self._start
            while due < self._end:
                await asyncio.sleep(max(0.0, due - time.time()))
                task = asyncio.ensure_future(self._ask(call, timeout))
                asked.add(task)
                task.add_done_callback(asked.discard)
                due += 1 / rate
            await asyncio.gather(*asked)

    def _channel(self) -> grpc.aio.Channel:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        return grpc.aio.insecure_channel(self._address, options)

    async def _ask(self, call: grpc.aio.UnaryUnaryMultiCallable, timeout: float | None) -> bool:
        before = time.time()
        code = "OK"
        try:
            await call(self._request, timeout=timeout)
        except grpc.RpcError as error:
            code = error.code().name
        if before >= self._start:
            self.codes[code] += 1
            if code == "OK":
                self.seconds.append(time.time() - before)
        return code == "OK"


async def main(arguments: list[str]) -> None:
    """Runs the clients and prints what they have measured."""
    address, path, clients, start, end, *rest = arguments
    group = Clients(address, Path(path).read_bytes(), float(start), float(end))
    count = int(clients)
    if rest:
        rate, timeout = map(float, rest)
        await asyncio.gather(*(group.open(rate / count, timeout) for _ in range(count)))
    else:
        await asyncio.gather(*(group.closed() for _ in range(count)))
    print(json.dumps({"seconds": group.seconds, "codes": group.codes}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
