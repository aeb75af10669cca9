"""A video of lifted people: MP4 for players and browsers, GIF for pages and slides."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.platform.optional import require
from posenet3d.poses.people import People
from posenet3d.viz.scene import Scene, scene_of
from posenet3d.viz.video import encode
from posenet3d.viz.video.backdrop import Backdrop, backdrop_of
from posenet3d.viz.video.frames import TURN_SECONDS, FrameArtist

if TYPE_CHECKING:
    from PIL.Image import Image

    from posenet3d.poses.lift_result import LiftResult

ENDINGS = (".mp4", ".gif")
"""The endings that `Video` knows."""

_SIZES = {".mp4": (1280, 640), ".gif": (800, 400)}
_LEAST, _MOST = 160, 4096


@dataclasses.dataclass(frozen=True)
class Video:
    """A video: on the left the 2D input, on the right everybody in 3D, slowly turning.

    Example:

        video = Video("lifted.mp4", fps=25, images="walk.mp4")
        notes = video.write(people, estimator.lift(people.keypoints_2d, people.confidence))

    Frames are drawn and encoded one by one: the length does not matter to the memory. Where there
    is only one frame, the people in it turn once.

    Args:
      path: The file to write, one of `ENDINGS`.
      fps: Frames a second.
      images: What lies behind the 2D input: a video, an image, or a folder of images; see
        `viz.video.backdrop.backdrop_of`. None: a plain ground.
      size: Width and height in pixels, even numbers; None: 1280 x 640, of a GIF 800 x 400.
      limit: Frames at most; None: all.

    Raises:
      InputError: If ending, rate, size or limit cannot be, or a library is missing.
    """

    path: str | Path
    fps: float = 30.0
    images: str | Path | None = None
    size: tuple[int, int] | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if self._ending not in ENDINGS:
            raise InputError(
                f"Cannot write {self.path}: a video ends in {' or '.join(ENDINGS)}; "
                f"got {self._ending or 'none'}."
            )
        if not (0 < self.fps < math.inf):
            raise InputError(f"fps must be a positive number of frames a second, got {self.fps}.")
        if self.size is not None and not all(
            _LEAST <= length <= _MOST and length % 2 == 0 for length in self.size
        ):
            raise InputError(
                f"A video is {_LEAST} to {_MOST} pixels wide and tall, even numbers; "
                f"got {self.size[0]}x{self.size[1]}."
            )
        if self.limit is not None and self.limit < 1:
            raise InputError(f"limit must be at least 1 frame, got {self.limit}.")
        require("PIL", f"{self._ending} files", "video")
        if self._ending == ".mp4" or self.images is not None:
            require("av", f"{self._ending} files", "video")

    @property
    def _ending(self) -> str:
        return Path(self.path).suffix.lower()

    def write(
        self,
        people: People,
        result: LiftResult,
        progress: Callable[[Iterable[int]], Iterable[int]] = iter,
    ) -> tuple[str, ...]:
        """Writes the video, which appears whole or not at all.

        Args:
          people: The persons that were lifted, on the lifter's skeleton (`People.on`).
          result: What the estimator returned for them.
          progress: Wraps the range of frames while they are drawn, as `tqdm.tqdm` does.

        Returns:
          What the user should know, a sentence each.

        Raises:
          InputError: If the folder does not exist, a person is twice in an image, or the images do
            not belong to the poses or cannot be read.
          ValueError: If people and result do not belong together.
        """
        scene = scene_of(people, result)
        backdrop = Backdrop(lambda: iter([None] * scene.num_frames))
        if self.images is not None:
            backdrop = backdrop_of(self.images, scene)
        size = self.size or _SIZES[self._ending]
        with atomic_path(self.path) as temporary, self._encoder(temporary, size) as add:
            for picture in self._frames(scene, backdrop, size, progress):
                add(picture)
        notes = list(backdrop.notes)
        if (shown := self._count(scene.num_frames)) < scene.num_frames:
            notes.append(f"{self.path} shows the first {shown} of {scene.num_frames} frames.")
        return tuple(notes)

    def _encoder(self, path: Path, size: tuple[int, int]) -> AbstractContextManager[encode.Add]:
        if self._ending == ".mp4":
            return encode.mp4(path, size, self.fps)
        return encode.gif(path, size, self.fps, dither=self.images is not None)

    def _frames(
        self,
        scene: Scene,
        backdrop: Backdrop,
        size: tuple[int, int],
        progress: Callable[[Iterable[int]], Iterable[int]],
    ) -> Iterator[Image]:
        artist = FrameArtist(scene, size, self.fps)
        pictures = backdrop.pictures()
        if scene.num_frames == 1:
            picture = next(pictures)
            for tick in progress(range(self._count(round(self.fps * TURN_SECONDS)))):
                yield artist.draw(0, picture, tick)
            return
        for frame in progress(range(self._count(scene.num_frames))):
            yield artist.draw(frame, next(pictures))

    def _count(self, frames: int) -> int:
        return max(1, min(frames, self.limit or frames))
