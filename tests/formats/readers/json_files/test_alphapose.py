import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers.json_files.alphapose import read_alphapose
from posenet3d.formats.readers.json_files.coco import read_coco
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26

KEYPOINTS = [float(v) for j in range(136) for v in (10 * j, 20 * j + 1, 0.5)]


def result(image_id="0.jpg", keypoints=KEYPOINTS[:51], **more):
    person = {"image_id": image_id, "category_id": 1, "keypoints": list(keypoints), "score": 2.7}
    return person | {"box": [1.0, 2.0, 3.0, 4.0]} | more


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "alphapose-results.json"
        path.write_text(json.dumps(content))
        return path

    return write


@pytest.mark.parametrize(
    ("count", "skeleton"),
    [(17, COCO_17), (26, HALPE_26), (136, HALPE_26), (133, COCO_17), (68, HALPE_26)],
)
def test_number_of_values_tells_the_joints(write, count, skeleton):
    people = read_people(write([result(keypoints=KEYPOINTS[: 3 * count])]))
    assert people.skeleton is skeleton
    np.testing.assert_array_equal(people.keypoints_2d[0, -1, 0], 10 * skeleton.num_joints - 10)


@pytest.mark.parametrize("skeleton", [COCO_17, HALPE_26], ids=lambda s: s.name)
def test_people_arrive_on_the_lifters_skeletons(write, detected, skeleton):
    seen = detected(skeleton)
    path = write([result(f"{i}.jpg", seen.flat(i)) for i in range(len(seen.true))])
    people = read_people(path)
    assert people.image_ids[-1] == f"{len(seen.true) - 1}.jpg"
    seen.check(people)


COCO_RESULT = {"image_id": 7, "category_id": 1, "keypoints": KEYPOINTS[:51], "score": 0.9}


@pytest.mark.parametrize(
    "mark",
    [{"box": [1, 2, 3, 4]}, {"idx": 1}, {"image_id": "7.jpg"}, {"keypoints": KEYPOINTS[:78]}],
    ids=lambda mark: next(iter(mark)),
)
def test_content_tells_it_from_coco(write, mark):
    assert detect_format(write([COCO_RESULT])) == "coco"
    assert detect_format(write([COCO_RESULT, COCO_RESULT | mark])) == "alphapose"


def test_both_readers_agree_on_what_both_can_read(write):
    path = write([COCO_RESULT, COCO_RESULT])
    one, other = read_coco(path), read_alphapose(path)
    np.testing.assert_array_equal(one.keypoints_2d, other.keypoints_2d)
    assert (one.image_ids, one.person_ids) == (other.image_ids, other.person_ids)


def test_peaks_above_1_are_certain_and_1e_5_is_nothing(write):
    keypoints = [*KEYPOINTS[:51]]
    keypoints[2::3] = [5.5, 1.02, 9.999999747378752e-06, 0.02] + [0.7] * 13
    people = read_people(write([result(keypoints=keypoints)]))
    np.testing.assert_allclose(people.confidence[0, :5], [1, 1, 0, 0.02, 0.7])


IDS = {
    "numbers": ([3, 5, 3], (3, 5, 3)),
    "lists": ([[3.0], [5.0], [[3.0], [4.0]]], (3, 5, 3)),
    "none": ([None, None, None], (0, 1, 0)),
    "one lacks": ([3, None, 3], (0, 1, 0)),
    "no tracking": ([[0.0], [0.0], [0.0]], (0, 1, 0)),
}


@pytest.mark.parametrize(("given", "expected"), IDS.values(), ids=IDS)
def test_tracks_are_the_ids_where_they_tell_people_apart(write, given, expected):
    images = ("0.jpg", "0.jpg", "1.jpg")
    path = write([result(image, idx=i) for image, i in zip(images, given, strict=True)])
    people = read_people(path)
    assert people.image_ids == images
    assert people.person_ids == expected


def changed(index, value):
    return [*KEYPOINTS[:index], value, *KEYPOINTS[index + 1 : 51]]


BAD = {
    "length": ([result(), result("b.jpg", KEYPOINTS[:48])], r"person 1 \(image 'b.jpg'\) has 48"),
    "text": ([result(keypoints=changed(4, "3"))], "joint left_eye: '3' is not a number"),
    "confidence": ([result(keypoints=changed(5, 95.5))], "left_eye: confidence 95.5 is outside"),
    "infinite": ([result(keypoints=changed(3, 10**308 * 10))], "far too large"),
    "joints differ": ([result(), result(keypoints=KEYPOINTS[:78])], "person 1 .*halpe26.*coco17"),
    "no image": ([{"keypoints": KEYPOINTS[:51], "idx": 1}], "person 0 has no 'image_id'"),
    "track": ([result(idx={"a": 1})], "'idx' .*expected a whole number"),
    "fraction": ([result(idx=[1.5])], "'idx' 1.5"),
    "no list": ([result() | {"keypoints": "all"}], "needs a list 'keypoints'.* got a str"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_person_and_joint(write, content, message):
    path = write(content)
    assert detect_format(path) == "alphapose"
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [[], {"people": []}, 3, [3]])
def test_other_files_are_refused_when_forced(write, content):
    with pytest.raises(InputError, match=r"alphapose-results\.json"):
        read_alphapose(write(content))


def poseflow(**more):
    """What PoseFlow's tracker-general.py writes: persons under the names of their images."""
    person = {"keypoints": KEYPOINTS[:51], "scores": 2.7}
    return {
        "2.jpg": [person | {"idx": 4}, person | {"idx": 1}],
        "10.jpg": [],
        "11.jpg": [person | {"idx": 4} | more],
    }


def test_poseflow_gives_people_with_tracks(write):
    path = write(poseflow())
    assert detect_format(path) == "alphapose"
    people = read_people(path)
    assert people.skeleton is COCO_17
    assert people.image_ids == ("2.jpg", "2.jpg", "11.jpg")
    assert people.person_ids == (4, 1, 4)
    assert people.tracked
    assert people.listed.image_ids == ("2.jpg", "10.jpg", "11.jpg")
    np.testing.assert_array_equal(people.keypoints_2d[2, 3], [30, 61])


def test_poseflow_without_ids_numbers_people(write):
    content = {image: [p | {"idx": None} for p in people] for image, people in poseflow().items()}
    people = read_people(write(content))
    assert people.person_ids == (0, 1, 0)
    assert not people.tracked


def test_poseflow_may_have_points_and_scores_apart(write):
    points = [[10.0 * j, 20.0 * j + 1] for j in range(17)]
    pairs = [value for point in points for value in point]
    for keypoints, scores in ((points, [[0.5]] * 17), (pairs, [0.5] * 17)):
        people = read_people(write(poseflow(keypoints=keypoints, scores=scores)))
        np.testing.assert_array_equal(people.keypoints_2d[2], people.keypoints_2d[0])
        np.testing.assert_array_equal(people.confidence, 0.5)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"keypoints": KEYPOINTS[:50]}, "person 2 .image '11.jpg'. has 50 numbers"),
        ({"keypoints": [[1.0, 2.0], [3.0]]}, "person 2 .image '11.jpg'. has 2 numbers"),
        ({"keypoints": None}, "needs a list 'keypoints'"),
        ({"idx": [1.5]}, "'idx' 1.5"),
    ],
)
def test_faults_in_poseflow_name_person_and_image(write, more, message):
    path = write(poseflow(**more))
    assert detect_format(path) == "alphapose"
    with pytest.raises(InputError, match=message):
        read_people(path)


@pytest.mark.parametrize("content", [{"0.jpg": 3}, {"0.jpg": [{"idx": 1}]}, {"0.jpg": []}, {}])
def test_other_objects_are_not_poseflow(write, content):
    with pytest.raises(InputError, match="none of the formats known"):
        read_people(write(content))


def test_ids_of_merged_boxes_are_tracks(write):
    ids = ([[0.0], [0.0]], [[1.0], [1.0]])
    results = [result(image, idx=idx) for image in ("0.jpg", "1.jpg") for idx in ids]
    people = read_people(write(results))
    assert people.person_ids == (0, 1, 0, 1)
    assert people.tracked


def test_68_keypoints_of_no_known_writer_may_be_a_face(write):
    path = write([{"image_id": 7, "keypoints": KEYPOINTS[: 3 * 68], "score": 0.9}])
    assert detect_format(path) == "coco"
    with pytest.raises(InputError, match="has 204 numbers"):
        read_people(path)
