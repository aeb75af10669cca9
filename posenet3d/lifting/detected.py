"""A video in the place of keypoints: they are found first, and kept beside the output."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from posenet3d.detection import DetectConfig, Detector, detect_file
from posenet3d.detection.camera import Watch, camera_number
from posenet3d.detection.detectors import AUTO
from posenet3d.detection.keypoint_file import is_made_from
from posenet3d.errors import ConfigError, InputError
from posenet3d.footage import is_footage, open_footage
from posenet3d.footage.footage import is_empty
from posenet3d.footage.images import ENDINGS
from posenet3d.formats.readers.json_files.detected import header_of
from posenet3d.lifting.config import LiftConfig
from posenet3d.loading import load_lifter
from posenet3d.poses.frame_rates import RATE

Config = TypeVar("Config", bound=LiftConfig)


def with_keypoints(
    config: Config,
    say: Callable[[str], None] = lambda line: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Config, list[str]]:
    """Finds the keypoints where the input is a video, images or a camera.

    The file of keypoints lies beside the first output, as `<output>.keypoints.json`. One that is
    there is used if it was made from the same pictures, with the detector that the settings name.

    Args:
      config: The settings.
      say: Takes lines about what goes on.
      progress: Is told after every picture.

    Returns:
      The settings with keypoints for an input, the frame rate, and for a video the pictures to
      show; and what the user should know, a sentence each.

    Raises:
      InputError: As `detect_file` does, or if another file lies where the keypoints are to be.
      ConfigError: If a detector is named for an input of keypoints.
    """
    names_detector = config.detector != AUTO or bool(config.detector_model)
    is_camera = camera_number(config.input) is not None
    notes: list[str] = []
    if is_camera or is_footage(config.input, beside_json=names_detector):
        config, notes = _found(config, say, progress)
    elif names_detector:
        raise ConfigError(
            f"--detector and --detector_model are for videos and images; {config.input} is none."
        )
    elif is_empty(config.input):
        raise InputError(
            f"{config.input} holds neither keypoints (.json) nor images ({', '.join(ENDINGS)})."
        )
    elif is_footage(config.input, beside_json=True):
        notes = [
            f"{config.input} also holds images; --detector=NAME would find the keypoints in them."
        ]
    if config.fps is None:
        config = dataclasses.replace(config, fps=_frame_rate(config.input))
    return config, notes


def keypoints_beside(config: LiftConfig) -> Path:
    """Where the keypoints of a video are kept: in a temporary folder where nothing is written."""
    if config.targets:
        target = config.targets[0]
        return target.with_name(f"{target.name}.keypoints.json")
    name = hashlib.sha256(str(Path(config.input).resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"posenet3d-{name}.keypoints.json"


def _found(
    config: Config,
    say: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> tuple[Config, list[str]]:
    path = keypoints_beside(config)
    wanted = DetectConfig(
        config.input,
        str(path),
        config.detector,
        config.detector_model,
        fps=config.fps,
        seconds=config.seconds,
    )
    header = header_of(path)
    if path.exists() and not header:
        raise InputError(
            f"{path} is to keep the keypoints, but is no such file; move it, or name another "
            "output."
        )
    is_camera = camera_number(config.input) is not None
    if not is_camera and is_made_from(
        header.get("made_from"), wanted, footage := open_footage(config.input)
    ):
        pictures = footage.path
        note = f"The keypoints are those in {path}; delete it to find them anew."
    else:
        live = {"live": functools.partial(_live, config, say)} if is_camera and config.live else {}
        detected = detect_file(wanted, say, progress, **live)
        pictures = detected.input
        note = f"The keypoints are kept in {path}: {detected.people} people in {detected.frames} "
        note += f"frames, found by {detected.detector} ({detected.licence})."
    shown = config.images or (str(pictures) if config.video else "")
    return dataclasses.replace(config, input=str(path), images=shown), [note]


def _live(
    config: LiftConfig, say: Callable[[str], None], detector: Detector
) -> contextlib.AbstractContextManager[Watch]:
    """A page of the people in front of a camera, in 3D."""
    from posenet3d.lifting.live import live_view  # a server, which few inputs need

    estimator = load_lifter(config.model, config.runtime, config.variant, config.threads)
    lift = functools.partial(estimator.lift, height_mm=config.height_mm, score=False)
    return live_view(detector, lift, estimator.skeleton, say)


def _frame_rate(path: str) -> float:
    """Frames a second of a file of keypoints, if it is one of our own that says it."""
    rate = header_of(path).get("frame_rate")
    return float(rate) if type(rate) in (int, float) and rate > 0 else RATE
