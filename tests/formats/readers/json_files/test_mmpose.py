import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers.json_files.mmpose import read_mmpose
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26

POINTS = [[10.0 * j, 20.0 * j + 1] for j in range(136)]


def instance(count=17, **more):
    person = {"keypoints": POINTS[:count], "keypoint_scores": [0.5] * count}
    return person | {"bbox": [[1.0, 2.0, 3.0, 4.0]], "bbox_score": 0.9} | more


def meta(names):
    return {
        "dataset_name": "any",
        "num_keypoints": len(names),
        "keypoint_id2name": {str(j): name for j, name in reversed([*enumerate(names)])},
    }


def demo(instance_info, names=COCO_17.joint_names):
    return {"meta_info": meta(names), "instance_info": instance_info}


def frame(number, *instances):
    return {"frame_id": number, "instances": list(instances)}


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "street.json"
        path.write_text(json.dumps(content))
        return path

    return write


VIDEO = [frame(1, instance(), instance()), frame(2), frame(3, instance())]


@pytest.mark.parametrize("content", [VIDEO, demo(VIDEO)], ids=["inferencer", "demo"])
def test_videos_keep_every_person_of_every_frame(write, content):
    path = write(content)
    assert detect_format(path) == "mmpose"
    people = read_people(path)
    assert people.skeleton is COCO_17
    assert people.image_ids == (1, 1, 3)
    assert people.person_ids == (0, 1, 0)
    np.testing.assert_array_equal(people.keypoints_2d[0, 3], [30, 61])
    np.testing.assert_array_equal(people.confidence, 0.5)


IMAGE = [instance(), instance()]


@pytest.mark.parametrize("content", [IMAGE, demo(IMAGE)], ids=["inferencer", "demo"])
def test_an_image_has_the_name_of_the_file(write, content):
    path = write(content)
    assert detect_format(path) == "mmpose"
    people = read_people(path)
    assert people.image_ids == ("street", "street")
    assert people.person_ids == (0, 1)


def test_tracks_are_the_ids_where_everybody_has_one(write):
    tracked = [frame(0, instance(track_id=4), instance(track_id=2)), frame(1, instance(track_id=4))]
    assert read_people(write(tracked)).person_ids == (4, 2, 4)
    tracked[1]["instances"].append(instance())
    assert read_people(write(tracked)).person_ids == (0, 1, 0, 1)


FACE = tuple(f"face-{j}" for j in range(110))
SETS = {
    "coco by number": (17, None, COCO_17),
    "halpe by number": (26, None, HALPE_26),
    "halpe by names": (26, HALPE_26.joint_names, HALPE_26),
    "whole body by number": (133, None, COCO_17),
    "whole body by names": (127, COCO_17.joint_names + FACE, COCO_17),
    "full body of halpe by names": (136, HALPE_26.joint_names + FACE, HALPE_26),
}


@pytest.mark.parametrize(("count", "names", "skeleton"), SETS.values(), ids=SETS)
def test_names_or_their_number_tell_the_joints(write, count, names, skeleton):
    content = [instance(count)] if names is None else demo([instance(count)], names)
    people = read_people(write(content))
    assert people.skeleton is skeleton
    assert people.keypoints_2d[0, -1, 0] == 10 * skeleton.num_joints - 10


@pytest.mark.parametrize("skeleton", [COCO_17, HALPE_26], ids=lambda s: s.name)
def test_people_arrive_on_the_lifters_skeletons(write, detected, skeleton):
    seen = detected(skeleton)
    scores = [0.9] * skeleton.num_joints
    video = [
        frame(i, {"keypoints": pose.tolist(), "keypoint_scores": scores})
        for i, pose in enumerate(seen.keypoints_2d)
    ]
    seen.check(read_people(write(video)))


def test_scores_of_any_size_are_clipped(write):
    people = read_people(write([instance(keypoint_scores=[8.1, 1.1, 0.0, -0.6] + [0.7] * 13)]))
    np.testing.assert_allclose(people.confidence[0, :5], [1, 1, 0, 0, 0.7])
    np.testing.assert_array_equal(people.keypoints_2d[0, 2:4], 0)


def with_point(point):
    return [instance(keypoints=[*POINTS[:4], point, *POINTS[5:17]])]


H36M_NAMES = ("root", *(f"joint {j}" for j in range(16)))
BAD = {
    "other joints": (demo([instance()], H36M_NAMES), "17 keypoints .root, joint 0"),
    "other number": ([instance(16)], "person 0 .image 'street'. has 16 keypoints"),
    "3d": (with_point([1.0, 2.0, 3.0]), "joint right_ear: expected .x, y. .* a list of 3"),
    "text": (with_point([1.0, "2"]), "right_ear: '2' is not a number"),
    "far": (with_point([1.0, 2e6]), r"right_ear: y = 2e\+06 px"),
    "scores": ([instance(keypoint_scores=[0.5] * 16)], "a list of 17 and a list of 16"),
    "no scores": ([frame(7, {"keypoints": POINTS[:17]})], "person 0 .image 7. needs"),
    "nobody": ([frame(0), frame(1)], "found nobody"),
    "nobody in an image": (demo([]), "found nobody"),
    "no frames": ({"instance_info": 3}, "an object with a list 'instance_info'"),
    "instances": ([frame(0, instance()), {"instances": 3}], "frame 1 must be an object"),
    "no frame": ([frame(0, instance()), 3], "frame 1 must be .* a single int"),
    "frame id": ([frame(0.5, instance())], "'frame_id' 0.5"),
    "not a person": ([frame(4, 3)], "person 0 of the frame 4 must be an object"),
    "track": ([instance(track_id=[1])], "'track_id' .1."),
    "joints differ": ([instance(), instance(26)], "person 1 .*halpe26"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_frame_person_and_joint(write, content, message):
    path = write(content)
    assert detect_format(path) == "mmpose"
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"[1,", b'["\xe9"]', b"", b"3", b"[NaN]"])
def test_broken_files_are_refused(tmp_path, content):
    path = tmp_path / "street.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"street\.json"):
        read_mmpose(path)
