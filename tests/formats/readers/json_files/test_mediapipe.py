import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.skeletons.skeleton import MEDIAPIPE_33

SIZE = (640, 480)


def pose(x=0.5, **more):
    return [{"x": x, "y": j / 100, "z": -0.1, "visibility": 0.5} | more for j in range(33)]


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "landmarks.json"
        path.write_text(json.dumps(content))
        return path

    return write


# One pose at x 0.5 and one at 0.25 in the first image and one in the third, or what each can hold.
LAYOUTS = {
    "frames of poses": ([[pose(), pose(0.25)], [], [pose()]], ((0, 0), (0, 1), (2, 0))),
    "null where nobody": ([[pose(), pose(0.25)], None, [pose()]], ((0, 0), (0, 1), (2, 0))),
    "frames of a pose each": ([pose(), [], pose()], ((0, 0), (2, 0))),
    "one pose": (pose(), ((0, 0),)),
    "task result": ({"pose_landmarks": [pose(), pose(0.25)]}, ((0, 0), (0, 1))),
    "javascript": ({"landmarks": [pose()], "worldLandmarks": [pose()]}, ((0, 0),)),
    "task results": (
        [{"pose_landmarks": [pose(), pose(0.25)]}, {"pose_landmarks": []}, {"landmarks": [pose()]}],
        ((0, 0), (0, 1), (2, 0)),
    ),
    "legacy solution": ([{"pose_landmarks": {"landmark": pose()}}, {}], ((0, 0),)),
    "numbered frames": (
        [{"frame": 7, "pose_landmarks": [pose()]}, {"frame": "b.png", "poseLandmarks": pose()}],
        ((7, 0), ("b.png", 0)),
    ),
}


@pytest.mark.parametrize(("content", "ids"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts_give_the_same_people(write, content, ids):
    path = write(content)
    assert detect_format(path) == "mediapipe"
    people = read_people(path, image_size=SIZE)
    assert people.skeleton is MEDIAPIPE_33
    assert tuple(zip(people.image_ids, people.person_ids, strict=True)) == ids
    assert people.image_sizes == (SIZE,) * len(ids)
    np.testing.assert_allclose(people.keypoints_2d[0, 10], [320, 48], rtol=1e-6)
    np.testing.assert_array_equal(people.confidence, 0.5)


def test_landmarks_without_visibility_are_present(write):
    landmarks = [
        {"x": 0.5, "y": 0.5, "visibility": None},
        *({"x": 0.1, "y": 0.2} for _ in "_" * 32),
    ]
    people = read_people(write([[landmarks]]), image_size=SIZE)
    np.testing.assert_array_equal(people.confidence, 1)


def test_people_arrive_on_the_lifters_skeletons(write, detected):
    seen = detected(MEDIAPIPE_33)
    frames = [
        [[{"x": x, "y": y, "z": 0.0, "visibility": 0.9} for x, y in person]]
        for person in (seen.keypoints_2d / [1920, 1080]).tolist()
    ]
    seen.check(read_people(write(frames), image_size=(1920, 1080)), atol=0.1)


def test_without_the_size_of_the_image_it_says_how_to_give_it(write):
    with pytest.raises(InputError, match=r"landmarks\.json .*--image_size=1920x1080"):
        read_people(write([[pose()]]))


def changed(**values):
    landmarks = pose()
    landmarks[11] |= values
    return [[landmarks], [pose()]]


BAD = {
    "pixels": (changed(x=320.0), r"person 0 .image 0., joint left_shoulder: x = 320 is no part"),
    "text": (changed(x="0.5"), "left_shoulder: '0.5' is not a number"),
    "null": (changed(y=None), "left_shoulder: None is not a number"),
    "visibility": (changed(visibility=7), "left_shoulder: confidence 7 is outside"),
    "too few": ([[pose()], [pose()[:21]]], "person 0 .image 1. has 21 landmarks, expected the 33"),
    "a landmark": ([[[*pose()[:32], 3]]], "landmark right_foot_index: expected an object"),
    "frame": ([{"frame": [1], "pose_landmarks": [pose()]}], "'frame' .1.; expected"),
    "a pose": ([[pose(), 3]], "person 1 .image 0. has 0 landmarks"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_frame_person_and_landmark(write, content, message):
    path = write(content)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path, image_size=SIZE)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [[], {"pose_world_landmarks": [pose()]}, {"people": []}])
def test_other_files_are_refused_when_forced(write, content):
    with pytest.raises(InputError, match="no landmarks of MediaPipe Pose"):
        read_people(write(content), format="mediapipe", image_size=SIZE)


def test_nobody_in_any_frame_is_said(write):
    with pytest.raises(InputError, match="found nobody"):
        read_people(write([{"pose_landmarks": []}]), image_size=SIZE)
