"""Acclaim motions (`.amc`): what turns the bones of an Acclaim skeleton, frame by frame.

The format is described at https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/ASF-AMC.html.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.data.datasets.mocap.parsers.asf import AsfSkeleton, Bone
from posenet3d.data.datasets.mocap.parsers.lines import Lines
from posenet3d.data.datasets.mocap.parsers.motion import Motion
from posenet3d.errors import InputError


def read_amc(path: str | Path, skeleton: AsfSkeleton, step: int = 1) -> Motion:
    """Reads a motion and puts the skeleton through it.

    Args:
      path: The `.amc` file. It says `:DEGREES` or `:RADIANS`; if neither, angles are as in the
        skeleton's file. A bone that its first frame does not have is never turned.
      skeleton: The person whose motion it is.
      step: Every so manieth frame is kept, from the first on.

    Returns:
      The root and the ends of the bones, y up; no frame rate, as the format has none.

    Raises:
      InputError: If the file is missing, or not as format and skeleton have it; names the line.
    """
    lines = Lines(path, comment="#")
    degrees = _header(lines, skeleton.degrees)
    channels = {bone.name: bone.channels for bone in skeleton.bones}
    frames: list[dict[str, list[float]]] = []
    number = None
    while lines.peek():
        words = lines.take("a frame")
        number = _frame_number(lines, words, number)
        frame = _frame(lines, channels)
        missing = sorted((frames[0] if frames else {skeleton.bones[0].name: []}).keys() - frame)
        if missing:
            raise InputError(
                f"{path}: frame {number} ends in line {lines.number} without {missing[0]}; "
                "expected a line for each bone of the first frame, and the root."
            )
        if frames and len(frame) > len(frames[0]):
            raise InputError(
                f"{path}: frame {number}, which ends in line {lines.number}, has "
                f"{sorted(frame.keys() - frames[0])[0]}; expected the bones of the first frame."
            )
        frames.append(frame)
    if not frames:
        raise InputError(f"{path} holds no frame; expected a number, then a line for each bone.")
    values = [_values(frames[::step], bone) for bone in skeleton.bones]
    return Motion(
        path=Path(path),
        names=tuple(channels),
        positions=skeleton.ends(values, degrees),
        unit_m=skeleton.unit_m,
    )


def _header(lines: Lines, degrees: bool) -> bool:
    """Whether angles are degrees; `degrees` where the file does not say."""
    while lines.peek() and lines.peek()[0].startswith(":"):
        words = lines.take("a keyword")
        keyword = words[0].upper()
        if keyword in (":DEGREES", ":RADIANS"):
            degrees = keyword == ":DEGREES"
        elif keyword != ":FULLY-SPECIFIED":
            raise lines.error(words, ":FULLY-SPECIFIED, :DEGREES or :RADIANS")
    return degrees


def _frame_number(lines: Lines, words: list[str], last: int | None) -> int:
    expected = "the number of a frame" if last is None else f"frame number {last + 1}"
    if len(words) != 1 or not words[0].isdecimal() or len(words[0]) > 9:
        raise lines.error(words, expected)
    number = int(words[0])
    if last is not None and number != last + 1:
        raise lines.error(words, expected)
    return number


def _frame(lines: Lines, channels: dict[str, tuple[str, ...]]) -> dict[str, list[float]]:
    """{bone: numbers} of the lines up to the next frame."""
    frame: dict[str, list[float]] = {}
    while len(lines.peek()) > 1:
        words = lines.take("a bone")
        name = words[0]
        if name not in channels:
            raise lines.error(words, f"a bone of the skeleton ({', '.join(channels)})")
        if name in frame:
            raise lines.error(words, f"{name} once a frame")
        frame[name] = lines.numbers(words, len(channels[name]), "a number for each channel")
    return frame


def _values(frames: list[dict[str, list[float]]], bone: Bone) -> np.ndarray:
    """`[F, len(bone.channels)]`."""
    if bone.name not in frames[0]:
        return np.zeros((len(frames), len(bone.channels)))
    return np.array([frame[bone.name] for frame in frames]).reshape(len(frames), -1)
