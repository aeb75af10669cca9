"""What the readers share: checks of a detector's numbers, and `People` made of them."""

from __future__ import annotations

import dataclasses
import itertools
import reprlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files import json_file
from posenet3d.formats.parsing.joint_numbers import joint_numbers
from posenet3d.formats.parsing.table import Table
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.skeleton import Skeleton

MAX_PIXELS = 1e6
"""A coordinate beyond it is a fault of the file, whatever the camera."""

UNIT_RANGE = (-0.1, 1.1)
"""Confidences that are taken for [0, 1]: heat map peaks overshoot by a few hundredths; ours."""


class NobodyError(InputError):
    """What was read is as it should be, but there is no person in it."""


class Place(NamedTuple):
    """Where in a file a person stands, for messages.

    Args:
      path: The file.
      person: The person's number in the file, from 0.
      image: What the file says of the image; None: nothing.
    """

    path: str | Path
    person: int
    image: Any = None

    def fault(self, what: str) -> InputError:
        """The error to raise; `what` goes on from "person 3 (image 7)"."""
        image = "" if self.image is None else f" (image {reprlib.repr(self.image)})"
        return InputError(f"{self.path}: person {self.person}{image}{what}")


def keypoint_values(
    place: Place, values: object, key: str, skeletons: Sequence[Skeleton]
) -> tuple[Skeleton, np.ndarray]:
    """The numbers of one person, and which of the skeletons has as many joints.

    Args:
      place: The person.
      values: What the file has: a list of x, y and confidence of each joint in turn.
      key: What the file calls it.
      skeletons: Those there may be.

    Returns:
      The skeleton and float64 `[J, 3]`: x, y, confidence, not yet checked for their size.

    Raises:
      InputError: If it is not a list of as many numbers as one of the skeletons needs.
    """
    skeleton, values = counted(place, values, key, skeletons)
    return skeleton, joint_numbers(place, values, key, skeleton)


def counted(
    place: Place, values: object, key: str, skeletons: Sequence[Skeleton]
) -> tuple[Skeleton, list[Any]]:
    """The same, but the list itself, whose values have not been looked at; see `JointNumbers`."""
    if isinstance(values, list):
        for skeleton in skeletons:
            if len(values) == 3 * skeleton.num_joints:
                return skeleton, values
    expected = " or ".join(
        f"{3 * s.num_joints} (x, y and confidence of the {s.num_joints} joints of {s.name})"
        for s in skeletons
    )
    if not isinstance(values, list):
        found = "nothing" if values is None else f"a {type(values).__name__}"
        raise place.fault(f" needs a list {key!r} of numbers, {expected}, got {found}.")
    raise place.fault(f" has {len(values)} numbers in {key!r}, expected {expected}.")


def make_people(
    values: Sequence[np.ndarray],
    places: Sequence[Place],
    skeleton: Skeleton,
    image_ids: Sequence[int | str],
    person_ids: Sequence[int | str | None],
    *,
    tracked: bool = False,
    confidences: tuple[float, float] = UNIT_RANGE,
    image_sizes: Sequence[tuple[int, int] | None] | None = None,
    file_names: Sequence[str | None] | None = None,
    numbers_are_frames: bool = False,
    listed: Listed | None = None,
) -> People:
    """The record of P persons, their numbers checked here.

    Args:
      values: P times `[J, 3]`: x and y in pixels, confidence.
      places: Where each stands in the file.
      skeleton: That of the J joints.
      image_ids: The image of each.
      person_ids: The id of each; None: `numbered` gives one.
      tracked: As in `People`.
      confidences: Least and greatest confidence that the format may have; those outside [0, 1]
        are clipped to it.
      image_sizes: As in `People`.
      file_names: As in `People`.
      numbers_are_frames: As in `People`.
      listed: As in `People`, for formats that are read at once; others give it with their `Units`.

    Raises:
      InputError: If a coordinate or a confidence cannot be meant; names person and joint.
    """
    points = values if isinstance(values, np.ndarray) else np.stack(values)
    for axis in range(2):
        coordinate = points[..., axis]
        message = f"{'xy'[axis]} = {{}} px cannot be meant."
        refuse(~(np.abs(coordinate) <= MAX_PIXELS), coordinate, places, skeleton, message)
    least, greatest = confidences
    confidence = points[..., 2]
    refuse(
        ~((confidence >= least) & (confidence <= greatest)),
        confidence,
        places,
        skeleton,
        "confidence {} is outside [0, 1]; scale the detector's scores to it.",
    )
    confidence = np.clip(confidence, 0, 1).astype(np.float32)
    return People(
        np.where(confidence[..., None] > 0, points[..., :2], 0).astype(np.float32),
        confidence,
        skeleton,
        tuple(image_ids),
        tuple(person_ids),
        tuple(image_sizes) if image_sizes and any(image_sizes) else None,
        tuple(file_names) if file_names and any(file_names) else None,
        tracked,
        numbers_are_frames,
        listed,
    )


def refuse(
    wrong: np.ndarray,
    values: np.ndarray,
    places: Sequence[Place],
    skeleton: Skeleton,
    message: str,
) -> None:
    """Raises for the first joint that is wrong, if there is one; both arrays are `[P, J]`."""
    if wrong.any():
        row, joint = np.argwhere(wrong)[0]
        value = message.format(f"{values[row, joint]:g}")
        raise places[row].fault(f", joint {skeleton.joint_names[joint]}: {value}")


def one_skeleton(skeletons: Sequence[Skeleton], places: Sequence[Place]) -> Skeleton:
    """The skeleton that all persons have.

    Raises:
      InputError: If they have several; names the first person that differs from the first.
    """
    for skeleton, place in zip(skeletons, places, strict=True):
        if skeleton is not skeletons[0] and skeleton != skeletons[0]:
            raise place.fault(
                f" has the {skeleton.num_joints} joints of {skeleton.name}, those before it the "
                f"{skeletons[0].num_joints} of {skeletons[0].name}; lift them separately."
            )
    return skeletons[0]


def numbered(people: People, seen: Counter[int | str] | None = None) -> People:
    """Persons without an id get their number among those of their image, in the order of the file.

    Args:
      people: Persons whose ids may be None.
      seen: How many of each image came before, where a file is read in parts; is counted on.
    """
    seen = Counter() if seen is None else seen
    ids = []
    for image_id, person_id in zip(people.image_ids, people.person_ids, strict=True):
        ids.append(seen[image_id] if person_id is None else person_id)
        seen[image_id] += 1
    return dataclasses.replace(people, person_ids=tuple(ids))


def are_tracks(pairs: Iterable[tuple[int | str, int | str | None]]) -> bool:
    """Whether ids tell persons apart: nobody lacks one, no two persons of an image have the same.

    Args:
      pairs: Image and id of each person; those of an image stand together.
    """
    for _, of_image in itertools.groupby(pairs, key=lambda pair: pair[0]):
        tracks = [track for _, track in of_image]
        if None in tracks or len(set(tracks)) < len(tracks):
            return False
    return True


def identifier(place: Place, entry: dict[str, Any], key: str) -> int | str:
    """The value of an id that every person must have.

    Raises:
      InputError: If there is none, or it is neither a whole number nor a text.
    """
    if key not in entry:
        raise place.fault(f" has no {key!r}; every person needs one.")
    value = as_identifier(entry[key])
    if value is None:
        found = reprlib.repr(entry[key])
        raise place.fault(f" has the {key!r} {found}; expected a whole number or a text.")
    return value


def frame_identifier(
    path: str | Path, number: int, frame: dict[str, Any], keys: Sequence[str]
) -> int | str:
    """The id that a frame has under the first of these keys; its number where it has none.

    Raises:
      InputError: If it is neither a whole number nor a text.
    """
    key = next((key for key in keys if key in frame), None)
    if key is None:
        return number
    value = as_identifier(frame[key])
    if value is None:
        raise InputError(
            f"{path}: frame {number} has the {key!r} {frame[key]!r:.40}; expected a whole number "
            "or a text."
        )
    return value


def as_identifier(value: object) -> int | str | None:
    """An id as it is kept: 12.0, as data frames write a whole number, is 12; None: it is no id."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if is_identifier(value) else None


def is_identifier(value: object) -> bool:
    """Whether it can be printed and stored: a 64-bit number, or text without lone surrogates."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
    return type(value) is int and -(2**63) <= value < 2**63


def need_objects(
    path: str | Path, items: list[Any], kind: str, first: int = 0
) -> list[dict[str, Any]]:
    """The items, each of which must be an object, and of which there must be one.

    Raises:
      InputError: If not; `kind` says what the file calls the list, `first` is the number of the
        first item.
    """
    if not items:
        raise InputError(f"{path} lists no person: its list of {kind} is empty.")
    for number, item in enumerate(items, first):
        if not isinstance(item, dict):
            raise InputError(
                f"{path}: person {number} of the {kind} must be an object with keypoints, got "
                f"{kind_of(item)}."
            )
    return items


def kind_of(content: object) -> str:
    """What a piece of JSON is, or a table, in words, for messages."""
    if isinstance(content, Table):
        return f"a table with the columns {', '.join(content.columns)[:200]}"
    return json_file.kind_of(content)
