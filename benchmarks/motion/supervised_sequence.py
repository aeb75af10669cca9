"""The reference: the same lifter of sequences, trained with true 3D in the place of a teacher's.

    python benchmarks/motion/supervised_sequence.py --flagfile=configs/full_sequence.flags \
        --train_data=cmu17_bench.npz --train_3d=cmu17_bench_train3d.npz \
        --run_dir=runs/supervised_sequence
    python benchmarks/motion/tracks.py --data=cmu17_bench.npz \
        --sequence_model=runs/supervised_sequence

Flags are those of scripts/train.py. It starts from the same lifter, and sees the same windows, with
the same damage; only what it is to say of them is the truth, of motion capture and of procedural
motion. A run that was stopped goes on when it is started again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from absl import flags

from posenet3d.cli import flags as settings
from posenet3d.errors import ConfigError
from posenet3d.training import TrainingConfig
from posenet3d.training.prepare import RunData, prepare
from posenet3d.training.run_joints import run_joints
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.teachers import given_teachers
from posenet3d.training.third_stage import teach_sequences

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from supervised import define, read_true_3d


def true_lessons(data: RunData, path: str) -> Lessons:
    """The poses of a run with the truth: that of the archive's from a file, of all others free.

    Raises:
      InputError: If the file does not fit the poses.
    """
    train = data.train
    own = np.arange(len(train)) if data.group is None else np.flatnonzero(data.group == 0)
    keypoints_3d = np.empty((len(train), train.skeleton.num_joints, 3), np.float32)
    keypoints_3d[own] = read_true_3d(path, train.keep(own).pixels)
    if data.group is not None:
        keypoints_3d[data.group == 1] = data.procedural_3d
    keypoints_3d -= keypoints_3d[:, train.skeleton.root, None]
    # The size of a lesson is that of its 2D, whatever its unit, as a teacher's is.
    seen_2d = train.read()
    size = np.linalg.norm(seen_2d, axis=-1).mean(axis=1)
    size /= np.linalg.norm(keypoints_3d[..., :2], axis=-1).mean(axis=1)
    keypoints_3d *= size[:, None, None]
    return Lessons(seen_2d, keypoints_3d, train.elevation, None, data.group, train.lengths)


def main() -> None:
    """Files to poses, poses to a lifter of sequences."""
    config = settings.parse(TrainingConfig)
    if not config.sequence.steps or not config.sequence.teacher:
        raise ConfigError("Give --sequence_steps, and --sequence_teacher, which it starts from.")
    stage = given_teachers(config, run_joints(config))
    data = prepare(config)
    folder = Path(config.run_dir)
    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    lessons = true_lessons(data, flags.FLAGS.train_3d)
    seconds = teach_sequences(config, data, stage.teachers[0], folder, 2, lessons=lessons)
    print(f"Trained for {seconds / 60:.1f} minutes; the lifter is in {folder}/best.")


if __name__ == "__main__":
    settings.run(main, define, __doc__)
