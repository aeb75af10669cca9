"""From the files of a data set to a pose archive: what `posenet3d prepare` does."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.data.dataset import DataSet, count_note
from posenet3d.data.datasets import coco, human36m, mpi_inf_3dhp, mpii
from posenet3d.data.datasets.mocap import cmu
from posenet3d.data.datasets.mocap.config import MocapConfig
from posenet3d.errors import ConfigError, InputError
from posenet3d.files.locks import alone_with
from posenet3d.files.parts import Progress, parts_folder, remove
from posenet3d.poses.archives.archive_writer import write_splits
from posenet3d.poses.records import Poses2D


@dataclasses.dataclass(frozen=True)
class Request:
    """What to prepare; None: not given.

    Args:
      dataset: One of `SOURCES`.
      output: The archive (`.npz`) to write.
      input: File or folder of the data set.
      keypoints_2d: VideoPose3D's `data_2d_h36m_*.npz`.
      positions_3d: VideoPose3D's `data_3d_h36m.npz`.
      true_2d: VideoPose3D's `data_2d_h36m_gt.npz`.
      min_joints: Persons with fewer joints are left out.
      settings: Settings of the data set by name: `skip_bad` and the fields of `MocapConfig`.
    """

    dataset: str
    output: str
    input: str | None = None
    keypoints_2d: str | None = None
    positions_3d: str | None = None
    true_2d: str | None = None
    min_joints: int | None = None
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Source:
    """A data set that can be prepared.

    Args:
      read: Request, folder for finished parts and progress to the data set.
      needs: Fields of the request that must be given.
      takes: Further fields, and settings, that may be given.
    """

    read: Callable[[Request, Path, Progress], DataSet]
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()


def _human36m(request: Request, parts: Path, progress: Progress) -> DataSet:
    data = human36m.read(request.keypoints_2d, request.positions_3d, request.true_2d)
    found = len(data.splits["train"])
    notes = [count_note("Human3.6M train", "poses", human36m.TRAIN_POSES, found)]
    if data.left_out:
        notes.append(f"Left out, because they have no 3D: {', '.join(data.left_out)}.")
    labels = {f"{split}_cameras": numbers for split, numbers in data.cameras.items()}
    return DataSet(data.splits, labels, tuple(notes))


def _mpi_inf_3dhp(request: Request, parts: Path, progress: Progress) -> DataSet:
    return mpi_inf_3dhp.read(request.input, parts, progress)


def _mpii(request: Request, parts: Path, progress: Progress) -> DataSet:
    return mpii.read(request.input, request.min_joints or 1, progress)


def _coco(request: Request, parts: Path, progress: Progress) -> DataSet:
    return coco.read(request.input, request.min_joints or 1, progress)


def _cmu(request: Request, parts: Path, progress: Progress) -> DataSet:
    settings = dict(request.settings)
    skip_bad = settings.pop("skip_bad", False)
    return cmu.read(request.input, MocapConfig(**settings), skip_bad, parts, progress)


_MOCAP_SETTINGS = (
    "skip_bad",
    *(f.name for f in dataclasses.fields(MocapConfig) if f.name != "joints"),
)

SOURCES = {
    "human36m": Source(_human36m, ("keypoints_2d",), ("positions_3d", "true_2d")),
    "mpi_inf_3dhp": Source(_mpi_inf_3dhp, ("input",)),
    "mpii": Source(_mpii, ("input",), ("min_joints",)),
    "coco": Source(_coco, ("input",), ("min_joints",)),
    "cmu": Source(_cmu, ("input",), _MOCAP_SETTINGS),
}
"""The data sets by name."""


def prepare(request: Request, progress: Progress = iter) -> DataSet:
    """Reads a data set and writes its archive; an interrupted run goes on where it stopped.

    Args:
      request: What to prepare.
      progress: Sees the names of the files that are read pass.

    Returns:
      What has been written.

    Raises:
      ConfigError: If the request lacks a field that the data set needs, or has one that it does not
        take.
      InputError: If a file cannot be used, or the archive cannot be written or is being written by
        another run.
    """
    source = SOURCES.get(request.dataset)
    if source is None:
        raise ConfigError(f"dataset must be one of {', '.join(SOURCES)}, got {request.dataset!r}.")
    _check(request, source)
    parts = parts_folder(request.output)
    with alone_with([Path(request.output)]):
        data = source.read(request, parts, progress)
        # Joint names do not tell h36m17 from cmu17, and a model of the other would be misjudged.
        skeleton = next(iter(data.splits.values())).skeleton.name
        write_splits(request.output, data.splits, {**data.labels, "skeleton": np.array(skeleton)})
        remove(parts)
    return data


def summary(data: DataSet) -> list[str]:
    """What is in the archive, a line a split, and the remarks."""
    lines = []
    for split, poses in data.splits.items():
        truth = "2D only" if poses.keypoints_3d is None else "2D and 3D"
        lines.append(f"{split or 'all'}: {len(poses):,} poses, {_sequences(poses)}, {truth}.")
    return [*lines, *data.notes]


def _sequences(poses: Poses2D) -> str:
    names = Counter(poses.sequences)
    if len(poses.lengths) == len(poses) and poses.keypoints_3d is None:
        return f"{len(names):,} pictures"
    views = set(names.values())
    if len(views) == 1 and views != {1}:
        recordings = "1 recording" if len(names) == 1 else f"{len(names):,} recordings"
        return f"{len(poses.lengths):,} views of {recordings}"
    return f"{len(poses.lengths):,} sequences"


def _check(request: Request, source: Source) -> None:
    optional = {f.name for f in dataclasses.fields(request)} - {"dataset", "output", "settings"}
    given = {name for name in optional if getattr(request, name) is not None}
    allowed = (*source.needs, *source.takes)
    flags = ", ".join(f"--{name}" for name in allowed)
    for name in sorted({*given, *request.settings} - set(allowed)):
        raise ConfigError(f"--{name} is not for {request.dataset}, which takes {flags}.")
    for name in source.needs:
        if name not in given:
            raise ConfigError(f"{request.dataset} needs --{name}; it takes {flags}.")
    if request.min_joints is not None and request.min_joints < 1:
        raise ConfigError(f"min_joints must be at least 1, got {request.min_joints}.")
    output = Path(request.output)
    files = [getattr(request, name) for name in given - {"min_joints"}]
    if output.resolve() in {Path(file).resolve() for file in files}:
        raise ConfigError(f"output is one of the files to read, {output}; name another.")
    if not output.resolve().parent.is_dir():
        raise InputError(f"Cannot write {output}: there is no folder {output.parent}.")
