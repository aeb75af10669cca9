"""Which of a model's .tflite files lifts where the user names none."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

from posenet3d.errors import InputError
from posenet3d.lite import model_file
from posenet3d.lite.model_file import DAMAGED, VARIANTS, Variant

Choice = Literal["auto", *VARIANTS]
"""A variant, or auto: see `chosen`."""

FAST: Variant = "dynamic_int8"
"""The variant that lifts most poses a second."""

MEASURED = "measured"
"""The entry of a file's metadata that says how far its poses are from true ones: see
`export.answers.accuracy`."""

PA_MPJPE, PA_MPJPE_KERAS = "pa_mpjpe", "pa_mpjpe_keras"
"""In that entry: the file's errors in mm and those of the lifter that it was made of, for each of
the archive's 2D (`keypoints_2d`, `keypoints_2d_noisy`)."""

EQUAL = 1.005
"""An error at most so many times the lifter's own counts as the same. Ours: the test split's poses
are from few enough people that half a percent says nothing about others."""


def chosen(model: str | Path, variant: Choice, much: bool = False) -> Variant:
    """The variant to lift with.

    auto is float32. Where much is lifted, it is dynamic_int8, if that file says that its error was
    measured to be the same.

    Args:
      model: As in `model_file.find`.
      variant: What the user asks for.
      much: Whether so much is lifted that time matters.
    """
    if variant != "auto":
        return variant
    if not much or Path(model).suffix == model_file.ENDING:
        return VARIANTS[0]
    try:
        content = model_file.read(model_file.find(model, FAST))
        is_as_good = as_good(model_file.read_metadata(content))
    except (InputError, ImportError, *DAMAGED):
        return VARIANTS[0]  # what is wrong with a file is said where that file is asked for
    return FAST if is_as_good else VARIANTS[0]


def as_good(metadata: dict[str, Any]) -> bool:
    """Whether a file's metadata say that its error was measured to be the lifter's own."""
    try:
        errors, own = (metadata[MEASURED][name] for name in (PA_MPJPE, PA_MPJPE_KERAS))
        return bool(errors) and all(
            0 < errors[name] <= EQUAL * own[name] and math.isfinite(own[name]) for name in errors
        )
    except (LookupError, TypeError):
        return False
