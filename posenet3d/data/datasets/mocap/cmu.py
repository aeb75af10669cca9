"""The CMU motion capture database, and any BVH files, seen by virtual cameras.

docs/mocap.md says how to come by the files.
"""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from posenet3d.data.dataset import DataSet
from posenet3d.data.datasets.mocap import files as mocap_files
from posenet3d.data.datasets.mocap.config import MocapConfig
from posenet3d.data.datasets.mocap.person import read_person
from posenet3d.data.synthetic.cameras import draw_cameras
from posenet3d.errors import ConfigError, InputError
from posenet3d.files import parts
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import CMU_17


def read(
    folder: str | Path,
    config: MocapConfig | None = None,
    skip_bad: bool = False,
    parts_folder: str | Path | None = None,
    progress: parts.Progress = iter,
) -> DataSet:
    """Reads all motions below a folder and lets virtual cameras see them.

    Each camera sees the person from a side of its own at a fixed angle and distance and moves along
    with it, as `data.synthetic.cameras` has it. What a motion's cameras are depends on the seed and
    the motion's name alone.

    Args:
      folder: Holds `.amc` files with their `.asf`, or `.bvh` files, at any depth. What stands
        before the first `_` of a file's name is the subject: `01_05.amc` is of subject 01.
      config: The settings; None: `MocapConfig()`.
      skip_bad: Leaves out files that cannot be used, where they would be an error.
      parts_folder: Keeps what is finished, so that a killed run goes on (`parts.prepared`). None:
        nothing is kept.
      progress: Wraps the names of the motions.

    Returns:
      `train` and `test` on `skeleton.CMU_17`, pixels; `test` alone has 3D. Either is missing if no
      subject is of it. A sequence is one
      camera's view of one motion and is named for the motion (`"01_01"`). The labels
      `train_cameras` and `test_cameras` say which camera, from 0. The notes count motions and
      subjects and name the files that were left out.

    Raises:
      InputError: If there are no files, two of one name, one that cannot be used, or no usable one
        for a split; names file and line. If the split is to be drawn from one subject.
      ConfigError: If `test_subjects` or `at_60_hz` names what no file is of.
    """
    config = config or MocapConfig()
    motions = mocap_files.find(folder)
    subjects = {motion.subject for motion in motions.values()}
    _check_names("test_subjects", config.test_subjects, subjects)
    _check_names("at_60_hz", config.at_60_hz, subjects | set(motions))
    test = _test_subjects(subjects, config)

    def make(name: str) -> parts.Part:
        try:
            return _views(motions[name], name, config, keep_3d=motions[name].subject in test)
        except InputError as error:
            if not skip_bad:
                raise InputError(f"{error} (To leave such files out, set skip_bad.)") from None
            return {"bad": np.array(str(error))}

    key = {"dataset": "cmu", "config": dataclasses.asdict(config)}
    files = [file for motion in motions.values() for file in motion.files]
    key["files"] = parts.fingerprint(dict.fromkeys(files))
    made = parts.prepared(parts_folder, key, list(motions), make, progress)
    found = dict(zip(motions, made, strict=True))
    bad = [f"Left out: {part['bad']}" for part in made if "bad" in part]
    usable = [name for name in motions if "bad" not in found[name]]
    splits, labels, notes = {}, {}, []
    for split, of_split in (("train", subjects - test), ("test", test)):
        if not of_split:
            continue
        names = [n for n in usable if motions[n].subject in of_split]
        if not names:
            why = f" {bad[0]}" if bad else ""
            raise InputError(f"{folder} holds no usable motion for the split {split}.{why}")
        splits[split] = _join([found[name] for name in names], names, config)
        labels[f"{split}_cameras"] = np.tile(np.arange(config.cameras), len(names))
        frames = len(splits[split]) // config.cameras
        notes.append(f"{split}: {_contents([motions[n] for n in names], frames)}")
    lie = sum(bool(found[name]["lies"]) for name in usable)
    if 2 * lie > len(usable):
        notes.append(f"People lie in {lie} of {len(usable)} motions: is another axis up? Set up.")
    return DataSet(splits, labels, (*notes, *bad))


def _contents(motions: Sequence[mocap_files.MotionFiles], frames: int) -> str:
    subjects = dict.fromkeys(motion.subject for motion in motions)
    return (
        f"{_count(len(motions), 'motion')} of {_count(len(subjects), 'subject')} "
        f"({', '.join(subjects)}), {frames:,} frames."
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _check_names(name: str, given: Sequence[str], known: Collection[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigError(
            f"{name}: no file is of {', '.join(unknown)}; there are {', '.join(sorted(known))}."
        )


def _test_subjects(subjects: set[str], config: MocapConfig) -> set[str]:
    if config.test_subjects or config.test_share in (0, 1):
        return set(config.test_subjects) or (subjects if config.test_share else set())
    if len(subjects) < 2:
        raise InputError(
            f"All motions are of one subject, {min(subjects)}, and the split is by subject; "
            "expected at least two. The subject is what stands before the first _ of a file's "
            "name. Set test_share to 0 for an archive without test split, to 1 for one that is all "
            "test split."
        )
    count = min(max(round(config.test_share * len(subjects)), 1), len(subjects) - 1)
    drawn = np.random.default_rng(config.seed).permutation(sorted(subjects))[:count]
    return {str(subject) for subject in drawn}


def _views(
    motion: mocap_files.MotionFiles, name: str, config: MocapConfig, keep_3d: bool
) -> parts.Part:
    """`keypoints_2d` `[C, F, 17, 2]` px, and `keypoints_3d` `[C, F, 17, 3]` mm, of all cameras."""
    positions = read_person(motion, name, config)
    positions = np.broadcast_to(positions, (config.cameras, *positions.shape))
    cameras = draw_cameras(
        np.random.default_rng([config.seed, zlib.crc32(name.encode())]),
        positions,
        elevation_deg=(config.elevation_mean_deg, config.elevation_std_deg),
        distance_m=config.distance_m,
        image_size=config.image_size,
        focal_length=config.focal_length_px,
    )
    seen = cameras.see(positions)
    part = {
        "keypoints_2d": cameras.project(seen).astype(np.float32),
        "lies": np.array(_lies(positions[0])),
    }
    if keep_3d:
        relative = seen - seen[:, :, CMU_17.root, None]
        part["keypoints_3d"] = (1000 * relative).astype(np.float32)
    return part


def _lies(positions: np.ndarray) -> bool:
    """Whether the person `[F, 17, 3]` is nearer to the horizontal than upright most of the time."""
    ankles = [CMU_17.index(f"{side}_ankle") for side in ("left", "right")]
    body = positions[:, CMU_17.index("head")] - positions[:, ankles].mean(axis=1)
    return bool(np.median(np.abs(body[:, 1]) / np.linalg.norm(body, axis=-1)) < np.sqrt(0.5))


def _join(views: Sequence[parts.Part], names: Sequence[str], config: MocapConfig) -> Poses2D:
    """One record of the views of many motions, camera by camera."""
    flat = functools.partial(np.reshape, shape=(-1, CMU_17.num_joints, 2))
    keypoints_3d = None
    if "keypoints_3d" in views[0]:
        flat_3d = functools.partial(np.reshape, shape=(-1, CMU_17.num_joints, 3))
        keypoints_3d = np.concatenate([flat_3d(part["keypoints_3d"]) for part in views])
    frames = [part["keypoints_2d"].shape[1] for part in views]
    return Poses2D(
        keypoints_2d=np.concatenate([flat(part["keypoints_2d"]) for part in views]),
        skeleton=CMU_17,
        lengths=np.repeat(frames, config.cameras),
        sequences=tuple(np.repeat(names, config.cameras).tolist()),
        keypoints_3d=keypoints_3d,
        image_size=tuple(config.image_size),
        frame_rate=config.frame_rate,
    )
