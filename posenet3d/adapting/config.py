"""The settings of an adaptation: a frozen dataclass, each field a flag of posenet3d adapt."""

from __future__ import annotations

import dataclasses

from posenet3d.errors import ConfigError
from posenet3d.lifting.config import LiftConfig
from posenet3d.lifting.input_settings import Format, InputSettings, Placement
from posenet3d.lifting.scene.over_time import Associate
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.settings import check_range, setting, setting_of


@dataclasses.dataclass(frozen=True)
class AdaptConfig:
    """Everything that an adaptation depends on."""

    input: str = setting(
        "",
        "Keypoints: files, folders of frames, pose archives, or folders of all these; with commas "
        "between several.",
    )
    output: str = setting("", "The run's folder; an adaptation that was stopped goes on there.")
    model: str = setting(DEFAULT_MODEL, "Pretrained model's name, or a path: what is adapted.")
    format: Format = setting_of(InputSettings, "format")
    split: str = setting(
        "",
        "Split of pose archives. Empty: train of those that have it, else keys without a prefix.",
    )
    map_file: str = setting_of(InputSettings, "map_file")
    skeleton: Placement = setting_of(InputSettings, "placement")
    image_size: str = setting_of(InputSettings, "image_size")
    min_confidence: float | None = setting_of(LiftConfig, "min_confidence")
    associate: Associate = setting(
        "auto",
        "Join persons into tracks by position. auto: where the input has no ids that last.",
    )
    fps: float = setting(30.0, "Frames a second of the recordings; told as minutes, and recorded.")
    skip_bad: bool = setting(True, "Leave out files that cannot be used, and say so.")
    several_cameras: bool = setting(
        True,
        "Sequences of one name and one length in an archive are one motion, seen by several "
        "cameras at once: make their 3D poses agree. Cameras that did not see the same at the same "
        "time are left out.",
    )
    keep_general: bool = setting(
        True,
        "Keep what the pretrained lifter knows of other people and motions: procedural motion is "
        "learned beside the recordings, and a share of the weights stays as it was.",
    )
    steps: int = setting(0, "Steps of training; 0: as many as suit the recordings.")
    elevation: float | None = setting(
        None,
        "Elevation of all cameras in degrees, positive if they look down. auto: as archives say, "
        "else as the pretrained lifter estimates it for each recording.",
    )
    eval_data: str = setting(
        "", "Pose archive with 3D to measure on, before and after. Empty: nothing is measured."
    )
    export: bool = setting(False, "Write the SavedModel and the .tflite files too, into export/.")
    figures: bool = setting(True, "Draw pictures into the report (extra viz).")
    seed: int = setting(0, "Seed of the training.")

    def __post_init__(self) -> None:
        if not self.input:
            raise ConfigError("Nothing to adapt to: give --input=FILES_OR_FOLDER.")
        if not self.output:
            raise ConfigError("output is empty; name the folder of the run: --output=runs/NAME.")
        if self.min_confidence is not None:
            check_range("min_confidence", self.min_confidence, 0.0, 1.0)
        check_range("fps", self.fps, 1e-3, 1e6)
        check_range("steps", self.steps, 0, 10**7)
        if self.elevation is not None:
            check_range("elevation", self.elevation, -90.0, 90.0)
        check_range("seed", self.seed, 0, 2**31 - 1)
        _ = self.reading  # whatever is wrong with it is said at once

    @property
    def reading(self) -> InputSettings:
        """How inputs are read.

        Raises:
          ConfigError: If `image_size` is not two positive numbers.
        """
        return InputSettings(self.format, self.split, self.map_file, self.skeleton, self.image_size)
