import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.formats.parsing.persons import NobodyError
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


def test_frames_without_people_are_listed(write):
    people = read_people(write([frame(3), frame(4, instance()), frame(5)]))
    assert people.listed.image_ids == (3, 4, 5)
    assert people.numbers_are_frames
    people = read_people(write(IMAGE))
    assert people.listed is None
    assert not people.numbers_are_frames


def test_bad_instances_of_an_image_are_left_out_alone(write):
    path = write([instance(), instance(keypoint_scores=None), instance()])
    (part,) = open_people(path).parts(skip_bad=True)
    assert part.read().person_ids == (0, 1)
    assert "person 1 " in part.faults[0]


@pytest.fixture
def folder(tmp_path):
    """A folder as the inferencer leaves it of images: a file each; nobody in the first two."""
    images = {"1": [], "2": [], "3": [instance(), instance()], "10": [instance()]}
    for name, content in images.items():
        (tmp_path / f"cam_{name}.json").write_text(json.dumps(content))
    (tmp_path / "cam_3.jpg").write_bytes(b"\xff\xd8")
    return tmp_path


def test_a_folder_has_a_file_an_image(folder):
    assert detect_format(folder) == "mmpose"
    people = read_people(folder)
    assert people.image_ids == ("cam_3", "cam_3", "cam_10")
    assert people.person_ids == (0, 1, 0)
    assert people.listed.image_ids == ("cam_1", "cam_2", "cam_3", "cam_10")
    np.testing.assert_array_equal(people.keypoints_2d[2, 3], [30, 61])


def test_parts_of_a_folder_give_the_same(folder):
    parts = list(open_people(folder).parts(size=2))
    with pytest.raises(NobodyError, match="nobody"):
        parts[0].read()
    assert [part.units for part in parts] == [2, 2]


def test_a_folder_of_the_demos_files_is_read_too(folder):
    (folder / "cam_3.json").write_text(json.dumps(demo([instance()])))
    assert len(read_people(folder)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([instance(16)], "cam_4.json: person 0 .image 'cam_4'. has 16 keypoints"),
        ([frame(0, instance())], "cam_4.json is MMPose's predictions of a video"),
        ([instance(26)], "cam_4.json has the 26 joints of halpe26, the files before it the 17"),
        ({"people": []}, "cam_4.json is not MMPose's predictions"),
    ],
)
def test_faults_in_a_folder_name_the_file_and_can_be_left_out(folder, content, message):
    (folder / "cam_4.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        read_people(folder)
    (part,) = open_people(folder).parts(skip_bad=True)
    assert part.read().image_ids == ("cam_3", "cam_3", "cam_10")
    assert len(part.faults) == 1


def test_the_first_file_of_a_folder_may_be_cut_short(folder):
    (folder / "cam_0.json").write_text('[{"keypoints": [[1')
    (part,) = open_people(folder).parts(skip_bad=True)
    assert len(part.read()) == 3
    assert "cam_0.json" in part.faults[0]


@pytest.mark.parametrize("content", ["{}", '{"annotations": [1]}', "[1,"])
def test_folders_of_other_files_are_not_mmposes(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=r"is a folder without .*MMPose"):
        read_people(tmp_path)
