"""From lists of numbers to arrays; joints may be missing without a number: NaN, or null in JSON."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Protocol

import numpy as np

from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import Skeleton

_NUMBERS = frozenset((float, int))  # types of those in JSON; bool is an int to isinstance
_WHAT = ("x = {} px", "y = {} px", "confidence {}")
_TOGETHER = 128  # persons; ours. More lists at a time keep the search for garbage busy


class _Place(Protocol):
    """Where a person stands: `persons.Place`."""

    def fault(self, what: str) -> InputError: ...


def joint_numbers(place: _Place, values: list[Any], key: str, skeleton: Skeleton) -> np.ndarray:
    """As float64 `[J, 3]` a list of three values a joint; zeros for joints that are missing.

    Raises:
      InputError: If one is not a number, as `_without_missing` says; the message names the joint.
    """
    try:
        if not (_NUMBERS.issuperset(map(type, values)) and math.isfinite(sum(values))):
            values = _without_missing(values, skeleton.joint_names, place.fault)
        return np.array(values, np.float64).reshape(-1, 3)
    except OverflowError:
        raise place.fault(f" has a number in {key!r} that is far too large.") from None


class JointNumbers:
    """The numbers of many persons, of which some are made one array together: a third of the work.

    The first person whose numbers are at fault is named, also where an error follows before they
    have been looked at:

        with JointNumbers() as numbers:
            for ...:
                numbers.add(place, values, key, skeleton)
        numbers.arrays()
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[_Place, list[Any], str, Skeleton]] = []
        self._arrays: list[Sequence[np.ndarray]] = []

    def __enter__(self) -> JointNumbers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, InputError):
            self._look()

    def add(self, place: _Place, values: list[Any], key: str, skeleton: Skeleton) -> None:
        """Takes what `joint_numbers` takes.

        Raises:
          InputError: As it does, for one of the last persons.
        """
        self._waiting.append((place, values, key, skeleton))
        if len(self._waiting) == _TOGETHER:
            self._look()

    def arrays(self) -> Sequence[np.ndarray]:
        """What `joint_numbers` gives of each; one array `[P, J, 3]` where all have the same J.

        Raises:
          InputError: As it does, for one of the last persons.
        """
        self._look()
        shapes = {a.shape[1:] if isinstance(a, np.ndarray) else None for a in self._arrays}
        if len(shapes) == 1 and None not in shapes:
            return np.concatenate(self._arrays)
        return list(chain.from_iterable(self._arrays))

    def _look(self) -> None:
        persons, self._waiting = self._waiting, []
        if persons:
            together = _plain([values for _, values, _, _ in persons])
            one_by_one = (joint_numbers(*person) for person in persons)
            self._arrays.append(list(one_by_one) if together is None else together)


def _plain(lists: list[list[Any]]) -> np.ndarray | None:
    """Lists of finite numbers as `[P, J, 3]`; None: they are not, or of several lengths."""
    if len(set(map(len, lists))) > 1:
        return None
    if not _NUMBERS.issuperset(map(type, chain.from_iterable(lists))):
        return None
    count = len(lists) * len(lists[0])
    try:
        array = np.fromiter(chain.from_iterable(lists), np.float64, count)
    except OverflowError:
        return None
    return array.reshape(len(lists), -1, 3) if np.isfinite(array).all() else None


def _without_missing(
    values: Sequence[Any], joint_names: Sequence[str], fault: Callable[[str], InputError]
) -> list[float]:
    """Puts zeros in the place of missing joints, and refuses what else is not a finite number.

    A joint is missing whose x and y are NaN or None, and whose confidence is NaN, None, 0 or less.

    Args:
      values: x, y and confidence of each of J joints in turn, as the file has them.
      joint_names: What the J are called, for messages.
      fault: From the end of a message to the error to raise.

    Returns:
      `3 * J` finite numbers.

    Raises:
      InputError: If another value is not a finite number; the message names the joint.
      OverflowError: If a whole number is too large for a float.
    """
    found: list[float] = []
    for joint, name in enumerate(joint_names):
        x, y, confidence = values[3 * joint : 3 * joint + 3]
        if _is_nothing(x) and _is_nothing(y) and _is_unseen(confidence):
            found += (0.0, 0.0, 0.0)
            continue
        for value, what in zip((x, y, confidence), _WHAT, strict=True):
            if not _is_number(value):
                raise fault(f", joint {name}: {reprlib.repr(value)} is not a number.")
            if not math.isfinite(value):
                raise fault(
                    f", joint {name}: {what.format(value)} is not a finite number; a missing joint "
                    "has NaN or null as x and y, and the confidence 0."
                )
            found.append(value)
    return found


def _is_number(value: Any) -> bool:
    return type(value) in _NUMBERS


def _is_nothing(value: Any) -> bool:
    return value is None or (type(value) is float and math.isnan(value))


def _is_unseen(confidence: Any) -> bool:
    return _is_nothing(confidence) or (_is_number(confidence) and confidence <= 0)
