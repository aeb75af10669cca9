"""The settings of lifting a file: a frozen dataclass, each field a flag of posenet3d lift."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from posenet3d.detection.config import DetectConfig, DetectorName
from posenet3d.errors import ConfigError
from posenet3d.formats.output import ENDINGS
from posenet3d.lifting.input_settings import Format, InputSettings, Placement
from posenet3d.lifting.scene.upright import Level
from posenet3d.lite.choice import Choice
from posenet3d.loading import Runtime
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.motion.config import METHODS, MotionConfig
from posenet3d.settings import check_height_mm, check_range, setting, setting_of
from posenet3d.viz.rerun_log import SPAWN

_MOST_THREADS = 256


@dataclasses.dataclass(frozen=True)
class LiftConfig:
    """Everything that lifting a file depends on."""

    input: str = setting(
        "",
        "A video, an image, a folder of images or camera:0; or keypoints: a file, a folder of "
        "frames, or a pose archive.",
    )
    output: str = setting("", f"The file to write: {', '.join(ENDINGS)}.")
    model: str = setting(DEFAULT_MODEL, "Pretrained model's name, or a path.")
    sequence_model: str = setting(
        "auto",
        "Lifter of sequences, which sees the frames around each: a pretrained one's name, or a "
        "path. It lifts tracks of 5 frames and more. auto: the one that belongs to the model, if "
        "there is one; off: each frame is lifted alone.",
    )
    runtime: Runtime = setting(
        "auto",
        "What runs the models. auto: LiteRT, which starts ten times faster, where a model has a "
        ".tflite file; keras: TensorFlow.",
    )
    variant: Choice = setting(
        "auto",
        "With LiteRT: which of a model's .tflite files, by the precision of its weights. auto: "
        "float32; where the input is lifted in parts (more than 2048 images), dynamic_int8, if "
        "that file says that its error was measured to be the same.",
    )
    threads: int = setting(1, "Threads of LiteRT. A lifter of sequences takes two at least.")
    detector: DetectorName = setting_of(DetectConfig, "detector")
    detector_model: str = setting_of(DetectConfig, "detector_model")
    seconds: float | None = setting_of(DetectConfig, "seconds")
    live: bool = setting(
        True, "Show who is in front of a camera in 3D while it records, on a page of this machine."
    )
    format: Format = setting_of(InputSettings, "format")
    split: str = setting_of(InputSettings, "split")
    map_file: str = setting_of(InputSettings, "map_file")
    skeleton: Placement = setting_of(InputSettings, "placement")
    image_size: str = setting_of(InputSettings, "image_size")
    height_mm: float | None = setting(
        None, "Standing height of the people; gives mm. auto: units of each pose's own size."
    )
    focal_length: float | None = setting(
        None,
        "Focal length of the camera in pixels; with --height_mm it gives where people are in the "
        "room, and their way through it. auto: not known.",
    )
    fov: float | None = setting(
        None, "Instead of --focal_length: horizontal field of view of the camera, degrees."
    )
    ground: bool = setting(
        False,
        "Feet that stand on the floor do not slide; needs --focal_length or --fov. Poses are "
        "upright then.",
    )
    fps: float | None = setting(
        None,
        "Frames a second of the input: for all that looks at several frames, and for outputs that "
        "hold motion. auto: the video's, else 30.",
    )
    up: Literal["auto", "camera", "y", "z"] = setting(
        "auto", "Axis of the output that points up; auto: the format's."
    )
    level: str = setting(
        "auto",
        "Undo the camera's tilt, so that people stand upright: auto (where an axis of the output "
        "points up, and in moving pictures), on, off, or the degrees by which the camera looks "
        "down. Estimated otherwise, one camera a sequence that does not move.",
    )
    min_confidence: float | None = setting(
        None,
        "Joints of less confidence count as missing: the detector guesses there. auto: the "
        "format's, 0.1 or 0.2.",
    )
    mend: bool = setting(
        True,
        "Mend the 2D of each track before lifting: left and right that the detector exchanged, "
        "joints missing for up to ten frames, jitter.",
    )
    body: Literal["track", "off"] = setting(
        "track",
        "track: the bones of a person keep their length over a track of 30 frames and more, as "
        "its 2D shows them; off: every pose has its own.",
    )
    associate: Literal["auto", "always", "never"] = setting(
        "auto",
        "Join persons into tracks by position. auto: where the input has no ids that last.",
    )
    smooth: Literal[METHODS] = setting(
        "none",
        "Remove the jitter of each track. steady: bones of constant length. one_euro and "
        "savgol: the same, after a filter; one_euro uses the past alone, savgol also looks "
        "ahead.",
    )
    fill_gaps: int = setting(
        0, "Longest gap in frames that is filled between the poses before and after it; 0: none."
    )
    score: bool = setting(
        True, "Score each pose; five times slower with a lifter that does not estimate its error."
    )
    skip_bad: bool = setting(
        False, "Leave out files of a folder, or entries of a list, that cannot be used, and say so."
    )
    figure: str = setting("", "A picture (.png, .pdf, .svg) of the first 24 people.")
    video: str = setting("", "A video (.mp4, .gif): the 2D input, and everybody in 3D, turning.")
    images: str = setting(
        "",
        "Video, image or folder of images, shown behind the 2D input of --video; gives the size "
        "of the images if --image_size does not. Of a video, it is --input itself.",
    )
    html: str = setting("", "A page (.html) to look at everybody from all sides, offline.")
    rerun: str = setting("", "A file of Rerun (.rrd); spawn: show everybody in its viewer.")

    def __post_init__(self) -> None:
        if not self.input:
            raise ConfigError("Nothing to lift: give --input=FILE.")
        if not (self.targets or self.rerun):
            raise ConfigError(
                "Nothing to write: give --output=FILE, --figure, --video, --html or --rerun."
            )
        if self.in_a_room:
            self._check_camera()
        elif self.ground:
            raise ConfigError(
                "--ground needs the way through the room: give --focal_length or --fov."
            )
        check_height_mm(self.height_mm)
        check_range("threads", self.threads, 1, _MOST_THREADS)
        if self.min_confidence is not None:
            check_range("min_confidence", self.min_confidence, 0.0, 1.0)
        # Whatever is wrong with them is said at once.
        _ = self.motion, self.reading, Level(self.level)

    def _check_camera(self) -> None:
        if self.ground and self.level == "off":
            raise ConfigError("--ground needs people who stand upright: leave --level=auto or on.")
        if self.focal_length is not None and self.fov is not None:
            raise ConfigError("Give --focal_length or --fov, not both.")
        if self.height_mm is None:
            raise ConfigError(
                "--focal_length and --fov need --height_mm: somebody small and near looks like "
                "somebody tall and far away."
            )
        if self.focal_length is not None:
            check_range("focal_length", self.focal_length, 1.0, 1e6)
        if self.fov is not None:
            check_range("fov", self.fov, 1.0, 170.0)

    def refuse_sequences(self) -> None:
        """For settings of what lifts each frame alone.

        Raises:
          ConfigError: If they name a lifter of sequences.
        """
        if self.sequence_model not in ("auto", "off"):
            raise ConfigError("--sequence_model is for `posenet3d lift` alone.")

    @property
    def in_a_room(self) -> bool:
        """Whether it is asked for where people are."""
        return self.focal_length is not None or self.fov is not None

    @property
    def reading(self) -> InputSettings:
        """How the input is read.

        Raises:
          ConfigError: If `image_size` is not two positive numbers.
        """
        return InputSettings(self.format, self.split, self.map_file, self.skeleton, self.image_size)

    @property
    def motion(self) -> MotionConfig:
        """What is done to each track.

        Raises:
          ConfigError: If `fill_gaps` is below 0.
        """
        return MotionConfig(self.smooth, fill_gaps=self.fill_gaps)

    @property
    def targets(self) -> tuple[Path, ...]:
        """The files that are asked for, the output first."""
        rerun = "" if self.rerun == SPAWN else self.rerun
        files = (self.output, self.figure, self.video, self.html, rerun)
        return tuple(Path(path) for path in files if path)

    @property
    def looks_at_tracks(self) -> bool:
        """Whether the frames around a pose are to tell about it."""
        return self.mend or self.body != "off"

    @property
    def moving_pictures(self) -> bool:
        """Whether pictures of motion are asked for, which need all of it."""
        return bool(self.video or self.html or self.rerun)
