"""Acclaim skeletons (`.asf`): the bones of a person, and where they are when turned.

The format is defined in "Acclaim Skeleton File Definition V1.10" (M. Schafer, 1994,
http://mocap.co.nz/downloads/ASF_spec_v1.html); how a pose comes of it is described at
https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/ASF-AMC.html.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from posenet3d.data.datasets.mocap.parsers.lines import Lines
from posenet3d.errors import InputError

ROOT = "root"

_INCH_M = 0.0254
_CHANNELS = ("tx", "ty", "tz", "rx", "ry", "rz", "l")
_BLANK = ",()"  # the definition counts them as spaces


@dataclasses.dataclass(frozen=True)
class Bone:
    """A bone as the file defines it.

    Args:
      name: Its name.
      offset: `[3]`, from its start to its end in the rest pose, world axes, file's unit; of the
        root its place.
      axis: `[3, 3]`, C: turns world axes to those in which the bone's own turns are given.
      channels: What a motion file gives of it, in order: turns `rx`, `ry`, `rz`, moves `tx`, `ty`,
        `tz`, and `l`, by how much it is longer.
    """

    name: str
    offset: np.ndarray
    axis: np.ndarray
    channels: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class AsfSkeleton:
    """The bones of a file, the root first and parents before children.

    Args:
      path: The file.
      bones: The B bones.
      parents: For each its parent's index; -1 for the root.
      degrees: Whether its angles are degrees.
      unit_m: Metres a unit, as the CMU database has it: inches times the file's length unit
        (http://mocap.cs.cmu.edu/faqs.php).
    """

    path: Path
    bones: tuple[Bone, ...]
    parents: tuple[int, ...]
    degrees: bool
    unit_m: float

    def ends(self, values: list[np.ndarray], degrees: bool) -> np.ndarray:
        """Where the bones end (forward kinematics).

        With M the turn that the motion gives, a bone's rotation is its parent's times C M C^-1, and
        it reaches from its parent's end by its own offset, so turned. The turns of a bone are about
        fixed axes, in the order of its channels: with `rx ry rz`, M is Rz Ry Rx on column vectors.
        The root starts with its orientation and is then turned by M.

        Args:
          values: For each bone `[F, len(channels)]`.
          degrees: Whether angles in them are degrees.

        Returns:
          float64 `[F, B, 3]`, y up, file's unit.
        """
        frames = len(values[0])
        ends = np.zeros((frames, len(self.bones), 3))
        turned = np.zeros((frames, len(self.bones), 3, 3))
        for index, (bone, parent) in enumerate(zip(self.bones, self.parents, strict=True)):
            own = _turns(bone.channels, values[index], degrees)
            moved = _moves(bone.channels, values[index])
            if parent < 0:
                turned[:, index] = own @ bone.axis
                ends[:, index] = bone.offset + moved
                continue
            turned[:, index] = turned[:, parent] @ bone.axis @ own @ bone.axis.T
            if "l" in bone.channels:  # what the bone is longer than in the rest pose
                more = values[index][:, bone.channels.index("l")]
                length = max(np.linalg.norm(bone.offset), 1e-12)
                reach = bone.offset + moved + more[:, None] * bone.offset / length
            else:
                reach = bone.offset + moved
            ends[:, index] = ends[:, parent] + np.einsum("fij,fj->fi", turned[:, index], reach)
        return ends


def read_asf(path: str | Path) -> AsfSkeleton:
    """Reads a skeleton.

    Args:
      path: The `.asf` file.

    Raises:
      InputError: If the file is missing or not as the format has it; names the line.
    """
    lines = Lines(path, _BLANK, comment="#")
    units = {"length": 1.0, "angle": "deg"}
    root, bones, parents = None, {}, None
    while lines.peek():
        words = lines.take("a section")
        section = words[0].lower()
        if section == ":units":
            units |= _units(lines)
        elif section == ":root":
            root = _root(lines, units["angle"] == "deg")
        elif section == ":bonedata":
            bones = _bones(lines, units["angle"] == "deg")
        elif section == ":hierarchy":
            parents = _hierarchy(lines, bones)
        elif section.startswith(":"):
            _skip(lines)  # version, name, documentation, skin
        else:
            raise lines.error(words, "a section (:units, :root, :bonedata, :hierarchy)")
    for section, found in ((":root", root), (":bonedata", bones), (":hierarchy", parents)):
        if not found:
            raise InputError(f"{path} has no section {section}; is it an Acclaim skeleton (.asf)?")
    order = [ROOT, *parents]  # a parent stands there before its children
    return AsfSkeleton(
        path=Path(path),
        bones=(root, *(bones[name] for name in order[1:])),
        parents=(-1, *(order.index(parent) for parent in parents.values())),
        degrees=units["angle"] == "deg",
        unit_m=_INCH_M / units["length"],
    )


def _skip(lines: Lines) -> None:
    while lines.peek() and not lines.peek()[0].startswith(":"):
        lines.take("text")


def _units(lines: Lines) -> dict[str, float | str]:
    found = {}
    while lines.peek() and not lines.peek()[0].startswith(":"):
        words = lines.take("a unit")
        kind = words[0].lower()
        if kind == "length":
            found["length"] = lines.numbers(words, 1, "a unit of length")[0]
            if found["length"] <= 0:
                raise lines.error(words, "a unit of length above 0")
        elif kind == "angle":
            found["angle"] = words[1].lower() if len(words) == 2 else ""
            if found["angle"] not in ("deg", "rad"):
                raise lines.error(words, "'angle deg' or 'angle rad'")
    return found


def _root(lines: Lines, degrees: bool) -> Bone:
    order, axis = ("tx", "ty", "tz", "rx", "ry", "rz"), "xyz"
    position, orientation = [0.0] * 3, [0.0] * 3
    while lines.peek() and not lines.peek()[0].startswith(":"):
        words = lines.take("order, axis, position or orientation of the root")
        kind = words[0].lower()
        if kind == "order":
            order = _channels(lines, words)
        elif kind == "axis":
            axis = _order(lines, words, words[1:])
        elif kind == "position":
            position = lines.numbers(words, 3, "the root's position")
        elif kind == "orientation":
            orientation = lines.numbers(words, 3, "the root's orientation")
        else:
            raise lines.error(words, "order, axis, position or orientation of the root")
    return Bone(ROOT, np.array(position), _axes(axis, orientation, degrees), order)


def _bones(lines: Lines, degrees: bool) -> dict[str, Bone]:
    bones: dict[str, Bone] = {}
    while lines.peek() and not lines.peek()[0].startswith(":"):
        words = lines.take("a bone")
        if [word.lower() for word in words] != ["begin"]:
            raise lines.error(words, "'begin' of a bone")
        start = lines.number
        bone = _bone(lines, degrees)
        if bone.name in bones or bone.name == ROOT:
            raise InputError(f"{lines.path}, line {start}: a second bone is named {bone.name}.")
        bones[bone.name] = bone
    return bones


def _bone(lines: Lines, degrees: bool) -> Bone:
    """The bone whose `begin` has been taken."""
    start = lines.number
    name, direction, length, axis, channels = None, None, None, np.eye(3), ()
    while True:
        words = lines.take(f"'end' of the bone that begins in line {start}")
        kind = words[0].lower()
        if kind == "end":
            break
        elif kind == "name" and len(words) == 2:
            name = words[1]
        elif kind == "direction":
            direction = np.array(lines.numbers(words, 3, "the bone's direction"))
        elif kind == "length":
            length = lines.numbers(words, 1, "the bone's length")[0]
        elif kind == "axis":
            angles = lines.numbers(words[:4], 3, "three angles and their order, like 0 0 20 XYZ")
            axis = _axes(_order(lines, words, words[4:]), angles, degrees)
        elif kind == "dof":
            channels = _channels(lines, words)
        elif kind.startswith(":"):
            raise lines.error(words, f"'end' of the bone that begins in line {start}")
    for what, found in (("name", name), ("direction", direction), ("length", length)):
        if found is None:
            raise InputError(
                f"{lines.path}: the bone that begins in line {start} has no {what}; expected name, "
                "direction and length."
            )
    norm = np.linalg.norm(direction)
    if length < 0 or (length > 0 and norm == 0):
        raise InputError(
            f"{lines.path}: the bone {name} in line {start} has the length {length:g} and the "
            f"direction {direction}; expected a length of at least 0 and a direction."
        )
    return Bone(name, length * direction / (norm or 1.0), axis, channels)


def _hierarchy(lines: Lines, bones: dict[str, Bone]) -> dict[str, str]:
    """{bone: parent}, parents before children."""
    parents: dict[str, str] = {}
    while lines.peek() and not lines.peek()[0].startswith(":"):
        words = lines.take("a bone and its children")
        if words[0].lower() in ("begin", "end") and len(words) == 1:
            continue
        if words[0] != ROOT and words[0] not in parents:
            raise lines.error(words, "a bone that is itself a child of an earlier line, or root")
        for child in words[1:]:
            if child not in bones:
                raise lines.error(words, f"bones of :bonedata; there is none named {child}")
            if child in parents:
                raise lines.error(words, f"each bone once; {child} has a parent already")
            parents[child] = words[0]
    return parents


def _channels(lines: Lines, words: list[str]) -> tuple[str, ...]:
    channels = tuple(word.lower() for word in words[1:])
    if not set(channels) <= set(_CHANNELS) or len(set(channels)) != len(channels):
        raise lines.error(words, f"channels, each once, of {', '.join(_CHANNELS)}")
    return channels


def _order(lines: Lines, words: list[str], order: list[str]) -> str:
    letters = "".join(order).lower()
    if sorted(letters) != ["x", "y", "z"]:
        raise lines.error(words, "an order of axes like XYZ at the end")
    return letters


def _axes(order: str, angles: list[float], degrees: bool) -> np.ndarray:
    """`[3, 3]` of angles about fixed axes, the one named first turned about first."""
    return Rotation.from_euler(order, angles, degrees=degrees).as_matrix()


def _turns(channels: tuple[str, ...], values: np.ndarray, degrees: bool) -> np.ndarray:
    """M, `[F, 3, 3]`."""
    columns = [i for i, channel in enumerate(channels) if channel[0] == "r"]
    if not columns:
        return np.broadcast_to(np.eye(3), (len(values), 3, 3))
    order = "".join(channels[i][1] for i in columns)
    return Rotation.from_euler(order, values[:, columns], degrees=degrees).as_matrix()


def _moves(channels: tuple[str, ...], values: np.ndarray) -> np.ndarray:
    """`[F, 3]`, what the channels tx, ty and tz give."""
    moved = np.zeros((len(values), 3))
    for column, channel in enumerate(channels):
        if channel[0] == "t":
            moved[:, "xyz".index(channel[1])] = values[:, column]
    return moved
