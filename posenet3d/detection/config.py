"""The settings of finding keypoints: a frozen dataclass, each field a flag of posenet3d detect."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from posenet3d.detection.detectors import AUTO, NAMES
from posenet3d.errors import ConfigError
from posenet3d.poses.frame_rates import FASTEST
from posenet3d.settings import check_range, setting

DetectorName = Literal[AUTO, *NAMES]


@dataclasses.dataclass(frozen=True)
class DetectConfig:
    """Everything that finding the keypoints of a video depends on."""

    input: str = setting("", "A video, an image, a folder of images, or camera:0.")
    output: str = setting("", "The file of keypoints to write: .json.")
    detector: DetectorName = setting(
        AUTO, "What finds people and their keypoints in pictures; auto: the first installed."
    )
    detector_model: str = setting(
        "", "The detector's model: a file, or a name that it knows. Empty: its own choice."
    )
    most_people: int = setting(10, "People a picture at most.")
    fps: float | None = setting(
        None, "Frames a second of the input. auto: what the video says, not known of images."
    )
    seconds: float | None = setting(
        None, "How long a camera records. auto: until it is stopped with Ctrl-C."
    )

    def __post_init__(self) -> None:
        if not self.input:
            raise ConfigError("Nothing to look at: give --input=VIDEO.")
        if Path(self.output).suffix.lower() != ".json":
            raise ConfigError(
                f"Keypoints are written as .json: --output=FILE.json, got {self.output!r}."
            )
        check_range("most_people", self.most_people, 1, 1000)
        if self.fps is not None:
            check_range("fps", self.fps, 1e-3, FASTEST)
        if self.seconds is not None:
            check_range("seconds", self.seconds, 0.1, 86400.0)
