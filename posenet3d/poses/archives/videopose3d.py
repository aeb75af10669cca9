"""The archives of 2D and 3D poses that VideoPose3D defined, checked array by array.

Layout (VideoPose3D's DATASETS.md, and the metadata in the files): `positions_2d` is a pickled
{subject: {action: [each camera's array [T, J, 2], pixels]}} with `metadata` about its joints, and
`positions_3d` {subject: {action: [T, 32, 3], world frame, z up, metres}}.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.restricted_unpickler import read_pickled
from posenet3d.skeletons import joint_maps, joint_rules
from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.proportions import LIMBS, NECK, TOP, above_shoulders
from posenet3d.skeletons.skeleton import H36M_17

JOINTS_OF_32 = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
"""Where the 17 joints of `skeleton.H36M_17` stand among Human3.6M's 32."""

# What the metadata of a file says: number of joints, those on the left, those on the right. The
# Stacked Hourglass files (data/prepare_data_2d_h36m_sh.py) do not list partners in one order.
_LAYOUTS = {
    (s.num_joints, tuple(sorted(s.left)), tuple(sorted(s.right))): s
    for s in (H36M_17, skeletons.COCO_17, skeletons.MPII_16)
}
# The Stacked Hourglass trained on MPII has that data set's thorax and upper neck for joints 7 and
# 8. Fine-tuned on Human3.6M it may have its spine and thorax there: so 3d-pose-baseline, which made
# the files, calls them (src/data_utils.py), but its issue 185 finds MPII's. Each file shows which:
# seen from the pelvis, MPII's thorax lies near its neck, the spine halfway to the thorax.
_OF_HUMAN36M = joint_rules.JointMap(
    skeletons.MPII_16,
    H36M_17,
    LIMBS
    | {
        "pelvis": joint_rules.Copy("pelvis"),
        "spine": joint_rules.Copy("thorax"),
        "thorax": joint_rules.Copy("upper_neck"),
        "neck": above_shoulders(
            NECK, (joint_rules.Copy("upper_neck"),), ((joint_rules.Copy("head_top"), TOP),)
        ),
        "head": joint_rules.Copy("head_top"),
    },
)
_HALFWAY = 0.7  # of the way from joint 6 to joint 8; above it joint 7 is MPII's thorax (ours)
_TRUNK = (0.1, 2.0)  # m from pelvis to head at the median; outside, the unit is not metres (ours)


class _Positions:
    """{subject: {action: ...}} of a file, with every subject that is asked for in it."""

    def __init__(self, path: str | Path, values: Any, subjects: tuple[str, ...]) -> None:
        self.path = path
        self._subjects = values
        if not _is_nested_dict(values):
            raise InputError(f"{path}: there must be a dict of subjects with dicts of actions.")
        for subject in subjects:
            if not values.get(subject):
                raise InputError(
                    f"{path}: there are no actions of subject {subject}; the protocol needs "
                    f"{', '.join(subjects)}, and the file has {', '.join(values) or 'none'}."
                )

    def actions(self, subject: str) -> list[str]:
        """The names of the subject's recordings, in alphabetical order."""
        return sorted(self._subjects[subject])

    def _entry(self, subject: str, action: str) -> Any:
        if action not in self._subjects[subject]:
            raise InputError(f"{self.path}: {subject} {action} is missing; the 3D file has it.")
        return self._subjects[subject][action]


class Positions3D(_Positions):
    """A file of 3D positions.

    Args:
      path: `data_3d_h36m.npz`.
      subjects: Those that it must have.

    Raises:
      InputError: If the file cannot be read or lacks a subject.
    """

    def __init__(self, path: str | Path, subjects: tuple[str, ...]) -> None:
        super().__init__(path, read_pickled(path, ["positions_3d"])["positions_3d"], subjects)

    def get(self, subject: str, action: str) -> np.ndarray:
        """One recording: float32 `[T, 17, 3]`, world frame, metres.

        Raises:
          InputError: If it is not `[T, 32, 3]` finite numbers, or not a person's size in metres.
        """
        where = f"{self.path}: {subject} {action}"
        joints = tuple(f"{joint} of 32" for joint in range(32))
        points = checked_positions(self._entry(subject, action), joints, 3, where)[:, JOINTS_OF_32]
        trunk = points[:, H36M_17.index("head")] - points[:, H36M_17.root]
        length = np.median(np.linalg.norm(trunk, axis=-1))
        if not _TRUNK[0] < length < _TRUNK[1]:
            raise InputError(
                f"{where}: the head is {length:.3g} from the pelvis; 3D positions must be in "
                "metres, with the 32 joints in the data set's order."
            )
        return points


class Positions2D(_Positions):
    """A file of 2D keypoints, whose joints become those of `skeleton.H36M_17`.

    Args:
      path: `data_2d_h36m_*.npz`.
      subjects: Those that it must have.
      num_cameras: The number of views of each recording.

    Raises:
      InputError: If the file cannot be read or lacks a subject, or there is no map from its joints.
    """

    def __init__(self, path: str | Path, subjects: tuple[str, ...], num_cameras: int) -> None:
        values = read_pickled(path, ["positions_2d", "metadata"])
        super().__init__(path, values["positions_2d"], subjects)
        self._map = joint_maps.get(layout_of(path, values["metadata"]).name, H36M_17.name)
        self._undecided = self._map.source == skeletons.MPII_16  # the first view decides for all
        self._num_cameras = num_cameras

    def views(self, subject: str, action: str, points: np.ndarray | None) -> Iterator[np.ndarray]:
        """Each camera's view of one recording: float32 `[T, 17, 2]`, pixels.

        Args:
          subject: The subject.
          action: The recording.
          points: Its 3D `[T, ...]`; views that run on after it end with it. None: they are whole.

        Yields:
          The views, in the file's order.

        Raises:
          InputError: If there is no such recording, or not as many views as cameras; if a view is
            not `[T, J, 2]` finite numbers, or shorter than the 3D.
        """
        views = self._entry(subject, action)
        where = f"{self.path}: {subject} {action}"
        count = len(views) if isinstance(views, list | tuple | np.ndarray) else 0
        if count != self._num_cameras:
            raise InputError(f"{where}: needs the 2D of {self._num_cameras} cameras, has {count}.")
        source = self._map.source
        for camera, view in enumerate(views):
            keypoints = checked_positions(view, source.joint_names, 2, f"{where}, camera {camera}")
            if points is not None and len(keypoints) < len(points):
                raise InputError(
                    f"{where}, camera {camera}: {len(keypoints)} frames of 2D are fewer than the "
                    f"{len(points)} of 3D."
                )
            keypoints = keypoints[: None if points is None else len(points)]
            if self._undecided:
                self._map = _OF_HUMAN36M if _has_spine(keypoints) else self._map
                self._undecided = False
            yield keypoints if source == H36M_17 else self._map.apply(keypoints)[0]


def layout_of(path: str | Path, metadata: Any) -> skeletons.Skeleton:
    """The skeleton that the metadata of a 2D file describes.

    Raises:
      InputError: If the metadata is not VideoPose3D's, or no map from its joints is declared.
    """
    try:
        left, right = metadata["keypoints_symmetry"]
        found = (int(metadata["num_joints"]), tuple(sorted(left)), tuple(sorted(right)))
        name = metadata.get("layout_name")
    except (TypeError, KeyError, ValueError, IndexError):
        raise InputError(
            f"{path}: metadata must give num_joints and keypoints_symmetry, got {metadata!r:.200}."
        ) from None
    if found in _LAYOUTS:
        return _LAYOUTS[found]
    raise InputError(
        f"{path}: no map is declared from its {found[0]} joints (layout {name or 'unnamed'}, left "
        f"{found[1]}, right {found[2]}) to the 17 of Human3.6M. Supported are the 17 joints of "
        "Human3.6M (gt, cpn_ft_h36m_dbb, detectron_ft_h36m), those of COCO and the 16 of MPII "
        "(sh_pt_mpii, sh_ft_h36m)."
    )


def checked_positions(
    array: Any, joint_names: tuple[str, ...], dims: int, where: str
) -> np.ndarray:
    """The array as float32 if it is `[T, J, dims]` finite numbers.

    Raises:
      InputError: If not; the message begins with `where` and names frame and joint.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise InputError(f"{where}: there must be an array of real numbers, got {kind}.")
    if array.ndim != 3 or array.shape[1:] != (len(joint_names), dims) or not len(array):
        raise InputError(
            f"{where}: the array must have the shape [frames, {len(joint_names)}, {dims}], "
            f"got {list(array.shape)}."
        )
    usable = np.abs(array) < 1e9  # False for NaN as well
    if not usable.all():
        frame, joint, axis = np.argwhere(~usable)[0]
        raise InputError(
            f"{where}: {array[frame, joint, axis]} at frame {frame}, joint {joint_names[joint]}."
        )
    return array.astype(np.float32, copy=False)


def _has_spine(keypoints: np.ndarray) -> bool:
    """Whether joint 7 of the hourglass `[T, 16, 2]` is Human3.6M's spine, see `_OF_HUMAN36M`."""
    trunk = np.linalg.norm(keypoints[:, [7, 8]] - keypoints[:, [6]], axis=-1)
    lower, whole = np.median(trunk, axis=0)
    return bool(lower < _HALFWAY * whole)


def _is_nested_dict(value: Any) -> bool:
    def is_named(part: Any) -> bool:
        return isinstance(part, dict) and all(isinstance(key, str) for key in part)

    return is_named(value) and all(is_named(part) for part in value.values())
