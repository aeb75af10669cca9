"""From the settings to the poses of a run, checked: what is trained on, watched and reported."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from posenet3d.data import synthetic
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.errors import ConfigError, InputError, TrainingError
from posenet3d.geometry import camera
from posenet3d.poses.archives import archive
from posenet3d.poses.frame_rates import RATE
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import H36M_17, Skeleton
from posenet3d.training.run_joints import RunJoints, run_joints
from posenet3d.training.settings.config import TrainingConfig

MIN_POSES = 64
"""Fewer different poses show no distribution that a discriminator could learn; ours."""

MIN_VARIATION = 0.02
"""Poses whose joints vary by less than this share of a pose's size are one and the same; ours."""

_HELD_OUT_EVERY = 20  # where an archive has no split, one sequence or pose in so many is held out
_SAMPLE = 4096  # poses that the checks look at
_SEQUENCE_RATES = (20.0, 40.0)  # frames a second that a lifter of sequences may learn from; ours


@dataclasses.dataclass(frozen=True)
class RunData:
    """The poses of a run, prepared once; what trains, measures or draws takes them from here.

    All have one skeleton of J joints. `read` of the normalised ones gives float32 `[M, J, 2]`, as
    networks see them; their `pixels` are only for the bone ratios, the statistics of the saved
    estimator and the pictures.

    Args:
      train: N complete poses to train on, with the lengths of their sequences and their scales.
      validation: Complete poses of the evaluation set, at most `validation_poses`, with true 3D in
        mm where it is known: what is looked at after every epoch.
      evaluation: The poses held out for the final report, in pixels, incomplete ones too.
      source: Complete poses of another kind to train on as well (source_data), or None.
      group: int32 `[N]`, where there are bodies of two kinds: 0 for the archive's, 1 for
        procedural ones; None: all are of one kind.
      procedural_3d: float32 `[P, J, 3]`, mm: the truth of the procedural poses among them, which
        is free. Only the estimate of a student's own error learns from it.
      scale: Pixels a unit of the whole data set (scale=dataset); None: each pose has its own.
      dropped: Incomplete poses of the training set that are left out.
    """

    train: NormalisedPoses
    validation: NormalisedPoses
    evaluation: Poses2D
    source: NormalisedPoses | None = None
    group: np.ndarray | None = None
    procedural_3d: np.ndarray | None = None
    scale: float | None = None
    dropped: int = 0

    def of_kind(self, number: int) -> RunData:
        """The same with the training poses of one kind of body alone, a number of `group`."""
        rows = np.flatnonzero(self.group == number)
        return dataclasses.replace(
            self, train=self.train.keep(rows), group=None, procedural_3d=None
        )

    @property
    def skeleton(self) -> Skeleton:
        """The skeleton of the J joints."""
        return self.train.skeleton


def prepare(config: TrainingConfig) -> RunData:
    """Reads or makes the poses and checks that they can be trained on.

    Raises:
      InputError: If a file cannot be used.
      TrainingError: If there are too few poses, or they are all the same.
    """
    joints = run_joints(config)
    skeleton = joints.skeleton
    train, evaluation = (poses.on(skeleton) for poses in _read(config, joints))
    if config.sequence.steps:
        _check_rate(train.frame_rate)
    group = procedural_3d = None
    if config.train_data and config.synthetic_sequences:
        _check_human(joints)
        procedural = synthetic.wide_poses(
            config.synthetic_sequences, config.seed, config.synthetic_cameras
        ).on(skeleton)
        group = np.repeat([0, 1], [len(train), len(procedural)]).astype(np.int32)
        procedural_3d = procedural.keypoints_3d
        train = _join(train, procedural)
    complete = _complete_rows(train)
    dropped = len(train) - len(complete)
    _check_enough(len(complete), config.batch_size, dropped)
    if dropped:
        train, group = train.keep(complete), None if group is None else group[complete]
    normalised = varied(train)
    with_neighbour = int(train.lengths[train.lengths > 1].sum())
    if config.loss.motion and with_neighbour < config.batch_size:
        raise TrainingError(
            f"loss_motion needs {config.batch_size} poses that have a next frame, but there are "
            f"{with_neighbour}. Set it to 0, or give the archive its `lengths`."
        )
    rows = _complete_rows(evaluation)
    step = max(1, len(rows) // config.validation_poses)
    if not len(rows):
        raise InputError("No pose of the evaluation data has all its joints.")
    validation = evaluation.select(rows[::step][: config.validation_poses])
    source = _source(config, joints) if config.source_data else None
    scale = None
    if config.scale == "dataset":
        scale = _dataset_scale(train)
        normalised = NormalisedPoses.of(train, scale)
    return RunData(
        train=normalised,
        validation=NormalisedPoses.of(validation, scale),
        evaluation=evaluation,
        source=source,
        group=group,
        procedural_3d=procedural_3d,
        scale=scale,
        dropped=dropped,
    )


def _check_rate(frame_rate: float | None) -> None:
    """Refuses recordings of another frame rate than the windows are told.

    Raises:
      ConfigError: If the rate is known and not about 30.
    """
    low, high = _SEQUENCE_RATES
    if frame_rate is not None and not low <= frame_rate <= high:
        advice = "leave sequence_steps out"
        if frame_rate > high:
            advice = f"keep every {round(frame_rate / RATE)}. frame"
        raise ConfigError(
            "sequence_steps takes recordings of about 30 frames a second, and train_data has "
            f"{frame_rate:g}: {advice}."
        )


def source_batch_size(config: TrainingConfig) -> int:
    """Poses of source_data a step."""
    return max(1, round(config.batch_size * config.adapter.share))


def _source(config: TrainingConfig, joints: RunJoints) -> NormalisedPoses:
    if config.scale != "pose":
        raise ConfigError("source_data needs scale=pose: two data sets have no common scale.")
    poses = _read_split(config.source_data, "train", config.source_keypoints, joints)
    poses = poses.on(joints.skeleton)
    complete = _complete_rows(poses)
    dropped = len(poses) - len(complete)
    _check_enough(len(complete), source_batch_size(config), dropped)
    if dropped:
        poses = poses.keep(complete)
    return varied(poses)


def _read(config: TrainingConfig, joints: RunJoints) -> tuple[Poses2D, Poses2D]:
    if not config.train_data:
        if config.eval_data:
            raise ConfigError("eval_data is given without train_data; give both or neither.")
        return _procedural(config, joints)
    path = Path(config.train_data)

    train = _read_split(path, "train", config.train_keypoints, joints)
    if config.eval_data:
        return train, _read_split(config.eval_data, "test", config.eval_keypoints, joints)
    if "test" in archive.archive_splits(path):
        return train, _read_split(path, "test", config.eval_keypoints, joints)
    if len(train) == 1:  # nothing would be left to train on
        _check_enough(1, config.batch_size, dropped=0)
    return _hold_out(train)


def _read_split(path: str | Path, split: str, keypoints: str, joints: RunJoints) -> Poses2D:
    """A split of an archive; all of it if it has no splits."""
    found = split if split in archive.archive_splits(path) else None
    return archive.read_archive(path, found, keypoints, joints.skeleton, joints.map_file)


def _check_human(joints: RunJoints) -> None:
    if not set(joints.skeleton.joint_names) <= set(H36M_17.joint_names):
        raise ConfigError(
            "Procedural motion is human and has the 17 joints of h36m17, which the skeleton "
            f"{joints.skeleton.name!r} does not; give train_data, and leave synthetic_sequences 0."
        )


def _procedural(config: TrainingConfig, joints: RunJoints) -> tuple[Poses2D, Poses2D]:
    _check_human(joints)
    number = config.synthetic_sequences
    sequences = {"num_train_sequences": number} if number else {}
    return synthetic.quickstart_split(**sequences, seed=config.seed)


def _join(first: Poses2D, second: Poses2D) -> Poses2D:
    """Both sets of 2D poses; those without confidence are complete."""
    confidence = [
        np.ones(p.keypoints_2d.shape[:2], np.float32) if p.confidence is None else p.confidence
        for p in (first, second)
    ]
    elevation = [
        np.full(len(p), np.nan) if p.camera_elevation is None else p.camera_elevation
        for p in (first, second)
    ]
    return Poses2D(
        keypoints_2d=np.concatenate([first.keypoints_2d, second.keypoints_2d]),
        skeleton=first.skeleton,
        confidence=np.concatenate(confidence),
        camera_elevation=np.concatenate(elevation),
        lengths=np.concatenate([first.lengths, second.lengths]),
        sequences=(*first.sequences, *second.sequences),
    )


def _hold_out(poses: Poses2D) -> tuple[Poses2D, Poses2D]:
    """Holds out every 20th sequence by name, or every 20th pose where sequences are few."""
    names = sorted(set(poses.sequences))
    if len(names) >= _HELD_OUT_EVERY:
        held_names = set(names[::_HELD_OUT_EVERY])
        held = np.repeat([n in held_names for n in poses.sequences], poses.lengths)
    else:
        held = np.arange(len(poses)) % _HELD_OUT_EVERY == 0
    return poses.keep(np.flatnonzero(~held)), poses.keep(np.flatnonzero(held))


def _complete_rows(poses: Poses2D) -> np.ndarray:
    if poses.confidence is None:
        return np.arange(len(poses))
    return np.flatnonzero((poses.confidence > 0).all(axis=1))


def _check_enough(count: int, batch_size: int, dropped: int) -> None:
    left_out = f" ({dropped} with missing joints are left out)" if dropped else ""
    if count < max(MIN_POSES, batch_size):
        raise TrainingError(
            f"There are {count} complete poses to train on{left_out}, and at least "
            f"{max(MIN_POSES, batch_size)} are needed (batch_size {batch_size}). A few thousand "
            "poses of many people and viewpoints are where training starts to make sense."
        )


def varied(poses: Poses2D) -> NormalisedPoses:
    """The poses, each at its own scale.

    Raises:
      TrainingError: If they are nearly all the same.
    """
    normalised = NormalisedPoses.of(poses)
    sample = normalised.read(slice(None, None, max(1, len(poses) // _SAMPLE)))
    variation = float(np.sqrt(sample.var(axis=0).mean()) * camera.DISTANCE)
    different = len(np.unique(sample.round(4), axis=0))
    if variation < MIN_VARIATION or different < MIN_POSES:
        raise TrainingError(
            f"The poses to train on are nearly all the same: of {len(sample)} looked at "
            f"{different} differ, and their joints vary by {100 * variation:.2g} % of a pose's "
            f"size. At least {MIN_POSES} poses and {100 * MIN_VARIATION:g} % are needed; without "
            "variety there is nothing to learn depth from."
        )
    return normalised


def _dataset_scale(poses: Poses2D) -> float:
    """Pixels a unit so that the mean head-root distance of the data set is 1 / c, as in the paper.

    Raises:
      ConfigError: If the skeleton has no joint called head.
    """
    skeleton = poses.skeleton
    if "head" not in skeleton.joint_names:
        raise ConfigError(
            f"scale is 'dataset', but the skeleton {skeleton.name!r} has no joint 'head' to "
            "measure the head-root distance by; use scale 'pose'."
        )
    total = 0.0
    for start in range(0, len(poses), 1 << 16):
        part = poses.keypoints_2d[start : start + (1 << 16)]
        offset = part[:, skeleton.index("head")] - part[:, skeleton.root]
        total += float(np.linalg.norm(offset, axis=-1).sum())
    return total / len(poses) * camera.DISTANCE
