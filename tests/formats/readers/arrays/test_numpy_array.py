import io
import pickle

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import BODY_25, HALPE_26, MEDIAPIPE_33, MPII_16
from tests.fixtures.checkout import SAMPLES

RNG = np.random.default_rng(0)


@pytest.fixture
def save(tmp_path):
    def save(array):
        np.save(tmp_path / "poses.npy", array)
        return tmp_path / "poses.npy"

    return save


@pytest.mark.parametrize("skeleton", [BODY_25, HALPE_26, MEDIAPIPE_33, MPII_16], ids=str)
def test_the_number_of_joints_tells_the_skeleton(save, skeleton):
    points = RNG.uniform(0, 500, (3, skeleton.num_joints, 3))
    points[..., 2] /= 500
    points[1, 0, :2] = np.nan
    path = save(points)
    assert detect_format(path) == "npy"
    people = read_people(path)
    assert people.skeleton is skeleton
    assert (people.image_ids, people.person_ids) == ((0, 1, 2), (0, 0, 0))
    assert people.tracked
    assert people.numbers_are_frames
    assert people.confidence[1, 0] == 0
    np.testing.assert_allclose(people.keypoints_2d[0], points[0, :, :2], rtol=1e-6)
    np.testing.assert_allclose(people.confidence[0], points[0, :, 2], rtol=1e-6)
    whole = read_people(save((points[[0, 2], :, :2]).astype(np.int32)))
    assert (whole.confidence == 1).all()


def test_the_sample_is_the_second_person():
    people = read_people(SAMPLES / "freemocap_2dData.npy")
    expected = read_people(SAMPLES / "mediapipe.json", image_size=(1280, 720))
    second = expected.select(range(1, 16, 2))
    np.testing.assert_allclose(people.keypoints_2d, second.keypoints_2d, atol=0.02)
    np.testing.assert_array_equal(people.confidence > 0, second.confidence > 0)


@pytest.mark.parametrize("points", [33, 75, 543, 553])
@pytest.mark.parametrize("numbers", [2, 3])
def test_cameras_of_freemocap_are_sequences_and_its_depth_no_confidence(save, points, numbers):
    array = RNG.uniform(-300, 500, (2, 4, points, numbers))
    array[1, 2] = np.nan
    people = read_people(save(array))
    assert people.skeleton is MEDIAPIPE_33
    assert people.image_ids == tuple(f"camera{c}/{f}" for c in range(2) for f in range(4))
    assert people.confidence.sum(axis=1).tolist() == [33] * 6 + [0, 33]
    np.testing.assert_allclose(people.keypoints_2d[5], array[1, 1, :33, :2], rtol=1e-6)
    one = read_people(save(array[:1]))
    assert one.image_ids == (0, 1, 2, 3)
    assert one.numbers_are_frames


def test_joints_of_ones_own_with_a_map_file(save, tmp_path):
    toml = tmp_path / "own.toml"
    toml.write_text('joints = ["tail", "snout"]\n[parents]\nsnout = "tail"')
    own = read_map_file(toml)
    array = RNG.uniform(0, 500, (4, 2, 2))
    people = read_people(save(array), map_file=own)
    assert people.skeleton is own.skeleton
    np.testing.assert_allclose(people.keypoints_2d, array, rtol=1e-6)
    assert read_people(save(array), placement=own.skeleton).skeleton is own.skeleton
    with pytest.raises(InputError, match=r"has 3 joints a frame, the map file .*own\.toml 2"):
        read_people(save(np.ones((4, 3, 2))), map_file=own)


BAD = {
    "17": (
        np.ones((4, 17, 2)),
        r"alone, which does not say what its 17 joints are \(cmu17, coco17",
    ),
    "no skeleton": (np.ones((4, 19, 2)), r"shape \[4, 19, 2\], which no known skeleton has; give"),
    "people": (np.ones((4, 2, 17, 2)), r"shape \[4, 2, 17, 2\], which no known skeleton has"),
    "one pose": (np.ones((25, 2)), r"shape \[25, 2\]; expected \[frames, joints, 2\]"),
    "flat": (np.ones((4, 50)), r"expected \[frames, joints, 2\].*keypoints_2d=array"),
    "empty": (np.ones((0, 25, 2)), r"shape \[0, 25, 2\]"),
    "five axes": (np.ones((1, 1, 1, 33, 2)), r"which no known skeleton has"),
    "text": (np.array([["a"]]), "something else than numbers"),
    "complex": (np.ones((4, 25, 2), complex), "something else than numbers"),
    "confidence": (np.full((4, 25, 3), 300.0), "joint nose: confidence 300"),
    "infinite": (np.full((4, 25, 2), np.inf), "joint nose: x = inf px"),
}


@pytest.mark.parametrize(("array", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_told_how_to_go_on(save, array, message):
    path = save(array)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


def test_pickles_and_damaged_files_are_refused(save, tmp_path):
    path = save(np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match=r"poses\.npy is not a readable NumPy array"):
        read_people(path)
    path = save(np.ones((4, 25, 2)))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"poses\.npy is not a readable NumPy array"):
        read_people(path)
    file = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (1 << 40, 25, 2)}
    np.lib.format.write_array_header_1_0(file, header)
    path.write_bytes(file.getvalue() + bytes(800))
    with pytest.raises(InputError, match=r"poses\.npy is not a readable NumPy array"):
        read_people(path)
    path.write_bytes(pickle.dumps([1.0]))
    with pytest.raises(InputError, match=r"poses\.npy"):
        read_people(path, format="npy")
