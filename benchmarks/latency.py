"""Latency and throughput of one lifter in its forms: in a process, and served to many clients.

    posenet3d export --model=full --output=exported/full --tflite --onnx
    python benchmarks/latency.py --model=full --saved_model=exported/full

The rows of TFLite, ONNX Runtime and "unscored" lift without scoring, as phones do; all others
score, which lifts each pose six times more. Prints a Markdown table. Each row is measured in
processes of its own; rows in turns, `--rounds` times, of which the round with the lowest median
counts, since whatever else the machine does only makes a row slower. Clients of a server are in
processes beside it (serving/clients.py), on the same cores. Memory is the process's highest.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from absl import app, flags
from serving import servers

_MODEL = flags.DEFINE_string("model", "full", "Pretrained model's name, or a path.")
_SAVED_MODEL = flags.DEFINE_string("saved_model", "saved_models/full", "Folder of its versions.")
_SECONDS = flags.DEFINE_float("seconds", 4.0, "How long each row is measured a round.")
_ROUNDS = flags.DEFINE_integer("rounds", 3, "How often.")
_ONLY = flags.DEFINE_string("only", "", "Rows whose name has this text; empty: all.")
_CHILD = flags.DEFINE_string("child", "", "For the benchmark itself: the row to measure here.")

_HERE = Path(__file__).resolve().parent
_CHECKOUT = _HERE.parent
PEOPLE = (1, 64)  # in one call of a row in a process
CLIENTS = (1, 8, 64)  # of a row that is served; each sends one person at a time

Call = Callable[[np.ndarray], object]


def keras() -> Call:
    """`PoseEstimator.lift`, scored, as the other forms score."""
    import posenet3d

    estimator = posenet3d.load(_MODEL.value)
    return lambda poses: estimator.lift(poses)


def saved_model() -> Call:
    """`tf.saved_model.load` and the signature's Python function."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(_newest(_SAVED_MODEL.value)))
    function = loaded.signatures["serving_default"]
    return lambda poses: function(keypoints_2d=tf.constant(poses))["keypoints_3d"].numpy()


def session() -> Call:
    """The SavedModel in a session, which is what the embedded server runs."""
    from posenet3d.serving.model.servable import Servable

    servable = Servable(_newest(_SAVED_MODEL.value), 1, intra_op_parallelism=1)
    signature = servable.signatures["serving_default"]
    return lambda poses: servable.run(signature, {"keypoints_2d": poses})["keypoints_3d"]


def unscored() -> Call:
    """`PoseEstimator.lift` without the score."""
    import posenet3d

    estimator = posenet3d.load(_MODEL.value)
    return lambda poses: estimator.lift(poses, score=False)


def tflite(variant: str, threads: int) -> Call:
    """A `.tflite` file in LiteRT; more people than a signature takes go through it in turns."""
    from posenet3d.export.answers import runtimes

    lift = runtimes.tflite_runtime(_exported(f"_{variant}.tflite").read_bytes(), threads)
    return lambda poses: lift(poses, np.ones(poses.shape[:2], np.float32))


def onnx(threads: int) -> Call:
    """The `.onnx` file in ONNX Runtime."""
    from posenet3d.export.answers import runtimes

    lift = runtimes.onnx_runtime(_exported(".onnx"), threads)
    return lambda poses: lift(poses, np.ones(poses.shape[:2], np.float32))


def _exported(ending: str) -> Path:
    folder = Path(_SAVED_MODEL.value).resolve()
    return folder / f"{folder.name}{ending}"


VARIANTS = ("float32", "float16", "dynamic_int8", "int8")
IN_PROCESS: dict[str, Callable[[], Call]] = {
    "Keras": keras,
    "SavedModel": saved_model,
    "SavedModel, session": session,
    "Keras, unscored": unscored,
    **{
        f"TFLite {variant}, {threads} thread{'s'[: threads - 1]}": functools.partial(
            tflite, variant, threads
        )
        for variant in VARIANTS
        for threads in (1, 2)
    },
    **{
        f"ONNX Runtime, {threads} thread{'s'[: threads - 1]}": functools.partial(onnx, threads)
        for threads in (1, 2)
    },
}
"""Functions that load a form and return what lifts `[N, 17, 2]` float32 pixels with it."""

SERVED: dict[str, tuple[str, ...]] = {
    "gRPC": ("--noenable_batching", "--num_batch_threads=2"),
    "gRPC, batching": ("--enable_batching",),
}
"""Flags of posenet3d serve, with the threads that suit each way best on two cores."""


@dataclasses.dataclass(frozen=True)
class Measured:
    """What one row costs."""

    milliseconds: list[float]  # of each call
    poses_a_second: float
    load_seconds: float
    memory_mb: float

    @property
    def cells(self) -> str:
        """The row's numbers."""
        p50, p95, p99 = np.quantile(self.milliseconds, [0.5, 0.95, 0.99])
        return (
            f"{p50:.2f} | {p95:.2f} | {p99:.2f} | {self.poses_a_second:.0f} | "
            f"{self.load_seconds:.1f} | {self.memory_mb:.0f}"
        )


def poses(count: int) -> np.ndarray:
    """`[N, 17, 2]` float32: complete poses in pixels."""
    return np.random.default_rng(0).normal(500.0, 100.0, (count, 17, 2)).astype(np.float32)


def measure_here(name: str) -> None:
    """Measures a row in this process and prints what it found as JSON."""
    import tensorflow  # noqa: F401, its import is not the loading of a model

    import posenet3d.export.answers.runtimes  # noqa: F401, nor is this

    form, people = name.rsplit("/", 1)
    given = poses(int(people))
    start = time.perf_counter()
    call = IN_PROCESS[form]()
    call(given)
    load = time.perf_counter() - start
    for _ in range(20):
        call(given)
    taken: list[float] = []
    end = time.perf_counter() + _SECONDS.value
    while (before := time.perf_counter()) < end:
        call(given)
        taken.append(1e3 * (time.perf_counter() - before))
    rate = int(people) * len(taken) / (sum(taken) / 1e3)
    print(json.dumps(dataclasses.asdict(Measured(taken, rate, load, _memory(os.getpid())))))


def in_process(name: str) -> Measured:
    """Measures a row in a process of its own."""
    command = [
        sys.executable, __file__, f"--child={name}", f"--model={_MODEL.value}",
        f"--saved_model={_SAVED_MODEL.value}", f"--seconds={_SECONDS.value}",
    ]  # fmt: skip
    output = subprocess.run(
        command, env=servers.environment(_CHECKOUT), stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return Measured(**json.loads(output.splitlines()[-1]))


def served(server_flags: tuple[str, ...], clients: int) -> Measured:
    """Measures a server with that many clients beside it."""
    with (
        servers.started(_CHECKOUT, _SAVED_MODEL.value, 0, *server_flags) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        request = Path(folder) / "request"
        request.write_bytes(servers.request(1))
        count = min(clients, 2)
        start = time.time() + 2.0
        end = start + _SECONDS.value
        command = [sys.executable, str(_HERE / "serving" / "clients.py"), server.address]
        command += [str(request), str(clients // count), str(start), str(end)]
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)
        ]
        taken = [1e3 * s for one in running for s in json.loads(one.communicate()[0])["seconds"]]
        rate = len(taken) / _SECONDS.value
        return Measured(taken, rate, server.load_seconds, server.memory("VmHWM"))


def rows() -> dict[str, Callable[[], Measured]]:
    """Every row by the first cells of its line."""
    found: dict[str, Callable[[], Measured]] = {}
    for form in IN_PROCESS:
        for people in PEOPLE:
            found[f"| {form} | | {people} |"] = lambda f=form, n=people: in_process(f"{f}/{n}")
    for name, server_flags in SERVED.items():
        for clients in CLIENTS:
            found[f"| {name} | {clients} | 1 |"] = lambda f=server_flags, n=clients: served(f, n)
    return {name: row for name, row in found.items() if _ONLY.value in name}


def _newest(folder: str) -> Path:
    return max(
        (path for path in Path(folder).iterdir() if path.name.isdecimal()),
        key=lambda path: int(path.name),
    )


def _memory(pid: int) -> float:
    """The highest resident memory of a process so far, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(_: list[str]) -> None:
    """Measures and prints."""
    if _CHILD.value:
        measure_here(_CHILD.value)
        return
    best: dict[str, Measured] = {}
    for _ in range(_ROUNDS.value):
        for name, measure in rows().items():
            measured = measure()
            before = best.get(name)
            if before is None or np.median(measured.milliseconds) < np.median(before.milliseconds):
                best[name] = measured
    print("| form | clients | people a call | p50 ms | p95 ms | p99 ms | poses/s | load s | MB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, measured in best.items():
        print(f"{name} {measured.cells} |", flush=True)


if __name__ == "__main__":
    app.run(main)
