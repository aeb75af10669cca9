"""Which frame an image is: one rule for all formats, that of docs/output.md.

The order is that of frame numbers which the file declares, else of numbers or times in the images'
names, else of whole numbers by which it calls them, else that of the file. Numbers count frames,
from 0 or from 1, if the file declares it or at least half of them occur: those that do not occur
are then frames without anybody.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import statistics
from collections.abc import Callable, Sequence

from posenet3d.poses.image_ids import NumberedNames, numbered, place_of, times_in
from posenet3d.poses.people import Listed, People

MAX_FRAMES = 1_000_000
"""Numbers further apart than this are no frames of one motion (nine hours at 30 a second); ours."""

_BEFORE = 20  # most frames without anybody before the first, in lengths of what follows; ours

_TELLING = 3  # images from which on a common step is no chance; ours

_BY_FILE = "The images' names do not number them: their order is that of the file."
_BY_NAME = (
    "The images' ids and the numbers in their files' names are in different orders; frames follow "
    "the names."
)
_NO_TIMES = "The images' names are times too far apart for one motion: only their order counts."


@dataclasses.dataclass(frozen=True)
class Timeline:
    """The frames of one sequence, counted from 0.

    Args:
      frames: {image id: frame} of all images that are known.
      num_frames: F, those without anybody included.
      image_ids: {frame: image id}, also of frames that the input does not name, where the others'
        numbers tell what they would be called.
      numbers: {frame: the number that the image has in the input}; empty where numbers do not
        count frames.
      note: What a user should know of how frames were told; empty where it is obvious.
    """

    frames: dict[int | str, int]
    num_frames: int
    image_ids: dict[int, int | str]
    numbers: dict[int, int]
    note: str = ""


@dataclasses.dataclass(frozen=True)
class _Images:
    """The images of a sequence in the order of the input."""

    ids: list[int | str]  # as People has them
    within: list[int | str]  # what they are called within their sequence
    names: list[str | None]  # their files'
    sequence: str
    are_frames: bool  # whether the input declares that whole numbers are frames

    @property
    def are_numbers(self) -> bool:
        return all(isinstance(image, int) for image in self.within)

    def called(self, number: int) -> int | str:
        """The id of an image that has only a number."""
        return f"{self.sequence}/{number}" if self.sequence else number


def timelines_of(people: People) -> dict[str, Timeline]:
    """The timeline of each sequence, in the order in which the sequences are first named."""
    listed = people.listed or Listed((), None)
    names: dict[int | str, str | None] = dict.fromkeys((*listed.image_ids, *people.image_ids))
    for record in (listed, people):
        if record.file_names is not None:
            names |= dict(zip(record.image_ids, record.file_names, strict=True))
    sequences: dict[str, _Images] = {}
    for image_id, name in names.items():
        sequence, within = place_of(image_id)
        if sequence not in sequences:
            are_frames = people.numbers_are_frames or sequence != ""
            sequences[sequence] = _Images([], [], [], sequence, are_frames)
        images = sequences[sequence]
        images.ids.append(image_id)
        images.within.append(within)
        images.names.append(name)
    return {sequence: _timeline(images) for sequence, images in sequences.items()}


def notes_of(people: People) -> list[str]:
    """What a user should know of how the frames of people were told, each note once."""
    notes = [timeline.note for timeline in timelines_of(people).values()]
    return list(dict.fromkeys(filter(None, notes)))


def _timeline(images: _Images) -> Timeline:
    if images.are_numbers and images.are_frames:
        return _by_number(images, images.within)
    if (times := _times(images)) is not None:
        return _by_time(images, times)
    if (by_name := _by_names(images)) is not None:
        note = ""
        if images.are_numbers and _order(images.within) != _order(by_name.numbers):
            note = _BY_NAME
        return _by_number(images, by_name.numbers, by_name, note)
    if images.are_numbers:
        return _by_number(images, images.within)
    return _in_order(images, range(len(images.ids)), _BY_FILE if len(images.ids) > 1 else "")


def _times(images: _Images) -> list[float] | None:
    """The seconds of images that are called by them; None: they are not."""
    texts = [str(image) for image in images.within]
    times = times_in(texts) if len(texts) > 1 else None
    if times is None:
        return None
    names = numbered(texts)  # take_1.0001 is the first frame of a take, and no time
    is_take = names is not None and _count(names.numbers) and _step(names.numbers) == 1
    return None if is_take else times


def _by_names(images: _Images) -> NumberedNames | None:
    """The numbers of the images' files, or of the images where they are called by names."""
    if all(isinstance(name, str) for name in images.names):
        names = numbered(images.names)
        if names and (_count(names.numbers) or not images.are_numbers):
            return names
    if all(isinstance(image, str) for image in images.within):
        return numbered(images.within)
    return None


def _count(numbers: Sequence[int]) -> bool:
    """Whether numbers count: at least half of those between the first and the last occur."""
    span = (max(numbers) - min(numbers)) // _step(numbers) + 1
    return span <= 2 * len(numbers)


def _step(numbers: Sequence[int]) -> int:
    """What the numbers of consecutive frames differ by: more than 1 where all tell so."""
    if len(numbers) < _TELLING:
        return 1
    first = min(numbers)
    step = math.gcd(*(number - first for number in numbers))
    return step if (max(numbers) - first) // step + 1 <= 2 * len(numbers) else 1


def _order(values: Sequence[float]) -> list[int]:
    return sorted(range(len(values)), key=values.__getitem__)


def _in_order(images: _Images, order: Sequence[int], note: str) -> Timeline:
    """Consecutive frames."""
    ids = {frame: images.ids[row] for frame, row in enumerate(order)}
    return Timeline({image: f for f, image in ids.items()}, len(ids), ids, {}, note)


def _by_number(
    images: _Images,
    numbers: Sequence[int],
    names: NumberedNames | None = None,
    note: str = "",
) -> Timeline:
    first, last, step = min(numbers), max(numbers), _step(numbers)
    span = (last - first) // step + 1
    if not (_count(numbers) or (images.are_frames and span <= MAX_FRAMES)):
        order = _order(numbers)
        note = (
            f"The {len(numbers)} image numbers are taken for consecutive frames, though they run "
            f"from {first} to {last}."
        )
        return _in_order(images, order, note)
    before = _before(first, step, span, images.are_frames, len(numbers))
    if before:
        note = note or (
            f"The first image is number {first}: frames are counted from 0, and those before it "
            "are empty."
        )
    elif first > 1 and len(numbers) > 1:
        note = note or f"The first image is number {first}; it is taken for the first frame."
    elif step > 1:
        note = note or (
            f"The image numbers count in steps of {step}: each image is a frame, and --fps is the "
            "rate of these."
        )
    start = first - before * step
    counted = {frame: start + frame * step for frame in range(before + span)}
    frames = {
        image: before + (number - first) // step
        for image, number in zip(images.ids, numbers, strict=True)
    }
    called = _called(images, names)
    ids = {
        frame: image for frame, number in counted.items() if (image := called(number)) is not None
    }
    ids |= {frame: image for image, frame in frames.items()}
    return Timeline(frames, len(counted), ids, counted, note)


def _before(first: int, step: int, span: int, are_frames: bool, count: int) -> int:
    """How many frames come before the first that is named."""
    before = first // step if first > 1 else 0  # counted from 0, or from 1
    if before + span > MAX_FRAMES:
        return 0
    is_plausible = count > 1 and before <= _BEFORE * span
    return before if are_frames or is_plausible else 0


def _called(images: _Images, names: NumberedNames | None) -> Callable[[int], int | str | None]:
    """What the image of a number is called, or None where that cannot be told."""
    if names is None:
        return images.called
    return lambda number: None if images.are_numbers else names.name_of(number)


def _by_time(images: _Images, times: list[float]) -> Timeline:
    order = _order(times)
    steps = [after - before for before, after in itertools.pairwise(times[row] for row in order)]
    gap = 1.5 * min(steps)
    step = statistics.median(passed for passed in steps if passed < gap)
    frame = round(times[order[0]] / step)
    frames = {images.ids[order[0]]: frame}
    for row, passed in zip(order[1:], steps, strict=True):  # one by one, since times are rounded
        frame += max(1, round(passed / step))
        frames[images.ids[row]] = frame
    if frame >= MAX_FRAMES:
        return _in_order(images, order, _NO_TIMES)
    note = f"The images are called by seconds, {step:.4g} apart, which is --fps={1 / step:.4g}."
    return Timeline(frames, frame + 1, {f: image for image, f in frames.items()}, {}, note)
