"""DeepLabCut's tracks and labelled frames, CSV and HDF5, of one animal or several.

The layout is that of github.com/DeepLabCut/DeepLabCut, docs/standardDeepLabCut_UserGuide.md and
deeplabcut/utils/conversioncode.py: a data frame whose columns are labelled scorer, (individuals,)
bodyparts and coords, the coords x, y and, where a network made them, likelihood. Rows are frames,
or the paths of labelled images in one part or, since version 2.2, in three.

Other tools write the same layout with more columns, which are left out: Lightning Pose the column
`set` (`lightning_pose/utils/predictions.py`), EKS (github.com/paninski-lab/eks) medians and
variances.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.labelled_table import LabelledTable, load_labelled_csv
from posenet3d.formats.parsing.pandas_hdf5 import is_pandas_hdf5, load_pandas_hdf5
from posenet3d.formats.parsing.tracks import people_of_tracks
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_checks import listed
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

_LEVELS = ("scorer", "individuals", "bodyparts", "coords")
_COORDS = ("x", "y", "likelihood")
_DEPTH = "z"
_UNIQUE = "single"  # the individual under which body parts stand that are no animal's


def is_deeplabcut(path: str | Path) -> bool:
    """Whether a file is DeepLabCut's by how it begins: CSV with its header, or pandas' HDF5."""
    return _recognises(Content(path))


def read_deeplabcut(
    path: str | Path, placement: str | Skeleton = H36M_17.name, map_file: MapFile | None = None
) -> People:
    """Reads a file of tracks or of labelled frames.

    The names of the body parts tell the skeleton, as those of joints do in a table of one's own
    (`csv_file`), or the map file has them. The likelihood is the confidence; without it, or
    where it is empty, it is 1. A body part without coordinates, or with -1 for all of them, is a
    missing joint. Columns of other coordinates are left out.

    Args:
      path: The `.csv` or `.h5` file.
      placement: Where the joints of Human3.6M's names lie: `h36m17` or `cmu17`; or a lifter's own
        skeleton.
      map_file: The user's own skeleton, whose joints the body parts are.

    Returns:
      The animals in the order of the frames; all frames are listed. The person ids are the
      individuals' names; of a file without individuals they are 0. Individuals of whom nothing was
      found in a frame are not in it; in a file without individuals every frame counts. Body parts
      that belong to no animal (the individual `single`) are left out. The image ids are the frames,
      or the images' paths.

    Raises:
      InputError: If the file is no such file, a number in it cannot be meant, or no skeleton has
        the body parts; the message names the animal and the joint.
    """
    return READER.read(path, placement=placement, map_file=map_file)


def _read(content: Content, placement: str | Skeleton, map_file: MapFile | None) -> People:
    path, table = content.path, _load(content)
    place = {_without_scorer(table, label): column for column, label in enumerate(table.labels)}
    if len(place) < len(table.labels):
        raise InputError(
            f"{path}: a body part is there twice, or the columns are of several scorers; give "
            "one scorer's."
        )
    parts_of: dict[str, dict[str, None]] = {}  # the values are not used: an ordered set
    for individual, part, _ in place:
        parts_of.setdefault(individual, {})[part] = None
    animals = [name for name in parts_of if name != _UNIQUE]
    of_animals = {part for name in animals for part in parts_of[name]}
    if _UNIQUE in parts_of and (not animals or of_animals & parts_of[_UNIQUE].keys()):
        animals.append(_UNIQUE)
    parts = list(dict.fromkeys(part for name in animals for part in parts_of[name]))
    values = np.full((len(table.row_ids), len(animals), len(parts), 3), np.nan)
    for number, animal in enumerate(animals):
        for index, part in enumerate(parts):
            if part in parts_of[animal]:
                values[:, number, index] = _joint(path, table, place, animal, part)
    _mark_missing(values)
    ids = [animal or 0 for animal in animals]
    return people_of_tracks(
        path, values, parts, ids, table.row_ids, placement, map_file, files=True
    )


def _mark_missing(values: np.ndarray) -> None:
    """Marks by NaN the body parts that were not found, and likelihoods that say nothing.

    Since version 3 DeepLabCut fills up each frame to the project's number of individuals: x, y and
    likelihood of those that it did not find are -1 (`PadOutputs` in
    deeplabcut/pose_estimation_pytorch/data/postprocessor.py). A median filter over such tracks
    takes x and y of other frames, and the likelihood stays.

    A likelihood of 0 throughout says nothing: some versions of EKS write it so.
    """
    likelihood = values[..., 2]
    values[(likelihood == -1) | (values[..., :2] == -1).all(axis=-1)] = np.nan
    if not likelihood[~np.isnan(likelihood)].any():
        likelihood[:] = np.nan


def _recognises(content: Content) -> bool:
    if content.is_folder:
        return False
    if content.is_hdf5:
        return is_pandas_hdf5(content.path)
    return content.text_start.startswith(tuple(f"{_LEVELS[0]}{mark}".encode() for mark in ",;\t"))


def _load(content: Content) -> LabelledTable:
    path = content.path
    if content.is_hdf5:
        table = load_pandas_hdf5(
            path, "df_with_missing", "Give the .csv that DeepLabCut writes beside it."
        )
    else:
        wanted = {*_COORDS, _DEPTH}
        table = load_labelled_csv(path, _LEVELS[0], _LEVELS[-1], lambda label: label[-1] in wanted)
    if table.levels not in (_LEVELS, (_LEVELS[0], *_LEVELS[2:])):
        raise InputError(
            f"{path}: the columns are labelled {listed(table.levels)}; expected {listed(_LEVELS)}, "
            "without individuals where there is one animal."
        )
    if any(label[-1] == _DEPTH for label in table.labels):
        raise InputError(
            f"{path} has the coordinate {_DEPTH!r}; expected {listed(_COORDS)}. What has a "
            "z is in 3D already."
        )
    columns = [column for column, label in enumerate(table.labels) if label[-1] in _COORDS]
    if not columns:
        raise InputError(f"{path} has none of the coordinates {listed(_COORDS)}.")
    table = dataclasses.replace(
        table,
        labels=tuple(table.labels[column] for column in columns),
        values=table.values[:, columns],
    )
    texts = {*table.row_ids, *(text for label in table.labels for text in label)}
    if not all(persons.is_identifier(text) for text in texts):
        raise InputError(f"{path}: a name in it is not text that can be printed.")
    return table


def _without_scorer(table: LabelledTable, label: tuple[str, ...]) -> tuple[str, str, str]:
    """(individual, body part, coordinate); the individual is empty where there are none."""
    return ("", *label[1:]) if len(table.levels) == 3 else label[1:]


def _joint(
    path: str | Path,
    table: LabelledTable,
    place: dict[tuple[str, str, str], int],
    animal: str,
    part: str,
) -> np.ndarray:
    """x, y and likelihood of a body part, `[R, 3]`, NaN where there are none."""
    who = f"the body part {part[:60]!r}" + (f" of {animal[:60]!r}" if animal else "")
    columns = [place.get((animal, part, coord)) for coord in _COORDS]
    if None in columns[:2]:
        raise InputError(f"{path}: {who} has no column x or no column y.")
    joint = np.full((len(table.values), 3), np.nan)
    for axis, column in enumerate(columns):
        if column is not None:
            joint[:, axis] = table.values[:, column]
    half = np.flatnonzero(np.isnan(joint[:, 0]) != np.isnan(joint[:, 1]))
    if len(half):
        raise InputError(
            f"{path}: {who} has x or y alone in frame {str(table.row_ids[half[0]])[:80]}; give "
            "both, or leave both empty where it is missing."
        )
    return joint


READER = Reader(
    name="deeplabcut",
    recognises=_recognises,
    units=whole(_read),
    takes=("placement", "map_file"),
)
