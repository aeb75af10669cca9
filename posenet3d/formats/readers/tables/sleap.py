"""SLEAP's projects and its analysis files, HDF5 and CSV, as SLEAP and sleap-io write them.

HDF5, after sleap/io/convert.py and sleap_io/io/analysis_h5.py: `tracks` [tracks, xy, nodes, frames]
with NaN where nothing was found, `node_names`, `track_names` and `point_scores` [tracks, nodes,
frames]; the attribute `dims` says if the axes are in another order. CSV, after
sleap/info/write_tracking_h5.py: a row an instance with `track`, `frame_idx`, and for every node
`NODE.x`, `NODE.y` and `NODE.score`. Projects (`.slp`) are described at `sleap_project`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.hdf5 import numbers_of, own_names, text_of, texts_of
from posenet3d.files.opening import reading
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_names import skeleton_of
from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.parsing.sleap_project import NEEDED, Project, read_project
from posenet3d.formats.parsing.table import Table, identifier_of
from posenet3d.formats.parsing.tracks import people_of_tracks
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import Skeleton

if TYPE_CHECKING:
    import h5py

_NEEDED = ("track", "frame_idx")
_ARRAYS = ("tracks", "node_names", "track_names", "track_occupancy")
_AXES = ("frame", "track", "node", "xy")
_DIMS = ("track", "xy", "node", "frame")  # where the file does not say them
_SCORES = (-0.1, 2.0)  # heights of a confidence map's peaks, which overshoot 1 on refinement; ours


def is_sleap_table(table: Table) -> bool:
    """Whether a table has the columns of SLEAP's analysis CSV."""
    return all(name in table.columns for name in _NEEDED) and bool(_nodes(table))


def is_sleap_hdf5(path: str | Path) -> bool:
    """Whether an HDF5 file has the arrays of SLEAP's analysis files, or of its projects."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            held = set(own_names(file))
            return held >= set(_ARRAYS) or held >= set(NEEDED)
    except Exception:  # a damaged file fails in many ways; whoever reads it says how
        return False


def _read(content: Content, placement: str | Skeleton, map_file: MapFile | None) -> People:
    if content.is_hdf5:
        return _read_hdf5(content.path, placement, map_file)
    if not content.looks_table or not is_sleap_table(content.table):
        raise InputError(
            f"{content.path} is no analysis file of SLEAP: expected HDF5 with "
            f"{', '.join(_ARRAYS)}, or CSV with the columns track, frame_idx and NODE.x, NODE.y, "
            "NODE.score for every node; or a project (.slp)."
        )
    return _read_table(content.table, placement, map_file)


def _read_table(table: Table, placement: str | Skeleton, map_file: MapFile | None) -> People:
    path, nodes = table.path, _nodes(table)
    skeleton, joints = skeleton_of(path, list(nodes), placement, map_file)
    values, image_ids, tracks, places = [], [], [], []
    for line, cells in table.rows:
        image_ids.append(identifier_of(cells[table.columns["frame_idx"]]))
        track = cells[table.columns["track"]]
        tracks.append(identifier_of(track) if track else None)
        places.append(Place(path, len(places), image_ids[-1]))
        found = np.zeros((skeleton.num_joints, 3))
        for (node, columns), joint in zip(nodes.items(), joints, strict=True):
            x, y, score = ("" if c is None else cells[c] for c in columns)
            if joint is not None and (x or y):
                found[joint] = (
                    table.number(line, x, f"x of {node}"),
                    table.number(line, y, f"y of {node}"),
                    table.number(line, score or "1", f"score of {node}"),
                )
        values.append(found)
    return _people_of_instances(values, places, skeleton, image_ids, tracks)


def _people_of_instances(
    values: list[np.ndarray],
    places: list[Place],
    skeleton: Skeleton,
    image_ids: list[int | str],
    tracks: list[int | str | None],
) -> People:
    pairs = sorted(zip(image_ids, tracks, strict=True), key=lambda pair: str(pair[0]))
    tracked = persons.are_tracks(pairs)
    return persons.make_people(
        values,
        places,
        skeleton,
        image_ids,
        tracks if tracked else [None] * len(tracks),
        tracked=tracked,
        confidences=_SCORES,
        numbers_are_frames=all(isinstance(image, int) for image in image_ids),
    )


def _nodes(table: Table) -> dict[str, tuple[int, int, int | None]]:
    """The columns of x, y and score of each node."""
    names = [name.removesuffix(".x") for name in table.columns if name.endswith(".x")]
    return {
        name: (table.columns[f"{name}.x"], table.columns[f"{name}.y"], score)
        for name in names
        if name and f"{name}.y" in table.columns
        for score in [table.columns.get(f"{name}.score")]
    }


def _read_hdf5(path: str | Path, placement: str | Skeleton, map_file: MapFile | None) -> People:
    import h5py

    with reading(path, "a file of SLEAP"), h5py.File(path, "r") as file:
        held = own_names(file)
        if set(held) >= set(NEEDED):
            return _people_of_project(path, read_project(file), placement, map_file)
        missing = [name for name in _ARRAYS if name not in held]
        if missing:
            raise InputError(f"{path} is no analysis file of SLEAP: it has no array {missing[0]}.")
        nodes = texts_of(file["node_names"])
        names = texts_of(file["track_names"]) if file["track_names"].size else []
        tracks = _ordered(file["tracks"], _DIMS, _AXES)
        values = np.full((*tracks.shape[:3], 3), np.nan)
        values[..., :2] = tracks
        if "point_scores" in held:
            dims = tuple(name for name in _DIMS if name != "xy")
            values[..., 2] = _ordered(file["point_scores"], dims, _AXES[:3])
    frames, count, parts, _ = values.shape
    names = names or ([0] if count == 1 else [])
    if (count, parts) != (len(names), len(nodes)) or not values.size:
        raise InputError(f"{path} is damaged: its names do not fit its tracks, or it has none.")
    if not all(persons.is_identifier(name) for name in (*names, *nodes)):
        raise InputError(f"{path}: a name in it is not text that can be printed.")
    return people_of_tracks(
        path, values, nodes, names, range(frames), placement, map_file, confidences=_SCORES
    )


def _people_of_project(
    path: str | Path, project: Project, placement: str | Skeleton, map_file: MapFile | None
) -> People:
    names = {*project.nodes, *project.frames, *project.tracks} - {None}
    if not all(persons.is_identifier(name) for name in names):
        raise InputError(f"{path}: a name in it is not text that can be printed.")
    skeleton, joints = skeleton_of(path, project.nodes, placement, map_file)
    values = np.zeros((len(project.frames), skeleton.num_joints, 3))
    for node, joint in enumerate(joints):
        if joint is not None:
            values[:, joint] = project.values[:, node]
    values[..., 2] = np.where(np.isnan(values[..., 2]), 1.0, values[..., 2])
    values[np.isnan(values[..., :2]).any(axis=-1)] = 0.0
    places = [Place(path, number, image) for number, image in enumerate(project.frames)]
    return _people_of_instances(list(values), places, skeleton, project.frames, project.tracks)


def _ordered(dataset: h5py.Dataset, dims: tuple[str, ...], axes: tuple[str, ...]) -> np.ndarray:
    """An array with its axes in this order."""
    if "dims" in dataset.attrs:
        dims = tuple(json.loads(text_of(dataset.attrs["dims"])))
    array = numbers_of(dataset).astype(np.float64)
    if sorted(dims) != sorted(axes) or array.ndim != len(axes):
        raise ValueError(f"{dataset.name} has not the axes {', '.join(axes)}")
    return array.transpose([dims.index(axis) for axis in axes])


def _recognises(content: Content) -> bool:
    if content.is_hdf5:
        return is_sleap_hdf5(content.path)
    begins_so = content.looks_table and _NEEDED[1].encode() in content.text_start
    return begins_so and is_sleap_table(content.table)


READER = Reader(
    name="sleap",
    recognises=_recognises,
    units=whole(_read),
    takes=("placement", "map_file"),
)
