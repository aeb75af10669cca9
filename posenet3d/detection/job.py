"""A video to a file of keypoints, in parts that can be resumed."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.detection.camera import Watch, camera_number, open_camera, record, recording_of
from posenet3d.detection.config import DetectConfig
from posenet3d.detection.detectors import choose
from posenet3d.detection.interface.detector import Detector, Found
from posenet3d.detection.keypoint_file import Part, made_from, write_keypoints
from posenet3d.detection.summary import Detected
from posenet3d.errors import InputError
from posenet3d.files import parts
from posenet3d.files.locks import alone_with
from posenet3d.footage import Footage, Picture, open_footage

FRAMES_A_PART = 100
"""Frames that are lost at most when a run is killed; ours."""

Say = Callable[[str], None]
"""Takes a line for the user."""

Progress = Callable[[int, int], None]
"""Takes how many pictures are done, and how many there are."""

Live = Callable[[Detector], contextlib.AbstractContextManager[Watch]]
"""From a detector to what opens a view of a camera that is being recorded."""


def detect_file(
    config: DetectConfig,
    say: Say = lambda line: None,
    progress: Progress = lambda done, total: None,
    detector: Detector | None = None,
    live: Live = lambda detector: contextlib.nullcontext(lambda image, time: None),
) -> Detected:
    """Finds the keypoints of everybody in a video, and writes them as a file that `lift` reads.

    Finished parts lie in `<output>.parts` until the output is written; when the job is interrupted
    or killed, the same call goes on from there.

    Args:
      config: The settings.
      say: Takes lines about what goes on.
      progress: Is told after every picture.
      detector: What finds the people; None: what the settings name.
      live: Opens what sees the pictures of a camera while it records, given the detector.

    Returns:
      What was found.

    Raises:
      InputError: If the pictures cannot be read, there is nobody in them, no detector is installed,
        or the output cannot be written or is being written by another run.
      ConfigError: If a setting is no setting.
    """
    output = Path(config.output)
    if not output.parent.is_dir():
        raise InputError(f"Cannot write {output}: there is no folder {output.parent}.")
    with alone_with([output]), contextlib.ExitStack() as opened:
        number = camera_number(config.input)
        footage = None if number is not None else open_footage(config.input)
        if detector is None:
            kind = choose(config.detector, config.detector_model)
            detector = kind.open(config.detector_model, config.most_people)
            opened.callback(getattr(detector, "close", lambda: None))
        if footage is None:
            recording = recording_of(output)
            if recording.exists() and parts.parts_folder(output).exists():
                raise InputError(
                    f"{recording} was recorded before and is not finished: go on by "
                    f"--input={recording}, or delete it to record anew."
                )
            camera = open_camera(number)
            opened.callback(camera.close)
            with live(detector) as watch:
                record(camera, recording, config.seconds, say, watch)
            footage = open_footage(recording)
        return _detect(config, footage, detector, output, say, progress)


def _detect(
    config: DetectConfig,
    footage: Footage,
    detector: Detector,
    output: Path,
    say: Say,
    progress: Progress,
) -> Detected:
    source = made_from(config, footage, detector.name)
    folder = parts.parts_folder(output)
    parts.claim(folder, source)
    rate = config.fps or footage.frame_rate
    finished: list[Path] = []
    try:
        for path in _parts(config, footage, detector, folder, rate, say, progress):
            finished.append(path)
        found = _counted(map(parts.loaded, finished))
        if not found["people"]:
            raise InputError(
                f"{detector.name} found nobody in the {found['frames']} frames of {footage.path}. "
                "Another detector or model may: --detector, --detector_model."
            )
        write_keypoints(output, map(parts.loaded, finished), detector, rate, source)
    except BaseException as error:
        if len(finished) and not isinstance(error, InputError):
            again = "the same command goes on"
            if camera_number(config.input) is not None:
                again = f"--input={footage.path} goes on"
            say(f"{len(finished)} finished parts are kept in {folder}; {again}.")
        else:
            parts.remove(folder)
        raise
    parts.remove(folder)
    return Detected(
        path=output,
        input=footage.path,
        detector=detector.name,
        licence=detector.licence,
        frame_rate=rate,
        **found,
    )


def _parts(
    config: DetectConfig,
    footage: Footage,
    detector: Detector,
    folder: Path,
    rate: float | None,
    say: Say,
    progress: Progress,
) -> Iterator[Path]:
    """The files of the parts, each made where it is not there yet."""
    named = enumerate(zip(footage.names(), footage.pictures(), strict=False))
    resumed = 0
    for number in itertools.count():
        some = itertools.islice(named, FRAMES_A_PART)
        path = folder / f"{number:05d}.npz"
        if parts.load(path) is not None:
            resumed = number + 1
            done = sum(1 for _ in some)
        else:
            if number and number == resumed:
                say(f"Going on behind {number * FRAMES_A_PART} frames in {folder}.")
            made = _Part(detector, config.most_people)
            for index, (name, picture) in some:
                made.add(name, picture, index / rate if rate else float(index))
                progress(min(index + 1, footage.count), footage.count)
            done = len(made.names)
            if done:
                parts.save(path, made.arrays())
        if not done:
            return
        yield path


class _Part:
    """Some frames while the people in them are found."""

    def __init__(self, detector: Detector, most_people: int) -> None:
        self.names: list[int | str] = []
        self._sizes: list[tuple[int, int]] = []
        self._found: list[Found] = []
        self._detector = detector
        self._most_people = most_people

    def add(self, name: int | str, picture: Picture, time: float) -> None:
        """Finds the people of one more frame."""
        found = self._detector.detect(picture.rgb(), time)
        self._found.append(checked(found, self._detector, self._most_people))
        self._sizes.append(picture.size)
        self.names.append(name)

    def arrays(self) -> dict[str, np.ndarray]:
        """What `keypoint_file.Part` describes."""
        return {
            "names": np.array(self.names),
            "sizes": np.array(self._sizes),
            "counts": np.array([len(found.confidence) for found in self._found]),
            "keypoints_2d": np.concatenate([found.keypoints_2d for found in self._found]),
            "confidence": np.concatenate([found.confidence for found in self._found]),
        }


def checked(found: Found, detector: Detector, most_people: int) -> Found:
    """float32, finite, the confidence in [0, 1]; of too many people the largest.

    Raises:
      ValueError: If the arrays do not have the joints of the detector's skeleton.
    """
    keypoints_2d, confidence = (np.asarray(array, np.float32) for array in found)
    expected = (len(keypoints_2d), detector.skeleton.num_joints)
    if keypoints_2d.shape != (*expected, 2) or confidence.shape != expected:
        raise ValueError(
            f"The detector {detector.name} must give [P, {expected[1]}, 2] and [P, {expected[1]}] "
            f"for its skeleton {detector.skeleton.name}, got {list(keypoints_2d.shape)} and "
            f"{list(confidence.shape)}."
        )
    unknown = ~np.isfinite(keypoints_2d).all(axis=-1) | ~np.isfinite(confidence)
    confidence = np.where(unknown, 0, np.clip(confidence, 0, 1))
    keypoints_2d = np.where(unknown[..., None], 0, keypoints_2d)
    if len(keypoints_2d) > most_people:
        areas = np.prod(np.ptp(keypoints_2d, axis=1), axis=-1)
        largest = np.sort(np.argsort(-areas, kind="stable")[:most_people])
        keypoints_2d, confidence = keypoints_2d[largest], confidence[largest]
    return Found(keypoints_2d, confidence)


def _counted(made: Iterable[Part]) -> dict[str, Any]:
    """Frames, people and sizes of all parts, by the names that `Detected` has for them."""
    frames = with_people = people = 0
    sizes: dict[tuple[int, int], None] = {}
    for part in made:
        frames += len(part["counts"])
        with_people += int((part["counts"] > 0).sum())
        people += int(part["counts"].sum())
        sizes |= dict.fromkeys(map(tuple, part["sizes"].tolist()))
    return {
        "frames": frames,
        "frames_with_people": with_people,
        "people": people,
        "sizes": tuple(sizes),
    }
