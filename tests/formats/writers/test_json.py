import json
import os

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.writers.json import write_json
from posenet3d.poses.lifted import Lifted
from posenet3d.skeletons.skeleton import H36M_17


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def test_everything_comes_back(tmp_path, crowd, lifted):
    write_json(tmp_path / "out.json", [Lifted(crowd, lifted())])
    content = read(tmp_path / "out.json")
    assert content["unit"] == "mm"
    assert content["axes"] == {"x": "right", "y": "down", "z": "away from the camera"}
    assert content["joints"] == list(H36M_17.joint_names)
    assert content["parents"] == list(H36M_17.parents)
    people = content["people"]
    assert [(p["image_id"], p["person_id"]) for p in people] == list(
        zip(crowd.image_ids, crowd.person_ids, strict=True)
    )
    for row, person in enumerate(people[:3]):
        np.testing.assert_allclose(
            person["keypoints_3d"], lifted().keypoints_3d[row], atol=1e-3, rtol=0
        )
        assert np.flatnonzero(person["filled"]).tolist() == [row]
        assert person["confidence"] == [0.5] * 17
    np.testing.assert_array_equal(people[1]["keypoints_2d"], crowd.keypoints_2d[1])
    assert [p["score"] for p in people] == [0.25, 0.5, 0.75, None]
    assert [p["elevation"] for p in people] == [8, None, 0, None]
    errors = [joint / 4 for joint in range(17)]
    assert [p["expected_error"] for p in people] == [errors, None, errors, None]


def test_parts_are_one_list(tmp_path, crowd, lifted):
    part = Lifted(crowd, lifted(interpolated=np.array([False, True, False, False])))
    write_json(tmp_path / "out.json", [part, part])
    people = read(tmp_path / "out.json")["people"]
    assert people[:4] == people[4:]
    assert [p["interpolated"] for p in people[:4]] == [False, True, False, False]


def test_people_who_were_not_lifted_are_there_with_the_reason(tmp_path, crowd, lifted):
    write_json(tmp_path / "out.json", [Lifted(crowd, lifted())])
    person = read(tmp_path / "out.json")["people"][3]
    assert (person["lifted"], person["problem"]) == (False, "no joint was found")
    assert person["keypoints_3d"] is None


def test_axes_are_those_asked_for_and_say_so(tmp_path, crowd, lifted):
    write_json(tmp_path / "out.json", [Lifted(crowd, lifted())], up="z")
    content = read(tmp_path / "out.json")
    assert content["axes"]["z"] == "up"
    right, down, away = lifted().keypoints_3d[0].T
    np.testing.assert_allclose(
        content["people"][0]["keypoints_3d"], np.stack([right, away, -down], axis=1), atol=1e-3
    )


def test_missing_folder_is_the_users_error(tmp_path, crowd, lifted):
    with pytest.raises(InputError, match="there is no folder"):
        write_json(tmp_path / "gone" / "out.json", [Lifted(crowd, lifted())])
    assert os.listdir(tmp_path) == []
