"""The parts of an input: each is read while the one before it is lifted."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.formats.parsing.source import Part, PeopleSource
from posenet3d.lifting.parts.odd_joints import Counts, odd_joints
from posenet3d.lifting.parts.spool import Spool
from posenet3d.lifting.scene.by_track import Lift
from posenet3d.lifting.scene.room import Room
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.joint_rules import JointMap
from posenet3d.skeletons.skeleton import Skeleton

Say = Callable[[str], None]
"""Takes a line for the user."""

Progress = Callable[[int, int], None]
"""Takes how many units of the input are done, and how many there are."""


@dataclasses.dataclass(frozen=True)
class ReadPart:
    """A part whose people are to be lifted.

    Args:
      people: Them, with the lifter's joints; None: there is nobody.
      counts: By joint, what is odd about their 2D.
      room: The camera, where it is known.
    """

    people: People | None
    counts: Counts
    room: Room | None = None

    def lifted(self, lift: Lift) -> Lifted | None:
        """The people, lifted."""
        if self.people is None:
            return None
        if self.room is not None:
            return Lifted(self.people, self.room.lift(lift, self.people))
        return Lifted(self.people, lift(self.people.keypoints_2d, self.people.confidence))


def fill(
    spool: Spool,
    source: PeopleSource,
    read: Callable[[Part], ReadPart],
    lift: Lift,
    skip_bad: bool,
    say: Say,
    progress: Progress,
) -> None:
    """Lifts the parts that are not in the spool yet.

    Reading is Python and lifting is not, so both go on at once.

    Args:
      spool: What has been lifted.
      source: The input.
      read: Reads a part.
      lift: Lifts people; it is called by one other thread.
      skip_bad: Whether what cannot be used is left out.
      say: Takes lines about what goes on.
      progress: Is told after every part.

    Raises:
      InputError: If the input cannot be read, or has images of several sizes where that matters.
    """
    done, rooms = 0, set()
    waiting: deque[tuple[Future[Lifted | None], Part, str, Counts]] = deque()

    def keep(but: int = 0) -> None:
        nonlocal done
        while len(waiting) > but:
            future, part, fingerprint, counts = waiting.popleft()
            spool.append(future.result(), fingerprint, part.faults, counts)
            done += part.units
            progress(done, source.count)

    with ThreadPoolExecutor(1) as lifting:
        for number, part in enumerate(source.parts(skip_bad)):
            fingerprint = part.fingerprint
            if spool.has(number, fingerprint):
                part.skip()
                done += part.units
                progress(done, source.count)
                continue
            if number and number == spool.resumed:
                say(f"Going on behind {number} finished parts in {spool.folder}.")
            try:
                ready = read(part)
            except BaseException:
                keep()  # what has been lifted need not be lifted again
                raise
            rooms |= {ready.room} - {None}
            if len(rooms) > 1:
                raise InputError(
                    "--focal_length and --fov need images of one size; give "
                    "--image_size=WIDTHxHEIGHT."
                )
            waiting.append((lifting.submit(ready.lifted, lift), part, fingerprint, ready.counts))
            keep(but=1)  # while this one is lifted
        keep()


def read_part(
    part: Part,
    skeleton: Skeleton,
    maps: Mapping[str, JointMap] | None,
    min_confidence: float,
    room: Callable[[People], Room | None],
) -> ReadPart:
    """The people of a part as the lifter is to see them.

    Args:
      part: The part.
      skeleton: The lifter's.
      maps: The user's own maps of joints.
      min_confidence: Joints of less count as missing.
      room: The camera of people, where it is known.
    """
    try:
        people = part.read()
    except NobodyError:
        return ReadPart(None, {})
    guessed = (people.confidence > 0) & (people.confidence < min_confidence)
    people = dataclasses.replace(people, confidence=np.where(guessed, 0, people.confidence))
    counts = {"corner": part.corner, "outside": part.outside, **odd_joints(people, guessed)}
    people = people.on(skeleton, maps)
    return ReadPart(people, counts, room(people))
