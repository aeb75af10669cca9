"""Videos, frame by frame; needs PyAV."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from posenet3d.errors import InputError
from posenet3d.footage.picture import Picture

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from PIL import Image

ENDINGS = (
    *(".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts"),
    *(".ts", ".wmv", ".flv", ".3gp", ".ogv", ".mjpeg", ".gif"),
)
"""The endings by which a file is taken for a video where it could be something else."""

_SAME_RATE = 0.01  # relative: what is declared is exact, times are rounded


def count_frames(path: Path) -> int:
    """The frames of a video, without decoding them.

    Raises:
      InputError: If it cannot be read.
    """
    return count_and_rate(path)[0]


def count_and_rate(path: Path) -> tuple[int, float | None]:
    """The frames of a video, and how many there are a second on average; None: it does not tell.

    Raises:
      InputError: If it cannot be read.
    """
    with _opened(path, "as a video") as (container, stream):
        times = [packet.pts for packet in container.demux(stream) if packet.size]
        declared = stream.average_rate or stream.guessed_rate
        count, rate = len(times), float(declared) if declared else None
        if count > 1 and None not in times and (length := max(times) - min(times)):
            measured = float((count - 1) / (length * stream.time_base))
            # A phone's frames do not come evenly, and what is declared then is another average.
            if rate is None or abs(measured / rate - 1) > _SAME_RATE:
                rate = measured
        return count, rate


def decode(path: Path) -> Iterator[Picture]:
    """The frames of a video in order; those that are passed over are not turned into pictures.

    Raises:
      InputError: Where it cannot be read any further.
    """
    with _opened(path, "to its end") as (container, stream):
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield _picture_of(frame)


def first_frame(path: Path) -> Picture:
    """The first frame of a video.

    Raises:
      InputError: If it cannot be read, or has none.
    """
    with _opened(path, "as a video") as (container, stream):
        for frame in container.decode(stream):
            return _picture_of(frame)
    raise InputError(f"{path} cannot be read as a video: it has no pictures.")


@contextlib.contextmanager
def _opened(path: Path, how: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A video and its pictures; what goes wrong with them is said as an `InputError`."""
    import av

    try:
        with av.open(str(path)) as container:
            yield container, container.streams.video[0]
    except (av.FFmpegError, IndexError, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read {how}: {_reason(error)}") from None


def _picture_of(frame: VideoFrame) -> Picture:
    """A decoded frame, turned as the video says, which is how OpenCV gives it to detectors."""
    from PIL import Image

    turns = {90: Image.Transpose.ROTATE_90, -90: Image.Transpose.ROTATE_270,
             180: Image.Transpose.ROTATE_180, -180: Image.Transpose.ROTATE_180}  # fmt: skip
    turn = turns.get(frame.rotation)
    on_its_side = turn in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)

    def resized(width: int, height: int) -> Image.Image:
        size = (height, width) if on_its_side else (width, height)
        image = Image.fromarray(frame.to_ndarray(width=size[0], height=size[1], format="rgb24"))
        return image.transpose(turn) if turn is not None else image

    size = (frame.width, frame.height)
    return Picture(size[::-1] if on_its_side else size, resized)


def _reason(error: Exception) -> str:
    if isinstance(error, IndexError):
        return "it has no pictures."
    return getattr(error, "strerror", None) or str(error)
