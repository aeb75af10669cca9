"""Start time and memory of lifting one file: on LiteRT, on Keras, and TensorFlow alone.

    python benchmarks/jobs/start.py

Each run is a process of its own, from its start to its end: `posenet3d lift` of 16 people in 8
frames, with the score, and what TensorFlow alone takes to import. Rows take turns; the medians of
`--rounds` are printed. Memory is the process's highest resident size as the kernel counts it, and
cannot come out below that of this script, 25 MB. One round before the first warms the disk's cache.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from absl import app, flags

_ROUNDS = flags.DEFINE_integer("rounds", 7, "How often.", lower_bound=1)
_MODELS = flags.DEFINE_list("models", ["full", "small"], "Pretrained models.")
_PYTHON = flags.DEFINE_string("python", sys.executable, "The Python that runs LiteRT.")

_CHECKOUT = Path(__file__).resolve().parents[2]
_INPUT = _CHECKOUT / "docs" / "samples" / "openpose"


def main(_: list[str]) -> None:
    """Runs everything in turns and prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        rows = commands(Path(folder) / "lifted.npz")
        for command in rows.values():
            measure(command)
        taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in rows}
        for _ in range(_ROUNDS.value):
            for name, command in rows.items():
                taken[name].append(measure(command))
    print("| process | s | from | to | CPU s | MB |\n|---|---:|---:|---:|---:|---:|")
    for name, runs in taken.items():
        wall, cpu, memory = (list(column) for column in zip(*runs, strict=True))
        print(
            f"| {name} | {statistics.median(wall):.2f} | {min(wall):.2f} | {max(wall):.2f} | "
            f"{statistics.median(cpu):.2f} | {statistics.median(memory):.0f} |"
        )


def commands(output: Path) -> dict[str, list[str]]:
    """What is run for each row."""
    lift = [str(_CHECKOUT / "scripts" / "lift.py"), f"--input={_INPUT}", f"--output={output}"]
    rows = {}
    for model in _MODELS.value:
        rows[f"Keras, `{model}`"] = [
            sys.executable, *lift, f"--model={model}", "--runtime=keras"
        ]  # fmt: skip
    for model in _MODELS.value:
        for variant in ("float32", "dynamic_int8"):
            rows[f"LiteRT, `{model}`, {variant}"] = [
                _PYTHON.value, *lift, f"--model={model}", f"--variant={variant}"
            ]  # fmt: skip
    rows["import tensorflow, keras"] = [sys.executable, "-c", "import tensorflow, keras"]
    return rows


def measure(command: list[str]) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of CPU, and the highest memory in MB of a process."""
    path = os.pathsep.join([str(_CHECKOUT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": path}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    errors = process.stderr.read()  # to its end, so that the process is never kept waiting
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} has failed: {errors.decode()}")
    return taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _KB_A_MB


_KB_A_MB = 1024 * (1024 if sys.platform == "darwin" else 1)  # there ru_maxrss is in bytes


if __name__ == "__main__":
    app.run(main)
