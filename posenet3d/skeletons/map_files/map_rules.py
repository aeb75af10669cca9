"""How a map file writes the rules of `joint_rules`.

    right_hip = "RHip"                                     Copy
    pelvis = ["RHip", "LHip"]                              Mean
    head = {from = "neck", through = "nose", factor = 1.6} Extrapolate
    neck = {first_of = ["neck", ["LShoulder", "RShoulder"]]}

`from` and `through` may be any of the first three; `first_of` takes the first whose joints are all
present.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from posenet3d.errors import InputError
from posenet3d.skeletons.joint_rules import Copy, Extrapolate, Mean, Rule
from posenet3d.skeletons.map_files.map_checks import shown

_LINE = ("from", "through", "factor")
_DEPTH = 8  # rules in rules


def rules_of(value: Any, joint: Callable[[str], str], where: str) -> Rule | tuple[Rule, ...]:
    """The rule that a value of a map file stands for, or several in order of preference.

    Args:
      value: What the file has.
      joint: The source joint of a name; raises `InputError` where there is none.
      where: The file and the key, for messages.

    Raises:
      InputError: If the value is none of the notations.
    """
    if isinstance(value, dict) and "first_of" in value:
        choices = value["first_of"]
        if len(value) > 1 or not isinstance(choices, list) or not choices:
            raise InputError(
                f"{where} must be {{first_of = [RULE, RULE, ...]}} and nothing else, got "
                f"{shown(value)}."
            )
        return tuple(_rule(choice, joint, where, _DEPTH) for choice in choices)
    return _rule(value, joint, where, _DEPTH)


def _rule(value: Any, joint: Callable[[str], str], where: str, depth: int) -> Rule:
    if isinstance(value, str):
        return Copy(joint(value))
    if isinstance(value, list) and value and all(isinstance(name, str) for name in value):
        names = tuple(joint(name) for name in value)
        if len(set(names)) < len(names):
            raise InputError(f"{where} names a joint twice: {shown(value)}.")
        return Mean(names)
    if isinstance(value, dict) and sorted(value) == sorted(_LINE) and depth:
        factor = value["factor"]
        is_number = isinstance(factor, int | float) and not isinstance(factor, bool)
        if not is_number or not abs(factor) <= 1000 or math.isnan(factor):
            raise InputError(
                f"{where}: factor must be a number, 0 at 'from' and 1 at 'through', got "
                f"{shown(factor)}."
            )
        start, end = (_rule(value[key], joint, where, depth - 1) for key in _LINE[:2])
        return Extrapolate(start, end, float(factor))
    raise InputError(
        f'{where} must be the name of a joint ("a"), the middle of several (["a", "b"]), a point '
        'on the line through two ({from = "a", through = "b", factor = 1.5}) or the first of these '
        f"whose joints are all seen ({{first_of = [...]}}), got {shown(value)}."
    )
