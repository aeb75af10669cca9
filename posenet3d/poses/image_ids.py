"""What the names of images say: the sequence, the number in it, or the time."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence

_IN_SEQUENCE = re.compile(r"(.+)/(\d{1,18})", re.DOTALL)  # as the ids of pose archives are
_NUMBER = re.compile(r"\d{1,18}(?!\d)")
_LAST_NUMBER = re.compile(r"\d*\D*$")
_TIME = re.compile(
    r"(?P<before>(?:.*[^\w.]|.*_)?)"  # not "take" of take1.0001.png, whose frame is 1
    r"(?P<time>\d{1,9}(?:\.\d{1,9})?)"
    r"(?P<after>s?(?:\.[a-z]\w*)?)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST = 1000  # characters; a longer text is no name of an image


def place_of(image_id: int | str) -> tuple[str, int | str]:
    """The sequence of an image, empty where there is one alone, and what it is called in it."""
    may_match = isinstance(image_id, str) and "/" in image_id
    match = _IN_SEQUENCE.fullmatch(image_id) if may_match else None
    return (match[1], int(match[2])) if match else ("", image_id)


def sequence_of(image_id: int | str) -> str:
    """The sequence of an id `sequence/frame`; empty for all others."""
    return place_of(image_id)[0]


@dataclasses.dataclass(frozen=True)
class NumberedNames:
    """Names that differ in a number.

    Args:
      numbers: That of each name; no two are alike.
      before: What all names have before it.
      after: What all have behind it; None: it differs.
      digits: How many digits the shortest has, zeros in front included.
    """

    numbers: tuple[int, ...]
    before: str
    after: str | None
    digits: int

    def name_of(self, number: int) -> str | None:
        """The name that another number would have; None where that cannot be told."""
        if self.after is None:
            return None
        return f"{self.before}{number:0{self.digits}d}{self.after}"


def numbered(names: Sequence[str]) -> NumberedNames | None:
    """The numbers by which names differ from one another; None where they are not numbered.

    It is the first number behind what all names begin with: 12 of `clip2_0012.jpg`. What follows
    it is the same in all names, or else the numbers must count, so that digits which only happen
    to be there (the hash in `clip_0012_jpg.rf.5a08.jpg`, a random name) are never taken for one.
    """
    if max(map(len, names)) > _LONGEST:
        return None
    start = len(_common_start(names).rstrip("0123456789"))
    if len(names) == 1:  # nothing to compare with: the last number
        start = len(names[0]) - len(_LAST_NUMBER.search(names[0])[0])
    matches = [_NUMBER.match(name, start) for name in names]
    if not all(matches):
        return None
    numbers = tuple(int(match[0]) for match in matches)
    if len(set(numbers)) < len(numbers):
        return None
    endings = {name[match.end() :] for name, match in zip(names, matches, strict=True)}
    if len(endings) > 1:
        is_word = any(ending[:1].isalnum() for ending in endings)  # as a hash goes on
        if is_word or max(numbers) - min(numbers) >= 2 * len(numbers):
            return None
    digits = min(len(match[0]) for match in matches)
    after = endings.pop() if len(endings) == 1 else None
    return NumberedNames(numbers, names[0][:start], after, digits)


def numbers_of(image_ids: Sequence[int | str]) -> list[int | None]:
    """The number of each of some images; None where its id is none and has none.

    Names of several kinds may be among them (`cam1_0012.jpg`, `cam2_0012.jpg`): a number counts if
    another name differs in it alone.
    """
    within = [place_of(image_id)[1] for image_id in image_ids]
    names = sorted({image for image in within if isinstance(image, str)})
    found = numbered(names) if names else None
    if found is not None:
        known = dict(zip(names, found.numbers, strict=True))
    else:
        kinds: dict[tuple[str, str], list[str]] = {}
        for name in names:
            if len(name) <= _LONGEST:
                start = _LAST_NUMBER.search(name).start()
                kinds.setdefault((name[:start], name[start:].lstrip("0123456789")), []).append(name)
        known = {}
        for group in kinds.values():
            if len(group) > 1 and (found := numbered(group)) is not None:
                known |= dict(zip(group, found.numbers, strict=True))
    return [image if isinstance(image, int) else known.get(image) for image in within]


def frames_between(before: int | str, after: int | str) -> int | None:
    """How much greater the number of an image is than that of another; None: they do not tell."""
    ids = [place_of(before)[1], place_of(after)[1]]
    if all(isinstance(image, int) for image in ids):
        return ids[1] - ids[0]
    if all(isinstance(image, str) for image in ids) and (names := numbered(ids)) is not None:
        return names.numbers[1] - names.numbers[0]
    return None


def times_in(names: Sequence[str]) -> list[float] | None:
    """The seconds in names such as `1.033.jpg`, `frame_0.5.png` or `12.5`.

    Returns:
      Seconds, no two alike; None where the names are no times: at least one must have a point, and
      all must be alike before and behind the number.
    """
    if max(map(len, names)) > _LONGEST:
        return None
    matches = [_TIME.fullmatch(name) for name in names]
    if not all(matches) or not any("." in match["time"] for match in matches):
        return None
    if len({(match["before"], match["after"].lower()) for match in matches}) > 1:
        return None
    seconds = [float(match["time"]) for match in matches]
    return seconds if len(set(seconds)) == len(seconds) else None


def _common_start(names: Sequence[str]) -> str:
    """What all names begin with."""
    least, greatest = min(names), max(names)  # no other differs earlier than these two
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(least, greatest, strict=False))
    return "".join(character for character, _ in same)
