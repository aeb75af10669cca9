"""The user's own images or video behind the 2D poses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.footage.footage import image_files
from posenet3d.footage.images import open_image
from posenet3d.footage.picture import Picture
from posenet3d.footage.videos import count_frames, decode
from posenet3d.poses.image_ids import numbers_of
from posenet3d.viz.scene import Scene


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
    files = image_files(path)
    return _images(path, files, scene) if files else _video(path, scene)


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
            yield None if file is None else open_image(file)

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


def _video(path: Path, scene: Scene) -> Backdrop:
    count = count_frames(path)
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
        decoded = decode(path)
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
