"""The user's own images or video behind the 2D poses."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from posenet3d.errors import InputError
from posenet3d.platform.optional import require
from posenet3d.poses.image_ids import numbers_of
from posenet3d.viz.scene import Scene

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from PIL import Image

IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"""The endings of images that a folder is searched for."""

_ORIENTATION = 0x0112  # EXIF; from 5 on, width and height change places


@dataclasses.dataclass(frozen=True)
class Picture:
    """An image of the user's: its size (width, height) in pixels, and how to get it in another."""

    size: tuple[int, int]
    resized: Callable[[int, int], Image.Image]


@dataclasses.dataclass(frozen=True)
class Backdrop:
    """The pictures of a scene's frames.

    Args:
      pictures: Makes an iterator over the pictures of all frames, in order; None: there is none.
      notes: What the user should know.
    """

    pictures: Callable[[], Iterator[Picture | None]]
    notes: tuple[str, ...] = ()


def backdrop_of(path: str | Path, scene: Scene) -> Backdrop:
    """Finds out which picture belongs to which frame.

    Args:
      path: A video, an image, or a folder of images. Images belong to the frames whose file name or
        image id they have for a name, with or without ending; where none has, to the frames in
        order, by the numbers in their names. A video's frames are those that the image ids number,
        from 0, or from 1 where the last number is that of the last frame; without numbers, they
        come in order.
      scene: The people.

    Raises:
      InputError: If there are no such pictures, or they cannot be told to belong to the frames.
    """
    path = Path(path)
    files = _files(path)
    return _images(path, files, scene) if files else _video(path, scene)


def picture_sizes(path: str | Path) -> dict[tuple[int, int], Path]:
    """The sizes (width, height) in pixels of the user's pictures, each with the first that has it.

    Args:
      path: A video, an image, or a folder of images. Of a video the first frame is looked at.

    Raises:
      InputError: If there are no such pictures, one cannot be read, or a library is missing.
    """
    path = Path(path)
    if files := _files(path):
        require("PIL", "images", "video", doing="Reading")
        sizes = {_open(file).size: file for file in reversed(files)}
        return dict(reversed(sizes.items()))
    require("av", "videos", "video", doing="Reading")
    with _opened(path, "as a video") as (container, stream):
        for frame in container.decode(stream):
            return {_picture_of(frame).size: path}
    raise InputError(f"{path} cannot be read as a video: it has no pictures.")


def _files(path: Path) -> list[Path]:
    """The images of a folder in order, or the image itself; none: it is a video."""
    if path.is_dir():
        files = sorted((f for f in path.iterdir() if _is_image(f)), key=_by_numbers)
        if not files:
            raise InputError(f"{path} holds no image ({', '.join(IMAGES)}).")
        return files
    if not path.exists():
        raise InputError(f"{path}: there is no such video, image or folder of images.")
    return [path] if _is_image(path) else []


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGES and not path.name.startswith(".")


def _by_numbers(path: Path) -> list[tuple[bool, int, str]]:
    """Frame 2 before frame 10."""
    parts = re.split(r"(\d{1,18})", path.name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _images(path: Path, files: list[Path], scene: Scene) -> Backdrop:
    by_name = _names(files)
    file_names = scene.people.file_names
    found: list[Path | None] = []
    for here, image_id, number in zip(scene.at, scene.image_ids, scene.numbers, strict=True):
        names = [number if image_id is None else image_id]
        if file_names is not None and here:
            names.insert(0, file_names[here[0][1]])
        found.append(next((f for n in names if n is not None and (f := _find(by_name, n))), None))
    notes: tuple[str, ...] = ()
    if not any(found):
        if len(files) != scene.num_frames:
            raise InputError(
                f"{path} has {len(files)} images for {scene.num_frames} frames, and none is named "
                f"as one (the first image is {files[0].name}, the first frame "
                f"{scene.image_ids[0]}); give an image a frame, or name them as the image ids."
            )
        found = list(files)
    else:
        lacking = sum(
            file is None and image_id is not None
            for file, image_id in zip(found, scene.image_ids, strict=True)
        )
        notes = (_lacking(path, lacking),) if lacking else ()

    def pictures() -> Iterator[Picture | None]:
        for file in found:
            yield None if file is None else _open(file)

    return Backdrop(pictures, notes)


def _names(files: list[Path]) -> dict[str | int, Path | None]:
    """The files by name, by name without ending and by number; None: it could be several."""
    by_name: dict[str | int, Path | None] = {}
    for file, number in zip(files, numbers_of([file.stem for file in files]), strict=True):
        names: set[str | int] = {file.name, file.stem}
        if number is not None:
            names.add(number)
        for name in names:
            by_name[name] = file if name not in by_name else None
    return by_name


def _find(by_name: dict[str | int, Path | None], name: int | str) -> Path | None:
    if isinstance(name, int):
        return by_name.get(name)
    last = Path(name.replace("\\", "/"))
    return by_name.get(last.name) or by_name.get(last.stem)


def _lacking(path: Path, count: int) -> str:
    frames = "1 frame" if count == 1 else f"{count} frames"
    return f"{path} has no picture of {frames}, shown without."


def _open(file: Path) -> Picture:
    """An image, turned as its EXIF data says, which is how OpenCV gives it to detectors."""
    from PIL import Image, ImageOps

    with _readable(file):
        image = Image.open(file)
        on_its_side = image.getexif().get(_ORIENTATION, 1) >= 5

    def resized(width: int, height: int) -> Image.Image:
        with _readable(file):
            image.draft("RGB", (max(width, height),) * 2)  # decodes large JPEGs in a smaller size
            turned = ImageOps.exif_transpose(image).convert("RGB")
            return turned.resize((width, height), Image.Resampling.BILINEAR, None, 2.0)

    return Picture(image.size[::-1] if on_its_side else image.size, resized)


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    from PIL import Image

    try:
        yield
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{file} cannot be read as an image: {error}") from None


def _video(path: Path, scene: Scene) -> Backdrop:
    count = _count(path)
    wanted = _wanted(scene, count)
    if len(set(scene.sequences)) > 1:
        raise InputError(
            f"The poses are of {len(set(scene.sequences))} sequences, and {path} is one video; "
            "lift them one by one."
        )
    beyond = sum(number >= count for number in wanted)
    first = next(number for number, here in zip(wanted, scene.at, strict=True) if here)
    if first >= count:
        raise InputError(
            f"{path} has {count} frames, and the poses begin at frame {first}; it is not the "
            "video that they were found in."
        )
    notes = (_lacking(path, beyond),) if beyond else ()

    def pictures() -> Iterator[Picture | None]:
        decoded = _decode(path)
        at, picture = -1, None
        for number in wanted:
            while at < number and number < count:
                at, picture = at + 1, next(decoded, None)
            yield picture if number < count else None

    return Backdrop(pictures, notes)


def _wanted(scene: Scene, count: int) -> list[int]:
    """For each frame of the scene the frame of the video, from 0; below it: it has none."""
    numbers = scene.numbers
    if numbers[0] is None:
        return list(range(scene.num_frames))
    seen = [number for number, here in zip(numbers, scene.at, strict=True) if here]
    first = 1 if seen[0] >= 1 and seen[-1] == count else 0
    return [number - first for number in numbers]


def _count(path: Path) -> int:
    """The frames of a video, without decoding them."""
    with _opened(path, "as a video") as (container, stream):
        return sum(packet.size > 0 for packet in container.demux(stream))


def _decode(path: Path) -> Iterator[Picture]:
    with _opened(path, "to its end") as (container, stream):
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield _picture_of(frame)


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
