"""The record that carries 2D poses from a file or a generator to training and evaluation."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np

from posenet3d.errors import InputError
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.joint_rules import JointMap
from posenet3d.skeletons.skeleton import Skeleton

LARGEST = 1e9
"""No picture and no room is so large, and its square still fits in float32."""
_ROWS_A_CHECK = 1 << 16  # bounds the memory of checking an archive larger than memory


@dataclasses.dataclass(frozen=True)
class Poses2D:
    """N 2D poses of one skeleton in S sequences, checked.

    Other types of number are taken as well and become those given here. An array of the right
    type is not copied, so that a memory-mapped one stays one.

    Args:
      keypoints_2d: float32 `[N, J, 2]`, image frame (x right, y down), pixels.
      skeleton: The skeleton whose joints the J are.
      confidence: float32 `[N, J]` in [0, 1], or None when every joint is present; 0 marks a
        missing joint, whose coordinates mean nothing.
      lengths: int64 `[S]`, frames of each sequence, in the order of the rows; None: one sequence.
      sequences: S names, repeated where several cameras saw one motion; None: numbered.
      keypoints_3d: float32 `[N, J, 3]`, camera frame (x right, y down, z forward), mm,
        root-relative; None where unknown. For evaluation only.
      image_size: (width, height) in pixels, or None.
      frame_rate: Frames a second, or None.
      camera_elevation: float32 `[N]`, degrees by which the camera that saw a pose looks down,
        where that is known, else NaN; None: of none.

    Raises:
      ValueError: On wrong shapes or joint counts, no pose at all, lengths that do not add up, a
        NaN or an infinity (named by array, row and joint), or confidence outside [0, 1].
    """

    keypoints_2d: np.ndarray
    skeleton: Skeleton
    confidence: np.ndarray | None = None
    lengths: np.ndarray | None = None
    sequences: tuple[str, ...] | None = None
    keypoints_3d: np.ndarray | None = None
    image_size: tuple[int, int] | None = None
    frame_rate: float | None = None
    camera_elevation: np.ndarray | None = None

    def __post_init__(self) -> None:
        keep = functools.partial(object.__setattr__, self)  # the record is frozen
        keep("keypoints_2d", check_array("keypoints_2d", self.keypoints_2d, self.skeleton, dims=2))
        rows = len(self.keypoints_2d)
        if rows == 0:
            raise ValueError("keypoints_2d holds no pose at all (its first axis is 0).")
        if self.keypoints_3d is not None:
            points = check_array("keypoints_3d", self.keypoints_3d, self.skeleton, 3, rows)
            keep("keypoints_3d", points)
        if self.confidence is not None:
            keep("confidence", check_confidence(self.confidence, self.skeleton, rows))
        if self.camera_elevation is not None:
            keep("camera_elevation", check_elevation(self.camera_elevation, rows))
        lengths = np.asarray([rows] if self.lengths is None else self.lengths)
        if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or (lengths <= 0).any():
            raise ValueError(
                "lengths must be a list of positive whole numbers, the frames of each sequence, "
                f"got dtype {lengths.dtype} and shape {lengths.shape}."
            )
        total = sum(lengths.tolist())  # exact: a damaged file's lengths may overflow numpy's sum
        if total != rows:
            raise ValueError(f"lengths add up to {total} frames but there are {rows} poses.")
        keep("lengths", lengths.astype(np.int64))
        if self.sequences is None:
            keep("sequences", tuple(str(i) for i in range(len(lengths))))
        if len(self.sequences) != len(lengths):
            raise ValueError(
                f"There are {len(self.sequences)} sequence names for {len(lengths)} lengths."
            )

    def __len__(self) -> int:
        """N, the number of poses."""
        return len(self.keypoints_2d)

    def on(self, skeleton: Skeleton, maps: Mapping[str, JointMap] | None = None) -> Poses2D:
        """The same poses with the joints of another skeleton.

        Args:
          skeleton: The skeleton that they are to have.
          maps: A user's own maps, those of a map file; see `joint_maps.route`.

        Raises:
          InputError: If no map leads to the skeleton, or a user's leaves joints without true 3D.
        """
        if skeleton == self.skeleton:
            return self
        keypoints_2d, confidence = self.keypoints_2d, self.confidence
        keypoints_3d = self.keypoints_3d
        for joint_map in joint_maps.route(self.skeleton, skeleton, maps):
            keypoints_2d, confidence = joint_map.apply(keypoints_2d, confidence)
            if maps and keypoints_3d is not None and joint_map.absent:
                raise InputError(
                    f"The {joint_map} says nothing of {', '.join(joint_map.absent)}, so the poses "
                    "have no true 3D there to measure against; leave keypoints_3d out."
                )
            if keypoints_3d is not None:
                keypoints_3d, _ = joint_map.apply(keypoints_3d)
        if keypoints_3d is not None:
            keypoints_3d = keypoints_3d - keypoints_3d[:, skeleton.root, None]
        return dataclasses.replace(
            self,
            keypoints_2d=keypoints_2d,
            confidence=confidence,
            keypoints_3d=keypoints_3d,
            skeleton=skeleton,
        )

    def keep(self, rows: np.ndarray) -> Poses2D:
        """The given rows, rising, as sequences: where rows are left out, a sequence is split."""
        rows = np.asarray(rows)
        sequence = np.repeat(np.arange(len(self.lengths)), self.lengths)[rows]
        starts = np.flatnonzero(np.diff(rows) != 1) + 1
        starts = np.union1d(np.append(0, starts), np.flatnonzero(np.diff(sequence)) + 1)
        return dataclasses.replace(
            self.select(rows),
            lengths=np.diff(np.append(starts, len(rows))),
            sequences=tuple(self.sequences[i] for i in sequence[starts]),
        )

    def select(self, rows: np.ndarray) -> Poses2D:
        """The given rows as one sequence: for a subset whose order in time no longer matters."""
        return dataclasses.replace(
            self,
            keypoints_2d=self.keypoints_2d[rows],
            confidence=None if self.confidence is None else self.confidence[rows],
            keypoints_3d=None if self.keypoints_3d is None else self.keypoints_3d[rows],
            camera_elevation=(
                None if self.camera_elevation is None else self.camera_elevation[rows]
            ),
            lengths=None,
            sequences=None,
        )


def check_array(
    name: str, array: np.ndarray, skeleton: Skeleton, dims: int, rows: int | None = None
) -> np.ndarray:
    """Refuses an array of joints that is not `[rows, J, dims]` finite numbers of usable size.

    Returns:
      The array as float32; it is not copied if it is that already.

    Raises:
      ValueError: Naming the array, what was given and what was expected; for a NaN, an
        infinity or a number above 1e9 its row and joint.
    """
    array = np.asanyarray(array)
    expected = f"[{'N' if rows is None else rows}, {skeleton.num_joints}, {dims}]"
    if array.ndim != 3 or array.shape[1:] != (skeleton.num_joints, dims):
        raise ValueError(
            f"{name} must have the shape {expected} (skeleton {skeleton.name}), "
            f"got {list(array.shape)}."
        )
    if rows is not None and len(array) != rows:
        raise ValueError(f"{name} must have the shape {expected}, got {list(array.shape)}.")
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}.")
    for start in range(0, len(array), _ROWS_A_CHECK):
        part = array[start : start + _ROWS_A_CHECK].astype(np.float64)
        usable = np.abs(part) <= LARGEST  # False for NaN as well
        if not usable.all():
            row, joint, axis = np.argwhere(~usable)[0]
            raise ValueError(
                f"{name} holds {part[row, joint, axis]:g} at row {start + row}, joint "
                f"{skeleton.joint_names[joint]}; coordinates must be finite and at most "
                f"{LARGEST:g}. Give a missing joint any such coordinates and confidence 0."
            )
    return array.astype(np.float32, copy=False)


def check_elevation(elevation: np.ndarray, rows: int) -> np.ndarray:
    """Refuses elevations that are not `[rows]` degrees from -90 to 90, or NaN.

    Raises:
      ValueError: Naming what was given.
    """
    elevation = np.asarray(elevation)
    if elevation.shape != (rows,) or elevation.dtype.kind not in "fiu":
        raise ValueError(
            f"camera_elevation must be [{rows}] real numbers, one a pose, got shape "
            f"{list(elevation.shape)} and dtype {elevation.dtype}."
        )
    wrong = np.flatnonzero(np.abs(elevation) > 90)
    if len(wrong):
        raise ValueError(
            "camera_elevation must lie between -90 and 90 degrees, got "
            f"{elevation[wrong[0]]:g} at row {wrong[0]}."
        )
    return elevation.astype(np.float32, copy=False)


def check_confidence(confidence: np.ndarray, skeleton: Skeleton, rows: int) -> np.ndarray:
    """Refuses confidence that is not `[rows, J]` in [0, 1].

    Returns:
      The confidence as float32; it is not copied if it is that already.

    Raises:
      ValueError: Naming what was given, and for a wrong value its row and joint.
    """
    confidence = np.asanyarray(confidence)
    expected = (rows, skeleton.num_joints)
    if confidence.shape != expected:
        raise ValueError(
            f"confidence must have the shape {list(expected)}, got {list(confidence.shape)}."
        )
    if confidence.dtype.kind not in "fiub":
        raise ValueError(f"confidence must hold real numbers, got dtype {confidence.dtype}.")
    for start in range(0, rows, _ROWS_A_CHECK):
        part = confidence[start : start + _ROWS_A_CHECK]
        inside = (part >= 0) & (part <= 1)  # False for NaN as well
        if not inside.all():
            row, joint = np.argwhere(~inside)[0]
            raise ValueError(
                f"confidence must lie in [0, 1], got {part[row, joint]} at row {start + row}, "
                f"joint {skeleton.joint_names[joint]}."
            )
    return confidence.astype(np.float32, copy=False)
