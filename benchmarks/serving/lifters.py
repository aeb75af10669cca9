"""Threads that lift by `posenet3d.serving.Client`, in a process of their own, until so many times.

    python benchmarks/serving/lifters.py ADDRESS MODEL THREADS REQUESTS

Prints `ready` when each has had an answer, and at the end JSON: how many requests were answered,
and how many were lost with which code.
"""

from __future__ import annotations

import collections
import itertools
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from posenet3d.serving import Client, ServingError


def main(address: str, model: str, threads: int, requests: int) -> None:
    """Lifts and prints what became of it."""
    poses = np.random.default_rng(0).normal(500.0, 100.0, (1, 17, 2)).astype(np.float32)
    numbers = itertools.count()
    ended: collections.Counter[str] = collections.Counter()

    def lift(client: Client) -> None:
        while next(numbers) < requests:
            try:
                client.lift(poses)
                ended["OK"] += 1
            except ServingError as error:
                ended[error.code.name] += 1

    with ThreadPoolExecutor(threads) as pool:
        clients = [Client(address, model) for _ in range(threads)]
        list(pool.map(lambda client: client.lift(poses), clients))
        print("ready", flush=True)
        list(pool.map(lift, clients))
    print(json.dumps(ended))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
