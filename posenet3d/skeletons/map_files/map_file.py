"""Map files: a skeleton of the user's own, and how a lifter's joints come from it, as TOML.

The format is the package's own; docs/own_skeleton.md has it with examples. Nothing in it is run.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.opening import read_text
from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.joint_rules import JointMap
from posenet3d.skeletons.map_files.joint_pairs import pairs_by_name
from posenet3d.skeletons.map_files.map_checks import (
    close_to,
    is_name,
    key_of,
    listed,
    names_in,
    shown,
    table_of,
    texts_of,
    the_joint,
)
from posenet3d.skeletons.map_files.map_rules import rules_of
from posenet3d.skeletons.skeleton import Skeleton

_KEYS = ("name", "joints", "ignore", "aliases", "parents", "mirror", "stature", "to")


@dataclasses.dataclass(frozen=True)
class MapFile:
    """What a map file declares.

    Args:
      path: The file.
      skeleton: The user's skeleton, in the order of the file's `joints`.
      maps: For each target skeleton by its name how its joints come from the user's.
      aliases: {what else a keypoint file may call a joint, in lower case: the joint}.
      ignored: What keypoint files have beside the joints, in lower case.
      has_parents: Whether the file says how the joints hang together. Without, all hang from the
        first, which is enough for lifting with another skeleton's lifter and for nothing else.
    """

    path: str | Path
    skeleton: Skeleton
    maps: Mapping[str, JointMap]
    aliases: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    has_parents: bool = True

    def places(self, names: Sequence[str], where: str) -> tuple[int | None, ...]:
        """For each name in a keypoint file the index of its joint; None: it is ignored.

        Upper and lower case count only where two names differ in nothing else.

        Args:
          names: What the file calls its joints.
          where: The file, for messages.

        Raises:
          InputError: If a name is none of the joints, or two are the same joint.
        """
        joints = self.skeleton.joint_names
        found: list[int | None] = []
        for name in names:
            place = self._place(name)
            if place is None and key_of(name) not in self.ignored:
                known = [*joints, *self.aliases, *self.ignored]
                raise InputError(
                    f"{where}: {self.path} has no joint {name[:60]!r}{close_to(name, known)} "
                    f"It has {listed(joints)}. Add it to joints, aliases or ignore."
                )
            if place is not None and place in found:
                raise InputError(
                    f"{where}: {name[:60]!r} and {names[found.index(place)][:60]!r} are both the "
                    f"joint {joints[place]!r} of {self.path}."
                )
            found.append(place)
        return tuple(found)

    def arrange(
        self, places: Sequence[int | None], keypoints: np.ndarray, confidence: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Arrays whose joints are in the order of a keypoint file in that of the skeleton.

        Args:
          places: What `places` returned.
          keypoints: `[..., len(places), D]`.
          confidence: `[..., len(places)]`, or None where every joint is present.

        Returns:
          keypoints `[..., J, D]` and confidence `[..., J]`, both 0 at joints that the file lacks;
          the arrays themselves where nothing has to be moved.
        """
        joints = self.skeleton.num_joints
        if tuple(places) == tuple(range(joints)):
            return keypoints, confidence
        columns = [column for column, place in enumerate(places) if place is not None]
        rows = [place for place in places if place is not None]
        if confidence is None and len(rows) < joints:
            confidence = np.ones(keypoints.shape[:-1], np.float32)
        arranged = np.zeros((*keypoints.shape[:-2], joints, keypoints.shape[-1]), keypoints.dtype)
        arranged[..., rows, :] = keypoints[..., columns, :]
        if confidence is not None:
            certain = np.zeros((*keypoints.shape[:-2], joints), confidence.dtype)
            certain[..., rows] = confidence[..., columns]
            confidence = certain
        return arranged, confidence

    def _place(self, name: str) -> int | None:
        joints = self.skeleton.joint_names
        if name in joints:
            return joints.index(name)
        key = key_of(name)
        if key in self.aliases:
            return joints.index(self.aliases[key])
        alike = [i for i, joint in enumerate(joints) if key_of(joint) == key]
        return alike[0] if len(alike) == 1 else None


def read_map_file(path: str | Path) -> MapFile:
    """Reads a map file.

    Args:
      path: The `.toml` file.

    Raises:
      InputError: If it is missing, is no TOML or says what cannot be meant; the message names the
        key, what was found and what there is.
    """
    try:
        content = tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is not valid TOML: {error}.") from None
    for key in content:
        if key not in _KEYS:
            raise InputError(
                f"{path}: unknown key {key[:60]!r}{close_to(key, _KEYS)} There are "
                f"{', '.join(_KEYS)}."
            )
    joints = texts_of(path, content, "joints", needed=True)
    name = content.get("name", Path(path).stem)
    if not isinstance(name, str) or not is_name(name):
        raise InputError(f"{path}: name must be a text in one line, got {shown(name)}.")
    if name in skeletons.SKELETONS:
        raise InputError(f"{path}: name is {name!r}, a skeleton of the package; choose another.")
    parents = _parents(path, content, joints)
    weights = _stature(path, content, joints, parents)
    skeleton = Skeleton(name, joints, parents, *_pairs(path, content, joints), weights)
    aliases = {}
    for alias, joint in names_in(path, content, "aliases").items():
        aliases[key_of(alias)] = the_joint(path, f"aliases.{alias}", joint, joints)
    ignored = frozenset(key_of(n) for n in texts_of(path, content, "ignore"))
    both = [n for n in (*joints, *aliases) if key_of(n) in ignored]
    if both:
        raise InputError(f"{path}: {both[0]!r} is in ignore and also one of the joints or aliases.")
    return MapFile(path, skeleton, _maps(path, content, skeleton), aliases, ignored,
                   "parents" in content or len(joints) == 1)  # fmt: skip


_MOST_NAMES = 200  # in a message
_LONGEST = 60  # letters of a name in a message; no joint has more


def advice(names: Sequence[str]) -> str:
    """How to go on where a file's joints are those of no known skeleton, for messages."""
    joints = ", ".join(
        json.dumps(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}...", ensure_ascii=False)
        for name in names[:_MOST_NAMES]
    )
    joints += ", ..." if len(names) > _MOST_NAMES else ""
    return (
        "Say in a map file what they are (docs/own_skeleton.md); it begins with joints = "
        f"[{joints}]."
    )


def _maps(path: str | Path, content: dict[str, Any], skeleton: Skeleton) -> dict[str, JointMap]:
    targets = table_of(path, content, "to")
    maps = {}
    for target in targets:
        if target not in skeletons.SKELETONS:
            raise InputError(
                f"{path}: to.{target[:60]} is no skeleton{close_to(target, skeletons.SKELETONS)} "
                f"There are {', '.join(sorted(skeletons.SKELETONS))}."
            )
        found = {}
        for joint, value in table_of(path, targets, target, f"to.{target}").items():
            where = f"to.{target}.{joint}"
            known = skeletons.SKELETONS[target].joint_names
            the_joint(path, where, joint, known, f"a joint of {target}", exactly=True)

            def named(name: str, where: str = where) -> str:
                return the_joint(path, where, name, skeleton.joint_names)

            found[joint] = rules_of(value, named, f"{path}: {where}")
        maps[target] = JointMap(skeleton, skeletons.SKELETONS[target], found)
    return maps


def _parents(path: str | Path, content: dict[str, Any], joints: tuple[str, ...]) -> tuple[int, ...]:
    if "parents" not in content:
        if "to" not in content and len(joints) > 1:
            raise InputError(
                f"{path} has neither [parents], which training needs, nor [to.SKELETON], which "
                "lifting with another skeleton's lifter needs."
            )
        return tuple(-1 if i == 0 else 0 for i in range(len(joints)))
    parents: dict[str, str] = {}
    for child, parent in names_in(path, content, "parents").items():
        where = f"parents.{child}"
        child = the_joint(path, where, child, joints)
        if child in parents:
            raise InputError(f"{path}: {where}: the joint has a parent already.")
        parents[child] = the_joint(path, where, parent, joints)
    roots = [joint for joint in joints if joint not in parents]
    if len(roots) != 1:
        found = f"they are {listed(roots)}" if roots else "none is"
        raise InputError(
            f"{path}: exactly one joint, the root, must be without a parent in [parents]; {found}."
        )
    for joint in joints:
        way = [joint]
        while way[-1] in parents:
            way.append(parents[way[-1]])
            if way[-1] in way[:-1]:
                cycle = " -> ".join(way[way.index(way[-1]) :][:12])
                raise InputError(f"{path}: [parents] goes round in a circle: {cycle}.")
    return tuple(joints.index(parents[j]) if j in parents else -1 for j in joints)


def _stature(
    path: str | Path, content: dict[str, Any], joints: tuple[str, ...], parents: tuple[int, ...]
) -> tuple[float, ...]:
    """A weight a bone, as `Skeleton` has them; none where the file gives none."""
    weights = {}
    for joint, weight in table_of(path, content, "stature").items():
        where = f"stature.{joint}"
        joint = the_joint(path, where, joint, joints)
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not is_number or not 0 < weight <= 10:
            raise InputError(
                f"{path}: {where} must be a number above 0, the share that the bone to this joint "
                f"has in the body's height, got {shown(weight)}."
            )
        if "parents" not in content or parents[joints.index(joint)] == -1:
            raise InputError(f"{path}: {where}: no bone leads to this joint; see [parents].")
        weights[joint] = float(weight)
    if not weights:
        return ()
    bones = [joint for joint, parent in zip(joints, parents, strict=True) if parent != -1]
    return tuple(weights.get(joint, 0.0) for joint in bones)


def _pairs(
    path: str | Path, content: dict[str, Any], joints: tuple[str, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The indices of the left joints and of their partners: those given, then those by name."""
    partners: dict[str, str] = {}
    for left, right in names_in(path, content, "mirror").items():
        where = f"mirror.{left}"
        pair = tuple(the_joint(path, where, name, joints) for name in (left, right))
        taken = [name for name in pair if name in {*partners, *partners.values()}]
        if taken or pair[0] == pair[1]:
            raise InputError(
                f"{path}: {where}: {(taken or pair)[0]!r} can be the partner of one other joint; "
                "[mirror] has left = right, each pair once."
            )
        partners[pair[0]] = pair[1]
    given = {*partners, *partners.values()}
    for left, right in pairs_by_name(joints).items():
        if left not in given and right not in given:
            partners[left] = right
    return tuple(
        tuple(joints.index(name) for name in side) for side in (partners, partners.values())
    )
