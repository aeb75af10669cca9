"""Shards as TFRecord files of tf.train.Example."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from posenet3d.bulk.shards import tfrecord
from posenet3d.bulk.shards.records import (
    CONFIDENCE,
    KEYPOINTS_2D,
    NOT_PARSED,
    RESULTS,
    ROWS_A_CHUNK,
    Bad,
    Chunk,
    Ragged,
)
from posenet3d.errors import InputError

_FEATURES = {
    KEYPOINTS_2D: tf.io.RaggedFeature(tf.float32),
    CONFIDENCE: tf.io.RaggedFeature(tf.float32),
}


class ExampleReader:
    """Reads a shard in chunks; its metadata are unknown, for a TFRecord has none.

    Raises:
      InputError: If the shard has been lifted before.
    """

    skeleton: str | None = None
    schema = None

    def __init__(self, path: Path) -> None:
        self._path = path
        with open(path, "rb") as file:
            first = next((r for r in tfrecord.read_records(file) if isinstance(r, bytes)), b"")
        example = _parsed(first)
        lifted = [name for name in RESULTS if example and name in example.features.feature]
        if lifted:
            raise InputError(f"{path} has the feature {lifted[0]} already, which lifting writes.")

    def chunks(self) -> Iterator[Chunk]:
        """The records in order; damaged ones are among the `bad`."""
        with open(self._path, "rb", buffering=1 << 20) as file:
            numbered = enumerate(tfrecord.read_records(file))
            while batch := list(itertools.islice(numbered, ROWS_A_CHUNK)):
                yield _chunk(batch)


class ExampleWriter:
    """Writes records with what lifting adds to them."""

    def __init__(self, path: Path, reader: ExampleReader, metadata: Mapping[str, str]) -> None:
        self._file = open(path, "wb", buffering=1 << 20)  # noqa: SIM115 (closed by __exit__)

    def write(self, chunk: Chunk, rows: np.ndarray, columns: Mapping[str, Any]) -> None:
        """Appends these rows of a chunk; `columns` has a value a row for each result.

        The serialised results are appended to the record as it was: protocol buffers that are laid
        end to end are one message with the entries of both.
        """
        lists = {name: np.asarray(values).tolist() for name, values in columns.items()}
        added = (
            dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)
        )
        records = (chunk.rows[row] + serialised(one) for row, one in zip(rows, added, strict=True))
        tfrecord.write_records(self._file, records)

    def __enter__(self) -> ExampleWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def write_examples(path: Path, tables: Iterable[Mapping[str, list]]) -> None:
    """Writes a shard from columns; None: the record lacks this feature."""
    with open(path, "wb", buffering=1 << 20) as file:
        for columns in tables:
            rows = zip(*columns.values(), strict=True)
            tfrecord.write_records(
                file, (serialised(dict(zip(columns, row, strict=True))) for row in rows)
            )


def serialised(features: Mapping[str, Any]) -> bytes:
    """A tf.train.Example: nested lists laid flat, bool and int as int64, text as bytes."""
    example = tf.train.Example()
    feature = example.features.feature
    for name, value in features.items():
        if value is None:
            continue
        if isinstance(value, str):
            feature[name].bytes_list.value.append(value.encode("utf-8", "backslashreplace"))
            continue
        values = value if isinstance(value, list) else [value]
        if values and isinstance(values[0], bool):
            values = list(map(int, values))
        if values and isinstance(values[0], list):
            values = list(itertools.chain.from_iterable(values))
        kind = "float_list" if values and isinstance(values[0], float) else "int64_list"
        getattr(feature[name], kind).value.extend(values)
    return example.SerializeToString(deterministic=True)


def _chunk(batch: list[tuple[int, bytes | Bad]]) -> Chunk:
    bad = [found for _, found in batch if isinstance(found, Bad)]
    good = [(number, found) for number, found in batch if not isinstance(found, Bad)]
    rows = [data for _, data in good]
    numbers = np.array([number for number, _ in good], np.int64)
    try:
        parsed = tf.io.parse_example(rows, _FEATURES) if rows else None
    except (tf.errors.InvalidArgumentError, UnicodeDecodeError):
        # One of them, it does not say which; where it cannot even print it, Python fails to
        return _one_by_one(good, bad)
    if parsed is None:
        return Chunk(numbers, _ragged([]), _ragged([]), rows, bad)
    lists = {
        name: Ragged(parsed[name].values.numpy(), parsed[name].row_lengths().numpy())
        for name in _FEATURES
    }
    lengths = lists[KEYPOINTS_2D].lengths
    keypoints_2d = Ragged(lists[KEYPOINTS_2D].values, np.where(lengths == 0, -1, lengths))
    return Chunk(numbers, keypoints_2d, lists[CONFIDENCE], rows, bad)


def _one_by_one(good: list[tuple[int, bytes]], bad: list[Bad]) -> Chunk:
    """The same, ten times slower, where some cannot be parsed."""
    kept, keypoints_2d, confidence = [], [], []
    for number, data in good:
        example = _parsed(data)
        if example is None:
            bad.append(Bad(number, NOT_PARSED, f"{len(data)} bytes are no tf.train.Example"))
            continue
        features = example.features.feature
        kinds = {name: features[name].WhichOneof("kind") for name in _FEATURES if name in features}
        other = [n for n, kind in kinds.items() if kind not in ("float_list", None)]
        if other:
            bad.append(Bad(number, NOT_PARSED, f"{other[0]} is a {kinds[other[0]]}, no float_list"))
            continue
        kept.append((number, data))
        for name, lists in ((KEYPOINTS_2D, keypoints_2d), (CONFIDENCE, confidence)):
            values = features[name].float_list.value if name in features else ()
            lists.append(np.array(values, np.float32))
    return Chunk(
        np.array([number for number, _ in kept], np.int64),
        _ragged(keypoints_2d),
        _ragged(confidence),
        [data for _, data in kept],
        sorted(bad),
    )


def _ragged(lists: list[np.ndarray]) -> Ragged:
    values = np.concatenate([np.zeros(0, np.float32), *lists])
    return Ragged(values, np.array([len(one) or -1 for one in lists], np.int64))


def _parsed(data: bytes) -> tf.train.Example | None:
    try:
        return tf.train.Example.FromString(data)
    except Exception:  # DecodeError's module differs between protobuf's implementations
        return None
