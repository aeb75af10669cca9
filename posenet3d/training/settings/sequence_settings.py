"""The settings of a run's third stage: the lifter of sequences."""

from __future__ import annotations

import dataclasses

from posenet3d.errors import ConfigError
from posenet3d.settings import check_range, setting


@dataclasses.dataclass(frozen=True)
class SequenceConfig:
    """A third stage, in which a lifter learns to see the frames around each."""

    steps: int = setting(
        0,
        "Steps of the third stage; 0: no third stage. The run's lifter becomes one of sequences "
        "(best/sequence.npz): it learns from what it says of single frames, made to agree over "
        "time and cameras, while noise, gaps and exchanged sides last for several frames "
        "(augment_*). Needs lifter_completes and a second stage, or sequence_teacher.",
    )
    teacher: str = setting(
        "",
        "Saved model (file, folder or name) from which the lifter of sequences starts and learns; "
        "then there is no first and no second stage.",
    )
    batch_size: int = setting(24, "Windows a step.")
    frames: int = setting(32, "Frames of a window.")
    hidden: int = setting(192, "Features that the lifter sees of other frames.")
    filtered: int = setting(
        8, "Frames before and after each by which its joints are put right before it is lifted."
    )
    learning_rate: float = setting(
        2e-3,
        "Learning rate, at the first step of the third stage, of what looks at other frames; falls "
        "to 0 as a cosine.",
    )
    lifter_learning_rate: float = setting(
        1e-4, "The same of the lifter from which the lifter of sequences starts."
    )
    steady: float = setting(
        1.0, "Weight of the error of the motion from frame to frame, beside that of the poses."
    )
    causal: float = setting(
        0.5, "Share of windows in which frames see only those before them, as in live use."
    )

    def __post_init__(self) -> None:
        check_range("sequence_steps", self.steps, 0, 10**9)
        if self.teacher and not self.steps:
            raise ConfigError("sequence_teacher is given, but sequence_steps is 0.")
        check_range("sequence_batch_size", self.batch_size, 2, 10**6)
        check_range("sequence_frames", self.frames, 2, 10_000)
        check_range("sequence_filtered", self.filtered, 1, 64)
        check_range("sequence_hidden", self.hidden, 1, 65536)
        check_range("sequence_learning_rate", self.learning_rate, 1e-9, 1.0)
        check_range("sequence_lifter_learning_rate", self.lifter_learning_rate, 1e-9, 1.0)
        check_range("sequence_steady", self.steady, 0.0, 1e6)
        check_range("sequence_causal", self.causal, 0.0, 1.0)
