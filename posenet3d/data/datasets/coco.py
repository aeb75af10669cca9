"""COCO's keypoint annotations (Lin et al., ECCV 2014) as 2D poses on `skeleton.COCO_17`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.data.dataset import DataSet, count_note, left_out_note
from posenet3d.data.datasets.photographs import to_poses
from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.parts import Progress
from posenet3d.formats.readers.json_files.coco import coco_people

PERSONS = {"person_keypoints_train2017.json": 149_813, "person_keypoints_val2017.json": 6_352}
"""Persons with keypoints in each file, crowds not counted: what the data loader of HRNet (Sun et
al., CVPR 2019), with that rule, prints in logs that were published."""


def read(path: str | Path, min_joints: int = 1, progress: Progress = iter) -> DataSet:
    """Reads files of annotations.

    Args:
      path: One file `person_keypoints_*.json`, which gives an archive without splits; or the folder
        `annotations` with `person_keypoints_train*.json` and `person_keypoints_val*.json` (or one
        of them), or the folder that holds it, which give `train` and `val`.
      min_joints: Persons with fewer annotated joints are left out.
      progress: Sees the names of the files pass.

    Returns:
      Every person with keypoints; confidence 1 where a human placed the joint, visible or hidden,
      else 0. The labels are `person_ids` (the annotations') and `image_sizes`.

    Raises:
      InputError: As `read_coco` of `formats.readers` does; if a folder has none of the files, or
        several for a split; if nobody has `min_joints` joints.
    """
    files = _files(Path(path))
    splits, labels, notes = {}, {}, []
    by_name = {file.name: split for split, file in files.items()}
    for name in progress(list(by_name)):
        split = by_name[name]
        file = files[split]
        content = load_json(file)
        people = coco_people(file, content)
        entries = content["annotations"] if isinstance(content, dict) else content
        crowds = sum(entry.get("iscrowd") == 1 for entry in entries)
        empty = int((people.confidence == 0).all(axis=1).sum()) - crowds
        if name in PERSONS:
            found = len(people) - crowds - empty
            notes.append(count_note(f"COCO {name}", "persons", PERSONS[name], found))
        of_person = {"person_ids": np.array(people.person_ids)}
        splits[split], kept, few = to_poses(people, min_joints, file, of_person)
        prefix = f"{split}_" if split else ""
        labels |= {prefix + key: array for key, array in kept.items()}
        counts = {"crowds": crowds, "persons without keypoints": empty}
        notes += left_out_note(name, counts | {f"persons with fewer than {min_joints} joints": few})
    return DataSet(splits, labels, tuple(notes))


def _files(path: Path) -> dict[str, Path]:
    """{split: file}; "" for a file that was named itself."""
    if not path.is_dir():
        return {"": path}
    folder = path / "annotations" if (path / "annotations").is_dir() else path
    files = {}
    for split in ("train", "val"):
        found = sorted(folder.glob(f"person_keypoints_{split}*.json"))
        if len(found) > 1:
            names = ", ".join(file.name for file in found)
            raise InputError(f"{folder} has several files for {split} ({names}); name one of them.")
        if found:
            files[split] = found[0]
    if not files:
        raise InputError(
            f"{folder} holds no person_keypoints_train*.json or person_keypoints_val*.json."
        )
    return files
