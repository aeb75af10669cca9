"""Files that detectors write, and pose archives, to shards."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from posenet3d.bulk.config import ShardsConfig
from posenet3d.bulk.shards.parquet import write_parquet
from posenet3d.bulk.shards.records import ROWS_A_CHUNK
from posenet3d.errors import InputError
from posenet3d.files.atomic import flush, staging_folder
from posenet3d.files.locks import alone_with
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.lifting.job import Say
from posenet3d.loading import load_lifter
from posenet3d.poses.image_ids import numbers_of
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import Skeleton

_Piece = tuple[People, str]
"""People on the lifter's skeleton, and the file that they come from."""


def make_shards(config: ShardsConfig, say: Say = lambda line: None) -> list[Path]:
    """Writes the people of some files as shards, in their order.

    Shards take their names when all of them are written; memory is bounded by a shard, where the
    format can be read in parts (`formats.detect.open_people`).

    Args:
      config: The settings.
      say: Takes lines about what is left out.

    Returns:
      The shards.

    Raises:
      InputError: If a file cannot be read, nobody is in any, or there are such shards already.
    """
    output = Path(config.output)
    folder = output.parent
    if not folder.is_dir() and not folder.parent.is_dir():
        raise InputError(f"Cannot write {output}: there is no folder {folder.parent}.")
    if there := sorted(output.parent.glob(f"{glob.escape(output.stem)}-*{output.suffix}")):
        raise InputError(f"{there[0]} is there already; remove it, or name another --output.")
    sources = _sources(config.input)
    skeleton = load_lifter(config.model).skeleton
    made: list[Path] = []
    try:
        with staging_folder(folder) as staged, alone_with([output]):
            for pieces in _by_rows(_pieces(sources, skeleton, config, say), config.rows):
                made.append(staged / f"{len(made):05d}{output.suffix}")
                _write(made[-1], pieces, skeleton)
                flush(made[-1])
            if not made:
                raise InputError(f"{config.input}: nobody is in any of the files.")
            names = [output.with_name(f"{output.stem}-{path.name}") for path in made]
            for path, name in zip(made, names, strict=True):
                os.replace(path, name)
            flush(folder)
    except OSError as error:
        raise InputError(f"Cannot write {output}: {error.strerror or error}.") from None
    return names


def _sources(patterns: str) -> list[str]:
    found: list[str] = []
    for pattern in filter(None, map(str.strip, patterns.split(","))):
        names = [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern, recursive=True))
        if not names:
            raise InputError(f"{pattern}: there is no such file.")
        found += names
    return list(dict.fromkeys(found))


def _pieces(
    sources: list[str], skeleton: Skeleton, config: ShardsConfig, say: Say
) -> Iterator[_Piece]:
    map_file = config.reading.read_map()
    maps = map_file.maps if map_file else None
    for path in sources:
        try:
            source = config.reading.open(path, skeleton, map_file)
            for part in source.parts(config.skip_bad):
                try:
                    yield part.read().on(skeleton, maps), path
                except NobodyError:
                    continue
                finally:
                    for fault in part.faults:
                        say(f"Left out: {fault}")
        except InputError as error:
            if not config.skip_bad:
                raise
            say(f"Left out: {error}")


def _by_rows(pieces: Iterator[_Piece], rows: int) -> Iterator[list[_Piece]]:
    """The same people in lists of so many."""
    held: list[_Piece] = []
    count = 0
    for people, path in pieces:
        start = 0
        while start < len(people):
            stop = min(len(people), start + rows - count)
            held.append((people.select(range(start, stop)), path))
            count += stop - start
            start = stop
            if count == rows:
                yield held
                held, count = [], 0
    if held:
        yield held


def _write(path: Path, pieces: list[_Piece], skeleton: Skeleton) -> None:
    tables = (_columns(*piece) for piece in pieces)
    if path.suffix == ".parquet":
        write_parquet(path, _in_groups(tables), skeleton.name)
        return
    from posenet3d.bulk.shards.examples import write_examples  # TensorFlow, not for Parquet

    write_examples(path, ({k: _listed(v) for k, v in columns.items()} for columns in tables))


def _columns(people: People, path: str) -> dict[str, list]:
    numbers = numbers_of(people.image_ids)
    return {
        "keypoints_2d": list(people.keypoints_2d.reshape(len(people), -1)),
        "confidence": list(people.confidence),
        "id": [str(one) for one in people.person_ids],
        "image": [str(one) for one in people.image_ids],
        "frame": [n if n is not None and -(2**63) <= n < 2**63 else None for n in numbers],
        "file": [path] * len(people),
    }


def _listed(values: list) -> list:
    return [one.tolist() if hasattr(one, "tolist") else one for one in values]


def _in_groups(tables: Iterator[dict[str, list]]) -> Iterator[dict[str, list]]:
    """Small tables joined, for each becomes a row group of the file."""
    held: dict[str, list] = {}
    for columns in tables:
        held = {name: held.get(name, []) + values for name, values in columns.items()}
        if len(held["id"]) >= ROWS_A_CHUNK:
            yield held
            held = {}
    if held:
        yield held
