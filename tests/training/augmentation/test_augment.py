import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.augmentation.augment import damage
from posenet3d.training.settings.config import AugmentConfig

MUCH = AugmentConfig(hide=0.5, noise=0.1, swap=0.5, clean=0.5)


@pytest.fixture(scope="module")
def many_2d(normalised_2d):
    return tf.tile(normalised_2d, [10, 1, 1])


def damaged(poses_2d, seed=0, **settings):
    settings = {"clean": 0.0} | settings
    result = damage(poses_2d, AugmentConfig(**settings), H36M_17, tf.constant([seed, 1]))
    return result.keypoints_2d.numpy(), result.confidence.numpy()


def errors(poses_2d, keypoints_2d):
    """In parts of a pose's size, by joint: robust against the few that are far off."""
    distance = np.linalg.norm(keypoints_2d - poses_2d, axis=-1) * camera.DISTANCE
    return np.median(distance, axis=0)


def test_the_clean_share_is_untouched_and_certain(many_2d):
    keypoints_2d, confidence = damage(many_2d, MUCH, H36M_17, tf.constant([0, 1]))
    untouched = (keypoints_2d.numpy() == many_2d.numpy()).all(axis=(1, 2))
    assert untouched.mean() == pytest.approx(MUCH.clean, abs=0.03)
    assert (confidence.numpy()[untouched] == 1.0).all()
    assert (confidence.numpy()[~untouched] < 1.0).any()


def test_nothing_happens_to_poses_that_are_all_clean(many_2d):
    keypoints_2d, confidence = damaged(many_2d, hide=0.5, noise=0.1, swap=1.0, clean=1.0)
    np.testing.assert_array_equal(keypoints_2d, many_2d)
    assert (confidence == 1.0).all()


def test_at_least_half_of_the_joints_are_left(many_2d):
    _, confidence = damaged(many_2d, hide=0.5)
    hidden = (confidence == 0).sum(axis=1)
    assert hidden.max() == 8  # of 17
    assert hidden.min() == 0


@pytest.mark.parametrize("hide", [0.1, 0.3])
def test_joints_are_hidden_up_to_the_setting(many_2d, hide):
    keypoints_2d, confidence = damaged(many_2d, hide=hide)
    np.testing.assert_array_equal(keypoints_2d, many_2d)
    hidden = (confidence == 0).mean(axis=0)  # of each joint, none more often than others
    np.testing.assert_allclose(hidden, hide / 2, atol=0.03)


def test_only_hidden_joints_have_confidence_zero(many_2d):
    _, confidence = damaged(many_2d, noise=0.3)
    assert confidence.min() == pytest.approx(0.05)
    assert confidence.max() == 1.0


def test_noise_grows_along_the_limbs(many_2d):
    error = errors(many_2d, damaged(many_2d, noise=0.05)[0])
    for inner, middle, outer in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
        for side in ("left", "right"):
            joints = [H36M_17.index(f"{side}_{name}") for name in (inner, middle, outer)]
            np.testing.assert_allclose(error[joints] / error[joints[0]], [1, 1.5, 2], rtol=0.1)
    trunk = [H36M_17.index(name) for name in ("pelvis", "spine", "thorax", "neck", "head")]
    assert 0.5 < np.mean(error[trunk]) / 0.05 < 1.5


def test_noise_grows_with_the_setting(many_2d):
    small, large = (damaged(many_2d, noise=noise)[0] - many_2d for noise in (0.02, 0.06))
    np.testing.assert_allclose(large, 3.0 * small, rtol=1e-3, atol=1e-6)


def test_some_joints_are_far_off(many_2d):
    keypoints_2d, _ = damaged(many_2d, noise=0.05)
    distance = np.linalg.norm(keypoints_2d - many_2d, axis=-1) * camera.DISTANCE
    assert np.quantile(distance, 0.999) > 6 * np.median(distance)


def test_confidence_falls_with_the_error(many_2d):
    keypoints_2d, confidence = damaged(many_2d, noise=0.05)
    distance = np.linalg.norm(keypoints_2d - many_2d, axis=-1)
    rated = (confidence < 1.0).any(axis=1)
    assert rated.mean() == pytest.approx(0.7, abs=0.03)  # some detectors rate nothing
    assert np.corrcoef(distance[rated].ravel(), confidence[rated].ravel())[0, 1] < -0.6


def test_swapped_poses_have_left_and_right_exchanged(many_2d):
    keypoints_2d, _ = damaged(many_2d, swap=0.3)
    exchanged = many_2d.numpy()[:, list(H36M_17.mirror)]
    swapped = (keypoints_2d == exchanged).all(axis=(1, 2))
    assert swapped.mean() == pytest.approx(0.3, abs=0.03)
    np.testing.assert_array_equal(keypoints_2d[~swapped], many_2d[~swapped])


def test_same_seed_same_damage(many_2d):
    first, second, other = (
        damage(many_2d, MUCH, H36M_17, tf.constant([0, seed])) for seed in (1, 1, 2)
    )
    for part, same, different in zip(first, second, other, strict=True):
        np.testing.assert_array_equal(part, same)
        assert np.any(part != different)


@pytest.mark.parametrize("setting", ["hide", "noise", "swap"])
def test_settings_say_whether_they_damage(setting):
    assert AugmentConfig(**{setting: 0.1}).damages
    assert not AugmentConfig(placements=10).damages
