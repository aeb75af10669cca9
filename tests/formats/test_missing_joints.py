"""What JSON may hold in the place of a joint that was not found, in every format."""

import json
import math

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats import detect
from posenet3d.formats.detect import open_people, read_people
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, MEDIAPIPE_33

SIZE = (1000, 500)
JOINT = "left_wrist"


def triples(skeleton, wrist):
    """x, y and confidence of a person's joints, those of one wrist given."""
    joints = [[300.0 + 10 * j, 100.0 + 7 * j, 0.5] for j in range(skeleton.num_joints)]
    if wrist is not None:
        joints[skeleton.index(JOINT)] = list(wrist)
    return joints


def flat(skeleton, wrist):
    return [value for joint in triples(skeleton, wrist) for value in joint]


def coco(*wrists):
    return [{"image_id": i, "keypoints": flat(COCO_17, w)} for i, w in enumerate(wrists)]


def alphapose(*wrists):
    return [entry | {"idx": 1, "box": [1, 2, 3, 4]} for entry in coco(*wrists)]


def poseflow(*wrists):
    return {
        f"{i}.jpg": [{"keypoints": flat(COCO_17, w), "scores": 2.5, "idx": 1}]
        for i, w in enumerate(wrists)
    }


def annotations(*wrists):
    entries = [entry | {"id": 1} for entry in coco(*wrists)]
    for entry in entries:
        entry["keypoints"] = [2 if v == 0.5 else v for v in entry["keypoints"]]
    return {"annotations": entries}


def mmpose(*wrists):
    def frame(number, wrist):
        x, y, scores = zip(*triples(COCO_17, wrist), strict=True)
        instance = {"keypoints": [*zip(x, y, strict=True)], "keypoint_scores": scores}
        return {"frame_id": number, "instances": [instance]}

    return [frame(i, w) for i, w in enumerate(wrists)]


def ultralytics(*wrists):
    def frame(wrist):
        x, y, visible = zip(*triples(COCO_17, wrist), strict=True)
        return [{"name": "person", "keypoints": {"x": x, "y": y, "visible": visible}}]

    return [frame(wrist) for wrist in wrists]


def mediapipe(*wrists):
    def part(value, size):
        return None if value is None else value / size

    return [
        [
            [
                {"x": part(x, SIZE[0]), "y": part(y, SIZE[1]), "visibility": c}
                for x, y, c in triples(MEDIAPIPE_33, wrist)
            ]
        ]
        for wrist in wrists
    ]


def openpose(*wrists):
    return {"people": [{"pose_keypoints_2d": flat(BODY_25, wrist)} for wrist in wrists]}


FORMATS = (coco, annotations, alphapose, poseflow, mmpose, ultralytics, mediapipe, openpose)
formats = pytest.mark.parametrize("make", FORMATS, ids=lambda make: make.__name__)
nan, inf = math.nan, math.inf
MISSING = [(nan, nan, 0), (nan, nan, 0.0), (None, None, 0), (nan, nan, nan), (None, None, None)]
FAULTS = [(nan, 190.0, 0.5), (400.0, nan, 0.0), (nan, nan, 0.9), (400.0, 190.0, nan),
          (400.0, 190.0, inf), (inf, inf, 0.5), (-inf, 190.0, 0), (None, 190.0, 0.5),
          (400.0, 190.0, "high")]  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "people.json"
        path.write_text(json.dumps(content))
        return path

    return write


@formats
@pytest.mark.parametrize("wrist", MISSING, ids=str)
def test_no_place_and_no_confidence_is_a_missing_joint(write, make, wrist):
    people = read_people(write(make(None, wrist, None)), image_size=SIZE)
    seen = people.confidence > 0
    joint = people.skeleton.index(JOINT)
    assert not seen[1, joint]
    assert seen.sum() == seen.size - 1
    np.testing.assert_array_equal(people.keypoints_2d[1, joint], 0)
    np.testing.assert_allclose(people.keypoints_2d[1, 0], [300, 100], rtol=1e-5)


@formats
def test_null_is_a_missing_joint_in_large_files_too(write, monkeypatch, make):
    if make not in (openpose, poseflow):  # these have no long list
        monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    people = read_people(write(make(None, (None, None, 0), None)), image_size=SIZE)
    assert (people.confidence == 0).sum() == 1


@formats
@pytest.mark.parametrize("wrist", FAULTS, ids=str)
def test_what_else_is_no_number_is_refused_with_person_and_joint(write, make, wrist):
    path = write(make(None, wrist, None))
    with pytest.raises(InputError, match=rf"people\.json: person \d.*, joint {JOINT}") as caught:
        read_people(path, image_size=SIZE)
    assert "finite" in str(caught.value) or "number" in str(caught.value)


@pytest.mark.parametrize(
    "make", [make for make in FORMATS if make is not openpose], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("wrist", [(nan, 190.0, 0.5), (inf, inf, 0.5)], ids=str)
def test_bad_entries_are_left_out_alone(write, make, wrist):
    (part,) = open_people(write(make(None, wrist, None)), image_size=SIZE).parts(skip_bad=True)
    assert len(part.read()) == 2
    (fault,) = part.faults
    assert JOINT in fault


@pytest.mark.parametrize("make", [coco, alphapose, mmpose, mediapipe], ids=lambda m: m.__name__)
def test_large_files_with_nan_are_refused_with_its_name(write, monkeypatch, make):
    monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    with pytest.raises(InputError, match=r"holds NaN before byte .* write null"):
        read_people(write(make(None, (nan, nan, 0))), image_size=SIZE)
