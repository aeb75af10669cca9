"""Which joints are mirror partners, by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

# The side is the word (left_hip, LeftHip, hipleft, front_left_paw) or a letter that something sets
# apart: a separator, a digit or an end of the name (l_hip, hip.L, L1), or its case (LHip, hipL).
_SIDE = re.compile(r"(?i:left)|(?<![a-zA-Z])[lL](?![a-z])|(?<=[a-z])L(?![a-zA-Z])")
_OTHER = {"l": "r", "L": "R", "left": "right", "Left": "Right", "LEFT": "RIGHT"}


def pairs_by_name(names: Sequence[str]) -> dict[str, str]:
    """{left joint: right joint} of the joints whose names differ in their side alone.

    Sides are written `left_hip`, `LeftHip`, `hip_left`, `l_hip`, `LHip`, `hip.L` and so on; joints
    whose partner is not among the names have none.
    """
    known, pairs = set(names), {}
    for name in names:
        for side in _SIDE.finditer(name):
            other = _OTHER.get(side[0], "right")
            partner = name[: side.start()] + other + name[side.end() :]
            if partner in known and partner not in pairs.values():
                pairs[name] = partner
                break
    return pairs
