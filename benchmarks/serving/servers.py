"""posenet3d serve of a checkout, started for a benchmark."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

MODEL = "lifter"


class Server:
    """A server that answers.

    Args:
      checkout: The folder whose posenet3d serve is run.
      saved_model: Folder of the model's versions.
      port: Where it listens; 0: anywhere.
      flags: Further flags.
    """

    def __init__(self, checkout: Path, saved_model: str, port: int = 0, *flags: str) -> None:
        self._metrics_port = free_port()
        command = [sys.executable, str(checkout / "scripts" / "serve.py"), f"--port={port}"]
        command += [f"--model_base_path={saved_model}", f"--model_name={MODEL}"]
        command += [f"--metrics_port={self._metrics_port}", *flags]
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command, env=environment(checkout), stdout=subprocess.PIPE, text=True
        )
        for line in self.process.stdout:
            if line.startswith("Serving "):
                self.address = line.split()[-1]
                break
        else:
            raise RuntimeError("The server has ended.")
        self.load_seconds = time.perf_counter() - start

    def counted(self) -> dict[str, int]:
        """How many requests its metrics have, by status."""
        url = f"http://127.0.0.1:{self._metrics_port}/metrics"
        text = urllib.request.urlopen(url, timeout=30).read().decode()
        found = re.findall(r'request_count\{.*status="(\w+)"\} ([\d.]+)', text)
        counts: dict[str, int] = {}
        for status, count in found:
            counts[status] = counts.get(status, 0) + int(float(count))
        return counts

    def memory(self, name: str = "VmRSS") -> float:
        """Its resident memory in MB, now (`VmRSS`) or at most so far (`VmHWM`)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(f"{name}:")[1].split()[0]) / 1024

    def cpu(self) -> float:
        """Seconds that it has had a processor for."""
        text = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(text[11]) + int(text[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Ends it as a service manager does, and waits for that."""
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def started(*args: object) -> Iterator[Server]:
    """A server for a while; arguments are those of `Server`."""
    server = Server(*args)
    try:
        yield server
    finally:
        server.end()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def environment(checkout: Path) -> dict[str, str]:
    """That of a process which is to find the package of a checkout."""
    path = os.pathsep.join([str(checkout), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": path}


def request(people: int) -> bytes:
    """A request with so many people."""
    import numpy as np
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2

    poses = np.random.default_rng(0).normal(500.0, 100.0, (people, 17, 2)).astype(np.float32)
    made = predict_pb2.PredictRequest()
    made.model_spec.name = MODEL
    made.inputs["keypoints_2d"].CopyFrom(tf.make_tensor_proto(poses))
    return made.SerializeToString()
