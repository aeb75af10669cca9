import dataclasses

import numpy as np
import pytest

from posenet3d.data import pipeline
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.errors import InputError
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import COCO_17


def assert_equal(poses, expected):
    for field in dataclasses.fields(Poses2D):
        left, right = getattr(poses, field.name), getattr(expected, field.name)
        if isinstance(right, np.ndarray):
            np.testing.assert_array_equal(left, right)
        else:
            assert left == right, field.name


@pytest.mark.parametrize("split", [None, "train"])
def test_what_is_written_is_read(tmp_path, people, split):
    confidence = np.random.default_rng(0).uniform(size=(len(people), 17)).astype(np.float32)
    people = dataclasses.replace(people, confidence=confidence, frame_rate=29.97)
    write_archive(tmp_path / "poses.npz", people, split)
    assert_equal(read_archive(tmp_path / "poses.npz", split), people)


def test_what_was_not_known_stays_unknown(tmp_path):
    poses = Poses2D(np.full((2, 17, 2), 40, np.float32), COCO_17)
    write_archive(tmp_path / "poses.npz", poses)
    assert_equal(read_archive(tmp_path / "poses.npz"), poses)


def test_joints_in_the_corner_are_missing(tmp_path, people):
    keypoints_2d = np.array(people.keypoints_2d)
    keypoints_2d[3, 9] = 0
    np.savez(tmp_path / "poses.npz", keypoints_2d=keypoints_2d)
    assert np.argwhere(read_archive(tmp_path / "poses.npz").confidence == 0).tolist() == [[3, 9]]


def test_parts_of_the_images_size_become_pixels_or_are_refused(tmp_path, people):
    path, size = tmp_path / "poses.npz", (1280, 720)
    np.savez(path, keypoints_2d=people.keypoints_2d / 1000)
    with pytest.raises(InputError, match=r"not pixels; give the archive an image_size"):
        read_archive(path)
    pixels = people.keypoints_2d * np.array(size, np.float32) / 1000
    poses = read_archive(path, image_size=size)
    np.testing.assert_allclose(poses.keypoints_2d, pixels, rtol=1e-4)
    assert poses.image_size == size
    np.savez(path, keypoints_2d=people.keypoints_2d / 1000, image_size=size)
    np.testing.assert_allclose(read_archive(path).keypoints_2d, pixels, rtol=1e-4)


def test_archive_may_be_written_over_itself(tmp_path, people):
    path = tmp_path / "poses.npz"
    write_archive(path, people)
    write_archive(path, read_archive(path))
    assert_equal(read_archive(path), people)
    assert [p.name for p in tmp_path.iterdir()] == ["poses.npz"]


def test_write_needs_a_folder(tmp_path, people):
    with pytest.raises(InputError, match="there is no folder"):
        write_archive(tmp_path / "nowhere" / "poses.npz", people)


def test_everything_in_the_file_is_read(arrays, save):
    poses = read_archive(save(arrays), keypoints="keypoints_2d_noisy")
    np.testing.assert_array_equal(poses.keypoints_2d, arrays["keypoints_2d_noisy"])
    np.testing.assert_array_equal(poses.confidence, arrays["confidence"])
    np.testing.assert_array_equal(poses.keypoints_3d, arrays["keypoints_3d"])
    assert poses.lengths.tolist() == [2, 4]
    assert poses.sequences == ("walk", "run")
    assert poses.image_size == (1000, 800)
    assert poses.frame_rate == pytest.approx(29.97)


def test_confidence_of_a_detector_does_not_go_with_true_2d(arrays, save):
    poses = read_archive(save(arrays))
    np.testing.assert_array_equal(poses.keypoints_2d, arrays["keypoints_2d"])
    assert poses.confidence is None


def test_confidence_goes_with_the_only_2d(arrays, save):
    del arrays["keypoints_2d_noisy"]
    assert read_archive(save(arrays)).confidence is not None


def test_splits_are_kept_apart_and_share_what_holds_for_the_file(arrays, save):
    arrays["joints"] = np.array(COCO_17.joint_names)
    shared = {k: arrays[k] for k in ("joints", "frame_rate")}
    path = save(
        shared
        | {"train_keypoints_2d": arrays["keypoints_2d"][:2]}
        | {f"test_{k}": arrays[k] for k in ("keypoints_2d", "keypoints_2d_noisy", "confidence")}
    )
    assert archive_splits(path) == ("train", "test")
    train, test = read_archive(path, "train"), read_archive(path, "test", "keypoints_2d_noisy")
    assert (len(train), len(test)) == (2, 6)
    assert (train.confidence is None, test.confidence is None) == (True, False)
    assert train.skeleton == test.skeleton == COCO_17
    assert train.frame_rate == test.frame_rate


def test_archive_without_splits_has_none(arrays, save, tmp_path):
    assert archive_splits(save(arrays)) == ()
    assert archive_splits(tmp_path / "missing.npz") == ()


def test_stored_arrays_are_memory_mapped_and_can_be_trained_from(arrays, save):
    poses = read_archive(save(arrays))
    assert isinstance(poses.keypoints_2d, np.memmap)
    assert isinstance(poses.keypoints_3d, np.memmap)
    (batch,) = pipeline.training_batches(NormalisedPoses.of(poses), batch_size=4, seed=0).take(1)
    assert batch["keypoints_2d"].shape == (4, 17, 2)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int32, ">f4"])
def test_other_layouts_and_types_give_the_same_float32(arrays, save, compressed, order, dtype):
    given = np.asarray(arrays["keypoints_2d"] // 1, dtype, order)
    poses = read_archive(save({"keypoints_2d": given}, compressed))
    assert poses.keypoints_2d.dtype == np.float32
    np.testing.assert_array_equal(poses.keypoints_2d, given.astype(np.float32))


def test_arrays_of_other_names_do_not_matter(arrays, save):
    arrays["notes"] = np.array([{"taken": "today"}], object)
    assert len(read_archive(save(arrays))) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keypoints_2d": np.zeros((6, 16, 2))}, r"must have the shape \[N, 17, 2\]"),
        ({"keypoints_2d": np.full((6, 17, 2), np.nan)}, "keypoints_2d holds nan at row 0"),
        ({"keypoints_2d": np.zeros((0, 17, 2))}, "holds no pose at all"),
        ({"keypoints_2d": np.full((6, 17, 2), "a")}, "must hold real numbers, got dtype <U1"),
        ({"lengths": np.array([1, 2])}, "add up to 3 frames but there are 6"),
        ({"sequences": np.array(["a"])}, "1 sequence names for 2 lengths"),
        ({"sequences": np.array("ab")}, "1 sequence names for 2 lengths"),
        ({"joints": np.array(["nose", "tail"])}, "No known skeleton has the 2 joints nose, tail"),
        ({"joints": np.array(7)}, "No known skeleton has the 1 joints 7"),
        ({"image_size": np.array([0, 800])}, r"image_size must be .* got \[ *0 800\]"),
        ({"image_size": np.array([np.nan, 800])}, "image_size must be"),
        ({"image_size": np.array([np.inf, 800])}, "image_size must be"),
        ({"image_size": np.array([800])}, "image_size must be"),
        ({"image_size": np.array(["a", "b"])}, "image_size must be"),
        ({"frame_rate": np.array(-1.0)}, "frame_rate must be one positive number, got -1.0"),
        ({"frame_rate": np.array(np.inf)}, "frame_rate must be"),
        ({"frame_rate": np.array([30.0, 30.0])}, "frame_rate must be"),
        ({"frame_rate": np.array("fast")}, "frame_rate must be"),
    ],
)
def test_bad_content_is_refused_with_the_file_named(arrays, save, changes, message):
    path = save(arrays | changes)
    with pytest.raises(InputError, match=message) as caught:
        read_archive(path)
    assert str(caught.value).startswith(str(path))


def test_message_lists_what_there_is(arrays, save):
    path = save({"test_keypoints_2d": arrays["keypoints_2d"], "joints": arrays["joints"]})
    message = "no array keypoints_2d; it holds joints, test_keypoints_2d. It has the splits test."
    with pytest.raises(InputError, match=message):
        read_archive(path)
    with pytest.raises(InputError, match="no array test_keypoints_2d_noisy; it holds joints"):
        read_archive(path, "test", "keypoints_2d_noisy")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_archive(tmp_path / "missing.npz")
    with pytest.raises(InputError, match="is a folder"):
        read_archive(tmp_path)


def test_skeleton_in_the_archive_is_believed_before_the_placement(arrays, save):
    for name, placement in (("cmu17", "h36m17"), ("h36m17", "cmu17")):
        path = save(arrays | {"skeleton": np.array(name)})
        assert read_archive(path, placement=placement).skeleton.name == name


def test_placement_tells_skeletons_of_the_same_names_apart(people, tmp_path):
    write_archive(tmp_path / "poses.npz", people)
    assert read_archive(tmp_path / "poses.npz").skeleton.name == "h36m17"
    assert read_archive(tmp_path / "poses.npz", placement="cmu17").skeleton.name == "cmu17"
