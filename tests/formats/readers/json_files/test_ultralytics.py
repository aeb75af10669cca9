import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats import detect
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.skeletons.skeleton import COCO_17

X = [10.0 * j + 5 for j in range(17)]
Y = [20.0 * j + 1 for j in range(17)]


def detection(keypoints=None, **more):
    """What `Results.summary` gives of a person."""
    box = {"x1": 1.0, "y1": 2.0, "x2": 3.0, "y2": 4.0}
    found = {"name": "person", "class": 0, "confidence": 0.87, "box": box}
    seen = {"x": X, "y": Y, "visible": [0.5] * 17}
    return found | {"keypoints": seen | (keypoints or {})} | more


# What `Results.to_json` of Ultralytics 8.4.190 wrote of a tensor of keypoints (torch 2.13.0).
WRITTEN = """[{"name":"person","class":0,"confidence":0.9,"box":{"x1":0.0,"y1":0.0,"x2":914.34998,
"y2":604.98999},"track_id":2,"keypoints":{"x":[862.13,855.34998,867.25,849.69,873.5,834.69,894.20001,
835.52002,853.79999,0.0,819.81,827.65002,878.41998,776.21002,889.32001,745.58002,914.34998],"y":[
186.98,176.97,177.61,180.08,181.37,212.53999,215.77,283.04001,237.25,0.0,212.81,364.88,366.56,454.34,
483.23001,566.46002,604.98999],"visible":[0.9,0.9,0.9,0.9,0.9,0.9,0.9,0.9,0.9,0.0,0.9,0.9,0.9,0.9,0.9,
0.9,0.9]}}]"""


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "street.json"
        path.write_text(json.dumps(content))
        return path

    return write


def test_results_of_an_image(write):
    path = write([detection(track_id=7), detection(track_id=2)])
    assert detect_format(path) == "ultralytics"
    people = read_people(path)
    assert people.skeleton is COCO_17
    assert people.image_ids == ("street", "street")
    assert people.person_ids == (7, 2)
    assert people.tracked
    np.testing.assert_array_equal(people.keypoints_2d[0, 3], [35, 61])
    np.testing.assert_array_equal(people.confidence, 0.5)


def test_what_ultralytics_itself_wrote_is_read(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(WRITTEN)
    people = read_people(path)
    assert people.person_ids == (2,)
    np.testing.assert_allclose(people.keypoints_2d[0, 16], [914.35, 604.99], atol=1e-4)
    np.testing.assert_allclose(people.confidence[0], [0.9] * 9 + [0] + [0.9] * 7)


@pytest.mark.parametrize("large", [False, True])
def test_a_list_of_results_is_a_video(write, monkeypatch, large):
    frames = [[], [detection(track_id=1), detection(track_id=2)], [], [detection(track_id=2)], []]
    path = write(frames)
    if large:
        monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    assert detect_format(path) == "ultralytics"
    people = read_people(path)
    assert people.image_ids == (1, 1, 3)
    assert people.person_ids == (1, 2, 2)
    assert people.listed.image_ids == (0, 1, 2, 3, 4)
    assert people.numbers_are_frames


@pytest.mark.parametrize(
    ("names", "ids", "declared"),
    [(("0", "7", "8"), (0, 7, 8), True), (("a.jpg", "b.jpg", "9"), ("a.jpg", "b.jpg", 9), False)],
)
def test_results_may_stand_under_their_frames(write, names, ids, declared):
    path = write(dict(zip(names, ([], [detection(), detection()], [detection()]), strict=True)))
    assert detect_format(path) == "ultralytics"
    people = read_people(path)
    assert people.image_ids == (ids[1], ids[1], ids[2])
    assert people.person_ids == (0, 1, 0)
    assert not people.tracked
    assert people.listed.image_ids == ids
    assert people.numbers_are_frames is declared


def test_people_are_numbered_where_one_was_not_tracked(write):
    frames = [[detection(track_id=4), detection(track_id=3)], [detection(track_id=None)]]
    people = read_people(write(frames))
    assert people.person_ids == (0, 1, 0)
    assert not people.tracked


def test_a_model_may_give_no_visibility(write):
    found = detection()
    del found["keypoints"]["visible"]
    people = read_people(write([found, detection({"visible": None})]))
    np.testing.assert_array_equal(people.confidence, 1)


def test_people_arrive_on_the_lifters_skeletons(write, detected):
    seen = detected(COCO_17)
    frames = [
        [detection({"x": pose[:, 0].tolist(), "y": pose[:, 1].tolist(), "visible": [0.9] * 17})]
        for pose in seen.keypoints_2d
    ]
    seen.check(read_people(write(frames)))


BAD = {
    "other joints": ({"x": X[:16], "y": Y[:16], "visible": [0.5] * 16}, "has 16 keypoints"),
    "lengths": ({"y": Y[:16]}, "lists x, y and visible of the same length, got .* a list of 16"),
    "no list": ({"x": 3}, "of the same length, got a single int"),
    "text": ({"x": ["3", *X[1:]]}, "joint nose: '3' is not a number"),
    "far": ({"y": [*Y[:16], 1e9]}, r"joint right_ankle: y = 1e\+09 px"),
    "confidence": ({"visible": [7, *[0.5] * 16]}, "joint nose: confidence 7 is outside"),
}


@pytest.mark.parametrize(("keypoints", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_frame_person_and_joint(write, keypoints, message):
    path = write([[detection()], [detection(), detection(keypoints)]])
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert f"{path}: person 1 (image 1)" in str(caught.value)
    (part,) = open_people(path).parts(skip_bad=True)
    assert len(part.read()) == 1


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"name": "car"}, "person 1 .image 'street'. needs 'keypoints'.*model one for poses"),
        (detection(track_id=0.5), "'track_id' 0.5"),
        (3, "person 1 .image 'street'. must be an object"),
    ],
)
def test_bad_people_of_an_image_are_left_out_alone(write, found, message):
    path = write([detection(), found, detection()])
    with pytest.raises(InputError, match=message):
        read_people(path)
    (part,) = open_people(path).parts(skip_bad=True)
    assert part.read().person_ids == (0, 1)


@pytest.mark.parametrize("content", [[[detection()], 3], {"0": [detection()], "1": [3]}])
def test_frames_that_cannot_be_are_refused(write, content):
    with pytest.raises(InputError, match=r"street\.json: .*1"):
        read_people(write(content))


@pytest.mark.parametrize("content", [[], 3, {"people": 3}])
def test_other_files_are_refused_when_forced(write, content):
    with pytest.raises(InputError, match=r"street\.json"):
        read_people(write(content), format="ultralytics")
