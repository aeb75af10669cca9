"""The instances in a project of SLEAP (`.slp`), which is an HDF5 file.

Layout, after sleap/io/format/hdf5.py of SLEAP 1.3 and sleap_io/io/slp.py of sleap-io 0.9.5: rows
`frames` (frame_id, video, frame_idx), `instances` (instance_id, instance_type, frame_id, skeleton,
track, from_predicted, point_id_start, point_id_end), `points` of instances that somebody labelled
(x, y, visible) and `pred_points` of predicted ones (x, y, score); `tracks_json`, lists whose second
entry is the name; and `metadata`, whose attribute `json` has the names of the nodes.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.files.hdf5 import fields_of, text_of, texts_of

if TYPE_CHECKING:
    import h5py

NEEDED = ("metadata", "frames", "instances", "points", "pred_points")
"""What a project holds."""

_LABELLED = 0  # the instance_type of those that somebody labelled


@dataclasses.dataclass(frozen=True)
class Project:
    """What a project says of N nodes.

    Args:
      nodes: Their names.
      frames: Of each instance the frame: its number, with `video1/` before it where there are
        several videos.
      tracks: Of each instance the name of its track, or None.
      values: float64 `[instances, N, 3]`: x, y, score; NaN where a node was not found, and for the
        score of what somebody labelled.
    """

    nodes: list[str]
    frames: list[int | str]
    tracks: list[str | None]
    values: np.ndarray


def read_project(file: h5py.File) -> Project:
    """Reads a project; predictions that somebody corrected are left out.

    Raises:
      ValueError: If it is not in the layout, or has several skeletons.
    """
    nodes = _nodes(file)
    instances = fields_of(
        file["instances"],
        ("instance_id", "instance_type", "frame_id", "skeleton", "track", "from_predicted",
         "point_id_start", "point_id_end"),
    )  # fmt: skip
    rows = {name: column.astype(np.int64).tolist() for name, column in instances.items()}
    frames = _frames(file)
    names = [str(json.loads(text)[1]) for text in texts_of(file["tracks_json"])]
    points = {
        True: _points(file["points"], ("x", "y", "visible")),
        False: _points(file["pred_points"], ("x", "y", "score")),
    }
    corrected = set(rows["from_predicted"]) - {-1}
    found = Project(nodes, [], [], np.empty(0))
    values = []
    for row, number in enumerate(rows["instance_id"]):
        is_labelled = rows["instance_type"][row] == _LABELLED
        if number in corrected and not is_labelled:
            continue
        if rows["skeleton"][row] != rows["skeleton"][0]:
            raise ValueError("it has instances of several skeletons; export each alone")
        of_nodes = points[is_labelled][rows["point_id_start"][row] : rows["point_id_end"][row]]
        if len(of_nodes) != len(nodes):
            raise ValueError(f"instance {number} has not a point for each of {len(nodes)} nodes")
        track = rows["track"][row]
        found.frames.append(frames[rows["frame_id"][row]])
        found.tracks.append(names[track] if 0 <= track < len(names) else None)
        values.append(of_nodes)
    if not values:
        raise ValueError("it holds no instance")
    return dataclasses.replace(found, values=np.stack(values))


def _nodes(file: h5py.File) -> list[str]:
    """The names of the nodes of the first skeleton, in its order."""
    metadata = json.loads(text_of(file["metadata"].attrs["json"]))
    names = [str(node["name"]) for node in metadata["nodes"]]
    return [names[node["id"]] for node in metadata["skeletons"][0]["nodes"]]


def _frames(file: h5py.File) -> dict[int, int | str]:
    columns = fields_of(file["frames"], ("frame_id", "video", "frame_idx"))
    ids, videos, numbers = (column.astype(np.int64).tolist() for column in columns.values())
    if len(set(videos)) > 1:
        numbers = [f"video{v}/{number}" for v, number in zip(videos, numbers, strict=True)]
    return dict(zip(ids, numbers, strict=True))


def _points(dataset: h5py.Dataset, names: tuple[str, str, str]) -> np.ndarray:
    """x, y and score of each; points that are not visible have none."""
    x, y, third = (column.astype(np.float64) for column in fields_of(dataset, names).values())
    points = np.stack([x, y, third], axis=-1)
    if names[2] == "visible":
        points[third == 0] = np.nan
        points[:, 2] = np.nan
    return points
