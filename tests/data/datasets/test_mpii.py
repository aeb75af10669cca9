import json

import numpy as np
import pytest
import scipy.io

from posenet3d.data.datasets import mpii
from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import MPII_16

RNG = np.random.default_rng(0)
JOINTS = RNG.uniform(1, 1000, (16, 2)).round(1)


def struct(entries):
    """A struct array (1 x n) as MATLAB has it; entries may lack fields, which are then empty."""
    fields = list(dict.fromkeys(key for entry in entries for key in entry)) or ["none"]
    array = np.empty((1, len(entries)), dtype=[(field, object) for field in fields])
    for i, entry in enumerate(entries):
        for field in fields:
            array[0, i][field] = entry.get(field, np.zeros((0, 0)))
    return array


def rect(ids=range(16), scale=2.5, joints=JOINTS):
    points = [{"x": joints[i, 0], "y": joints[i, 1], "id": i} for i in ids]
    for point in points:  # MATLAB has text, numbers and, at neck and head, nothing
        visible = {0: "0", 1: 1, 9: np.zeros((0, 0))}
        point["is_visible"] = visible.get(point["id"], "1")
    return {"annopoints": struct([{"point": struct(points)}]), "scale": scale, "x1": 3.0}


def image(name, *rects):
    rects = struct(rects) if rects else np.zeros((0, 0))
    return {"image": struct([{"name": name}]), "annorect": rects, "frame_sec": 1.0}


IMAGES = [
    image("a.jpg", rect(), rect(range(3, 16), 1.5)),
    image("test.jpg", {"scale": 1.0}),
    image("empty.jpg"),
    image("b.jpg", rect([6])),
]


@pytest.fixture
def save_mat(tmp_path):
    def save_mat(images=IMAGES):
        path = tmp_path / "mpii_human_pose_v1_u12_1.mat"
        release = struct([{"annolist": struct(images), "img_train": np.ones((1, len(images)))}])
        scipy.io.savemat(path, {"RELEASE": release}, do_compression=True)
        return path

    return save_mat


def person(image="a.jpg", missing=(), **changes):
    joints = [[-1, -1] if i in missing else xy for i, xy in enumerate(JOINTS.tolist())]
    visible = [int(i not in missing) for i in range(16)]
    return {"image": image, "joints": joints, "joints_vis": visible, "scale": 2.5,
            "center": [1, 1]} | changes  # fmt: skip


@pytest.fixture
def save_json(tmp_path):
    def save_json(people, name="train.json"):
        path = tmp_path / name
        path.write_text(json.dumps(people))
        return path

    return save_json


def test_persons_of_the_mat_file_with_their_joints(save_mat):
    data = mpii.read(save_mat())
    poses = data.splits[""]
    assert poses.skeleton == MPII_16
    assert poses.sequences == ("a.jpg", "a.jpg", "b.jpg")
    assert poses.lengths.tolist() == [1, 1, 1]
    assert poses.confidence.sum(axis=1).tolist() == [16, 13, 1]
    np.testing.assert_array_equal(poses.keypoints_2d[0], JOINTS.astype("f4"))
    assert (poses.confidence[1, :3] == 0).all()
    assert data.labels["scales"].tolist() == [2.5, 1.5, 2.5]
    assert data.notes == ("mpii_human_pose_v1_u12_1.mat, left out: persons without joints 1.",)


def test_one_image_with_one_person_is_read(save_mat):
    assert len(mpii.read(save_mat([image("a.jpg", rect())])).splits[""]) == 1


def test_json_files_give_train_and_val(save_json, tmp_path):
    save_json([person(), person("b.jpg", missing=(0, 9))])
    save_json([person("c.jpg", scale=None)], "valid.json")
    data = mpii.read(tmp_path)
    train = data.splits["train"]
    assert train.sequences == ("a.jpg", "b.jpg")
    np.testing.assert_array_equal(train.keypoints_2d[0], JOINTS.astype("f4"))
    assert np.flatnonzero(train.confidence[1] == 0).tolist() == [0, 9]
    assert data.labels["train_scales"].tolist() == [2.5, 2.5]
    assert np.isnan(data.labels["val_scales"]).all()
    assert data.notes == (
        "MPII train.json: 22,246 persons expected, found 2.",
        "MPII valid.json: 2,958 persons expected, found 1.",
    )


def test_both_layouts_give_the_same_pose(save_mat, save_json):
    from_mat = mpii.read(save_mat([image("a.jpg", rect(range(2, 16)))])).splits[""]
    from_json = mpii.read(save_json([person(missing=(0, 1))], "mine.json")).splits[""]
    np.testing.assert_array_equal(from_mat.keypoints_2d, from_json.keypoints_2d)
    np.testing.assert_array_equal(from_mat.confidence, from_json.confidence)


def test_persons_with_few_joints_are_left_out_and_counted(save_mat):
    data = mpii.read(save_mat(), min_joints=16)
    assert len(data.splits[""]) == 1
    assert "persons with fewer than 16 joints 2." in data.notes[0]


NAN = JOINTS.copy()
NAN[4, 0] = np.nan
BAD_MAT = {
    "joint id": ([image("a.jpg", rect(), rect())], 16, r"person 1 .*'a\.jpg'.* id 16; expected 0"),
    "nan": ([image("a.jpg", rect(joints=NAN))], None, r"'a\.jpg'.*joint left_knee: x = nan"),
    "no person": ([image("a.jpg")], None, "annolist has no person"),
}


@pytest.mark.parametrize(("images", "wrong_id", "message"), BAD_MAT.values(), ids=BAD_MAT)
def test_bad_mat_file_is_named(save_mat, images, wrong_id, message):
    if wrong_id is not None:
        images[0]["annorect"][0, 1]["annopoints"][0, 0]["point"][0, 0]["id"] = wrong_id
    with pytest.raises(InputError, match=message):
        mpii.read(save_mat(images))


def test_truncated_and_other_mat_files_are_named(save_mat, tmp_path):
    path = save_mat()
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged or not a MATLAB file"):
        mpii.read(path)
    scipy.io.savemat(path, {"RELEASE": 1.0})
    with pytest.raises(InputError, match="another layout"):
        mpii.read(path)


BAD_JSON = {
    "joints": (person(joints=JOINTS[:14].tolist()), r"person 1 .*'a\.jpg'.*16 times \[x, y\]"),
    "coordinates": (person(joints=[[1, 2, 3]] * 16), r"16 times \[x, y\]"),
    "visibility": (person(joints_vis=[1] * 15), "'joints_vis', a list of 16 times 0 or 1"),
    "confidence": (person(joints_vis=[2] * 16), "joint right_ankle: confidence 2"),
    "text": (person(joints=[["1", 2]] * 16), "joint right_ankle: '1' is not a number"),
    "far": (person(joints=[[1, 1e7]] * 16), "y = 1e.07 px cannot be meant"),
    "no object": ([1], "must be an object"),
}


@pytest.mark.parametrize(("bad", "message"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_named(save_json, bad, message):
    with pytest.raises(InputError, match=message):
        mpii.read(save_json([person(), bad]))


def test_other_files_and_folders_are_named(save_json, tmp_path):
    with pytest.raises(InputError, match=r"neither train\.json nor valid\.json"):
        mpii.read(tmp_path)
    with pytest.raises(InputError, match="must hold a list of persons, got an object"):
        mpii.read(save_json({"a": 1}))
    with pytest.raises(InputError, match="no such file"):
        mpii.read(tmp_path / "absent.mat")
