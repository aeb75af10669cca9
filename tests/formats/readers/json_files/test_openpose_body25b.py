import json

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers.json_files.openpose_body25b import (
    is_body25b,
    read_openpose_body25b,
)
from posenet3d.skeletons.skeleton import BODY_25, BODY_25B

LEGS = ("knee", "ankle", "toe", "heel")
BOTH = pytest.mark.parametrize("skeleton", [BODY_25, BODY_25B], ids=lambda s: s.name)


def frame(*people):
    return json.dumps({"people": [{"person_id": [-1], "pose_keypoints_2d": p} for p in people]})


@BOTH
def test_bodies_tell_the_order_of_25_joints(tmp_path, detected, skeleton):
    seen = detected(skeleton)
    for number in range(len(seen.true)):
        (tmp_path / f"{number}_keypoints.json").write_text(frame(seen.flat(number)))
    assert detect_format(tmp_path) == ("openpose" if skeleton is BODY_25 else "openpose_body25b")
    seen.check(read_people(tmp_path))


@BOTH
@pytest.mark.parametrize(
    "unseen", [(), ("knee", "ankle", "toe", "heel"), ("wrist", "eye")], ids=str
)
def test_half_of_a_body_is_enough(detected, skeleton, unseen):
    seen = detected(skeleton)
    keypoints = np.concatenate([seen.keypoints_2d, np.ones_like(seen.keypoints_2d[..., :1])], -1)
    names = enumerate(skeleton.joint_names)
    keypoints[:, [j for j, name in names if name.split("_")[-1] in unseen]] = 0
    assert is_body25b(keypoints) == (skeleton is BODY_25B)
    if unseen != LEGS:
        assert all(is_body25b(one[None]) == (skeleton is BODY_25B) for one in keypoints)


@pytest.mark.parametrize("activities", [("squatting",), ("waving",), ("kicking",)], ids=str)
@BOTH
def test_what_people_do_is_no_matter(activities, skeleton, detected):
    poses = synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=6, frames_per_sequence=3, activities=activities)
    )
    names = poses.skeleton.joint_names
    near = {"eye": "head", "ear": "head", "nose": "head", "head_top": "head", "upper_neck": "neck",
            "mid_hip": "pelvis", "toe": "ankle", "heel": "ankle"}  # fmt: skip

    def of(name):
        side, _, part = name.partition("_")
        plain = near.get(name) or near.get(part.split("_")[-1]) or name
        plain = f"{side}_{plain}" if plain == "ankle" else plain
        return poses.keypoints_2d[:, names.index(plain)]

    points = np.stack([of(name) for name in skeleton.joint_names], axis=1)
    keypoints = np.concatenate([points, np.ones_like(points[..., :1])], axis=-1)
    for one in keypoints:
        assert is_body25b(one[None]) == (skeleton is BODY_25B)


def test_where_bodies_do_not_tell_the_order_is_body25s(tmp_path):
    line = [float(v) for j in range(25) for v in (10 * j, 20 * j + 1, 0.5)]
    for number, keypoints in enumerate((line, [5.0] * 75, [0.0] * 75, [1e300, 0.0, 1.0] * 25)):
        (tmp_path / f"{number}.json").write_text(frame(keypoints))
        assert detect_format(tmp_path / f"{number}.json") == "openpose"


@pytest.mark.parametrize("people", [[], [3], ["x"], [{"pose_keypoints_2d": ["x"] * 75}]])
def test_damaged_people_are_left_to_openposes_reader(tmp_path, people):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"people": people}))
    assert detect_format(path) == "openpose"


def test_the_format_can_be_asked_for(tmp_path, detected):
    seen = detected(BODY_25B)
    path = tmp_path / "a.json"
    path.write_text(frame(seen.flat(0)[:27] + [0.0] * 48))  # too little to tell
    assert read_people(path).skeleton is BODY_25
    for people in (read_people(path, format="openpose_body25b"), read_openpose_body25b(path)):
        assert people.skeleton is BODY_25B
    path.write_text(frame(seen.flat(0)))
    assert read_people(path, format="openpose").skeleton is BODY_25
    path.write_text(frame(seen.flat(0)[:54]))
    with pytest.raises(InputError, match=r"has 54 numbers .* expected 75 .*body25b"):
        read_openpose_body25b(path)
