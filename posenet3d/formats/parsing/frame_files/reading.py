"""From frames to people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.frame_files.files import printable
from posenet3d.formats.parsing.frame_files.layout import FrameLayout, is_all_nan
from posenet3d.formats.parsing.frame_files.tracks import FrameIds, Identity
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import Skeleton


class Frame(NamedTuple):
    """A frame of an input.

    `path` is the file that it is in, `content` what `load_json` gives of it. `image` is what
    messages call the frame where the file holds others as well, else None.
    """

    path: str | Path
    content: Any
    image_id: int | str
    image: int | str | None = None


def read_frames(
    path: str | Path,
    frames: Iterable[Frame],
    layout: FrameLayout,
    identity: Callable[[list[FrameIds]], Identity],
    usual_skeleton: Callable[[], Skeleton],
    numbers_are_frames: bool = False,
) -> People:
    """The people of some frames.

    Args:
      path: The folder or file that the user named, for messages.
      frames: The frames.
      layout: How they are laid out.
      identity: Gives what `tracks` says of the whole input, from who is in these frames. Where
        it is not the ids, those that tell the persons of a frame apart are kept, else persons are
        numbered by their places.
      usual_skeleton: Gives the skeleton of the input; called where nobody here has a joint.
      numbers_are_frames: As in `People`.

    Returns:
      Every person but those whose numbers are all NaN, who are in other frames. Confidences are
      clipped to [0, 1]; 0 or less is a missing joint.

    Raises:
      InputError: If a frame is none or a value cannot be meant; names file, person and joint.
      NobodyError: If nobody is in the frames.
    """
    places: list[Place] = []
    skeletons: list[Skeleton | None] = []
    image_ids, sizes, names = [], [], []
    who: list[FrameIds] = []
    with JointNumbers() as joints:
        for frame in frames:
            people = _persons(frame, layout)
            before, tracks, away = len(places), [], False
            for number, person in enumerate(people):
                if not person:  # what Pose2Sim leaves in the place of somebody it did not match
                    continue
                place = Place(frame.path, number, frame.image)
                key, skeleton, values = layout.numbers_of(place, person)
                if is_all_nan(values):
                    away = True
                    continue
                places.append(place)
                skeletons.append(skeleton)
                tracks.append(layout.track_of(place, person))
                if skeleton is not None:
                    joints.add(place, values, key, skeleton)
            who.append(FrameIds(tracks, len(people), away))
            found = len(places) - before
            image_ids += [frame.image_id] * found
            sizes += [layout.size_of(frame.content)] * found
            names += [layout.file_of(frame.content)] * found
    points = joints.arrays()
    if not places:
        kind = "files" if frame.image is None else "frames"
        raise persons.NobodyError(
            f"{path}: {layout.tool} found nobody ({len(who)} {kind} without people)."
        )
    same = identity(who)
    skeleton = _one_skeleton(skeletons, places) or usual_skeleton()
    if None in skeletons:
        known, nothing = iter(points), np.zeros((skeleton.num_joints, 3))
        points = [nothing if of_one is None else next(known) for of_one in skeletons]
    return persons.make_people(
        points,
        places,
        skeleton,
        image_ids,
        _person_ids(who, places, same),
        tracked=same != "none",
        confidences=(-math.inf, math.inf),
        image_sizes=sizes,
        file_names=names,
        numbers_are_frames=numbers_are_frames,
    )


def skeleton_of(layout: FrameLayout, contents: Iterable[Any]) -> Skeleton | None:
    """The skeleton of the first person who has joints; None: nobody has."""
    for content in contents:
        for number, person in enumerate(layout.persons_of(content) or []):
            try:
                skeleton = layout.numbers_of(Place("", number), person).skeleton
            except (InputError, AttributeError, TypeError):  # not a person; is said on reading it
                continue
            if skeleton is not None:
                return skeleton
    return None


def image_id_of(file: Path, layout: FrameLayout) -> str:
    """The id of the image that a file is of: its name without the endings."""
    return printable(file.stem.removesuffix(layout.ending))


def _persons(frame: Frame, layout: FrameLayout) -> list[dict[str, Any]]:
    people = layout.persons_of(frame.content)
    where = frame.path if frame.image is None else f"{frame.path}: image {frame.image!r:.40}"
    if people is None:
        raise InputError(
            f"{where} is not a frame of {layout.tool}: expected an object with a list "
            f"{layout.people[0]!r}, got {persons.kind_of(frame.content)}."
        )
    return persons.need_objects(where, people, layout.people[0]) if people else []


def _person_ids(
    who: list[FrameIds], places: list[Place], identity: Identity
) -> list[int | str | None]:
    """The ids of those who are in frames, at these places in them."""
    ids: list[int | str | None] = []
    for frame in who:
        if identity == "ids" or (identity == "none" and frame.differ):
            ids += frame.tracks
        else:
            ids += [p.person for p in places[len(ids) : len(ids) + len(frame.tracks)]]
    return ids


def _one_skeleton(skeletons: list[Skeleton | None], places: list[Place]) -> Skeleton | None:
    """The skeleton of all who have joints; None: nobody has."""
    if None in skeletons:
        pairs = [(s, p) for s, p in zip(skeletons, places, strict=True) if s is not None]
        skeletons, places = ([pair[side] for pair in pairs] for side in (0, 1))
    return persons.one_skeleton(skeletons, places) if skeletons else None
