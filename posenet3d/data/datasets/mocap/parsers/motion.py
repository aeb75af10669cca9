"""What a motion capture file comes to: named points of one person over time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np


@dataclasses.dataclass(frozen=True)
class Motion:
    """The points of a person in F frames.

    Args:
      path: The file, for messages.
      names: P names. Of ASF/AMC they are the root and the bones, each point the end of its bone; of
        BVH the joints, and `<joint>_end` for end sites.
      positions: float64 `[F, P, 3]`, the file's axes (y up, as a rule) and unit.
      frame_rate: Frames a second; None where the file does not say.
      unit_m: Metres a unit; None where the file does not say.
    """

    path: Path
    names: tuple[str, ...]
    positions: np.ndarray
    frame_rate: float | None = None
    unit_m: float | None = None
