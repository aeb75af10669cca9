"""What is done to lifted people over time, where it is asked for or the output needs it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from posenet3d.errors import InputError
from posenet3d.lifting.scene.by_track import Found, Lift, LiftTogether, by_track
from posenet3d.motion.association import AssociationConfig, Associator
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.poses.timeline import timelines_of
from posenet3d.poses.tracks import tracks_of

_QUICK = 4.0  # times the usual way between two frames; further, and it is somebody else. Ours

Associate = Literal["auto", "always", "never"]


def tracked(people: People, associate: Associate) -> People:
    """The same people with ids that last, joined by position where that is asked for.

    `auto`: where the format gave no ids that last.
    """
    if associate == "always" or (associate == "auto" and not people.tracked):
        return with_tracks(people, alone=associate == "auto")
    return people


def in_context(
    lifted: Lifted,
    people: People,
    lift: Lift,
    mend: bool,
    body: bool,
    height_mm: float | None,
    fps: float,
    over_time: LiftTogether | None = None,
) -> tuple[Lifted, Found]:
    """People whose poses agree with those before and after, under the ids that they have.

    Args:
      lifted: All people of the input.
      people: The same with ids that last (`tracked`).
      lift: Lifts anew whose 2D has been mended.
      mend: Whether 2D is mended.
      body: Whether bones get one length.
      height_mm: Standing height, where the poses are in mm.
      fps: Frames a second.
      over_time: Lifts the frames of one person together, if there is a lifter of sequences.

    Returns:
      The people, and what was found. Where ids make no tracks, nothing is changed.
    """
    if not people.tracked:  # ids that last were neither given nor wanted
        return lifted, Found()
    try:
        tracks_of(people)
    except InputError:  # a person is twice in an image
        problem = (
            "A person id is in an image twice, so that each pose was lifted alone; "
            "--associate=always joins by position."
        )
        return lifted, Found(problem=problem)
    return by_track(lifted, people, lift, mend, body, height_mm, fps, over_time)


def with_tracks(people: People, alone: bool = True) -> People:
    """The same people in the same order with the numbers of tracks as ids.

    Args:
      people: Images may come in any order; `poses.timeline` says which frame each is.
      alone: Whether somebody who is alone in every image is taken for one person, who may move
        quickly and stay away for long. Whoever jumps much further than usual from one image to the
        next is another one: some detectors see one person at a time, and not always the same.
    """
    timelines = timelines_of(people)
    place = {}
    for image_id in dict.fromkeys(people.image_ids):
        sequence = sequence_of(image_id)
        place[image_id] = (sequence, timelines[sequence].frames[image_id])
    places = [place[image_id] for image_id in people.image_ids]
    order = sorted(range(len(people)), key=places.__getitem__)
    names = {known: "{}/{}".format(*known) if known[0] else known[1] for known in place.values()}
    in_order = dataclasses.replace(
        people.select(order), image_ids=tuple(names[places[row]] for row in order)
    )
    if alone and max(Counter(people.image_ids).values()) == 1:
        ids = _of_one_at_a_time(in_order, [places[row] for row in order])
    else:
        ids = Associator().associate(in_order).person_ids
    by_row = dict(zip(order, ids, strict=True))
    return dataclasses.replace(
        people, person_ids=tuple(by_row[row] for row in range(len(people))), tracked=True
    )


def _of_one_at_a_time(people: People, places: Sequence[tuple[str, int]]) -> list[int]:
    """The track of each row, of people in the order of time of whom each image has one."""
    config = AssociationConfig()
    gate = max(config.gate, _QUICK * _usual_step(people, places))
    found = Associator(dataclasses.replace(config, gate=gate)).associate(people).person_ids
    seen = (people.confidence > 0).any(axis=1)
    known: dict[tuple[str, int], int] = {}  # {track of the associator: track}
    before: dict[str, tuple[int, int]] = {}  # {sequence: track and frame of its last row}
    tracks = []
    for row, (sequence, frame) in enumerate(places):
        last, then = before.get(sequence, (0, frame))
        key = (sequence, found[row])
        if not seen[row]:
            track = last
        elif key in known:
            track = known[key]
        elif frame - then > config.max_missed or sequence not in before:
            track = last  # nobody else was there in the meantime
        else:
            track = 1 + max(number for (other, _), number in known.items() if other == sequence)
        if seen[row]:
            known[key] = track
            before[sequence] = track, frame
        tracks.append(track)
    return tracks


def _usual_step(people: People, places: Sequence[tuple[str, int]]) -> float:
    """The median way of joints between neighbouring frames, in sizes; 0 where there are none."""
    seen = people.confidence > 0
    both = seen[1:] & seen[:-1]
    sequences = np.unique([sequence for sequence, _ in places], return_inverse=True)[1]
    passed = np.diff([frame for _, frame in places])
    told = both.any(axis=1) & (passed > 0) & (np.diff(sequences) == 0)
    if not told.any():
        return 0.0
    extent = np.where(seen[1:][told, :, None], people.keypoints_2d[1:][told], np.nan)
    size = np.linalg.norm(np.nanmax(extent, axis=1) - np.nanmin(extent, axis=1), axis=-1)
    steps = np.linalg.norm(np.diff(people.keypoints_2d, axis=0)[told], axis=-1)
    steps = np.nanmedian(np.where(both[told], steps, np.nan), axis=1)
    there = size > 0
    ways = steps[there] / size[there] / passed[told][there].astype(np.float32)
    return float(np.median(ways)) if len(ways) else 0.0
