"""Shards as Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from posenet3d.bulk.shards.records import (
    CONFIDENCE,
    KEYPOINTS_2D,
    RESULTS,
    ROWS_A_CHUNK,
    UNREADABLE,
    Bad,
    Chunk,
    Ragged,
)
from posenet3d.errors import InputError, reason_of

SKELETON = b"posenet3d.skeleton"
"""Key of the file's metadata that names the skeleton of keypoints_2d."""

_FIELDS = (
    pa.field("keypoints_3d", pa.list_(pa.float32())),
    pa.field("score", pa.float32()),
    pa.field("elevation", pa.float32()),
    pa.field("expected_error", pa.list_(pa.float32())),
    pa.field("filled", pa.list_(pa.bool_())),
    pa.field("lifted", pa.bool_()),
    pa.field("problem", pa.string()),
)
_SHARD = pa.schema(
    [
        pa.field(KEYPOINTS_2D, pa.list_(pa.float32())),
        pa.field(CONFIDENCE, pa.list_(pa.float32())),
        pa.field("id", pa.string()),
        pa.field("image", pa.string()),
        pa.field("frame", pa.int64()),
        pa.field("file", pa.string()),
    ]
)


class ParquetReader:
    """Reads a shard in chunks.

    Raises:
      InputError: If it is no Parquet file, lacks keypoints_2d, has it in another type, or has been
        lifted before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as file:
            self.schema: pa.Schema = file.schema_arrow
            self._groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        self._check()
        named = (self.schema.metadata or {}).get(SKELETON)
        self.skeleton: str | None = named.decode("utf-8", "replace") if named else None

    def chunks(self) -> Iterator[Chunk]:
        """The rows in order; those of a damaged row group are among the `bad`."""
        first = 0
        with self._open() as file:
            for group, rows in enumerate(self._groups):
                done = 0
                try:
                    for batch in file.iter_batches(ROWS_A_CHUNK, [group], use_threads=False):
                        yield _chunk(batch, first + done)
                        done += len(batch)
                except (OSError, pa.ArrowException) as error:
                    detail = f"row group {group}: {reason_of(error)}"
                    lost = Bad(first + done, UNREADABLE, detail, rows - done)
                    nothing = pa.RecordBatch.from_pylist([], schema=self.schema)
                    yield _chunk(nothing, 0, [lost])
                first += rows

    def _open(self) -> pq.ParquetFile:
        try:  # no pre_buffer: a whole row group would lie in memory
            return pq.ParquetFile(
                self._path, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True
            )
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                f"{self._path} is not a readable Parquet file: {reason_of(error)}"
            ) from None

    def _check(self) -> None:
        names = self.schema.names
        if KEYPOINTS_2D not in names:
            raise InputError(
                f"{self._path} has no column {KEYPOINTS_2D}; it has {', '.join(names) or 'none'}."
            )
        if lifted := [name for name in RESULTS if name in names]:
            raise InputError(
                f"{self._path} has the column {lifted[0]} already, which lifting writes."
            )
        for name in (KEYPOINTS_2D, CONFIDENCE):
            if name in names and not _is_numbers(self.schema.field(name).type):
                raise InputError(
                    f"{self._path}: the column {name} must hold lists of numbers, it is "
                    f"{self.schema.field(name).type}."
                )


class ParquetWriter:
    """Writes rows with what lifting adds to them.

    Args:
      path: The file.
      reader: What the rows come from; all its columns are kept.
      metadata: Goes to that of the file.
    """

    def __init__(self, path: Path, reader: ParquetReader, metadata: Mapping[str, str]) -> None:
        named = {f"posenet3d.{key}".encode(): value.encode() for key, value in metadata.items()}
        schema = pa.schema([*reader.schema, *_FIELDS], (reader.schema.metadata or {}) | named)
        self._schema = schema
        self._writer = _writer(path, schema)

    def write(self, chunk: Chunk, rows: np.ndarray, columns: Mapping[str, Any]) -> None:
        """Appends these rows of a chunk; `columns` has a value a row for each result."""
        kept = chunk.rows if len(rows) == len(chunk.rows) else chunk.rows.take(pa.array(rows))
        arrays = list(kept.columns)
        arrays += [_array(columns[field.name], field.type) for field in _FIELDS]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def __enter__(self) -> ParquetWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def write_parquet(
    path: Path, tables: Iterable[Mapping[str, Any]], skeleton: str | None = None
) -> None:
    """Writes a shard from columns, with the name of their skeleton."""
    schema = _SHARD.with_metadata({SKELETON: skeleton.encode()} if skeleton else None)
    with _writer(path, schema) as writer:
        for columns in tables:
            arrays = [_array(columns[field.name], field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    texts = [field.name for field in schema if not pa.types.is_nested(field.type)]
    return pq.ParquetWriter(path, schema, use_dictionary=texts, write_page_checksum=True)


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    """A column from a list, or from an array whose first axis is the rows."""
    if not pa.types.is_list(kind):
        return pa.array(values, kind)
    values = np.asarray(values)
    length = int(np.prod(values.shape[1:]))
    offsets = np.arange(len(values) + 1, dtype=np.int32) * length
    flat = pa.array(values.reshape(-1), kind.value_type)
    return pa.ListArray.from_arrays(pa.array(offsets), flat, type=kind)


def _is_numbers(kind: pa.DataType) -> bool:
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    if not any(is_list(kind) for is_list in lists):
        return False
    value = kind.value_type
    return pa.types.is_floating(value) or pa.types.is_integer(value)


def _chunk(batch: pa.RecordBatch, first: int, bad: list[Bad] | None = None) -> Chunk:
    absent = Ragged(np.zeros(0, np.float32), np.full(len(batch), -1))
    keypoints_2d, confidence = (
        _ragged(batch.column(name)) if name in batch.schema.names else absent
        for name in (KEYPOINTS_2D, CONFIDENCE)
    )
    records = np.arange(first, first + len(batch))
    return Chunk(records, keypoints_2d, confidence, batch, bad or [])


def _ragged(column: pa.Array) -> Ragged:
    lengths = pc.fill_null(pc.list_value_length(column), -1).to_numpy(zero_copy_only=False)
    values = pc.cast(column.flatten(), pa.float32(), safe=False)
    numbers = pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False)
    return Ragged(numbers, lengths.astype(np.int64))
