"""Lifted people over time, in a room or in places: what videos, pages and logs show."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses import stature
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.people import People
from posenet3d.poses.timeline import timelines_of
from posenet3d.poses.tracks import Track, tracks_of
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.viz.room import Ground, Way, ground_of, stands_of, ways_of

if TYPE_CHECKING:
    from posenet3d.poses.lift_result import LiftResult

_SPACING = 1.15  # of the widest body, between places; chosen by eye
_IN_A_ROW = 6


@dataclasses.dataclass(frozen=True)
class Actor:
    """One person's time in the scene.

    Args:
      person_id: The person's id as the input has it.
      place: Where the person stands, a number from 0; None: never lifted.
      frames: For each appearance its frame of the scene, ascending.
      rows: For each appearance its row in `People`.
    """

    person_id: int | str
    place: int | None
    frames: tuple[int, ...]
    rows: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Scene:
    """People on a stage: every frame of every sequence, one after the other.

    Where the camera is known (`root_3d`), people are where they are in its room. From one view
    alone it cannot be told, so each has a place, in the order in which they stand in the images,
    and stands in it on the lowest joint. Who comes after another has left takes over the place; so
    there are as many places as people at the same time.

    Args:
      people: The persons, with their 2D.
      result: What the lifter made of them.
      actors: One a track of `formats.tracks`.
      image_ids: For each frame its image; None where nobody is in it and its name is not known.
      numbers: For each frame the number of its image; None where numbers do not count frames, or
        there are several sequences.
      sequences: For each frame the name of its sequence; empty where there is only one.
      bodies: `[P, J, 3]` float32, mm, camera frame (x right, y down, z forward), the root at x = 0,
        z = 0 and the lowest joint at y = 0; NaN where not lifted.
      size_note: What `bodies` take for a person's size; empty where it was given.
      stands: `[P, 3]` float32, mm: where in the room each body is to be put, the floor at y = 0;
        NaN where not lifted. None: not known, everybody has a place.
    """

    people: People
    result: LiftResult
    actors: tuple[Actor, ...]
    image_ids: tuple[int | str | None, ...]
    numbers: tuple[int | None, ...]
    sequences: tuple[str, ...]
    bodies: np.ndarray
    size_note: str
    stands: np.ndarray | None = None

    @property
    def skeleton(self) -> Skeleton:
        """The skeleton whose joints they are."""
        return self.people.skeleton

    @property
    def num_frames(self) -> int:
        """F, the frames of all sequences together."""
        return len(self.image_ids)

    @cached_property
    def num_places(self) -> int:
        """The most people that are there at the same time."""
        return 1 + max((a.place for a in self.actors if a.place is not None), default=-1)

    @cached_property
    def at(self) -> tuple[tuple[tuple[Actor, int], ...], ...]:
        """For each frame who is in it: the actor and the row in `People`."""
        found: list[list[tuple[Actor, int]]] = [[] for _ in range(self.num_frames)]
        for actor in self.actors:
            for frame, row in zip(actor.frames, actor.rows, strict=True):
                found[frame].append((actor, row))
        return tuple(map(tuple, found))

    @cached_property
    def half_width(self) -> float:
        """Half of the ground that a body needs however it is turned, mm."""
        away = np.linalg.norm(self.bodies[..., [0, 2]], axis=-1)
        return float(np.nanmax(away)) if self.num_places else 500.0

    @cached_property
    def height(self) -> float:
        """How high above the ground the highest joint is, mm."""
        if not self.num_places:
            return 1000.0
        up = self.bodies[..., 1]
        return float(-np.nanmin(up if self.stands is None else up + self.stands[:, 1:2]))

    @cached_property
    def places(self) -> np.ndarray:
        """Where the places are on the ground, `[places, 3]` mm: side by side, then behind."""
        step = 2 * _SPACING * self.half_width
        count = max(self.num_places, 1)
        in_a_row = -(-count // -(-count // _IN_A_ROW))  # so that rows are about equally long
        rows, columns = np.divmod(np.arange(count), in_a_row)
        x = (columns + 0.5 * (rows % 2)) * step  # those behind stand in the gaps
        x -= (x.min() + x.max()) / 2
        return np.stack([x, np.zeros_like(x), rows * step], axis=1)

    def stand(self, actor: Actor) -> np.ndarray:
        """Where an actor who has a place stands at each appearance, `[N, 3]` mm."""
        if self.stands is None:
            return np.tile(self.places[actor.place], (len(actor.rows), 1))
        return self.stands[list(actor.rows)]

    def ground(self, actor: Actor | None = None) -> Ground:
        """The floor that everybody needs, or one actor who has a place."""
        everybody = self.places if self.stands is None else self.stands
        stands = everybody if actor is None else self.stand(actor)
        return ground_of(stands[np.isfinite(stands).all(axis=1)], self.half_width)

    def ways(self, actor: Actor) -> list[Way]:
        """The pieces of an actor's way through a room; a step longer than a person is none."""
        if self.stands is None or actor.place is None:
            return []
        stands = self.stand(actor)
        known = np.isfinite(stands).all(axis=1)
        return ways_of(stands[known], np.array(actor.frames)[known], longest=self.height)


def scene_of(people: People, result: LiftResult) -> Scene:
    """Sets a scene.

    Args:
      people: The persons that were lifted, on the lifter's skeleton (`People.on`).
      result: What the estimator returned for them.

    Raises:
      InputError: If a person is twice in an image.
      ValueError: If people and result do not belong together.
    """
    if len(result.lifted) != len(people):
        raise ValueError(
            f"The result is one of {len(result.lifted)} people, not of {len(people)}; give the "
            "people that were lifted."
        )
    tracks = tracks_of(people)
    timelines = timelines_of(people)
    starts: dict[str, int] = {}
    image_ids: list[int | str | None] = []
    numbers: list[int | None] = []
    sequences: list[str] = []
    for name, timeline in timelines.items():
        starts[name] = len(image_ids)
        image_ids += map(timeline.image_ids.get, range(timeline.num_frames))
        numbers += map(timeline.numbers.get, range(timeline.num_frames))
        sequences += [name] * timeline.num_frames
    names = [sequence_of(people.image_ids[track.rows[0]]) for track in tracks]
    spans = [
        tuple(starts[name] + frame for frame in track.frames)
        for track, name in zip(tracks, names, strict=True)
    ]
    places = _places(tracks, spans, people, np.asarray(result.lifted))
    actors = tuple(
        Actor(people.person_ids[track.rows[0]], place, span, track.rows)
        for track, place, span in zip(tracks, places, spans, strict=True)
    )
    bodies, size_note = _bodies(result, people.skeleton)
    if len(starts) == 1:
        sequences = [""] * len(image_ids)
    else:
        numbers = [None] * len(image_ids)
    frames = (tuple(values) for values in (image_ids, numbers, sequences))
    stands = stands_of(people, result, tracks, feet=-bodies[:, people.skeleton.root, 1])
    return Scene(people, result, actors, *frames, bodies, size_note, stands)


def _places(
    tracks: tuple[Track, ...], spans: list[tuple[int, ...]], people: People, lifted: np.ndarray
) -> list[int | None]:
    """A place for everyone who was ever lifted, from left to right as in the images."""
    across = [_across(people, track, lifted) for track in tracks]
    times = {}
    for number, (track, span) in enumerate(zip(tracks, spans, strict=True)):
        frames = [f for f, row in zip(span, track.rows, strict=True) if lifted[row]]
        if frames:
            times[number] = (frames[0], frames[-1])
    place_of: dict[int, int] = {}
    free_from: list[int] = []  # for each place the first frame in which it is empty
    for number in sorted(times, key=lambda n: (times[n][0], across[n])):
        first, last = times[number]
        empty = [place for place, free in enumerate(free_from) if free <= first]
        place = empty[0] if empty else len(free_from)
        if not empty:
            free_from.append(0)
        free_from[place] = last + 1
        place_of[number] = place
    centre = [
        np.mean([across[n] for n, place in place_of.items() if place == p])
        for p in range(len(free_from))
    ]
    rank = np.argsort(np.argsort(centre, kind="stable"), kind="stable")
    return [int(rank[place_of[n]]) if n in place_of else None for n in range(len(tracks))]


def _across(people: People, track: Track, lifted: np.ndarray) -> float:
    """Where a person is in the images on average, from left to right in px."""
    rows = [row for row in track.rows if lifted[row]]
    weights = people.confidence[rows] > 0
    x = people.keypoints_2d[rows][..., 0]
    return float((x * weights).sum() / max(weights.sum(), 1))


def _bodies(result: LiftResult, skeleton: Skeleton) -> tuple[np.ndarray, str]:
    """The poses in mm, standing on their lowest joints, and what was assumed."""
    bodies = np.array(result.keypoints_3d, np.float32)
    bodies[~np.asarray(result.lifted)] = np.nan
    note = ""
    if result.unit != "mm" and skeleton.stature_weights:
        bodies *= stature.mm_a_unit(bodies, np.float32(stature.ASSUMED_HEIGHT_MM), skeleton)
        note = f"Everybody is drawn {stature.ASSUMED_HEIGHT_MM:g} mm tall."
    elif result.unit != "mm":
        parents, children = np.array(skeleton.bones).T
        bones = np.linalg.norm(bodies[:, children] - bodies[:, parents], axis=-1)
        lengths = bones.sum(axis=1)
        bodies *= (3 * stature.ASSUMED_HEIGHT_MM / lengths)[
            :, None, None
        ]  # about a tall body's bones
        note = "Everybody is drawn equally large."
    bodies -= bodies[:, skeleton.root, None]
    bodies[..., 1] -= bodies[..., 1].max(axis=1, keepdims=True)
    if not np.isfinite(bodies[np.asarray(result.lifted)]).all():
        raise InputError("A lifted pose holds NaN or an infinity, or all its joints in one place.")
    return bodies, note
