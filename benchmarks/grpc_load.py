"""Clients for benchmarks/latency.py, in a process of their own: as many as asked, without pause.

Each has a connection of its own and sends the bytes of one request again and again; nothing of
TensorFlow is loaded, so that the server has the machine to itself as far as that is possible.
Prints the seconds of each call as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import grpc

METHOD = "/tensorflow.serving.PredictionService/Predict"


async def client(address: str, request: bytes, start: float, end: float) -> list[float]:
    """One client's calls between two times of the clock, in seconds."""
    taken = []
    options = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(address, options) as channel:
        call = channel.unary_unary(METHOD)  # bytes in, bytes out
        while (before := time.time()) < end:
            await call(request)
            if before >= start:
                taken.append(time.time() - before)
    return taken


async def main(address: str, path: str, clients: int, start: float, end: float) -> None:
    """Runs the clients and prints what they have measured."""
    request = Path(path).read_bytes()
    taken = await asyncio.gather(*(client(address, request, start, end) for _ in range(clients)))
    print(json.dumps([seconds for one in taken for seconds in one]))


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
    )
