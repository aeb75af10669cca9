"""Trains a lifter from 2D poses alone and evaluates it.

python scripts/train.py --flagfile=configs/quickstart.flags
python scripts/train.py --flagfile=configs/cmu17.flags --train_data=poses.npz --run_dir=runs/a
"""

import functools
import sys

import _flags

from posenet3d.platform.devices import let_memory_grow
from posenet3d.training import TrainingConfig, train_and_evaluate


def main() -> None:
    """Flags to settings, settings to a run, its table to the terminal."""
    config = _flags.parse(TrainingConfig)
    let_memory_grow()
    report = train_and_evaluate(
        config,
        verbose=1 if sys.stdout.isatty() else 2,
        records={"flags.txt": _flags.to_flagfile(TrainingConfig)},
        say=functools.partial(print, flush=True),
    )
    if report is None:  # a worker that is not the chief
        return
    print(f"\n{report}\n")
    if report.train_minutes is not None:
        print(f"Trained for {report.train_minutes:.1f} minutes. ", end="")
    print(f"The lifter and its report are in {config.run_dir}/.")


if __name__ == "__main__":
    _flags.define(TrainingConfig)
    _flags.run(main)
