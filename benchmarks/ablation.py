"""What each part of the method is worth: short trainings, each with something added or left out.

    python benchmarks/ablation.py --train_data=cmu17_bench.npz --source_data=mpii17.npz \
        --output=runs/ablation
    python benchmarks/ablation.py ... --rows=paper_both --seeds=0,1,2

Each row is one command, `python scripts/train.py --flagfile=configs/cmu17.flags --elevation=8
--loss_bone=5` with the flags that the table shows, run once a seed in a folder of its own and
measured on every tenth test pose; what has been run is not run again. Prints a Markdown table.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from absl import app, flags

from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.archives.archive_writer import write_archive

_TRAIN_DATA = flags.DEFINE_string("train_data", None, "Archive with a test split.", required=True)
_SOURCE_DATA = flags.DEFINE_string("source_data", None, "Archive of another kind.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "Folder of the runs.", required=True)
_STEPS = flags.DEFINE_integer("steps", 400, "Steps of each run.", lower_bound=1)
_SEEDS = flags.DEFINE_list("seeds", ["0"], "Seeds of each row.")
_ROWS = flags.DEFINE_list("rows", None, "Rows to run; by default all.")

_EVERY, _TEST = 10, "every_tenth_test_pose.npz"
_CHECKOUT = Path(__file__).resolve().parents[1]
_BOTH = "--loss_bone=0 --noaverage_mirrored"
_NO_CONSISTENCY = "--loss_consistency_2d=0 --loss_consistency_3d=0"
ROWS = {
    "paper_adversarial": f"{_BOTH} {_NO_CONSISTENCY}",
    "paper_consistency": f"{_BOTH} --loss_adversarial=0",
    "paper_both": _BOTH,
    "paper_motion": f"{_BOTH} --loss_motion=1",
    "paper_adapter": f"{_BOTH} --loss_motion=1 --source_data=SOURCE",
    "default": "",
    "no_average_of_mirrored": "--noaverage_mirrored",
    "average_of_turned": "--average_turned=0.5",
    "no_bone_ratios": "--loss_bone=0",
    "uniform_views": "--view_kind=uniform",
    "learned_elevation": "--view_kind=learned",
    "view_ramp": "--view_ramp=0.5",
    "no_mirroring": "--nomirror",
    "one_scale": "--scale=dataset",
    "motion": "--loss_motion=1",
    "deformation": "--loss_deformation=1",
    "same_body": "--loss_same_body=5",
    "flow_beside": "--loss_flow=1 --optimizer_clip_norm=10",
    "flow_instead": "--loss_flow=3 --loss_adversarial=0 --optimizer_clip_norm=10",
    "flow_and_signs": "--loss_flow=3 --loss_adversarial=0 --optimizer_clip_norm=10 --loss_signs=15",
    "adapter": "--source_data=SOURCE",
    "source_unadapted": "--source_data=SOURCE --noadapter_use",
    "noise_and_gaps_in_cycle": "--lifter_completes --augment_hide=0.4 --augment_noise=0.04",
    "placements_in_cycle": "--augment_placements=64",
    "no_averaged_weights": "--optimizer_average_decay=0",
    "wider": "--lifter_width=1024",
    "deeper": "--lifter_num_blocks=4",
    "student": "--student_steps=STEPS --augment_placements=64 --augment_hide=0.4 "
    "--augment_noise=0.04 --augment_swap=0.02 --lifter_completes",
}


def main(_: list[str]) -> None:
    """Runs what has not been run and prints the table."""
    rows = _ROWS.value or list(ROWS)
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        sys.exit(f"Unknown rows {', '.join(unknown)}; there are {', '.join(ROWS)}.")
    Path(_OUTPUT.value).mkdir(parents=True, exist_ok=True)
    if not (Path(_OUTPUT.value) / _TEST).exists():
        _write_test(Path(_OUTPUT.value) / _TEST)
    print("| row | PA-MPJPE mm | N-MPJPE mm | flipped % | view distance | flags |")
    print("|---|---:|---:|---:|---:|---|")
    for row in rows:
        reports = [_run(row, seed) for seed in _SEEDS.value]
        cells = [_mean_and_range([r[name] for r in reports], digits) for name, digits in _COLUMNS]
        print(f"| {row} | {' | '.join(cells)} | `{ROWS[row] or '(none)'}` |", flush=True)


_COLUMNS = (("pa_mpjpe", 1), ("n_mpjpe", 1), ("depth_flip_rate", 1), ("view_distance", 3))


def _write_test(path: Path) -> None:
    """Every tenth test pose: neighbouring frames say the same, and lifting all takes minutes."""
    poses = read_archive(_TRAIN_DATA.value, "test", placement="cmu17")
    write_archive(path, poses.select(np.arange(0, len(poses), _EVERY)))


def _run(row: str, seed: str) -> dict[str, float]:
    """The final errors of a run, and its last view distance."""
    folder = Path(_OUTPUT.value) / f"{row}_{seed}"
    if not (folder / "report.json").exists():
        extra = ROWS[row].replace("SOURCE", _SOURCE_DATA.value).replace("STEPS", str(_STEPS.value))
        command = [
            sys.executable,
            str(_CHECKOUT / "scripts" / "train.py"),
            f"--flagfile={_CHECKOUT / 'configs' / 'cmu17.flags'}",
            f"--train_data={_TRAIN_DATA.value}",
            f"--eval_data={Path(_OUTPUT.value) / _TEST}",
            f"--run_dir={folder}",
            f"--seed={seed}",
            f"--steps={_STEPS.value}",
            f"--steps_per_epoch={_STEPS.value}",
            "--nofigures",
            "--elevation=8",
            "--loss_bone=5",  # where it begins: risen within a short run, it does harm
            *extra.split(),
        ]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{finished.stderr[-2000:]}")
    report = json.loads((folder / "report.json").read_text())
    last = json.loads((folder / "metrics.jsonl").read_text().splitlines()[-1])
    return report["final"] | {"view_distance": last["view_distance"]}


def _mean_and_range(values: list[float], digits: int) -> str:
    mean = f"{np.mean(values):.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ({min(values):.{digits}f} to {max(values):.{digits}f})"


if __name__ == "__main__":
    app.run(main)
