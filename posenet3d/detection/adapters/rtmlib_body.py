"""RTMPose in RTMLib, which runs it with ONNX Runtime: github.com/Tau-J/rtmlib."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.detection.interface.detector import Found, Kind
from posenet3d.errors import InputError, reason_of
from posenet3d.formats.interface.reader import GUESSED_BELOW
from posenet3d.platform.optional import require
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26, Skeleton

_MODES = ("lightweight", "balanced", "performance")
_SKELETONS = {17: COCO_17, 26: HALPE_26}
_MODELS = (
    f"--detector_model is {', '.join(_MODES)}, which RTMLib downloads, or two files of your own, "
    "PERSONS.onnx,POSE.onnx"
)


class RtmlibBody:
    """YOLOX finds the people, RTMPose their joints: Halpe's 26, or COCO's 17 by the model.

    Args:
      model: One of lightweight, balanced (also where it is empty) and performance; or the files of
        a YOLOX model and an RTMPose model, with a comma between them.
      most_people: People a picture at most: the largest.

    Raises:
      InputError: If the library is not installed, or the models cannot be had or are others.
    """

    name = "rtmlib"
    licence = "code and models Apache-2.0"
    guessed_below = GUESSED_BELOW

    def __init__(self, model: str, most_people: int) -> None:
        self._most_people = most_people
        library = require("rtmlib", "pictures", KIND.extra, doing="Looking at")
        persons, pose = _files(library, model)
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints what it loads
                self._persons = library.YOLOX(persons)
                self._pose = library.RTMPose(pose)
        except Exception as error:  # of the network, of zip files, or of ONNX Runtime
            message = f"RTMLib could not load {persons} and {pose}: {reason_of(error)}."
            if not Path(persons).is_file():
                message += " Without a network, get these two elsewhere, unpack them, and name "
                message += "their files: --detector_model=PERSONS.onnx,POSE.onnx."
            raise InputError(message) from None
        self._persons.model_input_size = _input_size(self._persons)
        self._pose.model_input_size = _input_size(self._pose)[::-1]
        self.skeleton = _skeleton(pose, self._pose)

    def detect(self, image: np.ndarray, time: float) -> Found:
        """The people in a picture; see `Detector.detect`."""
        image = np.ascontiguousarray(image[..., ::-1])  # as OpenCV gives it: blue first
        boxes = np.asarray(self._persons(image), np.float64).reshape(-1, 4)
        if not len(boxes):  # of no box, RTMPose would make the whole picture a person
            joints = self.skeleton.num_joints
            return Found(np.zeros((0, joints, 2)), np.zeros((0, joints)))
        areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
        largest = np.sort(np.argsort(-areas, kind="stable")[: self._most_people])
        return Found(*self._pose(image, bboxes=boxes[largest]))


def _files(library: Any, model: str) -> tuple[str, str]:
    """What to load of persons and of poses: files, or addresses that RTMLib knows."""
    mode = model or "balanced"
    if mode in _MODES:
        known = library.BodyWithFeet.MODE[mode]
        return known["det"], known["pose"]
    persons, _, pose = model.partition(",")
    for file in (persons, pose):
        if not Path(file).is_file():
            raise InputError(f"{file or model}: there is no such model. {_MODELS}.")
    return persons, pose


def _input_size(tool: Any) -> tuple[int, int]:
    """Height and width of the pictures that a model takes: RTMLib does not ask the model."""
    height, width = tool.session.get_inputs()[0].shape[2:]
    return height, width


def _skeleton(file: str, pose: Any) -> Skeleton:
    """The skeleton by the number of joints that the model gives."""
    joints = pose.session.get_outputs()[0].shape[1]
    if joints not in _SKELETONS:
        raise InputError(
            f"{file} gives {joints} joints; read are RTMPose models of the body, with COCO's 17 or "
            "Halpe's 26."
        )
    return _SKELETONS[joints]


KIND = Kind(
    name=RtmlibBody.name,
    library="rtmlib",
    extra="rtmlib",
    models=_MODELS,
    takes=lambda model: model in _MODES or model.endswith(".onnx"),
    open=RtmlibBody,
)
