"""REST against gRPC on one server: the same person, one client and many, in turns.

    python benchmarks/serving/rest.py --model_base_path=saved_models/full

Clients are a process beside the server, on the same cores; each sends one person and waits for the
answer. The last row is a client of gRPC while another sends bodies as large as the server takes,
which it refuses: what stays of it is for how long reading them stops the server. Prints a Markdown
table, of each row the round with the lowest median.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from absl import app, flags

_BASE = flags.DEFINE_string("model_base_path", "saved_models/full", "Folder of the versions.")
_SECONDS = flags.DEFINE_float("seconds", 3.0, "How long each row is measured a round.")
_ROUNDS = flags.DEFINE_integer("rounds", 3, "How often.")
_CHILD = flags.DEFINE_list("child", [], "For the benchmark itself: kind, address, clients.")

_CHECKOUT = Path(__file__).resolve().parents[2]
_GRPC, _REST = 18_500, 18_501
_LARGE = 4_000_000
ROWS = (("gRPC", 1), ("REST", 1), ("gRPC", 64), ("REST", 64), ("gRPC beside large REST", 1))


def pose() -> np.ndarray:
    """`[1, 17, 2]` float32 in pixels."""
    return np.random.default_rng(0).uniform(0, 1000, (1, 17, 2)).astype(np.float32)


async def grpc_client(name: str, end: float) -> list[float]:
    """Seconds of each call until then."""
    import grpc
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2

    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.inputs["keypoints_2d"].CopyFrom(tf.make_tensor_proto(pose()))
    content, taken = request.SerializeToString(), []
    options = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{_GRPC}", options) as channel:
        call = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        while (before := time.time()) < end:
            await call(content)
            taken.append(time.time() - before)
    return taken


async def rest_client(name: str, end: float, content: bytes = b"") -> list[float]:
    """The same by HTTP, on a connection that stays open."""
    content = content or json.dumps({"inputs": pose().round(2).tolist()}).encode()
    path = f"/v1/models/{name}:predict"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", _REST)
    taken = []
    while (before := time.time()) < end:
        writer.write(head.encode() + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(answer.split(b"Content-Length: ")[1].split(b"\r")[0]))
        taken.append(time.time() - before)
    writer.close()
    return taken


async def measure(kind: str, name: str, clients: int, seconds: float) -> list[float]:
    """Seconds of each call of so many clients."""
    client = rest_client if kind == "REST" else grpc_client
    await client(name, time.time() + 0.5)  # connections and imports are warm
    end = time.time() + seconds
    beside = []
    if "large" in kind:
        content = b'{"inputs": [' + b"1.25," * (_LARGE // 5) + b"1]}"
        beside = [rest_client(name, end, content)]
    taken = await asyncio.gather(*(client(name, end) for _ in range(clients)), *beside)
    return [seconds for one in taken[:clients] for seconds in one]


def in_process(kind: str, name: str, clients: int) -> list[float]:
    """Milliseconds of each call, measured by a process of its own."""
    command = [sys.executable, __file__, f"--child={kind},{name},{clients}"]
    command.append(f"--seconds={_SECONDS.value}")
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return sorted(1000 * seconds for seconds in json.loads(output))


def main(_: list[str]) -> None:
    """Starts the server, measures, and prints the table."""
    if _CHILD.value:
        kind, name, clients = _CHILD.value
        print(json.dumps(asyncio.run(measure(kind, name, int(clients), _SECONDS.value))))
        return
    command = [sys.executable, str(_CHECKOUT / "scripts" / "serve.py")]
    command += [f"--model_base_path={_BASE.value}", f"--port={_GRPC}", f"--rest_api_port={_REST}"]
    environment = os.environ | {"PYTHONPATH": str(_CHECKOUT)}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    best: dict[tuple[str, int], list[float]] = {}
    try:
        while "REST" not in server.stdout.readline():
            if server.poll() is not None:
                raise RuntimeError("The server has ended.")
        for _ in range(_ROUNDS.value):
            for row in ROWS:
                taken = in_process(row[0], Path(_BASE.value).name, row[1])
                if row not in best or np.median(taken) < np.median(best[row]):
                    best[row] = taken
    finally:
        server.terminate()
        server.wait()
    print("| by | clients | p50 ms | p99 ms | longest ms | poses/s |")
    print("|---|---:|---:|---:|---:|---:|")
    for (kind, clients), taken in best.items():
        p50, p99 = np.percentile(taken, [50, 99])
        rate = len(taken) / _SECONDS.value
        print(f"| {kind} | {clients} | {p50:.2f} | {p99:.2f} | {taken[-1]:.1f} | {rate:.0f} |")


if __name__ == "__main__":
    app.run(main)
