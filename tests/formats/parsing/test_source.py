"""Inputs in parts: the same people as read whole, whatever the size of the parts."""

import json
import os

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats import detect
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.poses.people import join
from posenet3d.skeletons.skeleton import COCO_17

KEYPOINTS = [float(v) for j in range(25) for v in (10 * j, 20 * j + 1, 0.5)]
SIZE = (640, 480)


def frame_of_openpose(*people):
    return {"people": [{"person_id": [-1], "pose_keypoints_2d": list(p)} for p in people]}


def alphapose(image, **more):
    return {"image_id": f"{image}.jpg", "keypoints": KEYPOINTS[:51], "box": [1, 2, 3, 4]} | more


def mmpose(*tracks):
    points = [[1.0, 2.0]] * 17
    return [
        {"keypoints": points, "keypoint_scores": [0.5] * 17, "track_id": track} for track in tracks
    ]


LANDMARKS = [{"x": 0.1 * i, "y": 0.5, "visibility": 0.5} for i in range(33)]
COCO = [{"image_id": n // 3, "keypoints": KEYPOINTS[:51], "id": n} for n in range(10)]
CONTENTS = {
    "coco": COCO,
    "coco, images alternate": [COCO[n] for n in (0, 3, 1, 4, 2, 5)],
    "coco annotations": {
        "images": [{"id": n, "width": 9, "height": 8 + n, "file_name": f"{n}"} for n in range(4)],
        "annotations": [a | {"keypoints": [1, 2, 2] * 17} for a in COCO],
        "categories": [{"id": 1, "keypoints": list(COCO_17.joint_names)}],
    },
    "alphapose": [alphapose(n // 2, idx=n % 2) for n in range(9)],
    "alphapose without tracks": [alphapose(n // 2, idx=7) for n in range(9)],
    "mmpose": [{"frame_id": n, "instances": mmpose(n, 3)} for n in range(2)]
    + [{"frame_id": n, "instances": []} for n in range(2, 8)],
    "mmpose with names": {
        "meta_info": {"keypoint_id2name": dict(enumerate(COCO_17.joint_names))},
        "instance_info": [{"frame_id": n, "instances": mmpose(5, None)} for n in range(7)],
    },
    "mmpose, an image": mmpose(1, 2, 3),
    "mediapipe": [[LANDMARKS], [], [], [], [LANDMARKS, LANDMARKS]],
    "mediapipe, one pose": LANDMARKS,
    "openpose": frame_of_openpose(KEYPOINTS, KEYPOINTS),
}


def same(one, other):
    assert one.image_ids == other.image_ids
    assert one.person_ids == other.person_ids
    assert one.image_sizes == other.image_sizes
    assert one.file_names == other.file_names
    assert (one.skeleton, one.tracked) == (other.skeleton, other.tracked)
    np.testing.assert_array_equal(one.keypoints_2d, other.keypoints_2d)
    np.testing.assert_array_equal(one.confidence, other.confidence)


def in_parts(source, size):
    found = []
    for part in source.parts(size=size):
        try:
            found.append(part.read())
        except NobodyError:
            continue
    return join(found)


@pytest.mark.parametrize("large", [False, True], ids=["in memory", "entry by entry"])
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_parts_of_json_are_the_people_of_the_whole(tmp_path, monkeypatch, content, large):
    path = tmp_path / "people.json"
    path.write_text(json.dumps(content))
    whole = detect.read_people(path, image_size=SIZE)
    if large and (isinstance(content, list) or "people" not in content):
        monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    for size in (1, 2, 3, 100):
        same(whole, in_parts(detect.open_people(path, image_size=SIZE), size))


@pytest.fixture
def folder(tmp_path):
    """Ten frames of OpenPose; nobody is in the third to the sixth."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for n in range(10):
        people = () if 2 <= n <= 5 else (KEYPOINTS,) * (1 + n % 2)
        (folder / f"a_{n}_keypoints.json").write_text(json.dumps(frame_of_openpose(*people)))
    return folder


def test_parts_of_a_folder_are_the_people_of_the_whole(folder):
    whole = detect.read_people(folder)
    assert len(whole) == 9
    source = detect.open_people(folder)
    assert (source.count, source.kind) == (10, "files")
    for size in (1, 3, 4):
        same(whole, in_parts(source, size))


def test_parts_of_an_archive_are_the_people_of_the_whole(tmp_path):
    path = tmp_path / "poses.npz"
    np.savez(path, keypoints_2d=np.random.default_rng(0).uniform(0, 99, (7, 17, 2)))
    source = detect.open_people(path)
    same(detect.read_people(path), in_parts(source, 3))
    assert source.count == 7


def test_a_part_that_is_passed_leaves_the_ids_as_they_are(tmp_path):
    path = tmp_path / "people.json"
    path.write_text(json.dumps(COCO))
    parts = detect.open_people(path).parts(size=4)
    next(parts).skip()
    assert next(parts).read().person_ids == detect.read_people(path).person_ids[4:8]


def test_bad_files_of_a_folder_are_skipped_and_named(folder):
    (folder / "a_7_keypoints.json").write_text('{"people": [{"pose_keyp')
    (folder / "a_9_keypoints.json").write_text(json.dumps(frame_of_openpose(KEYPOINTS[:6])))
    with pytest.raises(InputError, match=r"a_7_keypoints\.json is not valid JSON"):
        detect.read_people(folder)
    part = next(detect.open_people(folder).parts(skip_bad=True))
    people = part.read()
    assert people.image_ids == ("a_0", "a_1", "a_1", "a_6", "a_8")
    cut, short = part.faults
    assert "a_7_keypoints.json" in cut
    assert "a_9_keypoints.json: person 0" in short
    assert "6 numbers" in short


def test_bad_entries_of_a_list_are_skipped_and_named_by_their_number(tmp_path):
    path = tmp_path / "people.json"
    entries = [dict(entry) for entry in COCO]
    entries[5]["keypoints"] = [float("1e30")] * 51
    entries[8] = "nobody"
    path.write_text(json.dumps(entries))
    parts = list_parts(detect.open_people(path), skip_bad=True, size=4)
    assert sum(len(people) for people, _ in parts) == 8
    assert [fault for _, faults in parts for fault in faults] == [
        f"{path}: person 5 (image 1), joint nose: x = 1e+30 px cannot be meant.",
        f"{path}: person 8 of the results must be an object with keypoints, got a single str.",
    ]


def list_parts(source, **how):
    found = []
    for part in source.parts(**how):
        people = part.read()
        found.append((people, part.faults))
    return found


def test_a_frame_with_other_joints_than_those_before_is_refused_or_skipped(folder):
    (folder / "a_8_keypoints.json").write_text(json.dumps(frame_of_openpose(KEYPOINTS[:54])))
    with pytest.raises(InputError, match=r"18 joints of openpose18, those before .* body25"):
        in_parts(detect.open_people(folder), 3)
    parts = detect.open_people(folder).parts(skip_bad=True)
    part = next(parts)
    assert "a_8" not in part.read().image_ids
    assert "openpose18" in part.faults[0]


def test_nothing_but_bad_files_is_nobody(folder):
    for file in folder.iterdir():
        file.write_text("{")
    part = next(detect.open_people(folder).parts(skip_bad=True))
    with pytest.raises(NobodyError):
        part.read()
    assert len(part.faults) == 10


def test_fingerprints_tell_parts_whose_files_have_changed(folder):
    def prints():
        return [part.fingerprint for part in detect.open_people(folder).parts(size=4)]

    before = prints()
    assert len(set(before)) == 3
    assert prints() == before
    (folder / "a_5_keypoints.json").write_text(json.dumps(frame_of_openpose(KEYPOINTS)))
    os.utime(folder / "a_5_keypoints.json", ns=(1, 1))
    assert [a == b for a, b in zip(before, prints(), strict=True)] == [True, False, True]
