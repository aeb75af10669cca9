"""MediaPipe's Pose Landmarker (BlazePose, 33 landmarks), by its Tasks API.

ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker/python
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.detection.interface.detector import Found, Kind
from posenet3d.errors import InputError, reason_of
from posenet3d.platform import native_log
from posenet3d.platform.optional import require
from posenet3d.skeletons.skeleton import MEDIAPIPE_33

_MODELS = (
    "--detector_model is a file pose_landmarker_lite.task, _full.task or _heavy.task, which "
    "ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker lists under Models"
)


class MediaPipePose:
    """BlazePose on one picture after the other.

    It runs in the mode for images. That for videos finds the same where several people are looked
    for, and depends on the pictures before.

    Args:
      model: The `.task` file.
      most_people: People a picture at most.

    Raises:
      InputError: If the library is not installed, or the model is missing or no such file.
    """

    name = "mediapipe"
    skeleton = MEDIAPIPE_33
    licence = "code and models Apache-2.0"
    guessed_below = 0.1  # the visibility of a hidden landmark is low, though its place is right

    def __init__(self, model: str, most_people: int) -> None:
        if not model:
            raise InputError(f"MediaPipe comes without a model: {_MODELS}.")
        if not Path(model).is_file():
            raise InputError(f"{model}: there is no such model. {_MODELS}.")
        with native_log.hidden():
            self._library = require("mediapipe", "pictures", KIND.extra, doing="Looking at")
            vision = require("mediapipe.tasks.python.vision", "pictures", KIND.extra, "Looking at")
            base = require("mediapipe.tasks.python", "pictures", KIND.extra, "Looking at")
            options = vision.PoseLandmarkerOptions(
                base_options=base.BaseOptions(model_asset_buffer=Path(model).read_bytes()),
                num_poses=most_people,
            )
            try:
                self._landmarker = vision.PoseLandmarker.create_from_options(options)
            except (OSError, RuntimeError, ValueError) as error:
                raise InputError(
                    f"{model} is no model of MediaPipe's Pose Landmarker: {reason_of(error)}. "
                    f"{_MODELS}."
                ) from None

    def detect(self, image: np.ndarray, time: float) -> Found:
        """The people in a picture; see `Detector.detect`."""
        picture = self._library.Image(image_format=self._library.ImageFormat.SRGB, data=image)
        with native_log.hidden():
            poses = self._landmarker.detect(picture).pose_landmarks
        values = np.array(
            [[(mark.x, mark.y, mark.visibility) for mark in pose] for pose in poses], np.float64
        ).reshape(-1, self.skeleton.num_joints, 3)
        return Found(values[..., :2] * (image.shape[1], image.shape[0]), values[..., 2])

    def close(self) -> None:
        """Ends MediaPipe's threads; it fails where Python ends them first."""
        with native_log.hidden():
            self._landmarker.close()


KIND = Kind(
    name=MediaPipePose.name,
    library="mediapipe",
    extra="mediapipe",
    models=_MODELS,
    takes=lambda model: model.endswith(".task"),
    open=MediaPipePose,
)
