"""Error against minutes of training, of several runs side by side: a table and a figure.

    python scripts/train.py --flagfile=configs/chen2019.flags --run_dir=runs/faithful ...
    python benchmarks/learning_speed.py --output=learning_speed.png \
        --runs="paper's configuration=runs/faithful,default=runs/cmu17,supervised=runs/supervised"

A run is a folder of scripts/train.py (`elevation.json`, `metrics.jsonl`, `student_1.jsonl`, ...)
or of supervised.py (`curve.jsonl`); minutes are those that it recorded. Runs are to be compared
only if they had the same machine to themselves, or shared it with one another.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from absl import app, flags

from posenet3d.errors import InputError
from posenet3d.viz.charts import error_against_minutes
from posenet3d.viz.figures import save_figure

_RUNS = flags.DEFINE_list("runs", None, "name=folder between commas.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "Picture to write.")


def main(_: list[str]) -> None:
    """Reads the runs, prints the table, draws the figure."""
    curves = {}
    for run in _RUNS.value:
        name, _, folder = run.partition("=")
        try:
            curves[name] = read_curve(Path(folder))
        except InputError as error:
            sys.exit(f"error: {error}")
    final = next(iter(curves.values()))[1][-1]
    print(f"| run | minutes | final PA-MPJPE mm | minutes to the first run's {final:.1f} mm |")
    print("|---|---:|---:|---:|")
    for name, (minutes, errors) in curves.items():
        reached = _reached(minutes, errors, final)
        print(f"| {name} | {minutes[-1]:.1f} | {errors[-1]:.1f} | {reached} |")
    if _OUTPUT.value:
        save_figure(error_against_minutes(curves), _OUTPUT.value)


def read_curve(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Minutes and PA-MPJPE of a run: the search for the elevation, then its stages in order.

    Raises:
      InputError: If the folder holds no record with both.
    """
    points = []
    search = folder / "elevation.json"
    trials = json.loads(search.read_text()) if search.exists() else []
    before = sum(trial["seconds"] for trial in trials)
    students = sorted(folder.glob("student_*.jsonl"), key=lambda path: int(path.stem[8:]))
    for path in (folder / "metrics.jsonl", *students, folder / "curve.jsonl"):
        lines = path.read_text().splitlines() if path.exists() else []
        for line in map(json.loads, lines):
            error = line.get("val_pa_mpjpe", line.get("pa_mpjpe"))
            if error is not None and "seconds" in line:
                points.append((before + line["seconds"], error))
        before = points[-1][0] if points else before
    if not points:
        raise InputError(f"{folder} records no seconds with a PA-MPJPE.")
    seconds, errors = np.array(points, float).T
    return seconds / 60, errors


def _reached(minutes: np.ndarray, errors: np.ndarray, limit: float) -> str:
    """When a run first came to an error, as text."""
    under = np.flatnonzero(errors <= limit)
    return f"{minutes[under[0]]:.1f}" if len(under) else "not reached"


if __name__ == "__main__":
    app.run(main)
