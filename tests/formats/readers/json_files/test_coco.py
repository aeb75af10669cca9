import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.formats.detect import read_people
from posenet3d.formats.readers.json_files.coco import read_coco
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import COCO_17

KEYPOINTS = [float(v) for j in range(17) for v in (10 * j, 20 * j + 1, 0.5)]
LABELLED = [v for j in range(17) for v in (10 * j, 20 * j + 1, 2)]
PERSON = {"id": 1, "name": "person", "keypoints": list(COCO_17.joint_names)}


def result(image_id=1, keypoints=KEYPOINTS, **more):
    return {"image_id": image_id, "category_id": 1, "keypoints": keypoints, "score": 0.9} | more


def annotation(**more):
    person = {"id": 5, "image_id": 1, "category_id": 1, "keypoints": LABELLED, "iscrowd": 0}
    return person | more


def annotations(*people, images=(), categories=(PERSON,)):
    return {"images": list(images), "annotations": list(people), "categories": list(categories)}


def changed(values, index, value):
    return [*values[:index], value, *values[index + 1 :]]


@pytest.fixture
def read(tmp_path):
    def read_content(content) -> People:
        path = tmp_path / "people.json"
        path.write_text(json.dumps(content))
        return read_coco(path)

    return read_content


def test_results_keep_every_person_in_order(read):
    people = read([result(9), result("a.jpg"), result(9, [2 * v for v in KEYPOINTS])])
    assert people.image_ids == (9, "a.jpg", 9)
    assert people.person_ids == (0, 0, 1)
    assert people.skeleton is COCO_17
    np.testing.assert_array_equal(people.keypoints_2d[1, 3], [30, 61])
    np.testing.assert_array_equal(people.confidence[1], 0.5)
    np.testing.assert_array_equal(people.confidence[2], 1)


def test_results_with_zeros_or_no_confidence_are_missing_joints(read):
    keypoints = [*KEYPOINTS]
    keypoints[0:3] = 0, 0, 0
    keypoints[5] = 0
    people = read([result(keypoints=keypoints)])
    np.testing.assert_array_equal(people.confidence[0, :3], [0, 0, 0.5])
    np.testing.assert_array_equal(people.keypoints_2d[0, :2], 0)


def test_confidence_a_little_outside_is_clipped(read):
    people = read([result(keypoints=changed(changed(KEYPOINTS, 2, 1.04), 5, -0.01))])
    np.testing.assert_array_equal(people.confidence[0, :2], [1, 0])


def test_annotations_of_hidden_joints_count_and_unlabelled_ones_do_not(read):
    keypoints = changed(changed([*LABELLED], 2, 0), 5, 1)
    people = read(annotations(annotation(keypoints=keypoints)))
    np.testing.assert_array_equal(people.confidence[0, :3], [0, 1, 1])
    np.testing.assert_array_equal(people.keypoints_2d[0, 0], 0)
    np.testing.assert_array_equal(people.keypoints_2d[0, 1], [10, 21])


def test_annotations_know_their_images(read):
    images = [{"id": 1, "file_name": "a.jpg", "width": 640, "height": 480}, {"id": 2}]
    people = read(annotations(annotation(), annotation(id=6, image_id=2), images=images))
    assert people.person_ids == (5, 6)
    assert people.image_sizes == ((640, 480), None)
    assert people.file_names == ("a.jpg", None)


WITHOUT_JOINTS = {
    "none labelled": annotation(keypoints=[0] * 51, num_keypoints=0),
    "no list": {"id": 1, "image_id": 1},
    "crowd": annotation(iscrowd=1, segmentation={"counts": [], "size": [1, 1]}),
    "other joints": annotation(category_id=2, keypoints=[1, 2, 2] * 5),
}


@pytest.mark.parametrize("without", WITHOUT_JOINTS.values(), ids=WITHOUT_JOINTS)
def test_annotations_without_joints_stay_as_persons_without_joints(read, without):
    dog = {"id": 2, "name": "dog", "keypoints": ["nose", "tail"]}
    people = read(annotations(without, annotation(id=77), categories=[PERSON, dog]))
    assert people.person_ids[1] == 77
    np.testing.assert_array_equal(people.confidence.sum(1), [0, 17])


BAD = {
    "top level": ({"people": []}, "expected a list of results.*'people'"),
    "number": (3, "got a single int"),
    "empty": ([], "lists no person"),
    "no annotations": (annotations(), "list of annotations is empty"),
    "not an object": ([result(), [1]], "person 1 of the results must be an object .* a list"),
    "length": ([result(), result(4, KEYPOINTS[:34])], r"person 1 \(image 4\) has 34 .* 51"),
    "no keypoints": ([{"image_id": 1, "bbox": [1, 2, 3, 4]}], "needs a list 'keypoints'"),
    "text": ([result(keypoints=changed(KEYPOINTS, 4, "3"))], "joint left_eye: '3' is not a num"),
    "null": ([result(keypoints=changed(KEYPOINTS, 50, None))], "right_ankle: None is not a num"),
    "bool": ([result(keypoints=changed(KEYPOINTS, 2, True))], "joint nose: True is not a number"),
    "far": ([result(keypoints=changed(KEYPOINTS, 3, 2e6))], r"left_eye: x = 2e\+06 px"),
    "huge": ([result(keypoints=changed(KEYPOINTS, 3, 10**400))], "far too large"),
    "confidence": ([result(keypoints=changed(KEYPOINTS, 8, 95.5))], "right_eye: confidence 95.5"),
    "negative": ([result(keypoints=changed(KEYPOINTS, 8, -1))], "confidence -1 is outside"),
    "no image": ([{"keypoints": KEYPOINTS}], "person 0 has no 'image_id'"),
    "image id": ([result(True)], "'image_id' True; expected a whole number or a text"),
    "fractional id": ([result(1.5)], "'image_id' 1.5"),
    "huge id": ([result(2**63)], "expected a whole number"),
    "visibility": (annotations(annotation(keypoints=KEYPOINTS)), "visibility 0.5 is not 0, 1 or 2"),
    "images": (annotations(annotation(), images=[3]), "'images' must be a list of objects"),
    "other joints": (
        annotations(annotation(), categories=[{"id": 1, "name": "dog", "keypoints": ["tail"]}]),
        "category 'dog' has the joints .'tail'.; expected COCO's 17",
    ),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_person_and_joint(read, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read(content)
    assert "people.json" in str(caught.value)


def test_number_that_only_overflows_when_read_is_refused(tmp_path):
    path = tmp_path / "people.json"
    path.write_text(json.dumps([result()]).replace("10.0", "1e999", 1))
    with pytest.raises(InputError, match="x = inf px"):
        read_coco(path)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NUMBERS = st.lists(st.floats(0, 1), min_size=51, max_size=51)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers() | ANYTHING,
        "image_id": st.integers(0, 3) | ANYTHING,
        "keypoints": NUMBERS | st.just(LABELLED) | ANYTHING,
        "category_id": st.just(1) | ANYTHING,
        "iscrowd": ANYTHING,
    },
)
FILE = st.lists(ENTRY | ANYTHING, max_size=3) | st.fixed_dictionaries(
    {"annotations": st.lists(ENTRY, max_size=3) | ANYTHING},
    optional={
        "images": st.lists(st.fixed_dictionaries({"id": ANYTHING, "width": ANYTHING})) | ANYTHING,
        "categories": st.just([PERSON]) | ANYTHING,
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILE | ANYTHING)
def test_any_json_gives_people_or_an_input_error(tmp_path, content):
    path = tmp_path / "people.json"
    path.write_text(json.dumps(content))
    try:
        people = read_coco(path)
    except InputError as error:
        message = str(error)
    else:
        assert len(people.image_ids) == len(people) > 0
        return
    assert str(path) in message
    message.encode("utf-8")


@pytest.fixture
def own(tmp_path):
    """A skeleton of one's own with three joints."""
    path = tmp_path / "own.toml"
    path.write_text('joints = ["snout", "neck", "tail"]\n[parents]\nsnout = "neck"\ntail = "neck"')
    return read_map_file(path)


def test_results_with_other_joints_are_those_of_the_map_file(tmp_path, own):
    path = tmp_path / "results.json"
    path.write_text(json.dumps([{"image_id": 1, "keypoints": [1, 2, 0.5, 3, 4, 1, 0, 0, 0]}]))
    people = read_coco(path, own)
    assert people.skeleton is own.skeleton
    np.testing.assert_array_equal(people.keypoints_2d, [[[1, 2], [3, 4], [0, 0]]])
    np.testing.assert_array_equal(people.confidence, [[0.5, 1, 0]])
    with pytest.raises(InputError, match=r"9 numbers .* expected 51"):
        read_coco(path)


def test_categories_say_the_order_of_their_joints(tmp_path, own):
    keypoints = [1, 2, 2, 3, 4, 2, 5, 6, 0]
    content = {
        "annotations": [
            {"image_id": 1, "category_id": 7, "keypoints": keypoints},
            {"image_id": 1, "category_id": 8, "keypoints": [9, 9, 2]},
        ],
        "categories": [
            {"id": 7, "name": "mouse", "keypoints": ["Tail", "snout", "neck"]},
            {"id": 8, "name": "ball", "keypoints": ["middle"]},
        ],
    }
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps(content))
    people = read_coco(path, own)
    np.testing.assert_array_equal(people.keypoints_2d[0], [[3, 4], [0, 0], [1, 2]])
    np.testing.assert_array_equal(people.confidence, [[1, 0, 1], [0, 0, 0]])
    del content["categories"][0]
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"category 'ball': .*own\.toml has no joint 'middle'"):
        read_coco(path, own)
    with pytest.raises(InputError, match=r"'ball' has the joints.* joints = \[\"middle\"\]"):
        read_coco(path)


def test_annotations_list_all_images(tmp_path):
    images = [{"id": 3, "file_name": "b.png"}, {"id": "x"}, {"id": 1, "file_name": "a.png"}, {}]
    content = {"images": images, "annotations": [{"id": 1, "image_id": 1, "keypoints": [0] * 51}]}
    path = tmp_path / "people.json"
    path.write_text(json.dumps(content))
    people = read_people(path)
    assert people.listed.image_ids == (3, "x", 1)
    assert people.listed.file_names == ("b.png", None, "a.png")
    assert not people.numbers_are_frames
    content.pop("images")
    path.write_text(json.dumps(content))
    assert read_people(path).listed is None


def test_not_found_may_lie_outside_of_the_image(tmp_path):
    """OpenPose's --write_coco_json has -1, -1, 0 for what it did not find."""
    keypoints = [*[100.0, 50.0, 0.9] * 16, -1.0, -1.0, 0.0]
    path = tmp_path / "people.json"
    path.write_text(json.dumps([{"image_id": 1, "keypoints": keypoints, "score": 0.57}]))
    people = read_people(path)
    assert people.confidence[0].tolist() == pytest.approx([0.9] * 16 + [0])
    np.testing.assert_array_equal(people.keypoints_2d[0, 16], 0)


def test_what_labelling_tools_add_is_kept_without_joints(tmp_path):
    """CVAT's attributes, a category without joints, an empty list, a crowd as RLE."""
    names = list(COCO_17.joint_names)
    shared = {"image_id": 100, "category_id": 7}
    entries = [
        shared | {"id": 1, "keypoints": [9.0, 8.0, 2.0] * 17, "attributes": {"track_id": 0}},
        {"id": 2, "image_id": 100, "category_id": 3, "segmentation": [[1, 2, 3, 4, 5, 6]]},
        shared | {"id": 3, "iscrowd": 1, "keypoints": [0] * 51, "segmentation": {"counts": [9, 5]}},
        shared | {"id": 4, "keypoints": [], "num_keypoints": 0},
    ]
    categories = [{"id": 7, "name": "runner", "keypoints": names}, {"id": 3, "name": "bicycle"}]
    path = tmp_path / "people.json"
    path.write_text(json.dumps({"annotations": entries, "categories": categories}))
    people = read_people(path)
    assert people.person_ids == (1, 2, 3, 4)
    assert (people.confidence > 0).sum(axis=1).tolist() == [17, 0, 0, 0]
