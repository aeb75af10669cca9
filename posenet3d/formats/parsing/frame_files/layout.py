"""How a tool lays its frames out in JSON: the keys of persons, keypoints and ids."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.persons import Place
from posenet3d.skeletons.skeleton import Skeleton


@dataclasses.dataclass(frozen=True)
class FrameLayout:
    """The keys of a frame, `{people: [{keypoints: [...], person_id: ...}, ...]}`.

    Where there are several keys for one thing, versions differ, and the first is the usual one.

    Args:
      tool: What writes it, for messages.
      people: Keys of a frame's list of persons.
      keypoints: Keys of a person's numbers, x, y and confidence of each joint in turn.
      person_id: Key of a person's id.
      skeletons: For each number of joints that there may be the skeleton of the first of them.
      nested: Whether the numbers are a list a joint.
      image_size: Keys of the image's width and height in a frame, if there are such.
      file_name: Key of the image's file in a frame, if there is one.
      ending: What files with frames end in before `.json`. Where a folder has files with this
        ending they alone are read, and it is no part of the image's id.
      files: What a folder must have, for messages.
    """

    tool: str
    people: tuple[str, ...]
    keypoints: tuple[str, ...]
    person_id: str
    skeletons: Mapping[int, Skeleton]
    files: str
    nested: bool = False
    image_size: tuple[str, str] | None = None
    file_name: str | None = None
    ending: str = ""

    def is_frame(self, content: object) -> bool:
        """Whether JSON is a frame by its keys."""
        return isinstance(content, dict) and any(key in content for key in self.people)

    def persons_of(self, content: object) -> list[Any] | None:
        """The list of persons of a frame; None: it has none."""
        if not isinstance(content, dict):
            return None
        for key in self.people:
            if key in content:
                return content[key] if isinstance(content[key], list) else None
        return None

    def size_of(self, content: dict[str, Any]) -> tuple[int, int] | None:
        """(width, height) of the image of a frame in pixels, where the frame says it."""
        if self.image_size is None or self.image_size[0] not in content:
            return None
        size = tuple(content.get(key) for key in self.image_size)
        return size if all(type(s) is int and 0 < s < 2**31 for s in size) else None

    def file_of(self, content: dict[str, Any]) -> str | None:
        """The name of the image's file, where the frame says it."""
        name = content.get(self.file_name) if self.file_name else None
        return name if isinstance(name, str) and persons.is_identifier(name) else None

    def track_of(self, place: Place, person: dict[str, Any]) -> int | str | None:
        """The id that a tracker gave; -1, or a list of it, is none.

        Raises:
          InputError: If it is neither a whole number nor a text.
        """
        given = person.get(self.person_id)
        if isinstance(given, list) and len(given) < 2:
            given = given[0] if given else None
        if given is None or given == -1:
            return None
        return persons.identifier(place, {self.person_id: given}, self.person_id)

    def numbers_of(self, place: Place, person: dict[str, Any]) -> Numbers:
        """The numbers of a person, those of face and hands cut off.

        Raises:
          InputError: If there are none, or as many as no skeleton has.
        """
        key = self.keypoints[0]
        if key not in person:
            key = next((key for key in self.keypoints if key in person), key)
        values = person.get(key)
        if key in person and (values is None or values == []):
            return Numbers(key, None, [])
        if self.nested and isinstance(values, list):
            values = _flat(place, key, values)
        found = self._by_count.get(len(values)) if isinstance(values, list) else None
        if found is None:
            known = tuple(dict.fromkeys(self.skeletons.values()))
            skeleton, _ = persons.counted(place, values, key, known)  # says what is wrong
            found = skeleton, len(values)
        skeleton, count = found
        return Numbers(key, skeleton, values if len(values) == count else values[:count])

    @functools.cached_property
    def _by_count(self) -> dict[int, tuple[Skeleton, int]]:
        """The skeletons, and how many numbers they need, by the number of numbers."""
        return {3 * joints: (s, 3 * s.num_joints) for joints, s in self.skeletons.items()}


class Numbers(NamedTuple):
    """What a person's keypoints are in the file; without a skeleton no joint was looked for."""

    key: str
    skeleton: Skeleton | None
    values: list[Any]


def is_all_nan(values: list[Any]) -> bool:
    """Whether every number of a person is NaN, as of somebody who is not in this image."""
    return bool(values) and values[0] != values[0] and all(v != v for v in values)


def _flat(place: Place, key: str, joints: list[Any]) -> list[Any]:
    """The numbers of a list a joint as one list."""
    for joint in joints:
        if not isinstance(joint, list) or len(joint) != 3:
            raise place.fault(
                f" needs [x, y, confidence] for each joint in {key!r}, got "
                f"{persons.kind_of(joint)}."
            )
    return [value for joint in joints for value in joint]
