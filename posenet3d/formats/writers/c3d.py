"""One person over time as a C3D file, the binary format of biomechanics laboratories."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import Writer
from posenet3d.geometry.axes import from_camera
from posenet3d.skeletons.skeleton import Skeleton

_LARGEST_INTEGER = 32000
_MISSING = -1.0  # the residual of a point that is not there
_BLOCK, _RECORD = 512, 16  # bytes: files are padded to blocks; a point is four numbers
_LARGEST_COUNT = 65535  # of frames in the header


def write_c3d(
    path: str | Path,
    keypoints_3d: np.ndarray,
    skeleton: Skeleton,
    fps: float = 30.0,
    up: str = "z",
) -> None:
    """Writes a person's joints as points in mm; the file appears whole or not at all.

    The format is that of the C3D user guide (https://www.c3d.org/HTML/default.htm), in floating
    point; POINT:LABELS names the joints, POINT:X_SCREEN and POINT:Y_SCREEN say which axes of the
    file point right and up. Frames without a pose have points with the residual -1, which says
    that they are missing; all others have the residual 0: computed, not measured. From 65,535
    frames on, the header cannot hold their number, and some readers (ezc3d 1.7.2) count frames up
    to the end of the file; such a file ends with its last frame, without padding.

    Args:
      path: The file to write, ending in `.c3d`.
      keypoints_3d: `[F, J, 3]`, camera frame (x right, y down, z forward), root-relative, mm; NaN:
        no pose in that frame.
      skeleton: Names the J points.
      fps: Frames a second.
      up: The axes of the file, `"z"` (as most laboratories have it) or `"y"` up (`formats.axes`).

    Raises:
      InputError: If the folder of `path` does not exist or the library is missing.
    """
    c3d = WRITER.require()
    points = from_camera(keypoints_3d, up)
    # x, y, z, residual, cameras. The guide asks for a scale that integers could be stored with,
    # negative as a sign of floating point.
    records = np.concatenate([points, np.zeros((*points.shape[:2], 2))], axis=-1)
    records[np.isnan(points).any(axis=-1)] = (0, 0, 0, _MISSING, 0)
    largest = max(np.abs(records[..., :3]).max(), 1.0)
    writer = c3d.Writer(point_rate=fps, point_scale=-largest / _LARGEST_INTEGER, point_units="mm")
    no_analog = np.zeros((0, 0))
    for frame in records:
        writer.add_frames([(frame, no_analog)])
    writer.set_point_labels(skeleton.joint_names)
    writer.set_screen_axis("+X", f"+{up.upper()}")
    with atomic_path(path) as temporary, open(temporary, "wb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No analog data")  # there is none to be found
        writer.write(file)
        if len(records) >= _LARGEST_COUNT:
            padding = -records.shape[0] * records.shape[1] * _RECORD % _BLOCK
            file.truncate(file.tell() - padding)


WRITER = Writer(
    ".c3d",
    ups=("z", "y"),
    track=write_c3d,
    gaps="marked as missing",
    library="c3d",
    extra="c3d",
)
