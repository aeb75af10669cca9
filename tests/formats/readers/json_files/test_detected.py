"""The package's own files of keypoints: several people a frame, on any known skeleton."""

import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats import detect
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.formats.readers.json_files.detected import FORMAT, header_of
from posenet3d.skeletons.skeleton import BODY_25B, COCO_17, HALPE_26, MEDIAPIPE_33

SIZE = [640, 480]


def person(skeleton=COCO_17, **more):
    return {
        "keypoints": [v for j in range(skeleton.num_joints) for v in (j + 1, 2 * j, 0.5)]
    } | more


def frame(number, *people, size=SIZE):
    return {"frame": number, "size": size, "people": list(people)}


@pytest.fixture
def write(tmp_path):
    def write(*frames, **header):
        path = tmp_path / "keypoints.json"
        about = {"format": FORMAT, "skeleton": "coco17", "frame_rate": 25.0} | header
        path.write_text(json.dumps(about)[:-1] + f', "frames": [\n{json.dumps(frames)[1:-1]}\n]}}')
        return path

    return write


def test_people_have_frames_and_sizes(write):
    path = write(frame(0), frame(3, person(), person()), frame(4, person(), size=None))
    assert detect_format(path) == "detected"
    people = read_people(path)
    assert people.image_ids == (3, 3, 4)
    assert people.person_ids == (0, 1, 0)
    assert people.image_sizes == ((640, 480), (640, 480), None)
    assert people.listed.image_ids == (0, 3, 4)
    assert people.numbers_are_frames
    assert not people.tracked
    np.testing.assert_allclose(people.keypoints_2d[0, 4], [5, 8])
    np.testing.assert_allclose(people.confidence, 0.5)


@pytest.mark.parametrize("skeleton", [HALPE_26, MEDIAPIPE_33, BODY_25B], ids=lambda s: s.name)
def test_the_file_says_whose_joints_they_are(write, detected, skeleton):
    seen = detected(skeleton)
    frames = [frame(n, {"keypoints": seen.flat(n)}, size=None) for n in range(4)]
    people = read_people(write(*frames, skeleton=skeleton.name))
    np.testing.assert_allclose(people.keypoints_2d, seen.keypoints_2d[:4], rtol=1e-6)
    assert people.skeleton is skeleton


def test_ids_that_tell_people_apart_are_tracks(write):
    people = read_people(write(frame(0, person(id=7), person(id=3)), frame(1, person(id=3))))
    assert people.person_ids == (7, 3, 3)
    assert people.tracked


def test_joints_outside_of_the_image_are_missing(write):
    outside = person()
    outside["keypoints"][:2] = [641.0, 100.0]
    assert read_people(write(frame(0, outside))).confidence[0].argmin() == 0


def test_the_header_is_read_without_the_frames(write):
    path = write(frame(0, person()))
    assert header_of(path)["frame_rate"] == 25
    assert header_of(path.with_name("no.json")) == {}
    path.write_text('[{"frame": 0}]')
    assert header_of(path) == {}


def test_the_detector_says_where_it_guesses(write):
    assert open_people(write(frame(0, person()), guessed_below=0.05)).guessed_below == 0.05
    assert open_people(write(frame(0, person()))).guessed_below == 0.2


FAULTS = {
    "skeleton": ({"skeleton": "cat9"}, (frame(0, person()),), "has the skeleton 'cat9'; known are"),
    "guesses": ({"guessed_below": 7}, (frame(0, person()),), "guessed_below must lie in"),
    "nobody": ({}, (frame(0), frame(1)), "nobody was found in any frame"),
    "no frames": ({}, (), "has no frames"),
    "frame": ({}, (frame(0, person()), [1]), "frame 1 must be an object with a list 'people'"),
    "person": ({}, (frame(5, 7),), r"person 0 \(image 5\) must be an object, got a single int"),
    "keypoints": ({}, (frame(5, {}),), r"person 0 \(image 5\) needs a list 'keypoints'"),
    "count": ({}, (frame(5, person(HALPE_26)),), "has 78 numbers in 'keypoints', expected 51"),
    "size": ({}, (frame(5, person(), size=[0, 2]),), r"frame 5 has the size \[0, 2\]"),
    "confidence": (
        {},
        (frame(5, {"keypoints": [1.0, 2.0, 7.0] * 17}),),
        r"person 0 \(image 5\), joint nose: confidence 7 is outside",
    ),
}


@pytest.mark.parametrize(("header", "frames", "message"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_meant_is_refused(write, header, frames, message):
    with pytest.raises(InputError, match=message):
        read_people(write(*frames, **header))


def test_a_large_file_without_frames_is_refused_as_a_small_one(write, monkeypatch):
    monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    with pytest.raises(InputError, match="has no frames"):
        open_people(write())
