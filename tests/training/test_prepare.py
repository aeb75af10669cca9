import dataclasses

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.errors import ConfigError, InputError, TrainingError
from posenet3d.geometry import camera
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.skeleton import COCO_17, H36M_17
from posenet3d.training.prepare import prepare, source_batch_size
from posenet3d.training.settings.config import AdapterConfig


@pytest.fixture
def archive(poses, tmp_path):
    """Writes poses as an archive and returns its path."""

    def write(name="poses.npz", **changes):
        write_archive(tmp_path / name, dataclasses.replace(poses, **changes))
        return str(tmp_path / name)

    return write


def test_constant_poses_are_refused(small_config, poses, archive):
    same = np.repeat(poses.keypoints_2d[:1], len(poses), axis=0)
    path = archive(keypoints_2d=same)
    with pytest.raises(TrainingError, match="nearly all the same"):
        prepare(small_config(train_data=path))


def test_a_handful_of_different_poses_is_refused(small_config, poses, archive):
    few = np.tile(poses.keypoints_2d[:5], (len(poses) // 5, 1, 1))
    with pytest.raises(TrainingError, match="of 380 looked at 5 differ"):
        prepare(small_config(train_data=archive(keypoints_2d=few)))


def test_fewer_poses_than_a_batch_are_refused(small_config, archive):
    with pytest.raises(TrainingError, match=r"There are 380 complete poses .* at least 512"):
        prepare(small_config(train_data=archive(), batch_size=512))


@pytest.mark.parametrize("count", [1, 2, 21])
def test_one_pose_or_few_are_refused_in_the_same_words(small_config, poses, archive, count):
    few = {
        key: None if getattr(poses, key) is None else getattr(poses, key)[:count]
        for key in ("keypoints_2d", "confidence", "keypoints_3d")
    }
    path = archive(**few, lengths=None, sequences=None)
    with pytest.raises(
        TrainingError, match=r"There are \d+ complete poses .* at least 64 are needed"
    ):
        prepare(small_config(train_data=path, batch_size=32))


def test_incomplete_poses_are_left_out_and_counted(small_config, poses, archive):
    confidence = np.ones((len(poses), 17), np.float32)
    confidence[::4, 3] = 0.0
    data = prepare(small_config(train_data=archive(confidence=confidence), batch_size=32))
    assert data.dropped > 50
    assert (data.train.pixels.confidence > 0).all()
    assert (data.evaluation.confidence == 0).any()  # they can be lifted all the same


@pytest.mark.parametrize("role", ["train_data", "source_data"])
def test_poses_that_are_all_incomplete_are_refused(small_config, poses, archive, role):
    confidence = np.ones((len(poses), 17), np.float32)
    confidence[:, 3] = 0.0
    paths = {"train_data": archive("whole.npz")} | {role: archive(confidence=confidence)}
    with pytest.raises(TrainingError, match=r"There are 0 complete poses .* missing joints"):
        prepare(small_config(**paths))


def test_whole_sequences_are_held_out(small_config, poses, archive):
    data = prepare(small_config(train_data=archive()))
    assert (len(data.train), len(data.evaluation)) == (380, 20)
    whole = [part.tobytes() for part in np.split(poses.keypoints_2d, len(poses.lengths))]
    assert data.evaluation.keypoints_2d.tobytes() in whole
    held = {row.tobytes() for row in data.evaluation.keypoints_2d}
    assert not held & {row.tobytes() for row in data.train.pixels.keypoints_2d}


def test_single_poses_are_held_out_where_sequences_are_few(small_config, archive):
    data = prepare(small_config(train_data=archive(lengths=None, sequences=None)))
    assert (len(data.train), len(data.evaluation)) == (380, 20)


def test_another_archive_to_evaluate_on(small_config, poses, archive):
    config = small_config(train_data=archive("a.npz"), eval_data=archive("b.npz"))
    data = prepare(config)
    assert len(data.train) == len(data.evaluation) == len(poses)
    assert len(data.validation) == config.validation_poses


def test_one_scale_for_the_data_set_is_that_of_the_paper(small_config, poses, archive):
    data = prepare(small_config(train_data=archive(), scale="dataset"))
    head_root = np.linalg.norm(data.train.read()[:, poses.skeleton.index("head")], axis=-1)
    np.testing.assert_allclose(head_root.mean(), 1 / camera.DISTANCE, rtol=1e-5)
    assert set(data.validation.scale.ravel()) == {np.float32(data.scale)}


def test_missing_file_is_named(small_config):
    with pytest.raises(InputError, match=r"nowhere\.npz.*no such file"):
        prepare(small_config(train_data="nowhere.npz"))


def test_eval_data_needs_train_data(small_config):
    with pytest.raises(ConfigError, match="eval_data is given without train_data"):
        prepare(small_config(eval_data="poses.npz"))


def test_procedural_motion_is_the_default(small_config):
    data = prepare(small_config(synthetic_sequences=20))
    assert len(data.train) == 20 * 125
    assert data.evaluation.keypoints_3d is not None


def test_poses_of_coco_are_mapped_to_the_packages_joints(small_config, tmp_path):
    rng = np.random.default_rng(0)
    joints = np.array(COCO_17.joint_names)
    poses = rng.normal(500, 100, size=(200, 17, 2)).astype(np.float32)
    np.savez(tmp_path / "coco.npz", keypoints_2d=poses, joints=joints)
    data = prepare(small_config(train_data=str(tmp_path / "coco.npz"), batch_size=32))
    assert data.train.skeleton == H36M_17
    hips = poses[1, [COCO_17.index("left_hip"), COCO_17.index("right_hip")]]
    np.testing.assert_allclose(data.train.pixels.keypoints_2d[0, 0], hips.mean(axis=0), rtol=1e-5)


def test_procedural_motion_is_added_to_an_archive_where_asked_for(small_config, archive):
    config = small_config(train_data=archive(), synthetic_sequences=17)
    data = prepare(config)
    wide = synthetic.wide_poses(17, config.seed)
    np.testing.assert_array_equal(data.train.pixels.keypoints_2d[380:], wide.keypoints_2d)
    assert len(data.train) == 380 + 17 * 40
    assert len(data.evaluation) == 20  # the archive's alone
    np.testing.assert_array_equal(data.group, np.repeat([0, 1], [380, 17 * 40]))
    assert np.isnan(data.train.elevation[:380]).all()  # an archive may not say it
    np.testing.assert_allclose(
        data.train.elevation[380:], np.radians(wide.camera_elevation), rtol=1e-6
    )
    kinds = [data.of_kind(number).train for number in (0, 1)]
    assert [len(kind) for kind in kinds] == [380, 17 * 40]
    np.testing.assert_array_equal(kinds[1].pixels.keypoints_2d, wide.keypoints_2d)


def test_several_cameras_may_see_each_procedural_motion(small_config, archive):
    config = small_config(train_data=archive(), synthetic_sequences=5, synthetic_cameras=3)
    data = prepare(config)
    assert len(data.train) == 380 + 3 * 5 * 40
    assert data.train.pixels.sequences[-5:] == data.train.pixels.sequences[-10:-5]
    assert len(data.procedural_3d) == 3 * 5 * 40


def test_elevations_of_an_archive_are_kept_with_their_poses(small_config, archive):
    known = np.linspace(-20, 40, 400)
    data = prepare(small_config(train_data=archive(camera_elevation=known)))
    assert len(data.train.elevation) == len(data.train) == 380
    assert set(np.degrees(data.train.elevation).round(3)) < set(known.astype(np.float32).round(3))


def test_procedural_poses_keep_their_group_where_incomplete_ones_are_left_out(
    small_config, poses, archive
):
    confidence = np.ones((len(poses), 17), np.float32)
    confidence[::2, 3] = 0.0
    path = archive(confidence=confidence)
    data = prepare(small_config(train_data=path, synthetic_sequences=17))
    assert data.dropped == 190
    np.testing.assert_array_equal(data.group, np.repeat([0, 1], [190, 17 * 40]))


def test_bodies_of_one_kind_have_no_group(small_config, archive):
    assert prepare(small_config(train_data=archive())).group is None


def test_sequences_stay_apart_where_some_are_held_out(small_config, archive):
    """A sequence is one body, and its frames are neighbours."""
    data = prepare(small_config(train_data=archive()))
    np.testing.assert_array_equal(data.train.lengths, [20] * 19)


def test_sequences_stay_apart_where_incomplete_poses_are_left_out(small_config, poses, archive):
    confidence = np.ones((len(poses), 17), np.float32)
    confidence[::2, 3] = 0.0
    data = prepare(small_config(train_data=archive(confidence=confidence)))
    assert data.train.lengths.max() <= 10


@pytest.fixture
def source_config(small_config, archive):
    """Settings with a second archive, its parts as given."""

    def make(share=0.25, **changes):
        return small_config(
            train_data=archive("train.npz"),
            source_data=archive("source.npz", **changes),
            adapter=AdapterConfig(share=share),
        )

    return make


def test_a_second_archive_is_read_without_its_incomplete_poses(source_config, poses):
    confidence = np.ones((len(poses), 17), np.float32)
    confidence[:100, 3] = 0.0
    data = prepare(source_config(confidence=confidence))
    np.testing.assert_array_equal(data.source.pixels.keypoints_2d, poses.keypoints_2d[100:])
    assert len(data.train) == 380
    assert data.dropped == 0  # of the training set


def test_there_is_no_source_unless_asked_for(small_config, archive):
    assert prepare(small_config(train_data=archive())).source is None


def test_too_few_poses_of_the_second_archive_are_refused(source_config, poses):
    confidence = np.zeros((len(poses), 17), np.float32)
    confidence[:50] = 1.0
    with pytest.raises(TrainingError, match=r"There are 50 complete poses"):
        prepare(source_config(confidence=confidence))


def test_two_archives_have_no_common_scale(source_config):
    with pytest.raises(ConfigError, match="source_data needs scale=pose"):
        prepare(dataclasses.replace(source_config(), scale="dataset"))


@pytest.mark.parametrize(("share", "size"), [(0.25, 8), (1.0, 32), (0.01, 1)])
def test_poses_of_the_source_a_step(small_config, share, size):
    assert source_batch_size(small_config(adapter=AdapterConfig(share=share))) == size
