"""MPII Human Pose (Andriluka et al., CVPR 2014) as 2D poses on `skeleton.MPII_16`.

Two layouts: the data set's own `mpii_human_pose_v1_u12_1.mat` (its README), and the JSON made of it
that code for pose estimation passes around, a list of {"image", "joints": 16 times [x, y],
"joints_vis": 16 times 0 or 1, "scale", "center"}. Coordinates are kept as they are: pixels counted
from 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.data.dataset import DataSet, count_note, left_out_note
from posenet3d.data.datasets.photographs import to_poses
from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.matlab import entries, read_mat
from posenet3d.files.parts import Progress
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import joint_numbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import MPII_16

PERSONS = {"train.json": 22_246, "valid.json": 2_958}
"""Persons in the JSON files: what the data loader of HRNet (Sun et al., CVPR 2019) prints in logs
that were published."""

_SPLITS = {"train": "train.json", "val": "valid.json"}
_JOINTS = MPII_16.num_joints


def read(path: str | Path, min_joints: int = 1, progress: Progress = iter) -> DataSet:
    """Reads the annotations.

    Args:
      path: The `.mat` file or one JSON file, which give an archive without splits; or the folder
        with `train.json` and `valid.json` (or one of them), which gives `train` and `val`.
      min_joints: Persons with fewer annotated joints are left out.
      progress: Sees the names of the files pass.

    Returns:
      Every person with joints. Confidence is 1 where there is a joint, else 0: in the `.mat` a
      joint that is hidden but annotated is there; in the JSON `joints_vis` says it. The label
      `scales` is the person's size in parts of 200 pixels; NaN where it is not given.

    Raises:
      InputError: If a file is damaged or of another layout, a joint is not as it should be (named
        by person, image and joint), or nobody has `min_joints` joints.
    """
    path = Path(path)
    files = {"": path}
    if path.is_dir():
        files = {s: path / name for s, name in _SPLITS.items() if (path / name).is_file()}
        if not files:
            raise InputError(f"{path} holds neither train.json nor valid.json; or give the .mat.")
    splits, labels, notes = {}, {}, []
    by_name = {file.name: split for split, file in files.items()}
    for name in progress(list(by_name)):
        split = by_name[name]
        file = files[split]
        people, scales = (_read_mat if file.suffix == ".mat" else _read_json)(file)
        if name in PERSONS:
            notes.append(count_note(f"MPII {name}", "persons", PERSONS[name], len(people)))
        splits[split], kept, few = to_poses(people, min_joints, file, {"scales": scales})
        prefix = f"{split}_" if split else ""
        labels |= {prefix + key: array for key, array in kept.items()}
        empty = int((people.confidence == 0).all(axis=1).sum())
        counts = {
            "persons without joints": empty,
            f"persons with fewer than {min_joints} joints": few,
        }
        notes += left_out_note(name, counts)
    return DataSet(splits, labels, tuple(notes))


def _read_json(path: Path) -> tuple[People, np.ndarray]:
    content = load_json(path)
    if not isinstance(content, list):
        raise InputError(f"{path} must hold a list of persons, got {persons.kind_of(content)}.")
    items = persons.need_objects(path, content, "persons")
    values, places, scales = [], [], []
    for number, item in enumerate(items):
        place = Place(path, number, item.get("image"))
        joints, visible = item.get("joints"), item.get("joints_vis")
        if not _is_list(joints, _JOINTS) or not all(_is_list(joint, 2) for joint in joints):
            raise place.fault(f" needs 'joints', a list of {_JOINTS} times [x, y].")
        if not _is_list(visible, _JOINTS):
            raise place.fault(f" needs 'joints_vis', a list of {_JOINTS} times 0 or 1.")
        flat = [v for (x, y), shown in zip(joints, visible, strict=True) for v in (x, y, shown)]
        values.append(joint_numbers(place, flat, "joints", MPII_16))
        places.append(place)
        scales.append(_scale(item.get("scale")))
    return _people(values, places), np.array(scales)


def _read_mat(path: Path) -> tuple[People, np.ndarray]:
    release = read_mat(path, ["RELEASE"])["RELEASE"]
    images = entries(release.get("annolist", [])) if isinstance(release, dict) else []
    values, places, scales = [], [], []
    for image in images:
        name = _field(_field(image, "image"), "name")
        for person in entries(_field(image, "annorect", [])):
            place = Place(path, len(places), name if isinstance(name, str) else None)
            values.append(_points(place, _field(_field(person, "annopoints"), "point", [])))
            places.append(place)
            scales.append(_scale(_field(person, "scale")))
    if not values:
        raise InputError(f"{path}: RELEASE.annolist has no person; this is another layout.")
    return _people(values, places), np.array(scales)


def _points(place: Place, points: Any) -> np.ndarray:
    """float64 `[16, 3]`: x, y and 1 of the joints that are there."""
    joints = np.zeros((_JOINTS, 3))
    for point in entries(points):
        number, x, y = (_number(_field(point, key)) for key in ("id", "x", "y"))
        if number not in range(_JOINTS):
            raise place.fault(f" has a joint of id {number:g}; expected 0 to {_JOINTS - 1}.")
        joints[int(number)] = x, y, 1
    return joints


def _people(values: list[np.ndarray], places: list[Place]) -> People:
    names = [str(p.person) if p.image is None else str(p.image) for p in places]
    people = persons.make_people(
        values, places, MPII_16, names, [None] * len(names), confidences=(0, 1)
    )
    return persons.numbered(people)


def _field(struct: Any, key: str, missing: Any = None) -> Any:
    """A field of a struct; MATLAB has empty arrays where there is none."""
    return struct.get(key, missing) if isinstance(struct, dict) else missing


def _number(value: Any) -> float:
    """A single number; NaN for anything else, which is refused where it is used."""
    single = isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "iuf"
    return float(value) if single else float("nan")


def _scale(value: Any) -> float:
    return float(value) if type(value) in (int, float) else _number(value)


def _is_list(value: Any, length: int) -> bool:
    return isinstance(value, list) and len(value) == length
