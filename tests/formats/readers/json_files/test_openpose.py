import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers.json_files.openpose import read_openpose
from posenet3d.skeletons.skeleton import BODY_25, H36M_17, OPENPOSE_18

KEYPOINTS = [float(v) for j in range(25) for v in (10 * j, 20 * j + 1, 0.5)]


def person(keypoints=KEYPOINTS, person_id=(-1,)):
    return {
        "person_id": list(person_id),
        "pose_keypoints_2d": list(keypoints),
        "face_keypoints_2d": [],
    }


def frame(*people):
    return json.dumps({"version": 1.3, "people": list(people)})


@pytest.fixture
def folder(tmp_path):
    """A folder of four frames, named so that letters alone would order them wrongly."""
    (tmp_path / "video_2_keypoints.json").write_text(frame(person(), person()))
    (tmp_path / "video_10_keypoints.json").write_text(frame(person()))
    (tmp_path / "video_1_keypoints.json").write_text(frame())
    (tmp_path / "video_9_keypoints.json").write_text(frame(person(person_id=[4])))
    (tmp_path / "notes.txt").write_text("not a frame")
    return tmp_path


def test_folder_is_read_in_the_order_of_the_frames(folder):
    assert detect_format(folder) == "openpose"
    people = read_people(folder)
    assert people.skeleton is BODY_25
    assert people.image_ids == ("video_2", "video_2", "video_9", "video_10")
    assert people.person_ids == (0, 1, 4, 0)
    np.testing.assert_array_equal(people.keypoints_2d[0, 3], [30, 61])
    np.testing.assert_array_equal(people.confidence, 0.5)


@pytest.mark.parametrize(("skeleton", "count"), [(BODY_25, 75), (OPENPOSE_18, 54)])
def test_number_of_values_tells_the_model(tmp_path, skeleton, count):
    path = tmp_path / "a.json"
    path.write_text(frame(person(KEYPOINTS[:count])))
    people = read_people(path)
    assert people.skeleton is skeleton
    assert people.image_ids == ("a",)


def test_joints_that_were_not_found_are_missing(tmp_path):
    path = tmp_path / "a_keypoints.json"
    path.write_text(frame(person([0, 0, 0, *KEYPOINTS[3:]])))
    people = read_openpose(path)
    assert people.confidence[0, :2].tolist() == [0, 0.5]


@pytest.mark.parametrize("skeleton", [BODY_25, OPENPOSE_18], ids=lambda s: s.name)
def test_people_arrive_on_the_lifters_skeletons(tmp_path, detected, skeleton):
    seen = detected(skeleton)
    for number in range(len(seen.true)):
        path = tmp_path / f"{number}_keypoints.json"
        path.write_text(frame(person(seen.flat(number))))
    seen.check(read_people(tmp_path))


def test_a_missing_shoulder_is_no_missing_thorax(tmp_path, detected):
    seen = detected(BODY_25)
    values = np.reshape(seen.flat(0), (25, 3))
    values[[BODY_25.index("left_shoulder"), BODY_25.index("left_hip")]] = 0
    (tmp_path / "0_keypoints.json").write_text(frame(person(values.ravel())))
    people = read_people(tmp_path).on(H36M_17)
    missing = {n for n, c in zip(H36M_17.joint_names, people.confidence[0], strict=True) if c == 0}
    assert missing == {"left_shoulder", "left_hip"}
    trunk = [H36M_17.index(n) for n in ("pelvis", "spine", "thorax", "neck", "head")]
    np.testing.assert_allclose(people.keypoints_2d[0, trunk], seen.true[0, trunk], atol=0.01)


def changed(index, value):
    return [*KEYPOINTS[:index], value, *KEYPOINTS[index + 1 :]]


BAD = {
    "model MPI": (frame(person(KEYPOINTS[:45])), "person 0 .*45 numbers.*75 .*body25. or 54"),
    "no list": (frame({"person_id": [-1]}), "needs a list 'pose_keypoints_2d'.*got nothing"),
    "text": (frame(person(changed(4, "3"))), "person 0, joint neck: '3' is not a number"),
    "null": (frame(person(changed(4, None))), "joint neck: None is not a number"),
    "nan": (frame(person(changed(4, float("nan")))), "NaN, which JSON"),
    "confidence": (frame(person(changed(5, 2))), "joint neck: confidence 2 is outside"),
    "far": (frame(person(changed(3, -1e7))), "joint neck: x = -1e.07 px"),
    "id": (frame(person(person_id=[1.5])), "'person_id' 1.5; expected a whole number"),
    "ids": (frame(person(person_id=[1, 2])), "'person_id' .1, 2.; expected"),
    "not a person": (frame([1]), "person 0 of the people must be an object"),
    "truncated": (frame(person())[:-30], "not valid JSON"),
    "latin-1": ('{"people": "é"}'.encode("latin-1"), "not UTF-8"),
    "people": ('{"people": 3}', "expected an object with a list 'people'"),
    "both models": (frame(person(), person(KEYPOINTS[:54])), "person 1 .*openpose18.*body25"),
    "normalised": (
        frame(person([v for _ in range(25) for v in (0.5, 0.4, 0.9)])),
        "not pixels; give its size",
    ),
    "nobody": (frame(), "found nobody"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_the_file_and_the_joint(tmp_path, content, message):
    path = tmp_path / "f_7_keypoints.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for where in (tmp_path, path):
        with pytest.raises(InputError, match=message) as caught:
            read_people(where)
        assert str(where) in str(caught.value)


def test_folders_without_frames_are_refused(tmp_path):
    for read in (read_people, read_openpose):
        with pytest.raises(InputError, match=r"a folder without .*_keypoints\.json"):
            read(tmp_path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_openpose(tmp_path / "gone")
