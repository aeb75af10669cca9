import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats import detect
from posenet3d.formats.detect import detect_format, open_people, read_people
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


def test_visibility_that_is_0_in_the_whole_file_says_nothing(write, monkeypatch):
    frames = [[pose(visibility=0.0)], [], [pose(visibility=0), pose(visibility=0.0)]]
    for large in (False, True):
        if large:
            monkeypatch.setattr(detect, "LARGE_BYTES", 0)
        people = read_people(write(frames), image_size=SIZE)
        np.testing.assert_array_equal(people.confidence, 1)


@pytest.mark.parametrize("other", [0.25, None])
def test_visibility_0_is_missing_where_another_landmark_has_one(write, other):
    frames = [[pose(visibility=0)], [pose(visibility=0)], [pose(visibility=0)]]
    frames[2][0][32] |= {"visibility": other}
    source = open_people(write(frames), image_size=SIZE)
    parts = [part.read() for part in source.parts(size=1)]  # the last says it of the first
    confidence = np.concatenate([part.confidence for part in parts])
    assert confidence.sum() == confidence[2, 32] == (1 if other is None else other)


def test_landmarks_without_a_place_stay_missing_where_visibility_says_nothing(write):
    landmarks = pose(visibility=0)
    landmarks[9] = {"x": None, "y": None, "visibility": 0}
    people = read_people(write([[landmarks]]), image_size=SIZE)
    assert people.confidence[0].tolist() == [1] * 9 + [0] + [1] * 23


@pytest.mark.parametrize("key", ["worldLandmarks", "pose_world_landmarks"])
def test_world_landmarks_alone_are_refused_with_what_to_write(write, key):
    path = write([{"frame": 4, "landmarks": [], key: []}, {"frame": 5, key: [pose()]}])
    assert detect_format(path) == "mediapipe"
    with pytest.raises(InputError, match=r"frame 5 holds no landmarks .* Write pose_landmarks"):
        read_people(path, image_size=SIZE)


def test_frames_without_people_are_listed(write):
    frames = [{"frame": 7, "landmarks": []}, {"frame": 8, "landmarks": [pose()]}, {"frame": 9}]
    people = read_people(write(frames), image_size=SIZE)
    assert people.listed.image_ids == (7, 8, 9)
    assert people.numbers_are_frames


@pytest.mark.parametrize(
    ("frame", "declared"),
    [({}, True), ({"frame_id": 4}, True), ({"image_id": 4}, False), ({"image": 4}, False)],
)
def test_keys_say_whether_numbers_are_frames(write, frame, declared):
    path = write([frame | {"landmarks": [pose()]}])
    people = read_people(path, "mediapipe", image_size=SIZE)
    assert people.numbers_are_frames is declared


def test_a_frame_whose_id_is_bad_is_left_out_of_the_list(write):
    frames = [{"frame": [], "landmarks": [pose()]}, {"frame": 8, "landmarks": [pose()]}]
    source = open_people(write(frames), image_size=SIZE)
    assert [len(part.read()) for part in source.parts(skip_bad=True)] == [1]
    assert source.listed().image_ids == (8,)


def test_landmarks_outside_of_the_image_are_missing_however_visible(write):
    landmarks = pose(visibility=0.98)
    landmarks[0] |= {"x": 0.0, "y": 1.0}  # the border is inside
    landmarks[27] |= {"y": 1.01}
    landmarks[28] |= {"x": -0.01}
    source = open_people(write([[landmarks]]), image_size=SIZE)
    (part,) = source.parts()
    people = part.read()
    assert np.flatnonzero(people.confidence[0] == 0).tolist() == [27, 28]
    assert part.outside == {"left_ankle": 1, "right_ankle": 1}
