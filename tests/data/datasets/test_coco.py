import json

import numpy as np
import pytest

from posenet3d.data.datasets import coco
from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import COCO_17


def person(number, image=1, joints=17, visibility=2, **changes):
    keypoints = [c for j in range(17) for c in ((10.0 * j, 5.0 * j + number, visibility)
                 if j < joints else (0, 0, 0))]  # fmt: skip
    return {"id": number, "image_id": image, "category_id": 1, "iscrowd": 0,
            "num_keypoints": joints, "keypoints": keypoints} | changes  # fmt: skip


def content(people):
    images = [{"id": i, "width": 640, "height": 480, "file_name": f"{i:012}.jpg"} for i in (1, 2)]
    category = {"id": 1, "name": "person", "keypoints": list(COCO_17.joint_names)}
    return {"images": images, "annotations": people, "categories": [category]}


PEOPLE = [
    person(11),
    person(12, joints=0),
    person(13, iscrowd=1),
    person(14, 2, 5, 1),
    person(15, 2),
]


@pytest.fixture
def write(tmp_path):
    def write(name, people=PEOPLE):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content(people)))
        return path

    return write


def test_every_person_with_keypoints_is_a_pose_of_its_own(write):
    data = coco.read(write("mine.json"))
    poses = data.splits[""]
    assert poses.skeleton == COCO_17
    assert poses.lengths.tolist() == [1, 1, 1]
    assert poses.sequences == ("000000000001.jpg", "000000000002.jpg", "000000000002.jpg")
    assert data.labels["person_ids"].tolist() == [11, 14, 15]
    assert data.labels["image_sizes"].tolist() == [[640, 480]] * 3
    assert poses.confidence.sum(axis=1).tolist() == [17, 5, 17]  # hidden joints count as well
    assert poses.keypoints_2d[2, 3].tolist() == [30, 30]
    assert data.notes == ("mine.json, left out: crowds 1, persons without keypoints 1.",)


def test_persons_with_few_joints_are_left_out_and_counted(write):
    data = coco.read(write("mine.json"), min_joints=6)
    assert data.labels["person_ids"].tolist() == [11, 15]
    assert data.notes[0].endswith("persons with fewer than 6 joints 1.")
    with pytest.raises(InputError, match="none of the 5 persons has 18 joints or more"):
        coco.read(write("mine.json"), min_joints=18)


@pytest.mark.parametrize("inside", ["annotations/", ""])
def test_folder_gives_train_and_val_and_the_published_counts(write, tmp_path, inside):
    write(f"{inside}person_keypoints_train2017.json")
    write(f"{inside}person_keypoints_val2017.json", [person(5)])
    seen = []
    data = coco.read(tmp_path, progress=lambda names: seen.extend(names) or names)
    assert {split: len(poses) for split, poses in data.splits.items()} == {"train": 3, "val": 1}
    assert data.labels["val_person_ids"].tolist() == [5]
    assert data.notes[0] == (
        "COCO person_keypoints_train2017.json: 149,813 persons expected, found 3."
    )
    assert data.notes[-1] == "COCO person_keypoints_val2017.json: 6,352 persons expected, found 1."
    assert seen == ["person_keypoints_train2017.json", "person_keypoints_val2017.json"]


def test_folder_without_the_files_or_with_several_is_named(write, tmp_path):
    with pytest.raises(InputError, match="holds no person_keypoints_train"):
        coco.read(tmp_path)
    write("person_keypoints_val2014.json")
    write("person_keypoints_val2017.json")
    with pytest.raises(InputError, match=r"several files for val \(person_keypoints_val2014"):
        coco.read(tmp_path)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ([person(1, keypoints=[0] * 48)], r"person 0 .image 1. has 48 numbers"),
        ([person(1), person(2, keypoints=[1e9, 0, 2] + [0] * 48)], "person 1 .*joint nose: x"),
    ],
)
def test_bad_person_is_named(write, people, message):
    with pytest.raises(InputError, match=message):
        coco.read(write("bad.json", people))


def test_nan_and_missing_file_are_named(write, tmp_path):
    with pytest.raises(InputError, match=r"person 0 .*joint nose: x = nan px is not a finite"):
        coco.read(write("bad.json", [person(1, keypoints=[np.nan, 0, 2] + [0] * 48)]))
    with pytest.raises(InputError, match="no such file"):
        coco.read(tmp_path / "absent.json")
