"""How long the exported forms of a model take for 1, 16 and 64 poses, beside Keras.

    python scripts/export.py --model=full --output=exported/full --tflite --onnx
    python benchmarks/runtimes.py --exported=exported/full

Each form runs in a process of its own, with NumPy arrays in and out. A tenth of the joints are
missing. No form scores the poses but the SavedModel, whose signature always does. Prints a Markdown
table: milliseconds a call (p50, p95, p99), poses a second, the seconds until a form is loaded and
has given its first answer, and the memory that its process has taken by then beyond its imports.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from absl import app, flags

_MODEL = flags.DEFINE_string("model", "full", "Saved model: name, folder or file.")
_EXPORTED = flags.DEFINE_string("exported", None, "Folder of its exported forms.", required=True)
_SECONDS = flags.DEFINE_float("seconds", 3.0, "For each form and number of poses.")
_BATCHES = (1, 16, 64)


@dataclasses.dataclass(frozen=True)
class Form:
    """What is measured in one process."""

    name: str
    model: str
    folder: str
    kind: str  # keras, saved_model, onnx, or a variant of LiteRT
    threads: int = 1
    seconds: float = 3.0


def main(_: list[str]) -> None:
    """Measures each form, prints."""
    folder = Path(_EXPORTED.value)
    name = folder.resolve().name
    kinds = [("Keras", "keras", 0), ("SavedModel", "saved_model", 0)]
    for variant in ("float32", "float16", "dynamic_int8", "int8"):
        if (folder / f"{name}_{variant}.tflite").is_file():
            kinds += [(f"TFLite {variant}", variant, threads) for threads in (1, 2)]
    if (folder / f"{name}.onnx").is_file():
        kinds += [("ONNX Runtime", "onnx", threads) for threads in (1, 2)]
    columns = "poses", "p50 ms", "p95", "p99", "poses/s", "load s", "MB"
    print("| form | threads | " + " | ".join(columns) + " |")
    print("|---|---:" + "|---:" * len(columns) + "|")
    for title, kind, threads in kinds:
        form = Form(title, _MODEL.value, str(folder), kind, threads, _SECONDS.value)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            load_s, megabytes, times = pool.apply(measure, (form,))
        for batch, taken in zip(_BATCHES, times, strict=True):
            p50, p95, p99 = (1e3 * np.quantile(taken, q) for q in (0.5, 0.95, 0.99))
            print(
                f"| {title} | {threads or 'all'} | {batch} | {p50:.2f} | {p95:.2f} | {p99:.2f} | "
                f"{batch / np.mean(taken):.0f} | {load_s:.2f} | {megabytes:.0f} |",
                flush=True,
            )


def measure(form: Form) -> tuple[float, float, list[np.ndarray]]:
    """Seconds to load, MB, and seconds of each call for each number of `_BATCHES`."""
    from posenet3d.export import runtimes  # noqa: F401  # imports are not counted

    rng = np.random.default_rng(0)
    keypoints_2d = rng.uniform(100, 900, (max(_BATCHES), 17, 2)).astype(np.float32)
    confidence = (rng.random(keypoints_2d.shape[:2]) > 0.1).astype(np.float32)
    before = _peak_mb()
    start = time.perf_counter()
    lift = _loaded(form)
    lift(keypoints_2d[:1], confidence[:1])
    load_s, megabytes = time.perf_counter() - start, _peak_mb() - before
    times = []
    for batch in _BATCHES:
        inputs = keypoints_2d[:batch], confidence[:batch]
        for _ in range(5):
            lift(*inputs)
        taken, end = [], time.perf_counter() + form.seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            lift(*inputs)
            taken.append(time.perf_counter() - start)
        times.append(np.array(taken))
    return load_s, megabytes, times


def _loaded(form: Form) -> Callable[..., dict[str, np.ndarray]]:
    from posenet3d.export import runtimes

    folder = Path(form.folder)
    name = folder.resolve().name
    if form.kind == "keras":
        import posenet3d

        return runtimes.keras_runtime(posenet3d.load(form.model))
    if form.kind == "saved_model":
        version = max(int(path.name) for path in folder.iterdir() if path.name.isdecimal())
        return runtimes.saved_model_runtime(folder / str(version))
    if form.kind == "onnx":
        return runtimes.onnx_runtime(folder / f"{name}.onnx", form.threads)
    content = (folder / f"{name}_{form.kind}.tflite").read_bytes()
    return runtimes.tflite_runtime(content, form.threads)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    app.run(main)
