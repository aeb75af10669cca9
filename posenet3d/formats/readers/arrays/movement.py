"""Data sets of movement (github.com/neuroinformatics-unit/movement): xarray's netCDF files.

A netCDF4 file is HDF5. movement/validators/datasets.py defines the arrays `position` (time, space,
keypoints, individuals) and `confidence` (time, keypoints, individuals), with coordinates of these
names; the order of the axes has changed, so their names are read. Times are frames, or seconds and
the attribute `fps`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.hdf5 import numbers_of, own_names, texts_of
from posenet3d.files.opening import reading
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.tracks import people_of_tracks
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import Skeleton

if TYPE_CHECKING:
    import h5py

_NAMES = ("position", "time", "space", "keypoints")
_AXES = ("time", "individuals", "keypoints", "space")


def is_movement(path: str | Path) -> bool:
    """Whether an HDF5 file has movement's arrays."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return set(_NAMES) <= set(own_names(file))
    except Exception:  # a damaged file fails in many ways; whoever reads it says how
        return False


def _read(content: Content, placement: str | Skeleton, map_file: MapFile | None) -> People:
    import h5py

    path = content.path
    with reading(path, "a netCDF4 file of movement"), h5py.File(path, "r") as file:
        missing = [name for name in _NAMES if name not in own_names(file)]
        if missing:
            raise InputError(f"{path} is no data set of movement: it has no array {missing[0]}.")
        space, parts = texts_of(file["space"]), texts_of(file["keypoints"])
        if space != ["x", "y"]:
            raise InputError(
                f"{path} has the axes {', '.join(space)[:80]}; expected x and y. What has a z is "
                "in 3D already."
            )
        individuals: list[int | str] = [0]
        if "individuals" in own_names(file):
            individuals = list(texts_of(file["individuals"]))
        frames = _frames(file)
        position = _ordered(file["position"], _AXES)
        values = np.full((*position.shape[:3], 3), np.nan)
        values[..., :2] = position
        if "confidence" in own_names(file):
            values[..., 2] = _ordered(file["confidence"], _AXES[:3])
    if values.shape[:3] != (len(frames), len(individuals), len(parts)):
        raise InputError(f"{path} is damaged: its coordinates do not fit its positions.")
    if not all(persons.is_identifier(name) for name in (*individuals, *parts)):
        raise InputError(f"{path}: a name in it is not text that can be printed.")
    return people_of_tracks(path, values, parts, individuals, frames, placement, map_file)


def _ordered(dataset: h5py.Dataset, axes: tuple[str, ...]) -> np.ndarray:
    """An array with its axes in this order; one of individuals that it lacks has the length 1."""
    names = [(scale.name or "").strip("/") for axis in dataset.dims for scale in axis.values()]
    array = numbers_of(dataset).astype(np.float64)
    if "individuals" not in names:
        names, array = [*names, "individuals"], array[..., None]
    if sorted(names) != sorted(axes):
        raise ValueError(f"{dataset.name} has the axes {', '.join(names)}")
    return array.transpose([names.index(axis) for axis in axes])


def _frames(file: h5py.File) -> list[int | str]:
    """The numbers of the frames; a time in seconds as text where the frame rate is not known."""
    times = numbers_of(file["time"]).astype(np.float64)
    if times.ndim != 1 or not (np.abs(times) < 2**53).all():
        raise ValueError("its times are not finite numbers along one axis")
    rate = float(np.ravel(file.attrs.get("fps", 0.0))[0])
    if rate > 0 and file.attrs.get("time_unit") in (b"seconds", "seconds"):
        times = times * rate
        if not (np.abs(times) < 2**53).all():
            raise ValueError("its times are not finite numbers along one axis")
        times = times.round()
    return [int(time) if time.is_integer() else repr(time) for time in times.tolist()]


READER = Reader(
    name="movement",
    recognises=lambda content: content.is_hdf5 and is_movement(content.path),
    units=whole(_read),
    takes=("placement", "map_file"),
)
