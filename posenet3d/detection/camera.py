"""A camera, recorded to a video with the times at which its pictures came."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.platform import native_log
from posenet3d.platform.optional import require

_TICKS = 1000  # a second: the unit of the times in the video

Watch = Callable[[np.ndarray, float], None]
"""Takes a picture, uint8 `[H, W, 3]`, red first, and its time in seconds; it must not wait."""


class Camera(Protocol):
    """Gives picture after picture."""

    def read(self) -> np.ndarray | None:
        """The next picture, uint8 `[H, W, 3]`, red first; None: there are no more."""
        ...

    def close(self) -> None:
        """Lets the camera go."""
        ...


def camera_number(text: str) -> int | None:
    """N of camera:N; None: it is no camera."""
    match = re.fullmatch(r"camera:(\d{1,3})", text)
    return int(match[1]) if match else None


def recording_of(output: Path) -> Path:
    """Where a camera is recorded to, beside a file of keypoints."""
    name = output.name.removesuffix(".json").removesuffix(".keypoints")
    return output.with_name(f"{name}.recording.mp4")


class _OpenCVCamera:
    """A camera of this machine. PyAV, as PyPI has it, cannot open one."""

    def __init__(self, number: int) -> None:
        cv2 = require("cv2", "cameras (OpenCV)", "mediapipe", doing="Looking through")
        with native_log.hidden():
            self._capture: Any = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            raise InputError(
                f"camera:{number} cannot be opened: there is none of that number, or another "
                "program uses it."
            )

    def read(self) -> np.ndarray | None:
        is_there, image = self._capture.read()
        return np.ascontiguousarray(image[..., ::-1]) if is_there else None

    def close(self) -> None:
        self._capture.release()


def open_camera(number: int) -> Camera:
    """A camera of this machine, the first is 0; needs OpenCV, which comes with every detector.

    Raises:
      InputError: If it cannot be opened, or OpenCV is missing.
    """
    return _OpenCVCamera(number)


def record(
    camera: Camera,
    path: Path,
    seconds: float | None,
    say: Callable[[str], None] = lambda line: None,
    watch: Watch = lambda image, time: None,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Records a camera, until it ends, the time is over, or the user presses Ctrl-C.

    Args:
      camera: The camera.
      path: The .mp4 file to write; one that is there is replaced.
      seconds: How long; None: without end.
      say: Takes lines about what goes on.
      watch: Sees every picture.
      clock: Tells the time in seconds.

    Returns:
      How many pictures there are.

    Raises:
      InputError: If there is no picture, or the file cannot be written.
    """
    av = require("av", "videos", "video")
    until = "Ctrl-C stops it" if seconds is None else f"for {seconds:g} seconds, or until Ctrl-C"
    count = 0
    with atomic_path(path) as temporary, av.open(str(temporary), "w", format="mp4") as container:
        stream, start, last = None, clock(), -1
        try:
            say(f"Recording to {path}: {until}.")
            while True:
                image = camera.read()
                now = clock() - start
                if image is None or (seconds is not None and now > seconds):
                    break
                height, width = (length // 2 * 2 for length in image.shape[:2])  # as H.264 wants
                if stream is None:
                    stream = container.add_stream("libx264", rate=30, options={"crf": "18"})
                    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                    stream.codec_context.time_base = Fraction(1, _TICKS)
                frame = av.VideoFrame.from_ndarray(
                    np.ascontiguousarray(image[:height, :width]), format="rgb24"
                )
                count += 1
                last = max(last + 1, round(now * _TICKS))
                frame.pts, frame.time_base = last, Fraction(1, _TICKS)
                container.mux(stream.encode(frame))
                watch(image, now)
        except KeyboardInterrupt:
            pass  # it is how users say that they have enough
        if stream is None:
            raise InputError("The camera gave no picture.")
        container.mux(stream.encode())
    return count
