"""Speed of training and lifting, and how much of the machine the training step uses.

    python benchmarks/throughput.py
    python benchmarks/throughput.py --tables=pretrained
    python benchmarks/throughput.py --tables=training --against=torch

The last one needs `pip install torch==2.13.0`, and takes steps of both in turns.

Prints Markdown tables. The rate of float32 matrix multiplication is measured in the same run, on
the shapes of the networks' layers, right before and after each training measurement.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from absl import app, flags

import posenet3d
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import (
    DiscriminatorConfig,
    GeometricSelfSupervision,
    LifterConfig,
    TrainingConfig,
)
from posenet3d.training.updates.optimizers import make_optimizers

_SECONDS = flags.DEFINE_float("seconds", 20.0, "About how long each measurement takes.")
_TABLES = flags.DEFINE_multi_enum(
    "tables", ["training", "lifting", "pretrained"], ["training", "lifting", "pretrained"], "Which."
)
_AGAINST = flags.DEFINE_enum("against", None, ["torch"], "Whose training step to measure as well.")
_PRETRAINED = ("full", "small")
_SAVED = Path(__file__).resolve().parents[1] / "saved_models"

PAPER = TrainingConfig(
    batch_size=1024,
    elevation=0.0,
    lifter=LifterConfig(1024, 4, "relu", "batch"),
    discriminator=DiscriminatorConfig(1024, 3, "relu", "none"),
)
_RATIOS = [1.0] * 16  # typical bone ratios
_TURNS = 5
SIZES = {"paper": PAPER, "quick start": TrainingConfig(elevation=0.0)}


def multiplications(config: TrainingConfig) -> dict[tuple[int, int, int], int]:
    """{(M, K, N): how often} of the matrix products of one training step.

    Forward, a dense layer is one product; backward one for its weights and one for its input,
    the latter not for a network's first layer, unless what it sees is learned.
    """
    counts: dict[tuple[int, int, int], int] = {}

    def add(network: LifterConfig | DiscriminatorConfig, outputs: int, **passes: int) -> None:
        width = network.width
        layers = [(34, width), *[(width, width)] * (2 * network.num_blocks), (width, outputs)]
        for i, (inputs, units) in enumerate(layers):
            to_input = passes["to_input"] if i else passes["to_first_input"]
            batch = config.batch_size
            for shape, number in (
                ((batch, inputs, units), passes["forward"]),
                ((inputs, batch, units), passes["to_weights"]),
                ((batch, units, inputs), to_input),
            ):
                counts[shape] = counts.get(shape, 0) + number

    # Two lifts; only the second one's input is learned.
    add(config.lifter, 17, forward=2, to_weights=2, to_input=2, to_first_input=1)
    # Synthetic poses are judged once for both sides of the game; nothing learns real poses.
    add(config.discriminator, 1, forward=2, to_weights=2, to_input=2, to_first_input=1)
    return counts


def flops(config: TrainingConfig) -> float:
    """Floating-point operations of the step's matrix products."""
    return sum(2.0 * m * k * n * times for (m, k, n), times in multiplications(config).items())


def median_seconds(call: Callable[[], object], seconds: float) -> float:
    """Median time of a call, after one to warm up."""
    call()
    times: list[float] = []
    while sum(times) < seconds or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def matmul_seconds(config: TrainingConfig, seconds: float) -> float:
    """Time that the step's matrix products take by themselves, each shape measured alone."""
    total = 0.0
    shapes = multiplications(config)
    for (m, k, n), times in shapes.items():
        # Enough products a call to hide its overhead, each with a factor of its own, so that no
        # product can be taken for another.
        left = tf.random.normal([m, k])
        repeat = min(50, max(1, int(2e9 / (2.0 * m * k * n))))
        rights = [tf.random.normal([k, n]) for _ in range(repeat)]

        @tf.function
        def products(left: tf.Tensor, rights: list[tf.Tensor]) -> list[tf.Tensor]:
            return [tf.matmul(left, right)[0, 0] for right in rights]

        call = median_seconds(
            lambda f=products, a=left, b=rights: f(a, b)[0].numpy(), seconds / len(shapes)
        )
        total += call / len(rights) * times
    return total


def training_step(config: TrainingConfig) -> Callable[[], object]:
    """What takes one training step."""
    trainer = GeometricSelfSupervision(config, H36M_17, _RATIOS)
    trainer.compile(*make_optimizers(config))
    poses = tf.random.normal([config.batch_size, 17, 2]) * 0.1
    step = tf.function(lambda: trainer.train_step({"keypoints_2d": poses}))
    return lambda: step()["loss"].numpy()


def torch_seconds(config: TrainingConfig, seconds: float) -> list[tuple[float, float]]:
    """Medians of our step and of PyTorch's, in turns."""
    try:
        from peers import torch_step
    except ImportError as error:
        raise SystemExit(f"--against=torch needs PyTorch: pip install torch ({error}).") from error
    poses = np.random.default_rng(0).normal(size=(config.batch_size, 17, 2)) * 0.1
    theirs = torch_step.make_step(config, H36M_17, poses.astype(np.float32), _RATIOS)
    ours = training_step(config)
    return [
        (median_seconds(ours, seconds / _TURNS), median_seconds(theirs, seconds / _TURNS))
        for _ in range(_TURNS)
    ]


def measure_against_torch(seconds: float) -> None:
    """Prints the table of training steps beside PyTorch's."""
    print("| size | batch | poses/s | PyTorch, poses/s | times as many | in each turn |")
    print("|---|---:|---:|---:|---:|---|")
    for name, config in reversed(SIZES.items()):
        turns = torch_seconds(config, seconds)
        ours, theirs = (statistics.median(times) for times in zip(*turns, strict=True))
        each = ", ".join(f"{torch / own:.2f}" for own, torch in turns)
        print(
            f"| {name} | {config.batch_size} | {config.batch_size / ours:.0f} "
            f"| {config.batch_size / theirs:.0f} | {theirs / ours:.2f} | {each} |",
            flush=True,
        )


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_training(seconds: float) -> None:
    """Prints the table of training steps."""
    print("| size | batch | poses/s | step ms | matmul GFLOP/s alone | share of it | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, config in reversed(SIZES.items()):
        before = matmul_seconds(config, seconds / 2)
        step = median_seconds(training_step(config), seconds)
        alone = (before + matmul_seconds(config, seconds / 2)) / 2
        rate = flops(config) / alone / 1e9
        print(
            f"| {name} | {config.batch_size} | {config.batch_size / step:.0f} | {1e3 * step:.0f} "
            f"| {rate:.0f} | {alone / step:.2f} | {peak_memory_mb():.0f} |",
            flush=True,
        )


def measure_lifting(seconds: float) -> None:
    """Prints the table of `PoseEstimator.lift`."""
    print("\n| lifter | batch | ms a call | poses/s |\n|---|---:|---:|---:|")
    for name, config in SIZES.items():
        network = config.lifter
        lifter = Lifter(
            17, 0, network.width, network.num_blocks, network.activation, network.normalisation
        )
        estimator = PoseEstimator(lifter, H36M_17)
        for batch in (1, 64, 4096):
            poses = np.random.default_rng(0).normal(500.0, 100.0, size=(batch, 17, 2))
            call = median_seconds(lambda e=estimator, p=poses: e.lift(p), seconds / 6)
            print(f"| {name} | {batch} | {1e3 * call:.2f} | {batch / call:.0f} |", flush=True)


def measure_pretrained(seconds: float) -> None:
    """Prints what the pretrained models cost: their size, and `lift` with its mirror and score."""
    print("\n| model | parameters | file kB | batch | poses/s | with score |")
    print("|---|---:|---:|---:|---:|---:|")
    for name in _PRETRAINED:
        estimator = posenet3d.load(name)
        kilobytes = (_SAVED / name / ESTIMATOR_FILE).stat().st_size / 1000
        size = f"{estimator.lifter.count_params()} | {kilobytes:.0f}"
        for batch in (1, 64, 4096):
            poses = np.random.default_rng(0).normal(500.0, 100.0, size=(batch, 17, 2))
            rates = [
                batch
                / median_seconds(
                    lambda e=estimator, p=poses, s=score: e.lift(p, score=s), seconds / 6
                )
                for score in (False, True)
            ]
            print(f"| {name} | {size} | {batch} | {rates[0]:.0f} | {rates[1]:.0f} |", flush=True)


def main(_: list[str]) -> None:
    """Measures and prints."""
    keras.utils.set_random_seed(0)
    tables = {
        "training": measure_against_torch if _AGAINST.value else measure_training,
        "lifting": measure_lifting,
        "pretrained": measure_pretrained,
    }
    for name in _TABLES.value:
        tables[name](_SECONDS.value)


if __name__ == "__main__":
    app.run(main)
