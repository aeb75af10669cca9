"""A NumPy array alone (`.npy`), where the number of its joints tells what they are.

So FreeMoCap keeps MediaPipe's landmarks of all its cameras: `2dData_numCams_numFrames_
numTrackedPoints_pixelXY.npy` in `output_data/raw_data` (freemocap/system/paths_and_filenames/
file_and_folder_names.py), `[cameras, frames, points, 2 or 3]`. The first 33 points are the body's;
hands and face follow. The third number is a depth.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.errors import InputError, reason_of
from posenet3d.files.opening import opening
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import BODY_25B, MEDIAPIPE_33, Skeleton

MAGIC = b"\x93NUMPY"

_WITH_HANDS_AND_FACE = (75, 543, 553)  # with two hands of 21; with a face of 468, or of 478


def _read(content: Content, placement: str | Skeleton, map_file: MapFile | None) -> People:
    """One person a frame; the cameras are sequences, `camera0/12`, where there are several."""
    path, array = content.path, _load(content.path)
    skeleton = _skeleton(path, array.shape, placement, map_file)
    has_depth = array.ndim == 4 or array.shape[-2] in _WITH_HANDS_AND_FACE
    joints = array[..., : skeleton.num_joints, : 2 if has_depth else 3]
    joints = np.array(joints, np.float64).reshape(-1, *joints.shape[-2:])
    values = np.ones((*joints.shape[:2], 3))
    values[..., : joints.shape[-1]] = joints
    values[np.isnan(values).any(axis=-1)] = 0.0
    frames: list[int | str] = list(range(array.shape[-3]))
    if array.ndim == 4 and len(array) > 1:
        frames = [f"camera{camera}/{frame}" for camera in range(len(array)) for frame in frames]
    return persons.make_people(
        list(values),
        [Place(path, 0, frame) for frame in frames],
        skeleton,
        frames,
        [0] * len(frames),
        tracked=True,
        numbers_are_frames=all(isinstance(frame, int) for frame in frames),
    )


def _load(path: str | Path) -> np.ndarray:
    with opening(path), open(path, "rb"):
        pass
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # a damaged array fails in many ways, and all mean the same
        raise InputError(
            f"{path} is not a readable NumPy array (.npy): {reason_of(error)[:300]}"
        ) from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
        raise InputError(f"{path} is a NumPy array of something else than numbers.")
    return array


def _skeleton(
    path: str | Path,
    shape: tuple[int, ...],
    placement: str | Skeleton,
    map_file: MapFile | None,
) -> Skeleton:
    """The skeleton whose joints an array of this shape has."""
    advice = (
        "give an archive with keypoints_2d and joints (docs/data.md): "
        "np.savez('poses.npz', keypoints_2d=array[..., :2], joints=names)."
    )
    if len(shape) < 3 or shape[-1] not in (2, 3) or 0 in shape:
        raise InputError(
            f"{path} is a NumPy array alone, of the shape {list(shape)[:8]}; expected "
            f"[frames, joints, 2], or 3 with the confidence. Else {advice}"
        )
    if len(shape) == 3 and map_file is not None:
        if map_file.skeleton.num_joints != shape[1]:
            raise InputError(
                f"{path} has {shape[1]} joints a frame, the map file {map_file.path} "
                f"{map_file.skeleton.num_joints}."
            )
        return map_file.skeleton
    own = skeletons.named(placement)
    if len(shape) == 3 and own not in skeletons.SKELETONS.values() and own.num_joints == shape[1]:
        return own
    if shape[-2] in (MEDIAPIPE_33.num_joints, *_WITH_HANDS_AND_FACE) and len(shape) <= 4:
        return MEDIAPIPE_33
    known = [s for s in skeletons.SKELETONS.values() if s != BODY_25B]  # an experiment's
    fitting = [skeleton for skeleton in known if skeleton.num_joints == shape[1]]
    if len(shape) == 3 and len(fitting) == 1:
        return fitting[0]
    if len(shape) == 3 and fitting:
        names = ", ".join(sorted(skeleton.name for skeleton in fitting))
        raise InputError(
            f"{path} is a NumPy array alone, which does not say what its {shape[1]} joints are "
            f"({names}); {advice}"
        )
    raise InputError(
        f"{path} is a NumPy array alone, of the shape {list(shape)[:8]}, which no known skeleton "
        f"has; {advice}"
    )


READER = Reader(
    name="npy",
    recognises=lambda content: not content.is_folder and content.start.startswith(MAGIC),
    units=whole(_read),
    takes=("placement", "map_file"),
)
