"""Joins the persons of consecutive frames into tracks, by where their joints are.

For formats without ids that last. Who looks like whom is not known here: what decides is position
alone, so that two people who hide each other for long may come out exchanged.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from posenet3d.errors import ConfigError
from posenet3d.motion.joining.detections import Detections, detections
from posenet3d.motion.joining.moving import Moving
from posenet3d.poses.image_ids import frames_between, place_of
from posenet3d.poses.people import People


@dataclasses.dataclass(frozen=True)
class AssociationConfig:
    """When two detections are the same person.

    A person's size is the diagonal of the box around its joints, about its height where it
    stands.

    Args:
      gate: Sizes that the joints may lie, on average, from where they were expected; more, and it
        is somebody else.
      max_missed: Frames that a track goes on without a detection.

    Raises:
      ConfigError: If the gate is not above 0 or `max_missed` no whole number from 0 on.
    """

    gate: float = 0.4
    max_missed: int = 30

    def __post_init__(self) -> None:
        if not 0 < self.gate < math.inf:
            raise ConfigError(f"gate must be a positive number of sizes, got {self.gate}.")
        if isinstance(self.max_missed, bool) or not isinstance(self.max_missed, int):
            raise ConfigError(f"max_missed must be a whole number, got {self.max_missed!r}.")
        if self.max_missed < 0:
            raise ConfigError(f"max_missed must be 0 or more, got {self.max_missed}.")


class Associator:
    """Gives persons the numbers of tracks; a stream may come in parts.

    A frame is a run of equal `image_ids`. In each, every track is expected a little further along
    its way, every detection costs its mean joint distance from there in sizes, and the cheapest
    assignment wins (Kuhn, Naval Research Logistics Quarterly 1955). Detections that no track
    claims begin tracks, from left to right. Those without any joint are each a track of their own.
    Images `sequence/frame` of another sequence have tracks of their own, counted from 0 as well.

    Example:

        associator = Associator()
        for part in parts:                    # of a video, cut between two images
            people = associator.associate(part)
    """

    def __init__(self, config: AssociationConfig | None = None) -> None:
        self.config = config or AssociationConfig()
        self._sequences: dict[str, _Sequence] = {}
        self._last_image: int | str | None = None

    def associate(self, people: People) -> People:
        """The same people with `person_ids` that are numbers of tracks.

        They are counted from 0 in the order in which the persons appear. Where image ids are or
        hold numbers, a jump is taken for frames in which nobody was found.

        Raises:
          ValueError: If the first image is the last one of the call before: a frame's persons are
            assigned together.
        """
        if people.image_ids[0] == self._last_image:
            raise ValueError(
                f"Image {self._last_image} is in two parts of the stream; cut it between images."
            )
        self._last_image = people.image_ids[-1]
        found = detections(people)
        numbers = [-1] * len(people)
        with np.errstate(divide="ignore", invalid="ignore"):
            for image_id, start, end in found.frames:
                name, image = place_of(image_id)
                if name not in self._sequences:
                    self._sequences[name] = _Sequence(people.skeleton.num_joints, self.config)
                tracks = self._sequences[name].assign(found, start, end, image)
                for row, track in zip(found.rows[start:end], tracks, strict=True):
                    numbers[row] = track
        return dataclasses.replace(people, person_ids=tuple(numbers), tracked=True)


class _Sequence:
    """The tracks of one sequence, and what its images' numbers tell."""

    def __init__(self, num_joints: int, config: AssociationConfig) -> None:
        self._tracks = Moving(num_joints, config.gate, config.max_missed)
        self._image: int | str | None = None
        self._step = math.inf  # the smallest so far between two frames' numbers

    def assign(self, found: Detections, start: int, end: int, image: int | str) -> list[int]:
        """The track of each person of the next frame."""
        return self._tracks.assign(found, start, end, self._passed(image))

    def _passed(self, image: int | str) -> int:
        """Frames since the last one, 1 where the images' numbers do not tell."""
        last, self._image = self._image, image
        if isinstance(last, int) and isinstance(image, int):
            between = image - last
        else:
            between = None if last is None else frames_between(last, image)
        if between is None or between <= 0:
            return 1
        self._step = min(self._step, between)
        return round(between / self._step)
