"""BVH files (Biovision Hierarchy): a tree of joints, and how each moves from frame to frame.

The format is described at https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from posenet3d.data.datasets.mocap.parsers.lines import LARGEST, Lines
from posenet3d.data.datasets.mocap.parsers.motion import Motion
from posenet3d.errors import InputError

END = "_end"
"""What the name of a joint gets for the name of its end site."""

_POSITIONS = ("Xposition", "Yposition", "Zposition")
_ROTATIONS = ("Xrotation", "Yrotation", "Zrotation")
_CHANNELS = {channel.lower(): channel for channel in _POSITIONS + _ROTATIONS}


@dataclasses.dataclass(frozen=True)
class Joint:
    """A joint or an end site.

    Args:
      name: Its name; of an end site the joint's and `_end`.
      parent: Index of the joint it hangs on; -1 for the root.
      offset: `[3]`, where it is in its parent's axes while nothing is turned, file's unit.
      channels: What each frame gives of it, in order: `"Zrotation"` and so on.
    """

    name: str
    parent: int
    offset: tuple[float, ...]
    channels: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Bvh:
    """What a file says.

    Args:
      path: The file.
      joints: The joints and end sites in its order, which has parents before children.
      values: float64 `[F, C]`, the channels of all joints, one after the other; degrees and the
        file's unit.
      frame_rate: Frames a second.
    """

    path: Path
    joints: tuple[Joint, ...]
    values: np.ndarray
    frame_rate: float

    @property
    def rest_first(self) -> bool:
        """Whether the root is not turned at all in the first frame, but is in the second."""
        turns = [i for i, c in enumerate(self.joints[0].channels) if c in _ROTATIONS]
        turned = (self.values[:2, turns] != 0).any(axis=1)
        return turned.tolist() == [False, True]

    def motion(self, start: int = 0, step: int = 1) -> Motion:
        """Where the joints are (forward kinematics).

        A joint's rotation is its parent's times those of its channels in their order: with
        `Zrotation Xrotation Yrotation` it is Rz Rx Ry on column vectors. Positions among its
        channels say where it is in its parent's axes, in place of its offset; where they are 0
        throughout, the offset stands.

        Args:
          start: The first frame that is kept.
          step: Every so manieth frame after it is kept.

        Returns:
          All joints and end sites, in the file's axes and unit.
        """
        values = self.values[start::step]
        widths = [len(joint.channels) for joint in self.joints]
        parts = np.split(values, np.cumsum(widths)[:-1], axis=1)
        places = np.zeros((len(values), len(self.joints), 3))
        turned = np.zeros((len(values), len(self.joints), 3, 3))
        for index, (joint, part) in enumerate(zip(self.joints, parts, strict=True)):
            local, own = _local(joint, part), _rotation(joint, part)
            if joint.parent < 0:
                places[:, index], turned[:, index] = local, own
                continue
            above = turned[:, joint.parent]
            places[:, index] = places[:, joint.parent] + np.einsum("fij,fj->fi", above, local)
            turned[:, index] = above @ own
        names = tuple(joint.name for joint in self.joints)
        return Motion(self.path, names, places, self.frame_rate)


def read_bvh(path: str | Path) -> Bvh:
    """Reads a BVH file of one person.

    Args:
      path: The file.

    Raises:
      InputError: If the file is missing or not as the format has it; names the line.
    """
    lines = Lines(path)
    words = lines.take("HIERARCHY")
    if [word.upper() for word in words] != ["HIERARCHY"]:
        raise lines.error(words, "HIERARCHY; is it a BVH file?")
    joints = _hierarchy(lines)
    values, frame_rate = _motion(lines, sum(len(joint.channels) for joint in joints))
    return Bvh(Path(path), joints, values, frame_rate)


@dataclasses.dataclass(eq=False)
class _Draft:
    """A joint as far as the file has told of it."""

    name: str
    parent: int
    offset: tuple[float, ...] | None = None
    channels: tuple[str, ...] | None = None


def _hierarchy(lines: Lines) -> tuple[Joint, ...]:
    """The joints and end sites; takes the line MOTION too."""
    joints: list[_Draft] = []
    stack: list[_Draft] = []  # those whose brace is open
    while True:
        words = lines.take("more of the hierarchy, or MOTION")
        kind = words[0].upper()
        last = stack[-1] if stack else None
        if kind == "MOTION" and joints and not stack:
            return tuple(Joint(j.name, j.parent, j.offset, j.channels or ()) for j in joints)
        if (kind == "ROOT" and not joints) or (kind in ("JOINT", "END") and last):
            if last and last.offset is None:
                raise lines.error(words, f"the OFFSET of {last.name} first")
            stack.append(_begin(lines, words, joints, last))
            joints.append(stack[-1])
        elif kind == "OFFSET" and last and last.offset is None:
            last.offset = tuple(lines.numbers(words, 3, "OFFSET x y z"))
        elif kind == "CHANNELS" and last and last is joints[-1] and last.channels is None:
            last.channels = _channels(lines, words)
        elif words == ["}"] and last and last.offset is not None:
            stack.pop()
        elif last:
            raise lines.error(words, f"OFFSET, CHANNELS, JOINT, End Site or }} of {last.name}")
        else:
            raise lines.error(words, "MOTION" if joints else "ROOT and a name")


def _begin(lines: Lines, words: list[str], joints: list[_Draft], parent: _Draft | None) -> _Draft:
    """The joint that a line opens; takes its brace too."""
    name = "_".join(words[1:]).removesuffix("{").rstrip("_")
    if words[0].upper() == "END":
        name = parent.name + END
    if not name or name in (joint.name for joint in joints):
        raise lines.error(words, "a name, and each name once")
    if words[-1] != "{":
        words = lines.take("{")
        if words != ["{"]:
            raise lines.error(words, "{")
    return _Draft(name, joints.index(parent) if parent else -1)


def _channels(lines: Lines, words: list[str]) -> tuple[str, ...]:
    channels = tuple(_CHANNELS.get(word.lower(), "") for word in words[2:])
    if words[1:2] != [str(len(channels))] or "" in channels or len(set(channels)) < len(channels):
        raise lines.error(
            words, f"CHANNELS, their number, and each once of {', '.join(_CHANNELS.values())}"
        )
    return channels


def _motion(lines: Lines, width: int) -> tuple[np.ndarray, float]:
    """The values `[F, width]`, and the frames a second."""
    words = lines.take("Frames: and their number")
    if len(words) != 2 or words[0].lower() != "frames:" or not words[1].isdecimal():
        raise lines.error(words, "Frames: and their number")
    words = words[1:]
    frames = int(words[0][:12])
    words = lines.take("Frame Time: and seconds")
    if len(words) != 3 or [word.lower() for word in words[:2]] != ["frame", "time:"]:
        raise lines.error(words, "Frame Time: and seconds")
    seconds = lines.numbers(words[1:], 1, "Frame Time: and seconds")[0]
    if seconds <= 0:
        raise lines.error(words, "a frame time above 0")
    rows = []
    while lines.peek():
        words = lines.take("a frame")
        try:
            rows.append(np.array(words, dtype=np.float64))
        except ValueError:
            raise lines.error(words, f"{width} numbers") from None
        if len(rows[-1]) != width:
            raise lines.error(words, f"{width} numbers, one a channel; got {len(rows[-1])}")
        if not (np.abs(rows[-1]) <= LARGEST).all():  # False for NaN as well
            raise lines.error(words, f"finite numbers of at most {LARGEST:g}")
    if len(rows) != frames or not rows:
        raise InputError(
            f"{lines.path} has {len(rows)} frames, but says 'Frames: {frames}'; expected as many "
            "as it says, and at least one. Is it cut short?"
        )
    return np.stack(rows), 1.0 / seconds


def _local(joint: Joint, values: np.ndarray) -> np.ndarray:
    """Where the joint is in its parent's axes, `[F, 3]`."""
    local = np.tile(joint.offset, (len(values), 1))
    given = [i for i, channel in enumerate(joint.channels) if channel in _POSITIONS]
    if values[:, given].any():
        local[:, [_POSITIONS.index(joint.channels[i]) for i in given]] = values[:, given]
    return local


def _rotation(joint: Joint, values: np.ndarray) -> np.ndarray:
    """The joint's own rotation, `[F, 3, 3]`."""
    columns = [i for i, channel in enumerate(joint.channels) if channel in _ROTATIONS]
    if not columns:
        return np.broadcast_to(np.eye(3), (len(values), 3, 3))
    axes = "".join(joint.channels[i][0] for i in columns)
    # Capitals: each about the axes as the turns before have left them.
    return Rotation.from_euler(axes, values[:, columns], degrees=True).as_matrix()
