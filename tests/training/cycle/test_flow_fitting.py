import dataclasses

import keras
import numpy as np
import pytest

from posenet3d.errors import ConfigError, TrainingError
from posenet3d.geometry import camera, mirror
from posenet3d.models.flow import PoseFlow
from posenet3d.skeletons.skeleton import H36M_17, Skeleton
from posenet3d.training.cycle.flow_fitting import FlowConfig, fit_flow

SMALL = FlowConfig(width=32, num_blocks=4, steps=150, batch_size=128, learning_rate=5e-3)

# Three joints: a root and a pair.
PAIR = Skeleton("pair", ("middle", "left", "right"), (-1, 0, 0), left=(1,), right=(2,))


def fit_small(poses, skeleton=H36M_17, seed=0, **changes):
    config = dataclasses.replace(SMALL, **changes)
    keras.utils.set_random_seed(0)
    flow = PoseFlow(
        skeleton.num_joints,
        skeleton.root,
        min(config.num_components, 2 * skeleton.num_joints - 2),
        config.num_blocks,
        config.width,
    )
    return flow, fit_flow(flow, poses, skeleton, config, seed)


@pytest.fixture(scope="module")
def real_2d(poses):
    return camera.normalise(poses.keypoints_2d, H36M_17.root).keypoints_2d.numpy()


@pytest.fixture(scope="module")
def fitted(real_2d):
    return fit_small(real_2d)


def two_modes(count, seed):
    """Both of the pair up and loose from side to side, or both down and tight."""
    rng = np.random.default_rng(seed)
    up = rng.choice([True, False], size=(count, 1))
    poses = rng.normal(scale=0.02, size=(count, 3, 2))
    poses[:, 1:, 0] *= np.where(up, 2.0, 0.2)
    poses[:, 1:] += np.stack(
        [np.tile([0.1, -0.1], (count, 1)), np.where(up, 0.1, [-0.1, -0.1])], -1
    )
    poses[:, 0] = 0.0
    return poses.astype("f")


def test_two_modes_are_found():
    flow, fit = fit_small(two_modes(2000, 0), PAIR, steps=200, learning_rate=1e-2)
    seen = two_modes(500, 1)
    likely = np.mean(flow(seen))
    np.testing.assert_allclose(fit.held_out_nll, likely, atol=0.15)
    mean, covariance = seen[:, 1:].reshape(-1, 4).mean(axis=0), np.cov(seen[:, 1:].reshape(-1, 4).T)
    noise = np.random.default_rng(0).multivariate_normal(mean, covariance, 500).reshape(-1, 2, 2)
    unlikely = {
        "noise as wide": np.pad(noise, [(0, 0), (1, 0), (0, 0)]),
        "the wrong way up": seen * [1, -1],
        "between": seen * [1, 0],
    }
    for name, poses in unlikely.items():
        assert np.mean(flow(poses.astype("f"))) > likely + 0.5, name
    drawn = flow.sample(500, seed=[0, 0]).numpy()[:, 1:]
    up = drawn[..., 1].mean(axis=1) > 0
    assert 0.35 < up.mean() < 0.65
    assert (np.abs(drawn[..., 1].mean(axis=1)) > 0.05).mean() > 0.8
    assert drawn[up, 0, 0].std() > 3 * drawn[~up, 0, 0].std()


def spoilt_poses():
    """Ways of spoiling 2D poses, from poses `[N, J, 2]` and their depths `[N, J]`."""
    turn = np.radians(30)
    in_plane = np.float32([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    def folded(poses, depth):
        # Seen anew from the side with everybody's depth folded away from the camera.
        side = np.stack([np.abs(depth), poses[..., 1] * camera.DISTANCE], axis=-1)
        return camera.normalise(side.astype("f"), 0).keypoints_2d.numpy()

    return {
        "left-right swapped": lambda poses, depth: poses[:, list(H36M_17.mirror)],
        "turned in the plane": lambda poses, depth: poses @ in_plane.T,
        "depth folded": folded,
    }


@pytest.mark.parametrize("name", spoilt_poses())
def test_real_poses_are_likelier_than_spoilt_ones(fitted, poses, real_2d, name):
    flow, _ = fitted
    size = np.linalg.norm(poses.keypoints_3d[..., :2], axis=-1).mean(-1, keepdims=True)
    spoilt = spoilt_poses()[name](real_2d, poses.keypoints_3d[..., 2] / size)
    worse = flow(spoilt) - flow(real_2d)
    assert np.mean(worse) > 0.1
    assert np.mean(worse > 0) > 0.7


def test_mirrored_poses_are_as_likely(fitted, real_2d):
    flow, fit = fitted
    mirrored = np.mean(flow(mirror.mirror(real_2d, H36M_17)))
    np.testing.assert_allclose(mirrored, fit.train_nll, atol=0.1)


def test_fitted_flow_knows_more_than_a_normal_distribution(fitted, real_2d):
    _, fit = fitted
    normal = PoseFlow(num_blocks=0)
    normal.adapt(real_2d)
    assert fit.train_nll < np.mean(normal(real_2d)) - 0.1
    assert fit.held_out_nll < np.mean(normal(real_2d)) - 0.05


def test_learning_by_heart_shows(real_2d):
    few = np.random.default_rng(0).permutation(real_2d)[:64]
    _, fit = fit_small(few, noise=0.0, steps=100, num_blocks=2)
    assert fit.held_out_nll > fit.train_nll + 1.0


def test_outcome_depends_on_the_seed_alone(real_2d):
    (first, fit), (second, fit_again), (other, _) = (
        fit_small(real_2d, seed=seed, steps=5, num_blocks=1) for seed in (1, 1, 2)
    )
    assert fit == fit_again
    np.testing.assert_array_equal(first(real_2d), second(real_2d))
    assert np.abs(first(real_2d) - other(real_2d)).max() > 1e-3


def test_too_few_poses_are_refused(real_2d):
    with pytest.raises(TrainingError, match="cannot be fitted to 63 poses; give at least 64"):
        fit_small(real_2d[:63])


def test_incomplete_poses_are_refused(real_2d):
    gappy = real_2d.copy()
    gappy[3, 5] = np.nan
    with pytest.raises(TrainingError, match="needs complete poses"):
        fit_small(gappy)


def test_divergence_is_reported(real_2d):
    with pytest.raises(TrainingError, match=r"diverged: .* flow_learning_rate below 1\.0"):
        fit_small(real_2d, learning_rate=1.0, steps=20, num_blocks=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", 0),
        ("num_blocks", 0),
        ("num_components", 0),
        ("steps", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("noise", -0.1),
    ],
)
def test_settings_out_of_range_are_refused(name, value):
    with pytest.raises(ConfigError, match=f"flow_{name} must lie between .* got {value}"):
        FlowConfig(**{name: value})


def test_poses_are_compared_with_those_of_the_same_elevation():
    """A pair that is high in the picture from below, and low from above."""
    rng = np.random.default_rng(0)
    elevation = rng.uniform(-0.5, 0.5, 2000).astype("f")
    poses = rng.normal(scale=0.02, size=(2000, 3, 2)).astype("f")
    poses[:, 1:, 1] -= 0.2 * elevation[:, None]
    poses[:, 0] = 0.0
    keras.utils.set_random_seed(0)
    flow = PoseFlow(3, 0, 4, 4, 32, by_elevation=True)
    config = dataclasses.replace(SMALL, steps=200, learning_rate=1e-2)
    fit = fit_flow(flow, poses, PAIR, config, 0, elevation)
    _, without = fit_small(poses, PAIR, steps=200, learning_rate=1e-2)
    assert fit.held_out_nll < without.held_out_nll - 0.1
    known, wrong = (float(np.mean(flow(poses, e))) for e in (elevation, -elevation))
    assert known < wrong - 0.5
