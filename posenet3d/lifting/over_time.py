"""What is done to lifted people over time, where it is asked for or the output needs it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Literal

from posenet3d.errors import InputError
from posenet3d.lifting.by_track import Found, Lift, by_track
from posenet3d.lifting.config import LiftConfig
from posenet3d.motion.association import Associator
from posenet3d.motion.config import MotionConfig
from posenet3d.motion.people import smooth_people
from posenet3d.poses.image_ids import place_of
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.poses.timeline import timelines_of

Associate = Literal["auto", "always", "never"]


def over_time(lifted: Lifted, associate: Associate, motion: MotionConfig, fps: float) -> Lifted:
    """People with ids that last, gaps filled and tracks smoothed.

    Args:
      lifted: All people of the input.
      associate: Whether persons are joined into tracks by position: `auto`, where the format gave
        no ids that last.
      motion: What is done to each track.
      fps: Frames a second.

    Raises:
      InputError: If ids do not make tracks and are needed.
    """
    people = _tracked(lifted.people, associate)
    return Lifted(*smooth_people(people, lifted.result, motion, fps))


def in_context(lifted: Lifted, config: LiftConfig, lift: Lift) -> tuple[Lifted, Found]:
    """People whose poses agree with those before and after, under the ids that they have.

    Args:
      lifted: All people of the input.
      config: The settings.
      lift: Lifts anew whose 2D has been mended.

    Returns:
      The people, and what was found. Where ids make no tracks, nothing is changed.
    """
    people = _tracked(lifted.people, config.associate)
    try:
        return by_track(lifted, people, lift, config.mend, config.body == "track", config.height_mm)
    except InputError:  # a person is twice in an image
        return lifted, Found()


def _tracked(people: People, associate: Associate) -> People:
    if associate == "always" or (associate == "auto" and not people.tracked):
        return with_tracks(people, alone=associate == "auto")
    return people


def with_tracks(people: People, alone: bool = True) -> People:
    """The same people in the same order with the numbers of tracks as ids.

    Args:
      people: Images may come in any order; `poses.timeline` says which frame each is.
      alone: Whether a person who is alone in every image is one and the same, however far the
        person has moved from one image to the next.
    """
    if alone and max(Counter(people.image_ids).values()) == 1:
        return dataclasses.replace(people, person_ids=(0,) * len(people), tracked=True)
    timelines = timelines_of(people)
    places = []
    for image_id in people.image_ids:
        sequence, _ = place_of(image_id)
        places.append((sequence, timelines[sequence].frames[image_id]))
    order = sorted(range(len(people)), key=places.__getitem__)
    in_order = dataclasses.replace(
        people.select(order), image_ids=tuple("{}/{}".format(*places[row]) for row in order)
    )
    ids = Associator().associate(in_order).person_ids
    by_row = dict(zip(order, ids, strict=True))
    return dataclasses.replace(
        people, person_ids=tuple(by_row[row] for row in range(len(people))), tracked=True
    )
