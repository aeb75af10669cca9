"""Reads recordings: all inputs of an adaptation, as whole 2D poses of one skeleton."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from posenet3d.adapting.config import AdaptConfig
from posenet3d.adapting.tracks import Frames, frames_of
from posenet3d.errors import InputError
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.lifting.scene.over_time import with_tracks
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.people import People, join
from posenet3d.skeletons.joint_maps import route
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import Skeleton

Say = Callable[[str], None]
"""Takes a line for the user."""


@dataclasses.dataclass(frozen=True)
class Recording:
    """What was found in one input.

    Args:
      path: The input.
      frames: The usable stretches of its tracks.
      poses: People in its images, whole or not.
      tracks: Persons over time.
      missing: Share of their joints that were not seen.
      image_sizes: Those of its images, (width, height), as far as they are known.
    """

    path: Path
    frames: tuple[Frames, ...]
    poses: int
    tracks: int
    missing: float
    image_sizes: tuple[tuple[int, int], ...]

    @property
    def usable(self) -> int:
        """Poses that can be learned from."""
        return sum(len(part.keypoints_2d) for part in self.frames)


def skeleton_to_learn(model: Skeleton, map_file: MapFile | None) -> Skeleton:
    """The model's skeleton where the recordings' joints lead to it, else the map file's own."""
    if map_file is None:
        return model
    try:
        route(map_file.skeleton, model, map_file.maps)
    except InputError:
        return map_file.skeleton
    return model


def read_recordings(
    config: AdaptConfig,
    paths: Sequence[Path],
    skeleton: Skeleton,
    map_file: MapFile | None,
    say: Say,
) -> list[Recording]:
    """Reads all inputs.

    Args:
      config: The settings.
      paths: The inputs.
      skeleton: The skeleton that the poses are to have.
      map_file: The user's own skeleton and its maps, or None.
      say: Takes a line for each input that is left out.

    Raises:
      InputError: If an input cannot be used and bad ones are not left out, or nobody is in any.
    """
    found = []
    for path, prefix in zip(paths, _prefixes(paths), strict=True):
        try:
            found.append(_read(config, path, prefix, skeleton, map_file, say))
        except InputError as error:
            if not config.skip_bad or len(paths) == 1:
                raise
            say(f"Left out: {error}")
    if not any(recording.usable for recording in found):
        raise InputError(
            f"{config.input}: no pose can be learned from; nobody was found, or most joints are "
            "missing."
        )
    return found


def _read(
    config: AdaptConfig,
    path: Path,
    prefix: str,
    skeleton: Skeleton,
    map_file: MapFile | None,
    say: Say,
) -> Recording:
    reading = config.reading
    if not config.split and "train" in archive_splits(path):
        reading = dataclasses.replace(reading, split="train")
    source = reading.open(str(path), skeleton, map_file)
    parts: list[People] = []
    for part in source.parts(config.skip_bad):
        try:
            parts.append(part.read())
        except NobodyError:
            continue
        finally:
            for fault in part.faults:
                say(f"Left out: {fault}")
    if not parts:
        raise InputError(f"{path}: nobody is in any of the {source.count} {source.kind}.")
    people = dataclasses.replace(join(parts), listed=source.listed())
    elevation = None
    if source.format == "npz":  # of one pose a row
        elevation = read_archive(
            path,
            reading.split or None,
            placement=skeleton,
            map_file=map_file,
            image_size=reading.image_width_height,
        ).camera_elevation
    least = source.guessed_below if config.min_confidence is None else config.min_confidence
    confidence = np.where(people.confidence < least, 0, people.confidence)
    people = dataclasses.replace(people, confidence=confidence.astype(np.float32))
    people = people.on(skeleton, map_file.maps if map_file else None)
    if config.associate == "always" or (config.associate == "auto" and not people.tracked):
        people = with_tracks(people, alone=config.associate == "auto")
    frames = frames_of(people, prefix, elevation)
    sizes = {tuple(size) for size in people.image_sizes or () if size is not None}
    return Recording(
        path,
        tuple(frames),
        poses=len(people),
        tracks=len(set(zip(_sequences(people), people.person_ids, strict=True))),
        missing=float((people.confidence == 0).mean()),
        image_sizes=tuple(sorted(sizes)),
    )


def _sequences(people: People) -> list[str]:
    return [sequence_of(image_id) for image_id in people.image_ids]


def _prefixes(paths: Sequence[Path]) -> list[str]:
    """A name for each input that no other has."""
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [path.as_posix() for path in paths]
    return names
