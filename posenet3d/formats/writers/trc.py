"""One person over time as a TRC file (Track Row Column), OpenSim's format of marker positions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import Writer
from posenet3d.geometry.axes import from_camera
from posenet3d.skeletons.skeleton import Skeleton


def write_trc(
    path: str | Path,
    keypoints_3d: np.ndarray,
    skeleton: Skeleton,
    fps: float = 30.0,
    up: str = "y",
) -> None:
    """Writes a person's joints as markers in mm; the file appears whole or not at all.

    The layout is that of https://opensimconfluence.atlassian.net/wiki/spaces/OpenSim/pages/53089972
    (Marker (.trc) Files): three lines of header, two of column labels, an empty line, and a line a
    frame with its number from 1, its time in seconds from 0 and x, y, z of every marker, separated
    by tabs. Cells of a frame without a pose are empty, which OpenSim reads as a missing marker.

    As in the files that OpenSim itself writes, every cell is followed by a tab, also the last: its
    reader counts the cells of a line by them, and an empty one at the end would not count.

    Args:
      path: The file to write, ending in `.trc`.
      keypoints_3d: `[F, J, 3]`, camera frame (x right, y down, z forward), root-relative, mm; NaN:
        no pose in that frame.
      skeleton: Names the J markers.
      fps: Frames a second.
      up: The axes of the file, `"y"` (OpenSim's ground frame) or `"z"` up (`formats.axes`).

    Raises:
      InputError: If the folder of `path` does not exist.
    """
    frames, markers = keypoints_3d.shape[:2]
    rate = f"{fps:.10g}"
    header = {
        "DataRate": rate,
        "CameraRate": rate,
        "NumFrames": frames,
        "NumMarkers": markers,
        "Units": "mm",
        "OrigDataRate": rate,
        "OrigDataStartFrame": 1,
        "OrigNumFrames": frames,
    }
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{Path(path).name}",
        "\t".join(header),
        "\t".join(str(value) for value in header.values()),
        _line(
            "Frame#", "Time", *(cell for name in skeleton.joint_names for cell in (name, "", ""))
        ),
        _line("", "", *(f"{axis}{marker}" for marker in range(1, markers + 1) for axis in "XYZ")),
        "",
    ]
    for frame, values in enumerate(from_camera(keypoints_3d, up).reshape(frames, -1)):
        cells = ("" if np.isnan(value) else f"{value:.4f}" for value in values)
        lines.append(_line(str(frame + 1), f"{frame / fps:.9f}", *cells))
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(*cells: str) -> str:
    return "".join(f"{cell}\t" for cell in cells)


WRITER = Writer(".trc", ups=("y", "z"), track=write_trc, gaps="left empty")
