"""Shards by their format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Union

from posenet3d.bulk.shards.parquet import ParquetReader, ParquetWriter
from posenet3d.errors import InputError
from posenet3d.files.opening import opening

if TYPE_CHECKING:
    from posenet3d.bulk.shards.examples import ExampleReader, ExampleWriter

ENDINGS = (".parquet", ".tfrecord")
"""Shards that `make_shards` writes."""

Reader = Union[ParquetReader, "ExampleReader"]
Writer = Union[ParquetWriter, "ExampleWriter"]


def open_shard(path: Path) -> Reader:
    """A reader of the shard; Parquet is known by its content, TFRecord by its name.

    Raises:
      InputError: If it is neither, or cannot be read at all.
    """
    with opening(path), open(path, "rb") as file:
        start = file.read(4)
    if start == b"PAR1" or ".parquet" in path.name:
        return ParquetReader(path)
    if ".tfrecord" not in path.name:
        raise InputError(
            f"{path} is no shard: it does not start as a Parquet file does, and its name does not "
            "have .tfrecord."
        )
    if start[:2] == b"\x1f\x8b":
        raise InputError(f"{path} is compressed by gzip; unpack it first.")
    from posenet3d.bulk.shards.examples import ExampleReader  # TensorFlow, which Parquet needs not

    return ExampleReader(path)


def writer_for(reader: Reader) -> type[Writer]:
    """What writes shards of the same format."""
    if isinstance(reader, ParquetReader):
        return ParquetWriter
    from posenet3d.bulk.shards.examples import ExampleWriter

    return ExampleWriter
