"""Trains a lifter from 2D poses alone and evaluates it.

posenet3d train --flagfile=configs/quickstart.flags
posenet3d train --flagfile=configs/cmu17.flags --train_data=poses.npz --run_dir=runs/a
"""

import functools
import sys

from posenet3d.cli import flags
from posenet3d.platform.devices import let_memory_grow
from posenet3d.training import TrainingConfig, train_and_evaluate

SETTINGS = TrainingConfig


def main() -> None:
    """Flags to settings, settings to a run, its table to the terminal."""
    config = flags.parse(SETTINGS)
    let_memory_grow()
    report = train_and_evaluate(
        config,
        verbose=1 if sys.stdout.isatty() else 2,
        records={"flags.txt": flags.to_flagfile(SETTINGS)},
        say=functools.partial(print, flush=True),
    )
    if report is None:  # a worker that is not the chief
        return
    print(f"\n{report}\n")
    if report.train_minutes is not None:
        print(f"Trained for {report.train_minutes:.1f} minutes. ", end="")
    print(f"The lifter and its report are in {config.run_dir}/.")
