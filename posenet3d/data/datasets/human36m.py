"""Human3.6M from VideoPose3D's archives, split as the standard protocol has it.

docs/datasets.md says how to come by the files.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from posenet3d.data.datasets.calibration import calibrate
from posenet3d.errors import InputError
from posenet3d.poses.archives.videopose3d import Positions2D, Positions3D
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import H36M_17

SUBJECTS = {"train": ("S1", "S5", "S6", "S7", "S8"), "test": ("S9", "S11")}
"""The standard split by subject; others (S2, S3 and S4 have no public 3D) are left aside."""

TRAIN_POSES = 1_559_752
"""Poses of the five training subjects, every frame by every camera, in VideoPose3D's files."""

NUM_CAMERAS = 4
FRAME_RATE = 50.0

_CALIBRATION_FRAMES = 400  # of all actions of a subject; more make no camera better (ours)
_MAX_ERROR = 0.1  # px; projections agree to a thousandth, a detector is off by several (ours)


@dataclasses.dataclass(frozen=True)
class Human36M:
    """The data set for the standard protocol.

    Args:
      splits: The poses of `train` and `test`, every frame, on `skeleton.H36M_17`. A sequence is one
        camera's view of one recording and is named for the recording (`"S9 Walking 1"`), so that
        four in a row share a name. `test` alone has 3D, and only if 3D was given.
      cameras: For each split the camera of each sequence, 0 to 3 in VideoPose3D's order.
      left_out: Recordings that have 2D but no 3D, if 3D was given.
    """

    splits: dict[str, Poses2D]
    cameras: dict[str, np.ndarray]
    left_out: tuple[str, ...]


def read(
    keypoints_2d: str | Path,
    positions_3d: str | Path | None = None,
    true_2d: str | Path | None = None,
) -> Human36M:
    """Reads VideoPose3D's archives of Human3.6M.

    The 3D is turned into the frame of each camera without a table of cameras: true 2D and 3D
    together say how each one is turned.

    Args:
      keypoints_2d: `data_2d_h36m_*.npz`, true or detected 2D.
      positions_3d: `data_3d_h36m.npz`. With it the test split has 3D, and sequences end where the
        3D does (some videos run on). None: 2D alone, which is all that training needs.
      true_2d: `data_2d_h36m_gt.npz`, from which the cameras are found. None: `keypoints_2d` is it.

    Returns:
      Both splits.

    Raises:
      InputError: If a file is damaged, asks for code to be run, is of another layout or lacks a
        standard subject; if an array has a wrong shape, a NaN or too few frames (named by subject,
        action and camera); or if 2D and 3D are not of the same recordings.
    """
    subjects = tuple(subject for split in SUBJECTS.values() for subject in split)
    detected = Positions2D(keypoints_2d, subjects, NUM_CAMERAS)
    truth, rotations = None, {}
    if positions_3d is not None:
        truth = Positions3D(positions_3d, subjects)
        projected = Positions2D(true_2d, subjects, NUM_CAMERAS) if true_2d else detected
        rotations = {s: _rotations(projected, truth, s) for s in SUBJECTS["test"]}
    elif true_2d is not None:
        raise InputError("True 2D only serves to find cameras for 3D positions; give those too.")
    splits, cameras, left_out = {}, {}, []
    for split, of_split in SUBJECTS.items():
        parts = _Sequences()
        for subject in of_split:
            for action in detected.actions(subject):
                if truth and action not in truth.actions(subject):
                    left_out.append(f"{subject} {action}")
            for action in (truth or detected).actions(subject):
                points = truth.get(subject, action) if truth else None
                for camera, keypoints in enumerate(detected.views(subject, action, points)):
                    turned = None
                    if subject in rotations:
                        turned = _in_camera(points, rotations[subject][camera])
                    parts.add(f"{subject} {action}", camera, keypoints, turned)
        splits[split], cameras[split] = parts.join(), np.array(parts.cameras)
    return Human36M(splits, cameras, tuple(left_out))


class _Sequences:
    """The sequences of a split on their way to one record."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.cameras: list[int] = []
        self.keypoints_2d: list[np.ndarray] = []
        self.keypoints_3d: list[np.ndarray] = []

    def add(
        self, name: str, camera: int, keypoints_2d: np.ndarray, keypoints_3d: np.ndarray | None
    ) -> None:
        self.names.append(name)
        self.cameras.append(camera)
        self.keypoints_2d.append(keypoints_2d)
        if keypoints_3d is not None:
            self.keypoints_3d.append(keypoints_3d)

    def join(self) -> Poses2D:
        return Poses2D(
            keypoints_2d=np.concatenate(self.keypoints_2d),
            skeleton=H36M_17,
            lengths=np.array([len(part) for part in self.keypoints_2d]),
            sequences=tuple(self.names),
            keypoints_3d=np.concatenate(self.keypoints_3d) if self.keypoints_3d else None,
            frame_rate=FRAME_RATE,
        )


def _rotations(projected: Positions2D, truth: Positions3D, subject: str) -> list[np.ndarray]:
    """The rotation `[3, 3]` of each camera, from frames of all of the subject's recordings."""
    actions = truth.actions(subject)
    points_3d: list[np.ndarray] = []
    points_2d: list[list[np.ndarray]] = [[] for _ in range(NUM_CAMERAS)]
    for action in actions:
        points = truth.get(subject, action)
        step = max(1, len(points) * len(actions) // _CALIBRATION_FRAMES)
        points_3d.append(points[::step].reshape(-1, 3))
        for camera, keypoints in enumerate(projected.views(subject, action, points)):
            points_2d[camera].append(keypoints[::step].reshape(-1, 2))
    mend = (
        "Cameras are found from true 2D: give data_2d_h36m_gt.npz, made together with the 3D file, "
        "as true_2d."
    )
    rotations = []
    for camera, places in enumerate(points_2d):
        where = f"{projected.path}: {subject}, camera {camera}"
        try:
            found = calibrate(np.concatenate(points_3d), np.concatenate(places))
        except ValueError as error:
            raise InputError(f"{where}: {error} {mend}") from None
        if not found.error < _MAX_ERROR:
            raise InputError(
                f"{where}: the 2D is not the projection of the 3D positions; with the best camera "
                f"they are {found.error:.1f} px apart. {mend}"
            )
        rotations.append(found.rotation)
    return rotations


def _in_camera(points: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """World metres `[T, 17, 3]` as camera frame, mm, root-relative."""
    relative = points.astype(np.float64) - points[:, H36M_17.root, None]
    return (1000.0 * relative @ rotation.T).astype(np.float32)
