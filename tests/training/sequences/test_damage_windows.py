import numpy as np
import pytest
import tensorflow as tf

from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.sequences.damage import damage_windows
from posenet3d.training.sequences.lasting import Lasting
from posenet3d.training.settings.config import AugmentConfig

FRAMES, WINDOWS = 16, 400
SEED = tf.constant([5, 6])


@pytest.fixture(scope="module")
def windows(normalised_2d):
    """`[B, T, 17, 2]`: windows in which nobody moves."""
    still = tf.gather(normalised_2d, np.arange(WINDOWS) % len(normalised_2d))
    return tf.repeat(still[:, tf.newaxis], FRAMES, axis=1)


def damaged(poses, seed=SEED, **settings):
    config = AugmentConfig(**{"clean": 0.0} | settings)
    result = damage_windows(poses, config, H36M_17, Lasting(FRAMES), seed)
    return result.keypoints_2d.numpy(), result.confidence.numpy()


def test_without_damage_everything_stays_as_it_is(windows):
    for settings in ({}, {"noise": 0.1, "hide": 0.3, "swap": 0.1, "clean": 1.0}):
        moved, confidence = damaged(windows, **settings)
        np.testing.assert_allclose(moved, windows, atol=1e-7)
        if settings:
            assert (confidence == 1).all()


def test_noise_has_its_size_and_takes_confidence(windows):
    moved, confidence = damaged(windows, noise=0.05)
    off = 10 * np.linalg.norm(moved - windows, axis=-1)
    assert 0.03 < np.median(off) < 0.12
    rated = confidence.min(axis=(1, 2)) < 1
    assert 0.5 < rated.mean() < 0.9
    far = off > np.quantile(off, 0.9)
    assert confidence[rated][far[rated]].mean() < confidence[rated][~far[rated]].mean() - 0.1


def test_hidden_joints_have_no_confidence_for_runs_of_frames(windows):
    _, confidence = damaged(windows, hide=0.3)
    hidden = confidence == 0
    assert 0.1 < hidden.mean() < 0.25
    assert hidden[:, 1:][hidden[:, :-1]].mean() > 2 * hidden.mean()
    away = hidden.all(axis=2)  # nobody is seen
    assert away.any()
    assert not away.all(axis=1).any()


def test_sides_are_exchanged_in_some_frames_of_some_windows(windows):
    moved, _ = damaged(windows, swap=0.05)
    swapped = np.abs(moved - tf.gather(windows, H36M_17.mirror, axis=2)).max(axis=(2, 3)) < 1e-6
    same = np.abs(moved - windows).max(axis=(2, 3)) < 1e-6
    assert (swapped | same).all()
    assert 0.005 < swapped.mean() < 0.1
    assert same.all(axis=1).mean() > 0.5


def test_the_same_seed_does_the_same_damage(windows):
    settings = {"noise": 0.05, "hide": 0.2, "swap": 0.05}
    for first, again in zip(
        damaged(windows, **settings), damaged(windows, **settings), strict=True
    ):
        np.testing.assert_array_equal(first, again)
    other = damaged(windows, seed=tf.constant([5, 7]), **settings)[0]
    assert np.abs(other - damaged(windows, **settings)[0]).max() > 0.01
