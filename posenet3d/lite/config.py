"""The settings of lifting with a .tflite file: each field a flag of scripts/lift_tflite.py."""

from __future__ import annotations

import dataclasses

from posenet3d.lifting.config import LiftConfig
from posenet3d.lite.model_file import Variant
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.settings import check_range, setting

_MOST_THREADS = 256


@dataclasses.dataclass(frozen=True)
class LiteConfig(LiftConfig):
    """Everything that lifting with a .tflite file depends on: `LiftConfig`, and that file."""

    model: str = setting(
        DEFAULT_MODEL, "A .tflite file, a folder of them, or a pretrained model's name."
    )
    score: bool = setting(False, "Score each pose; needs a file whose lifter estimates its error.")
    variant: Variant = setting(
        "float32",
        "Which file of a folder or of a pretrained model, by the precision of its weights.",
    )
    threads: int = setting(1, "Threads of the runtime.")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.refuse_sequences()
        check_range("threads", self.threads, 1, _MOST_THREADS)
