"""The reference: the same lifter, trained with true 3D in the place of a teacher's.

    python benchmarks/supervised.py --flagfile=configs/full.flags --elevation=8 \
        --train_data=cmu17_bench.npz --train_3d=cmu17_bench_train3d.npz --run_dir=runs/supervised
    python benchmarks/supervised.py --skeleton=cmu17 --elevation=8 --student_steps=16000 \
        --student_virtual=0 --train_data=cmu17_bench.npz --train_3d=cmu17_bench_train3d.npz \
        --run_dir=runs/supervised_plain

Flags are those of scripts/train.py; the first line is the whole second stage, the second the plain
case: real 2D alone, whole and clean. The folder gets `estimator.keras`, `report.json`, `report.md`
and `curve.jsonl`, the error on part of the test split against the seconds of training. Nothing
else in this repository trains with true 3D.
"""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from posenet3d.cli import flags as settings
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.errors import ConfigError, InputError
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.evaluation.report import make_report, write_report
from posenet3d.files.atomic import atomic_path
from posenet3d.geometry import camera
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D
from posenet3d.training import TrainingConfig
from posenet3d.training.run_joints import run_joints
from posenet3d.training.second_stage import make_student, student_estimator
from posenet3d.training.student.student_trainer import StudentTrainer

_EVERY = 17  # neighbouring frames say the same
_CURVE_STEPS = 500  # between two points of the curve
_FARTHEST = 0.15  # of a pose's size; perspective takes true pairs 0.03 apart, others are 0.5


def read_true_3d(path: str, poses: Poses2D) -> np.ndarray:
    """The true 3D of these poses, `[len(poses), J, 3]`, in the file's float type.

    Raises:
      InputError: If the file cannot be read, has no train_keypoints_3d, or its rows are not those
        of the poses.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            keypoints_3d = archive["train_keypoints_3d"]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    expected = [*poses.keypoints_2d.shape[:2], 3]
    if list(keypoints_3d.shape) != expected or keypoints_3d.dtype.kind != "f":
        raise InputError(
            f"{path}: train_keypoints_3d must have the rows and joints of the 2D poses, "
            f"{expected} of floating-point numbers, got {list(keypoints_3d.shape)} of "
            f"{keypoints_3d.dtype}."
        )
    # Truth of other rows would be learnt without complaint.
    sample = np.linspace(0, len(poses) - 1, 1000).astype(int)
    seen, true = (
        camera.normalise(points[sample, :, :2].astype(np.float32), poses.skeleton.root)
        for points in (poses.keypoints_2d, keypoints_3d)
    )
    apart = tf.norm(seen.keypoints_2d - true.keypoints_2d, axis=-1) * camera.DISTANCE
    distance = float(tf.reduce_mean(apart))
    if not distance < _FARTHEST:  # also for NaN
        raise InputError(
            f"{path}: train_keypoints_3d, seen from the front, lies {distance:.2f} of a pose's "
            "size from the 2D poses: its rows are other poses, or not in the camera frame."
        )
    return keypoints_3d


def draw_curve(student: StudentTrainer, watched: Poses2D, path: Path) -> float:
    """Trains and writes a line of errors now and then; returns the seconds of training alone."""
    seconds, steps = 0.0, student.config.student.steps
    with open(path, "w", encoding="utf-8") as file:
        for done in range(0, steps, _CURVE_STEPS):
            start = time.perf_counter()
            student.fit(
                tf.data.Dataset.range(min(_CURVE_STEPS, steps - done)), shuffle=False, verbose=0
            )
            seconds += time.perf_counter() - start
            estimator = student_estimator(student)
            lifted = estimator.lift(watched.keypoints_2d, score=False).keypoints_3d
            pair = (lifted, watched.keypoints_3d, watched.skeleton.root)
            point = {
                "step": int(student.step),
                "seconds": round(seconds, 2),
                "pa_mpjpe": round(float(joint_errors.pa_mpjpe(*pair).mean()), 3),
                "n_mpjpe": round(float(joint_errors.n_mpjpe(*pair).mean()), 3),
            }
            print(json.dumps(point), file=file, flush=True)
            print(point, flush=True)
    return seconds


def main() -> None:
    """Files to poses, poses to a lifter, its table to the terminal."""
    config = settings.parse(TrainingConfig)
    if not config.student.steps:
        raise ConfigError("student_steps is 0; give the steps to train for.")
    if config.strategy != "none":
        raise ConfigError("strategy is of no use here: the reference is trained on one device.")
    if config.elevation is None:
        raise ConfigError("elevation is auto, but nothing is searched here; give a number.")
    joints = run_joints(config)
    placement = {"placement": joints.skeleton, "map_file": joints.map_file}
    poses, test = (read_archive(config.train_data, s, **placement) for s in ("train", "test"))
    true_3d = read_true_3d(flags.FLAGS.train_3d, poses).astype(np.float32)
    if test.keypoints_3d is None:
        raise InputError(f"{config.train_data} has no test_keypoints_3d to measure against.")
    folder = Path(config.run_dir)
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(config.seed)
    true_3d -= true_3d[:, poses.skeleton.root, None]
    normalised_2d = NormalisedPoses.of(poses).read()
    student = make_student(config, poses.skeleton, normalised_2d, true_3d)
    watched = test.select(np.arange(0, len(test), _EVERY))
    seconds = draw_curve(student, watched, folder / "curve.jsonl")
    estimator = student_estimator(student)
    with atomic_path(folder / ESTIMATOR_FILE) as temporary:
        estimator.save(temporary)
    training = {"steps": config.student.steps, "supervised": True}
    report = make_report(estimator, test, train_minutes=seconds / 60, training=training)
    write_report(report, folder, figures=False)
    print(report)


def define() -> None:
    """Defines the flags."""
    flags.DEFINE_string("train_3d", None, "File with train_keypoints_3d in metres, row by row.")
    flags.mark_flag_as_required("train_3d")
    settings.define(TrainingConfig)


if __name__ == "__main__":
    settings.run(main, define, __doc__)
