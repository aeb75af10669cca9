"""MPI-INF-3DHP (Mehta et al., 3DV 2017): 2D of the training set, 2D and 3D of the test set.

Layout of the files: the data set's README.txt and the README of its test set; docs/datasets.md says
how to come by them. The joints become those of `skeleton.H36M_17`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.data.dataset import DataSet, count_note
from posenet3d.errors import InputError
from posenet3d.files.matlab import entries, read_mat
from posenet3d.files.parts import Part, Progress, fingerprint, prepared
from posenet3d.poses.archives.videopose3d import checked_positions
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import H36M_17, MPI_INF_3DHP_17, MPI_INF_3DHP_28

CAMERAS = (0, 1, 2, 4, 5, 6, 7, 8)
"""The set `vnect` of util/mpii_get_camera_set.m, which most papers train on: at the height of chest
and knees, and two that look down. The others are at the ceiling or have other fields of view."""

TRAIN_FRAMES = {
    "S1/Seq1": (6416, 25), "S1/Seq2": (12430, 50), "S2/Seq1": (6502, 25), "S2/Seq2": (6081, 25),
    "S3/Seq1": (12488, 50), "S3/Seq2": (12283, 50), "S4/Seq1": (6171, 25), "S4/Seq2": (6675, 25),
    "S5/Seq1": (12820, 50), "S5/Seq2": (12312, 50), "S6/Seq1": (6188, 25), "S6/Seq2": (6145, 25),
    "S7/Seq1": (6239, 25), "S7/Seq2": (6320, 25), "S8/Seq1": (6468, 25), "S8/Seq2": (6054, 25),
}  # fmt: skip
"""Frames and frames a second of each recording, by util/mpii_get_sequence_info.m. Annotations may
run on after the last frame and are cut there, as the README advises."""

TEST_SEQUENCES = ("TS1", "TS2", "TS3", "TS4", "TS5", "TS6")
TEST_FRAMES = 2929
"""Valid frames of the test set: Kanazawa et al., CVPR 2018, section 4.1, and others."""

ACTIVITIES = ("Standing/Walking", "Exercising", "Sitting", "Reaching/Crouching", "On The Floor",
              "Sports", "Miscellaneous")  # fmt: skip
"""Names of the activities 1 to 7 of the test set, by its mpii_get_activity_name.m."""

_TRAIN_SIZE = (2048, 2048)
_TEST_SIZES = dict.fromkeys(TEST_SEQUENCES[:4], (2048, 2048)) | dict.fromkeys(
    TEST_SEQUENCES[4:], (1920, 1080)
)
_TEST_FOLDERS = ("mpi_inf_3dhp_test_set", ".")


def read(folder: str | Path, parts: str | Path | None = None, progress: Progress = iter) -> DataSet:
    """Reads what there is of the training and the test set.

    Args:
      folder: Holds `S1/Seq1/annot.mat` and so on, and the test set as
        `mpi_inf_3dhp_test_set/TS1/annot_data.mat` and so on, or as `TS1/annot_data.mat`.
      parts: Where finished files are kept, see `parts.prepared`.
      progress: Sees the names of the files pass.

    Returns:
      `train`: 2D only, every frame by every one of `CAMERAS`; a sequence is one camera's view of
      one recording ("S1 Seq1"). `test`: the valid frames with 3D, `univ_annot3` from the pelvis, in
      mm; a sequence is a run of consecutive frames of one activity ("TS1 Sitting"). Each is there
      if some of its files are. The labels are `train_cameras`, `train_frame_rates`,
      `test_activities` (1 to 7) and `..._image_sizes` of each sequence, and `test_frames`, for each
      pose the number of its frame, from 0.

    Raises:
      InputError: If there is none of the files, a folder lacks its file, or a file is damaged, of
        another layout, or has a NaN (named by recording, camera, frame and joint).
    """
    folder = Path(folder)
    inside = folder / "mpi_inf_3dhp_test_set"
    train = _present(folder, TRAIN_FRAMES, "annot.mat")
    test = _present(inside if inside.is_dir() else folder, TEST_SEQUENCES, "annot_data.mat")
    paths = train | test
    if not paths:
        raise InputError(
            f"{folder} holds neither S1/Seq1/annot.mat nor mpi_inf_3dhp_test_set/TS1/"
            "annot_data.mat, nor another recording of MPI-INF-3DHP; give the folder with S1 to S8 "
            "or that with TS1 to TS6."
        )

    def make(name: str) -> Part:
        return (_train_part if name in train else _test_part)(name, paths[name])

    key = {
        "dataset": "mpi_inf_3dhp",
        "cameras": CAMERAS,
        "files": fingerprint(paths.values()),
    }
    made = dict(zip(paths, prepared(parts, key, list(paths), make, progress), strict=True))
    splits, labels, notes = {}, {}, []
    for split, names, join in (("train", train, _train_set), ("test", test, _test_set)):
        if names:
            splits[split], of_split, note = join({name: made[name] for name in names})
            labels |= {f"{split}_{key}": array for key, array in of_split.items()}
            notes.append(note)
    return DataSet(splits, labels, tuple(notes))


def _present(folder: Path, names: Sequence[str], file_name: str) -> dict[str, Path]:
    """{name: its file} of the recordings whose folders are there."""
    paths = {name: folder / name / file_name for name in names if (folder / name).is_dir()}
    for path in paths.values():
        if not path.is_file():
            raise InputError(f"{path.parent} holds no {file_name}; put it there, or leave it out.")
    return paths


def _train_set(parts: dict[str, Part]) -> tuple[Poses2D, dict[str, np.ndarray], str]:
    """The training split, its labels and a remark about its size."""
    names = [name.replace("/", " ") for name in parts for _ in CAMERAS]
    poses = _joined(parts, names)
    labels = {
        "cameras": np.array(CAMERAS * len(parts)),
        "frame_rates": np.repeat([TRAIN_FRAMES[name][1] for name in parts], len(CAMERAS)),
        "image_sizes": np.array([_TRAIN_SIZE] * len(names)),
    }
    expected = sum(frames for frames, _ in TRAIN_FRAMES.values()) * len(CAMERAS)
    missing = [name for name in TRAIN_FRAMES if name not in parts]
    return poses, labels, count_note("MPI-INF-3DHP train", "poses", expected, len(poses), missing)


def _test_set(parts: dict[str, Part]) -> tuple[Poses2D, dict[str, np.ndarray], str]:
    activities = np.concatenate([part["activities"] for part in parts.values()])
    recordings = [name for name, part in parts.items() for _ in part["lengths"]]
    pairs = zip(recordings, activities, strict=True)
    poses = _joined(parts, [f"{name} {ACTIVITIES[number - 1]}" for name, number in pairs])
    labels = {
        "activities": activities,
        "frames": np.concatenate([part["frames"] for part in parts.values()]),
        "image_sizes": np.array([_TEST_SIZES[name] for name in recordings]),
    }
    missing = [name for name in TEST_SEQUENCES if name not in parts]
    note = count_note("MPI-INF-3DHP test", "valid frames", TEST_FRAMES, len(poses), missing)
    return poses, labels, note


def _joined(parts: dict[str, Part], names: Sequence[str]) -> Poses2D:
    def all_of(key: str) -> np.ndarray:
        return np.concatenate([part[key] for part in parts.values()])

    with_3d = all("keypoints_3d" in part for part in parts.values())
    return Poses2D(
        all_of("keypoints_2d"),
        H36M_17,
        lengths=all_of("lengths"),
        sequences=tuple(names),
        keypoints_3d=all_of("keypoints_3d") if with_3d else None,
    )


def _train_part(name: str, path: Path) -> Part:
    """The 2D of one recording, camera after camera."""
    values = read_mat(path, ["annot2", "cameras"])
    cameras, cells = _row(values["cameras"]).tolist(), entries(values["annot2"])
    if len(cameras) != len(cells):
        raise InputError(
            f"{path}: {name}: annot2 has {len(cells)} cells for {len(cameras)} cameras; it must "
            "have one a camera."
        )
    views = dict(zip(cameras, cells, strict=True))
    frames, _ = TRAIN_FRAMES[name]
    joint_map = joint_maps.get(MPI_INF_3DHP_28.name, H36M_17.name)
    joints, keypoints = MPI_INF_3DHP_28.num_joints, []
    for camera in CAMERAS:
        where = f"{path}: {name}, camera {camera}"
        if camera not in views:
            there = ", ".join(f"{number:g}" for number in cameras) or "none"
            raise InputError(f"{where} is missing in annot2; there are {there}.")
        rows = np.atleast_2d(_numbers(views[camera], where))
        if rows.ndim != 2 or rows.shape[1] != 2 * joints or not len(rows):
            raise InputError(
                f"{where}: annot2 must have the shape [frames, {2 * joints}] (x and y of {joints} "
                f"joints in turn), got {list(rows.shape)}."
            )
        points = rows[:frames].reshape(-1, joints, 2)
        points = checked_positions(points, MPI_INF_3DHP_28.joint_names, 2, where)
        keypoints.append(joint_map.apply(points)[0])
    lengths = np.array([len(view) for view in keypoints])
    return {"keypoints_2d": np.concatenate(keypoints), "lengths": lengths}


def _test_part(name: str, path: Path) -> Part:
    """The valid frames of one sequence, split where frames are left out or the activity changes."""
    where = f"{path}: {name}"
    values = read_mat(path, ["annot2", "univ_annot3", "valid_frame", "activity_annotation"])
    valid, activities = _row(values["valid_frame"]), _row(values["activity_annotation"])
    if len(valid) != len(activities) or not np.isin(valid, (0, 1)).all():
        raise InputError(
            f"{where}: valid_frame and activity_annotation must give 0 or 1 and a number for each "
            f"frame, got {len(valid)} and {len(activities)}."
        )
    rows = np.flatnonzero(valid)
    if not len(rows):
        raise InputError(f"{where}: none of the {len(valid)} frames is valid.")
    joint_map = joint_maps.get(MPI_INF_3DHP_17.name, H36M_17.name)
    points = {}
    for key, dims in (("annot2", 2), ("univ_annot3", 3)):
        array = _numbers(values[key], f"{where}, {key}")
        array = array[..., None] if array.ndim == 2 else array  # of one frame
        expected = (dims, MPI_INF_3DHP_17.num_joints, len(valid))
        if array.shape != expected:
            raise InputError(
                f"{where}: {key} must have the shape {list(expected)} (coordinates, joints, "
                f"frames), got {list(array.shape)}."
            )
        frames = np.where(valid[:, None, None] > 0, array.T, 0.0)
        frames = checked_positions(frames, MPI_INF_3DHP_17.joint_names, dims, f"{where}, {key}")
        points[dims] = joint_map.apply(frames[rows])[0]
    number = activities[rows]
    known = np.isin(number, np.arange(1, len(ACTIVITIES) + 1))
    if not known.all():
        first = np.argmin(known)
        raise InputError(
            f"{where}: activity_annotation must be 1 to {len(ACTIVITIES)} at valid frames, got "
            f"{number[first]:g} at frame {rows[first]}."
        )
    number = number.astype(np.int64)
    changes = (np.diff(rows) != 1) | (np.diff(number) != 0)
    starts = np.append(0, np.flatnonzero(changes) + 1)
    return {
        "keypoints_2d": points[2],
        "keypoints_3d": points[3] - points[3][:, H36M_17.root, None],
        "lengths": np.diff(np.append(starts, len(rows))),
        "activities": number[starts],
        "frames": rows,
    }


def _row(value: Any) -> np.ndarray:
    """A row or column of numbers as float64 `[n]`; empty if it is none."""
    array = np.asarray(value if isinstance(value, np.ndarray | float | int) else [], np.float64)
    return array.ravel()


def _numbers(value: Any, where: str) -> np.ndarray:
    if not isinstance(value, np.ndarray):
        raise InputError(f"{where}: there must be an array of numbers, got {type(value).__name__}.")
    return value.astype(np.float64)
