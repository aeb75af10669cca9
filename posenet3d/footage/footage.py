"""A video, an image or a folder of images as one thing: pictures in order."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.footage import images, videos
from posenet3d.footage.picture import Picture
from posenet3d.platform.optional import require


@dataclasses.dataclass(frozen=True)
class Footage:
    """Pictures in order.

    Args:
      path: The video, image or folder.
      files: The images; None: it is a video.
      count: How many pictures there are; of a video, how many it promises.
      frame_rate: Frames a second; None: not known, as of images.
      pictures: Makes an iterator over all pictures.
    """

    path: Path
    files: tuple[Path, ...] | None
    count: int
    frame_rate: float | None
    pictures: Callable[[], Iterator[Picture]]

    def names(self) -> Iterator[int | str]:
        """What each picture is called: its number in the video from 0, or its file's name."""
        return iter(range(self.count)) if self.files is None else (f.name for f in self.files)


def is_footage(path: str | Path, beside_json: bool = False) -> bool:
    """Whether a path names pictures and no file of keypoints, by its name alone.

    Args:
      path: A file or folder, or what is none.
      beside_json: A folder does if it has images; else it must not have JSON, too: detectors leave
        rendered images beside their files.
    """
    path = Path(path)
    if not path.is_dir():
        return images.is_image(path) or path.suffix.lower() in videos.ENDINGS
    # Large folders are looked at for every input: by names, and no further than need be.
    names = [name for name in os.listdir(path) if not name.startswith(".")]
    if not beside_json and any(name.endswith(".json") for name in names):
        return False
    return any(name.lower().endswith(images.ENDINGS) for name in names)


def is_empty(path: str | Path) -> bool:
    """Whether a path is a folder with neither images nor JSON."""
    path = Path(path)
    return path.is_dir() and not any(
        images.is_image(file) or file.suffix == ".json" for file in path.iterdir()
    )


def open_footage(path: str | Path) -> Footage:
    """Opens a video, an image or a folder of images.

    Raises:
      InputError: If there are no such pictures, they cannot be read, or a library is missing.
    """
    path = Path(path)
    if files := image_files(path):
        require("PIL", "images", "video", doing="Reading")
        return Footage(path, tuple(files), len(files), None, lambda: map(images.open_image, files))
    require("av", "videos", "video", doing="Reading")
    count, rate = videos.count_and_rate(path)
    return Footage(path, None, count, rate, lambda: videos.decode(path))


def picture_sizes(path: str | Path) -> dict[tuple[int, int], Path]:
    """The sizes (width, height) in pixels of the user's pictures, each with the first that has it.

    Args:
      path: A video, an image, or a folder of images. Of a video the first frame is looked at.

    Raises:
      InputError: If there are no such pictures, one cannot be read, or a library is missing.
    """
    path = Path(path)
    if files := image_files(path):
        require("PIL", "images", "video", doing="Reading")
        sizes = {images.open_image(file).size: file for file in reversed(files)}
        return dict(reversed(sizes.items()))
    require("av", "videos", "video", doing="Reading")
    return {videos.first_frame(path).size: path}


def image_files(path: Path) -> list[Path]:
    """The images of a folder in order, or the image itself; none: it is a video.

    Raises:
      InputError: If there is no such file, or the folder has no images.
    """
    if path.is_dir():
        return images.images_in(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such video, image or folder of images.")
    return [path] if images.is_image(path) else []
