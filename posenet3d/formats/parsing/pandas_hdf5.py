"""Data frames that pandas has written to HDF5 (`DataFrame.to_hdf`), without pandas or PyTables.

Layout, in both of its formats, from files of pandas 1.5, 2.2 and 3.1. `format="fixed"`: the labels
of columns (`axis0`, and `block0_items` of each block of values) and rows (`axis1`) as arrays,
those of a MultiIndex as `_level0` and `_label0`, which number each other. `format="table"`: one
compound array, its column labels pickled in the attributes `values_block_0_kind`, read here
without running anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from posenet3d.errors import InputError, reason_of
from posenet3d.files.hdf5 import check_data, numbers_of, own_names
from posenet3d.files.opening import opening
from posenet3d.files.restricted_unpickler import unpickle_plain
from posenet3d.formats.parsing.labelled_table import LabelledTable

if TYPE_CHECKING:
    import h5py


def is_pandas_hdf5(path: str | Path) -> bool:
    """Whether a file is HDF5 with a data frame of pandas in it."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return bool(_frames(file))
    except Exception:  # a damaged file fails in many ways; whoever reads it says how
        return False


def load_pandas_hdf5(path: str | Path, key: str, advice: str) -> LabelledTable:
    """Reads a data frame whose columns have several labels.

    Args:
      path: The `.h5` file.
      key: The one to read where there are several.
      advice: What to do where the file cannot be read, for messages.

    Raises:
      InputError: If the file is missing, damaged, or holds no such data frame; if something in it
        asks for code to be run, which is named and does not happen.
    """
    import h5py

    with opening(path), open(path, "rb"):
        pass
    try:
        with h5py.File(path, "r") as file:
            frames = _frames(file)
            if not frames:
                raise ValueError("it holds no data frame of pandas")
            if key not in frames and len(frames) > 1:
                raise ValueError(f"it holds several data frames, {', '.join(frames)[:80]}")
            group = frames.get(key, next(iter(frames.values())))
            table = _table(group) if "table" in group else _fixed(group)
            if not all(len(label) == len(table.levels) > 1 for label in table.labels):
                raise ValueError("its columns do not have several labels each")
            if table.values.shape != (len(table.row_ids), len(table.labels)):
                raise ValueError("its labels are not as many as its numbers")
            if not table.values.size:
                raise ValueError("its data frame is empty")
            return table
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        reason = reason_of(error)[:300]
        raise InputError(f"{path} cannot be read: {reason.rstrip('.')}. {advice}") from None


def _frames(file: h5py.File) -> dict[str, h5py.Group]:
    return {name: file[name] for name in own_names(file) if "pandas_type" in file[name].attrs}


def _fixed(group: h5py.Group) -> LabelledTable:
    columns = _labels(group, "axis0")
    rows = _labels(group, "axis1")
    place = {label: column for column, label in enumerate(columns)}
    values = np.full((len(rows), len(columns)), np.nan)
    for block in range(int(group.attrs["nblocks"])):
        items = _labels(group, f"block{block}_items")
        values[:, [place[label] for label in items]] = numbers_of(group[f"block{block}_values"])
    levels = [
        _text(group[f"axis0_level{level}"].attrs["name"])
        for level in range(int(group.attrs["axis0_nlevels"]))
    ]
    return LabelledTable(tuple(levels), tuple(columns), tuple(_row_id(row) for row in rows), values)


def _labels(group: h5py.Group, axis: str) -> list[tuple[Any, ...]]:
    """The labels along an axis, a tuple each."""
    if _text(group.attrs[f"{axis}_variety"]) != "multi":
        return [(value,) for value in _plain(group[axis])]
    levels = []
    for level in range(int(group.attrs[f"{axis}_nlevels"])):
        names = _plain(group[f"{axis}_level{level}"])
        numbers = numbers_of(group[f"{axis}_label{level}"]).tolist()
        if min(numbers, default=0) < 0:
            raise ValueError(f"a label of {axis} is missing")
        levels.append([names[number] for number in numbers])
    return list(zip(*levels, strict=True))


def _table(group: h5py.Group) -> LabelledTable:
    table = group["table"]
    check_data(table)
    rows = table[()]
    if "index" not in rows.dtype.names:
        raise ValueError("its rows have several labels each, in the format 'table'")
    labels: list[tuple[Any, ...]] = []
    blocks = []
    for name in rows.dtype.names:
        if name.startswith("values_block_"):
            kind = unpickle_plain(bytes(table.attrs[f"{name}_kind"]))
            labels += [label if isinstance(label, tuple) else (label,) for label in kind]
            blocks.append(np.asarray(rows[name], np.float64).reshape(len(rows), -1))
    info = unpickle_plain(bytes(group.attrs["info"]))
    levels = tuple(_text(name) for name in info[1]["names"])
    labels = [tuple(_text(part) for part in label) for label in labels]
    row_ids = tuple(_row_id((value,)) for value in rows["index"].tolist())
    return LabelledTable(levels, tuple(labels), row_ids, np.concatenate(blocks, axis=1))


def _plain(dataset: h5py.Dataset) -> list[Any]:
    """An array of numbers or texts as a list; anything else is pickled objects."""
    if dataset.ndim != 1 or dataset.dtype.kind not in "SUiuf":
        raise ValueError(f"{dataset.name} holds objects and not plain text or numbers")
    check_data(dataset)
    values = dataset[()].tolist()
    return [value.decode("utf-8") if isinstance(value, bytes) else value for value in values]


def _row_id(labels: tuple[Any, ...]) -> int | str:
    if len(labels) > 1:
        return "/".join(_text(label) for label in labels)
    value = labels[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) else _text(value)


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
