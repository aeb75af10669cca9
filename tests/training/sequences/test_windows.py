import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import bones
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.sequences.windows import DrawnWindows
from posenet3d.training.settings.config import AugmentConfig, StudentConfig
from posenet3d.training.settings.sequence_settings import SequenceConfig
from posenet3d.training.student.lessons import Lessons

FRAMES, LENGTH, SEQUENCES, BATCH = 12, 20, 20, 64


@pytest.fixture(scope="module")
def draw(small_config, poses, normalised_2d):
    """Windows of the procedural poses, whose first joint's depth tells the row."""

    def make(virtual=0.0, step=0, **changes):
        config = small_config(
            mirror=False,
            student=StudentConfig(virtual=virtual, mixed=0.3, bodies=0.1),
            sequence=SequenceConfig(batch_size=BATCH, frames=FRAMES),
        )
        config = dataclasses.replace(config, **changes)
        lessons = Lessons(
            normalised_2d.numpy(),
            poses.keypoints_3d / 400,
            np.radians(poses.camera_elevation)
            if poses.camera_elevation is not None
            else np.full(len(poses), np.nan),
        )
        windows = DrawnWindows(config, H36M_17, lessons, np.full(SEQUENCES, LENGTH))
        return windows.draw(lambda stream: tf.constant([step, stream]))

    return make


def rows_of(window, poses, normalised_2d):
    """Which pose each frame is, told by its shape."""
    shapes = normalised_2d.numpy().reshape(len(poses), -1)
    drawn = window.keypoints_2d.numpy()
    size = np.linalg.norm(drawn, axis=-1).mean(-1)[..., None, None]
    drawn = (drawn / (10 * size)).reshape(BATCH, FRAMES, -1)
    off = np.abs(drawn[:, :, None] - shapes).max(-1)
    assert off.min(-1).max() < 1e-5
    return off.argmin(-1)


def test_windows_are_frames_of_one_sequence_in_order(draw, poses, normalised_2d):
    window = draw()
    rows, present = rows_of(window, poses, normalised_2d), window.present.numpy() > 0
    assert 0.3 < present.mean() < 1
    for own, there, stride in zip(rows, present, window.stride.numpy(), strict=True):
        seen = own[there]
        assert len(seen) >= 1
        assert (np.diff(seen) == stride).all()
        assert len(set(seen // LENGTH)) == 1
        assert (np.diff(np.flatnonzero(there)) == 1).all()  # one run of frames
    assert set(window.stride.numpy()) == {1, 2, 3}


def test_all_frames_show_a_body_of_one_size(draw):
    for virtual in (0.0, 1.0):
        window = draw(virtual)
        sizes = tf.reduce_sum(bones.bone_lengths(window.keypoints_3d, H36M_17), axis=-1).numpy()
        for own, there in zip(sizes, window.present.numpy() > 0, strict=True):
            np.testing.assert_allclose(own[there], own[there][0], rtol=0.01)


def test_a_window_is_seen_by_one_camera_that_stands_still(draw):
    window = draw(virtual=1.0)
    elevation = np.degrees(window.elevation.numpy())
    np.testing.assert_allclose(elevation, elevation[:, :1] + np.zeros(FRAMES))
    assert np.ptp(elevation[:, 0]) > 20
    assert (window.elevation_known.numpy() == 1).all()
    # Nobody jumps: from frame to frame a joint moves less than from window to window.
    moved = np.abs(np.diff(window.keypoints_3d.numpy(), axis=1))[window.present.numpy()[:, 1:] > 0]
    others = np.abs(np.diff(window.keypoints_3d.numpy(), axis=0))
    assert np.median(moved) < 0.3 * np.median(others)


def test_the_root_stays_at_the_origin_wherever_joints_are_placed(draw):
    window = draw(virtual=0.5, augment=AugmentConfig(placements=8))
    for poses in (window.keypoints_2d, window.keypoints_3d, window.true_3d):
        np.testing.assert_allclose(poses[:, :, H36M_17.root], 0, atol=1e-6)
    size = np.linalg.norm(window.keypoints_2d, axis=-1).mean(axis=(1, 2))
    np.testing.assert_allclose(size, 0.1, rtol=1e-4)


def test_a_step_draws_the_same_again_and_another_others(draw):
    first, again, other = draw(0.5), draw(0.5), draw(0.5, step=1)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert np.abs(first.keypoints_2d - other.keypoints_2d).max() > 0.01
