import functools

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posenet3d.errors import ConfigError, InputError
from posenet3d.motion.config import OneEuroConfig, SavgolConfig
from posenet3d.motion.smoothing import OneEuro, one_euro, savgol

FILTERS = pytest.mark.parametrize("smooth", [one_euro, savgol])


def jitter(poses):
    return np.linalg.norm(np.diff(poses, n=2, axis=0), axis=-1).mean()


@FILTERS
def test_noise_becomes_less(smooth, motion, noisy):
    smoothed = smooth(noisy, 30)
    assert smoothed.shape == motion.shape
    assert jitter(smoothed) < 0.5 * jitter(noisy)
    assert np.abs(smoothed - motion).mean() < 0.8 * np.abs(noisy - motion).mean()


@FILTERS
def test_who_stands_still_stays(smooth, motion):
    still = np.repeat(motion[:1], 20, axis=0)
    np.testing.assert_allclose(smooth(still, 30), still, atol=1e-9)


@FILTERS
def test_moving_turning_and_resizing_commute_with_it(smooth, noisy):
    turn = Rotation.from_euler("xyz", [40, 130, -70], degrees=True).as_matrix()

    def moved(poses):
        return 0.001 * poses @ turn + (1.0, -2.0, 3.0)

    np.testing.assert_allclose(smooth(moved(noisy), 30), moved(smooth(noisy, 30)), atol=1e-9)


@FILTERS
def test_frames_without_a_pose_stay_so_and_part_what_is_around_them(smooth, noisy):
    with_gap = noisy.copy()
    with_gap[[0, 25, 26, 40]] = np.nan
    smoothed = smooth(with_gap, 30)
    np.testing.assert_array_equal(np.isnan(smoothed), np.isnan(with_gap))
    np.testing.assert_allclose(smoothed[27:40], smooth(noisy[27:40], 30), atol=1e-9)
    np.testing.assert_allclose(smoothed[1:25], smooth(noisy[1:25], 30), atol=1e-9)


@FILTERS
@pytest.mark.parametrize("frames", range(4))
def test_short_tracks_are_taken(smooth, noisy, frames):
    smoothed = smooth(noisy[:frames], 30)
    assert smoothed.shape == (frames, 17, 3)
    assert np.isfinite(smoothed).all()


@FILTERS
@pytest.mark.parametrize("fps", [0, -30, np.nan, np.inf])
def test_a_rate_that_is_none_is_refused(smooth, noisy, fps):
    with pytest.raises(InputError, match="fps must be a positive number"):
        smooth(noisy, fps)


@pytest.mark.parametrize("frames", [4, 5, 6, 15, 16, 40])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_savgol_leaves_polynomials_of_its_order(frames, order):
    coefficients = np.random.default_rng(order).normal(size=(order + 1, 17, 3))
    time = np.linspace(-1, 1, frames)
    curve = sum(c * time[:, None, None] ** power for power, c in enumerate(coefficients))
    np.testing.assert_allclose(savgol(curve, 30, SavgolConfig(order=order)), curve, atol=1e-9)


def test_window_of_savgol_is_in_seconds(noisy):
    impulse = np.zeros((61, 17, 3))
    impulse[30] = 1.0

    def reach(fps):
        return np.count_nonzero(np.abs(savgol(impulse, fps, SavgolConfig(window=0.3)))[:, 0, 0])

    assert (reach(30), reach(100)) == (9, 29)


def test_one_euro_does_not_look_ahead(noisy):
    changed = noisy.copy()
    changed[30:] += 1000.0
    np.testing.assert_array_equal(one_euro(changed, 30)[:30], one_euro(noisy, 30)[:30])


def test_one_euro_live_is_one_euro_of_a_file(noisy):
    live = OneEuro()
    poses = [live.step(pose, frame / 30) for frame, pose in enumerate(noisy)]
    np.testing.assert_array_equal(poses, one_euro(noisy, 30))


def test_one_euro_takes_uneven_times(motion):
    """A straight way seen at uneven times is followed like one at even times, with the same lag."""
    speed = np.full((17, 3), 300.0)  # mm a second
    config = OneEuroConfig(beta=0.0)
    times = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.05, 300))
    live = OneEuro(config)
    lags = [speed * time - live.step(motion[0] + speed * time, time) + motion[0] for time in times]
    even = one_euro(motion[0] + speed * np.arange(300)[:, None, None] / 30, 30, config)
    expected = motion[0] + speed * 299 / 30 - even[-1]
    np.testing.assert_allclose(np.mean(lags[100:], axis=0), expected, rtol=0.05)


def test_one_euro_lags_less_with_more_beta(motion):
    lag = [np.abs(one_euro(motion, 30, OneEuroConfig(beta=b)) - motion).mean() for b in (0, 1, 5)]
    assert lag[0] > lag[1] > lag[2]


def test_one_euro_begins_anew_after_reset(noisy):
    live = OneEuro()
    live.step(noisy[0], 0.0)
    live.reset()
    np.testing.assert_array_equal(live.step(noisy[1], 0.0), noisy[1])


def test_one_euro_refuses_time_that_stands_still(noisy):
    live = OneEuro()
    live.step(noisy[0], 1.0)
    with pytest.raises(ValueError, match=r"Time must rise, got 1\.0 s"):
        live.step(noisy[1], 1.0)


def test_one_euro_keeps_its_state_to_itself(noisy):
    expected = one_euro(noisy, 30)
    live = OneEuro()
    for frame, pose in enumerate(noisy):
        smooth = live.step(pose, frame / 30)
        np.testing.assert_array_equal(smooth, expected[frame])
        smooth += 1e3


def test_one_euro_is_the_papers(noisy):
    """One coordinate of one joint against the paper's algorithm, written for one number."""
    alpha = functools.partial(lambda rate, cutoff: 1 / (1 + rate / (2 * np.pi * cutoff)), 30.0)
    values = noisy[:, 5, 1]
    filtered = [values[0]]
    for value in values[1:]:
        filtered.append(filtered[-1] + alpha(2.0) * (value - filtered[-1]))
    alone = one_euro(noisy, 30, OneEuroConfig(min_cutoff=2.0, beta=0.0))[:, 5, 1]
    np.testing.assert_allclose(alone, filtered)


BAD = [
    (OneEuroConfig, {"min_cutoff": 0}),
    (OneEuroConfig, {"beta": -1}),
    (OneEuroConfig, {"d_cutoff": np.nan}),
    (SavgolConfig, {"window": 0}),
    (SavgolConfig, {"order": 2.5}),
    (SavgolConfig, {"order": -1}),
]


@pytest.mark.parametrize(("config", "settings"), BAD)
def test_settings_out_of_range_are_named(config, settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        config(**settings)
