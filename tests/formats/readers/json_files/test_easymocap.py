import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.formats.readers.json_files.easymocap import read_easymocap
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, HALPE_26, MPII_16

KEYPOINTS = [[10.0 * j, 20.0 * j + 1, 0.5] for j in range(137)]
ABOUT = {"filename": "images/1/000007.jpg", "height": 720, "width": 1280, "isKeyframe": False}


def person(person_id=0, keypoints=25):
    kept = KEYPOINTS[:keypoints] if isinstance(keypoints, int) else keypoints
    return {"personID": person_id, "bbox": [1, 2, 3, 4, 0.9], "keypoints": kept}


def frame(*people):
    return json.dumps(ABOUT | {"annots": list(people)})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "000002.json").write_text(frame(person(4), person(2)))
    (tmp_path / "000010.json").write_text(frame(person(2)))
    (tmp_path / "000001.json").write_text(frame())
    return tmp_path


def test_a_folder_is_frames_with_ids(folder):
    assert detect_format(folder) == "easymocap"
    for people in (read_people(folder), read_easymocap(folder)):
        assert people.skeleton is BODY_25
        assert people.image_ids == ("000002", "000002", "000010")
        assert people.person_ids == (4, 2, 2)
        assert people.tracked
        assert people.image_sizes == ((1280, 720),) * 3
        assert people.file_names == ("images/1/000007.jpg",) * 3
        assert people.listed.image_ids == ("000001", "000002", "000010")
        np.testing.assert_array_equal(people.keypoints_2d[0, 3], [30, 61])
        np.testing.assert_array_equal(people.confidence, 0.5)


def test_parts_are_the_people_of_the_whole(folder):
    parts = list(open_people(folder).parts(size=2))
    assert [part.read().person_ids for part in parts] == [(4, 2), (2,)]


COUNTS = [
    (25, BODY_25),
    (17, COCO_17),
    (26, HALPE_26),
    (16, MPII_16),
    (67, BODY_25),
    (137, BODY_25),
]


@pytest.mark.parametrize(("count", "skeleton"), COUNTS)
def test_number_of_keypoints_tells_the_joints(tmp_path, count, skeleton):
    path = tmp_path / "a.json"
    path.write_text(frame(person(keypoints=count)))
    people = read_people(path)
    assert people.skeleton is skeleton
    expected = [[x, y] for x, y, _ in KEYPOINTS[: skeleton.num_joints]]
    np.testing.assert_array_equal(people.keypoints_2d[0], expected)


def test_people_arrive_on_the_lifters_skeletons(tmp_path, detected):
    seen = detected(BODY_25)
    for number in range(len(seen.true)):
        keypoints = np.reshape(seen.flat(number), (25, 3)).tolist()
        (tmp_path / f"{number}.json").write_text(frame(person(keypoints=keypoints)))
    seen.check(read_people(tmp_path))


def test_ids_that_two_people_share_are_none(tmp_path):
    (tmp_path / "0.json").write_text(frame(person(3)))
    (tmp_path / "1.json").write_text(frame(person(0), person(0)))
    people = read_people(tmp_path)
    assert not people.tracked
    assert people.person_ids[1:] == (0, 1)


BAD = {
    "count": (frame(person(keypoints=15)), "person 0 has 45 numbers in 'keypoints', expected 75"),
    "flat": (frame(person(keypoints=[1.0] * 75)), r"needs \[x, y, confidence\] for each joint"),
    "pairs": (frame(person(keypoints=[[1.0, 2.0]] * 25)), "person 0 needs .* got a list of 2"),
    "text": (frame(person(keypoints=[["1", 2, 1]] * 25)), "joint nose: '1' is not a number"),
    "none": (frame({"personID": 0}), "person 0 needs a list 'keypoints'"),
    "id": (frame(person(1.5)), "'personID' 1.5; expected a whole number"),
    "people": (json.dumps(ABOUT | {"annots": 3}), "not a frame of EasyMocap: .* a list 'annots'"),
    "not a person": (frame(7), "person 0 of the annots must be an object"),
    "nobody": (frame(), "EasyMocap found nobody"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_the_file_and_the_joint(tmp_path, content, message):
    path = tmp_path / "000007.json"
    path.write_text(content)
    for where in (tmp_path, path):
        with pytest.raises(InputError, match=message) as caught:
            read_people(where)
        assert str(where) in str(caught.value)


def test_bad_files_are_left_out(folder):
    (folder / "000003.json").write_text(frame(person(keypoints=3)))
    (part,) = open_people(folder).parts(skip_bad=True)
    assert part.read().person_ids == (4, 2, 2)
    assert "000003.json: person 0" in part.faults[0]


def test_a_folder_without_json_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"a folder without \.json files"):
        read_easymocap(tmp_path)
    (tmp_path / "0.json").write_text(frame())
    with pytest.raises(NobodyError):
        read_people(tmp_path)
