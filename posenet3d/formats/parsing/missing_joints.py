"""Joints that a file says are missing without a number: NaN, or null in JSON."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Sequence
from typing import Any

from posenet3d.errors import InputError

NUMBERS = frozenset((float, int))
"""Types of numbers in JSON; bool is an int to isinstance."""

_WHAT = ("x = {} px", "y = {} px", "confidence {}")


def without_missing(
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
    return type(value) in NUMBERS


def _is_nothing(value: Any) -> bool:
    return value is None or (type(value) is float and math.isnan(value))


def _is_unseen(confidence: Any) -> bool:
    return _is_nothing(confidence) or (_is_number(confidence) and confidence <= 0)
