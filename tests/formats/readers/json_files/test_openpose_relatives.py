"""What others write in OpenPose's layout: Pose2Sim, AlphaPose and ComfyUI."""

import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.poses.people import join
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, HALPE_26, OPENPOSE_18

NAN = float("nan")


def joints(count, left=0.0, confidence=0.5):
    return [float(v) for j in range(count) for v in (left + 10 * j, 20 * j + 1, confidence)]


def person(left=0.0, count=25, person_id=-1):
    return {"person_id": [person_id], "pose_keypoints_2d": joints(count, left)}


def away(count=25):
    return {"person_id": [-1], "pose_keypoints_2d": [NAN] * (3 * count)}


def write_frames(folder, *frames, name="clip_{:06d}.json"):
    folder.mkdir(exist_ok=True)
    for number, people in enumerate(frames):
        file = folder / name.format(number)
        file.write_text(json.dumps({"version": 1.3, "people": list(people)}))
    return folder


def in_parts(path, size):
    found = []
    for part in open_people(path).parts(size=size):
        try:
            found.append(part.read())
        except NobodyError:
            continue
    return join(found)


def who(people):
    return list(zip(people.image_ids, people.person_ids, strict=True))


@pytest.mark.parametrize(("count", "skeleton"), [(26, HALPE_26), (17, COCO_17), (133, COCO_17)])
def test_pose2sim_keeps_the_places_of_people_who_are_away(tmp_path, count, skeleton):
    one, two = person(0, count), person(500, count)
    frames = [(), (one,), (one, two), (away(count), away(count)), (away(count), two)]
    folder = write_frames(tmp_path / "clip_json", *frames)
    people = read_people(folder)
    assert detect_format(folder) == "openpose"
    assert people.skeleton is skeleton
    assert people.tracked
    expected = [("clip_000001", 0), ("clip_000002", 0), ("clip_000002", 1), ("clip_000004", 1)]
    assert who(people) == expected
    np.testing.assert_array_equal(people.keypoints_2d[:, 0, 0], [0, 0, 500, 500])
    assert people.listed.image_ids == tuple(f"clip_{f:06d}" for f in range(5))
    for size in (1, 2, 3):
        assert who(in_parts(folder, size)) == expected
        assert in_parts(folder, size).tracked


def test_one_frame_of_pose2sim_says_who_is_in_it(tmp_path):
    folder = write_frames(tmp_path / "clip", (away(), person()), (away(), away()))
    assert who(read_people(folder / "clip_000000.json")) == [("clip_000000", 1)]
    with pytest.raises(NobodyError, match="nobody"):
        read_people(folder / "clip_000001.json")


def test_places_are_nobodys_where_the_list_gets_shorter(tmp_path):
    folder = write_frames(tmp_path / "clip", (person(), away()), (person(),), (person(), person(9)))
    people = read_people(folder)
    assert not people.tracked
    assert [i for _, i in who(people)] == [0, 0, 0, 1]
    for size in (1, 2):
        assert not in_parts(folder, size).tracked


def test_people_whom_pose2sim_did_not_match_are_in_no_frame(tmp_path):
    folder = write_frames(tmp_path / "pose-associated", ({}, person()), (person(), {}))
    people = read_people(folder)
    assert who(people) == [("clip_000000", 1), ("clip_000001", 0)]
    assert not people.tracked


def test_a_joint_of_nan_is_missing_and_scores_are_clipped(tmp_path):
    keypoints = joints(26)
    keypoints[3:9] = [NAN, NAN, NAN, 5.0, 6.0, 1.25]
    keypoints[11] = -0.3
    one = {"person_id": [-1], "pose_keypoints_2d": keypoints}
    people = read_people(write_frames(tmp_path / "clip", (one,)))
    np.testing.assert_allclose(people.confidence[0, :5], [0.5, 0, 1, 0, 0.5])
    np.testing.assert_array_equal(people.keypoints_2d[0, [1, 3]], 0)


def test_files_are_sorted_by_number_whatever_they_are_called(tmp_path):
    for number in (10, 9, 1):
        (tmp_path / f"{number}.json").write_text(json.dumps({"people": [person(number)]}))
    (tmp_path / "._1.json").write_text("what macOS adds")
    assert read_people(tmp_path).image_ids == ("1", "9", "10")


def test_other_json_beside_openposes_own_files_is_left_alone(tmp_path):
    write_frames(tmp_path, (person(),), name="clip_{}_keypoints.json")
    (tmp_path / "config.json").write_text('{"fps": 25}')
    assert read_people(tmp_path).image_ids == ("clip_0",)


def test_a_folder_of_other_json_is_none_of_openposes(tmp_path):
    (tmp_path / "a.json").write_text('{"fps": 25}')
    (tmp_path / "b.json").write_text("[" * 50)
    with pytest.raises(InputError, match=r"a folder without OpenPose's files \*_keypoints\.json"):
        read_people(tmp_path)


BOTH = [(0, 0), (3, 3), ("a", "a")]


@pytest.mark.parametrize("ids", BOTH, ids=str)
def test_ids_that_two_people_share_in_one_frame_are_none_in_all(tmp_path, ids):
    pair = [(person(0, person_id=4), person(500, person_id=7))] * 3
    double = (person(0, person_id=ids[0]), person(500, person_id=ids[1]))
    folder = write_frames(tmp_path, *pair, double, name="{}_keypoints.json")
    assert read_people(folder / "2_keypoints.json").tracked
    people = read_people(folder)
    assert not people.tracked
    assert people.person_ids[-2:] == (0, 1)
    for size in (1, 2, 3):
        assert not in_parts(folder, size).tracked
        assert who(in_parts(folder, size)) == who(people)


def test_ids_that_tell_everybody_apart_are_tracks_in_every_part(tmp_path):
    frames = [(person(0, person_id=4), person(500, person_id="zoë")), (), (person(person_id=9),)]
    folder = write_frames(tmp_path, *frames, name="{}_keypoints.json")
    for people in (read_people(folder), in_parts(folder, 1)):
        assert people.tracked
        assert who(people) == [("0", 4), ("0", "zoë"), ("2", 9)]


def test_bad_files_change_no_ids_of_the_others(tmp_path):
    frames = [(person(0, person_id=4), person(500, person_id=7))] * 4
    folder = write_frames(tmp_path, *frames, name="{}_keypoints.json")
    (folder / "2_keypoints.json").write_text('{"people": [{"person_id": [4]')
    parts = list(open_people(folder).parts(skip_bad=True, size=2))
    assert [part.read().person_ids for part in parts] == [(4, 7, 4, 7), (4, 7)]
    assert "2_keypoints.json is not valid JSON" in parts[1].faults[0]


def test_people_with_hands_alone_are_people_without_joints(tmp_path):
    hands = {"person_id": [-1], "pose_keypoints_2d": [], "hand_left_keypoints_2d": joints(21)}
    frames = [(hands,), (person(count=18), hands), (hands, hands)]
    folder = write_frames(tmp_path, *frames, name="{}_keypoints.json")
    for people in (read_people(folder), in_parts(folder, 1)):
        assert people.skeleton is OPENPOSE_18  # also where nobody has a joint in a part
        assert people.confidence.max(axis=1).tolist() == [0, 0.5, 0, 0, 0]
    alone = read_people(folder / "0_keypoints.json")
    assert alone.skeleton is BODY_25
    assert alone.confidence.max() == 0


def comfyui(*frames):
    size = {"canvas_width": 1280, "canvas_height": 720}
    people = [[{"pose_keypoints_2d": k, "hand_left_keypoints_2d": None} for k in f] for f in frames]
    return [{"people": one} | size for one in people]


def test_a_list_of_frames_is_a_video(tmp_path):
    path = tmp_path / "poses.json"
    path.write_text(json.dumps(comfyui((joints(18),), (), (joints(18, 7.0), None))))
    assert detect_format(path) == "openpose"
    for people in (read_people(path), in_parts(path, 1)):
        assert who(people) == [(0, 0), (2, 0), (2, 1)]
        assert people.keypoints_2d[:, 0, 0].tolist() == [0, 7, 0]
        assert people.image_sizes == ((1280, 720),) * 3
        assert people.numbers_are_frames
        assert people.skeleton is OPENPOSE_18
    assert read_people(path).listed.image_ids == (0, 1, 2)


def test_a_list_of_one_frame_is_an_image(tmp_path):
    for name in ("b_1.json", "b_2.json"):
        (tmp_path / name).write_text(json.dumps(comfyui((joints(18),))))
    assert read_people(tmp_path / "b_1.json").image_ids == ("b_1",)
    assert read_people(tmp_path).image_ids == ("b_1", "b_2")


def test_frames_that_are_none_are_named_by_their_number(tmp_path):
    path = tmp_path / "poses.json"
    frames = comfyui((joints(18),), (joints(18, 1),), (joints(18, 2),))
    frames[1] = {"people": 3}
    path.write_text(json.dumps(frames))
    with pytest.raises(InputError, match="image 1 is not a frame of OpenPose: expected an object"):
        read_people(path)
    (part,) = open_people(path).parts(skip_bad=True)
    assert part.read().image_ids == (0, 2)
    frames[1] = {"people": [{"pose_keypoints_2d": joints(18)[:-1]}]}
    path.write_text(json.dumps(frames))
    with pytest.raises(InputError, match=r"person 0 \(image 1\) has 53 numbers"):
        read_people(path)


@pytest.mark.parametrize(
    ("people", "keypoints"), [("people", "pose_keypoints_2d"), ("bodies", "joints")]
)
def test_alphapose_writes_an_object_of_frames_and_each_alone(tmp_path, people, keypoints):
    frames = {
        f"{n}.jpg": {"version": "AlphaPose v0.3", people: [{keypoints: joints(18, n)}] * n}
        for n in (10, 2, 0)
    }
    path = tmp_path / "alphapose-results.json"
    path.write_text(json.dumps(frames))
    assert detect_format(path) == "openpose"
    found = read_people(path)
    assert found.image_ids == ("10.jpg",) * 10 + ("2.jpg",) * 2
    assert found.listed.image_ids == ("10.jpg", "2.jpg", "0.jpg")
    assert who(in_parts(path, 1)) == who(found)
    separate = tmp_path / "sep-json"
    separate.mkdir()
    for name, frame in frames.items():
        (separate / name.replace(".jpg", ".json")).write_text(json.dumps(frame))
    assert read_people(separate).image_ids == ("2",) * 2 + ("10",) * 10
