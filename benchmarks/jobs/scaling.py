"""What more processes bring, and from where on the network is what they wait for.

    python benchmarks/jobs/scaling.py

Prints Markdown tables: poses a second of one process on one core and of two processes on a core
each, which train together over the loopback; and, calculated from the measured step and the bytes
of the gradients, what part of a step a network would take, by workers and speed of the link.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time

import numpy as np
from absl import app, flags

_SECONDS = flags.DEFINE_float("each", 20.0, "About how long each measurement takes.")
_SIZE = flags.DEFINE_enum("size", "quick start", ["quick start", "paper"], "Size of the networks.")
_BATCH = flags.DEFINE_integer("batch", 0, "Poses a step of all together; 0: that of the size.")
_CORE = flags.DEFINE_integer("core", -1, "For its own use: a worker on this core.")

LINKS = (1, 10, 100)  # Gbit/s
WORKERS = (2, 4, 8, 16, 64)


def ring_seconds(num_bytes: float, workers: int, gigabits: float) -> float:
    """Time of a ring all-reduce: each worker sends and receives 2 (n - 1) / n of the bytes.

    Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations",
    Journal of Parallel and Distributed Computing 69 (2), 2009. Latency is left out.
    """
    return 2.0 * (workers - 1) / workers * num_bytes / (gigabits * 1e9 / 8.0)


def largest_share(step: float, num_bytes: float, batch: int, gigabits: float) -> float:
    """Poses a worker below which a ring of many takes longer than computing: step time is even."""
    limit = 2.0 * num_bytes / (gigabits * 1e9 / 8.0)
    return limit / (step / batch)


def worker() -> None:
    """Trains for a while; the chief prints what it has measured as a line of JSON."""
    os.sched_setaffinity(0, {_CORE.value})
    import keras
    import tensorflow as tf
    from throughput import SIZES

    from posenet3d.distribution import make_team
    from posenet3d.skeletons.skeleton import H36M_17
    from posenet3d.training import GeometricSelfSupervision
    from posenet3d.training.updates.optimizers import make_optimizers

    tf.config.threading.set_intra_op_parallelism_threads(1)
    team = make_team("multiworker" if "TF_CONFIG" in os.environ else "none")
    config = SIZES[_SIZE.value]
    batch = _BATCH.value or config.batch_size
    keras.utils.set_random_seed(0)
    with team.scope():
        trainer = GeometricSelfSupervision(config, H36M_17, [1.0] * 16)
        trainer.compile(*make_optimizers(config))
    poses = tf.random.normal([batch // team.replicas, 17, 2]) * 0.1

    @tf.function
    def step() -> tf.Tensor:
        if team.strategy is None:
            return trainer.learn({"keypoints_2d": poses}, True)["loss"]
        loss = team.strategy.run(lambda: trainer.learn({"keypoints_2d": poses}, True)["loss"])
        return team.strategy.experimental_local_results(loss)[0]

    step()
    times: list[float] = []
    # The number of steps must be the same in all workers: the chief decides.
    start = time.perf_counter()
    step().numpy()
    once = time.perf_counter() - start
    count = int(team.share_value(max(5, round(_SECONDS.value / once))))
    for _ in range(count):
        start = time.perf_counter()
        step().numpy()
        times.append(time.perf_counter() - start)
    variables = [*trainer.lifter_variables, *trainer.discriminator_variables]
    if team.is_chief:
        num_bytes = sum(4 * int(np.prod(v.shape)) for v in variables)
        result = {"batch": batch, "step": float(np.median(times)), "bytes": num_bytes}
        print(json.dumps(result), flush=True)


def measure(count: int, together: bool = True) -> dict[str, float]:
    """Median step of so many processes on a core each, which share a batch or know of no other."""
    addresses = []
    for _ in range(count):
        with socket.create_server(("127.0.0.1", 0)) as server:
            addresses.append(f"127.0.0.1:{server.getsockname()[1]}")
    from_size = {"quick start": 512, "paper": 1024}[_SIZE.value]
    batch = _BATCH.value or from_size
    if not together:
        batch //= count
    cores = sorted(os.sched_getaffinity(0))
    processes = []
    for index in range(count):
        task = {"type": "worker", "index": index}
        cluster = {"cluster": {"worker": addresses}, "task": task}
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        if count > 1 and together:
            environment["TF_CONFIG"] = json.dumps(cluster)
        own = [f"--core={cores[index]}", f"--each={_SECONDS.value}", f"--size={_SIZE.value}"]
        processes.append(
            subprocess.Popen(
                [sys.executable, __file__, *own, f"--batch={batch}"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
    said = [process.communicate()[0] for process in processes]
    return json.loads(said[0].strip().splitlines()[-1])


def main(_: list[str]) -> None:
    """Measures and prints."""
    if _CORE.value >= 0:
        worker()
        return
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("Two processes need two cores.")
    one, two, apart = measure(1), measure(2), measure(2, together=False)
    print("| processes | poses of each a step | step ms | poses/s | times one |")
    print("|---|---:|---:|---:|---:|")
    rows = (("1", one, 1), ("2, together", two, 2), ("2, each for itself", apart, 2))
    for name, result, count in rows:
        rows_each, step = one["batch"] // count, result["step"]
        print(
            f"| {name} | {rows_each} | {1e3 * step:.0f} | {count * rows_each / step:.0f} "
            f"| {one['step'] / step:.2f} |"
        )
    batch, num_bytes, step = one["batch"], one["bytes"], one["step"]
    print(f"\nGradients: {num_bytes / 1e6:.1f} MB a step. One process: {1e3 * step:.0f} ms.\n")
    head = " | ".join(f"{workers} workers" for workers in WORKERS)
    print(f"| link | {head} | poses a worker below which it dominates |")
    print("|---|" + "---:|" * (len(WORKERS) + 1))
    for link in LINKS:
        shares = []
        for workers in WORKERS:
            wire = ring_seconds(num_bytes, workers, link)
            shares.append(f"{1e3 * wire:.1f} ms, {wire / (wire + step / workers):.0%}")
        least = largest_share(step, num_bytes, batch, link)
        print(f"| {link} Gbit/s | {' | '.join(shares)} | {least:.0f} |", flush=True)


if __name__ == "__main__":
    app.run(main)
