import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.motion.mending.jitter import calmed, jitters


@pytest.fixture(scope="module")
def walk():
    """One person in 40 frames, and the size of each pose in pixels."""
    config = synthetic.SyntheticConfig(num_sequences=10, frames_per_sequence=40, seed=3)
    poses = synthetic.generate_poses(config)
    keypoints_2d = poses.keypoints_2d[:40].astype(float)
    size = np.linalg.norm(keypoints_2d - keypoints_2d[:, :1], axis=-1).mean(axis=1)
    return keypoints_2d, size


def test_jitter_is_taken_out_and_outliers_too(walk):
    keypoints_2d, size = walk
    random = np.random.default_rng(0)
    noisy = keypoints_2d + random.normal(0, 0.04, keypoints_2d.shape) * size[:, None, None]
    noisy[20, 13] += 3 * size[20]
    calm, was_calmed = calmed(noisy, np.ones((40, 17)), size)
    assert was_calmed
    before, after = (np.linalg.norm(x - keypoints_2d, axis=-1) for x in (noisy, calm))
    assert after.mean() < 0.6 * before.mean()
    assert after[20, 13] < 0.1 * before[20, 13]


@pytest.mark.parametrize("step", [1, 2])
def test_clean_motion_stays_as_it_is_at_usual_rates(walk, step):
    keypoints_2d, size = walk
    calm, was_calmed = calmed(keypoints_2d[::step], np.ones((len(size[::step]), 17)), size[::step])
    assert not was_calmed
    np.testing.assert_array_equal(calm, keypoints_2d[::step])


def test_quick_motion_is_told_from_jitter():
    """Whatever moves quickly changes its velocity, too; noise turns back from frame to frame."""
    quick = ("running", "jumping_jacks", "high_kicks", "boxing")
    config = synthetic.SyntheticConfig(
        num_sequences=12, frames_per_sequence=60, activities=quick, seed=6
    )
    people = synthetic.generate_poses(config).keypoints_2d.reshape(12, 60, 17, 2).astype(float)
    random = np.random.default_rng(0)
    for person in people:
        size = np.linalg.norm(person - person[:, :1], axis=-1).mean(axis=1)
        assert not jitters(person, np.ones((60, 17)), size)
        assert not jitters(person[::2], np.ones((30, 17)), size[::2])
        noisy = person + random.normal(0, 0.04, person.shape) * size[:, None, None]
        assert jitters(noisy, np.ones((60, 17)), size)


def test_a_few_frames_stay_as_they_are(walk):
    keypoints_2d, size = walk
    noisy = keypoints_2d[:6] + np.random.default_rng(0).normal(0, 9, (6, 17, 2))
    np.testing.assert_array_equal(calmed(noisy, np.ones((6, 17)), size[:6])[0], noisy)


def test_joints_beside_a_long_gap_are_not_drawn_into_it(walk):
    keypoints_2d, size = walk
    random = np.random.default_rng(0)
    noisy = keypoints_2d + random.normal(0, 0.04, keypoints_2d.shape) * size[:, None, None]
    confidence = np.ones((40, 17))
    confidence[12:26, 13] = 0
    noisy[12:26, 13] = 0.0
    calm, was_calmed = calmed(noisy, confidence, size)
    assert was_calmed
    off = np.linalg.norm(calm - keypoints_2d, axis=-1) / size[:, None]
    assert off[confidence > 0].max() < 0.3
    np.testing.assert_array_equal(calm[12:26, 13], 0.0)
