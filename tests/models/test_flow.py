import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.models.flow import PoseFlow

ENTROPY = 0.5 * math.log(2 * math.pi * math.e)  # of a standard normal number, nats


@pytest.fixture
def make_flow():
    """A small flow, adapted, whose couplings are not the identity."""

    def make(**settings):
        flow = PoseFlow(**{"width": 16, "num_blocks": 3} | settings)
        flow.adapt(np.random.default_rng(1).normal(scale=0.1, size=(200, flow_joints(flow), 2)))
        rng = np.random.default_rng(0)
        for weight in flow.trainable_weights:
            weight.assign_add(rng.normal(scale=0.1, size=weight.shape))
        return flow

    return make


def flow_joints(flow):
    return flow.settings["num_joints"]


def correlated_poses(count, seed=0):
    """Normal poses `[count, 17, 2]`, of few strong directions and many weak ones."""
    rng = np.random.default_rng(seed)
    strength = 0.1 * 0.9 ** np.arange(32)
    mixing = np.linalg.qr(np.random.default_rng(9).normal(size=(32, 32)))[0]
    flat = rng.normal(size=(count, 32)) * strength @ mixing
    return np.concatenate([np.zeros((count, 2)), flat], axis=1).reshape(-1, 17, 2).astype("f")


def test_keeps_the_guarantees(keeps, normalised_2d):
    keeps(lambda: PoseFlow(width=16, num_blocks=2, num_components=20), normalised_2d)


@pytest.mark.parametrize("settings", [{}, {"num_components": 1}, {"num_components": 32}])
def test_inverse_gives_the_poses_back(make_flow, normalised_2d, settings):
    flow = make_flow(**settings)
    again = flow.inverse(flow.encode(normalised_2d).coordinates)
    np.testing.assert_allclose(again, normalised_2d, atol=2e-5)


def test_inverse_gives_poses_like_no_other_back(make_flow, normalised_2d):
    flow = make_flow()
    again = flow.inverse(flow.encode(50.0 * normalised_2d).coordinates)
    np.testing.assert_allclose(again, 50.0 * normalised_2d, atol=1e-2)


def test_root_may_be_any_joint(make_flow, normalised_2d):
    flow = make_flow(root=8)
    poses = normalised_2d - normalised_2d[:, 8:9]
    np.testing.assert_allclose(flow.inverse(flow.encode(poses).coordinates), poses, atol=2e-5)


@pytest.mark.parametrize("size", [0.1, 2.0])
def test_log_determinant_is_that_of_the_jacobian(make_flow, size):
    flow = make_flow(num_joints=4, num_components=4)
    flat = tf.constant(np.random.default_rng(2).normal(scale=size, size=(5, 6)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(flat)
        poses = tf.reshape(tf.pad(flat, [[0, 0], [2, 0]]), [-1, 4, 2])
        latent = flow.encode(poses)
    jacobian = (
        tape.batch_jacobian(latent.coordinates, flat, experimental_use_pfor=False)
        .numpy()
        .astype(np.float64)
    )
    whitening = -np.log(flow.deviation.numpy()).sum()
    expected = np.linalg.slogdet(jacobian)[1] - whitening
    np.testing.assert_allclose(latent.log_det, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("num_components", [8, 20, 32])
def test_new_flow_takes_normal_poses_for_what_they_are(num_components):
    flow = PoseFlow(num_components=num_components, num_blocks=2, width=8)
    flow.adapt(correlated_poses(20_000))
    nll = flow(correlated_poses(20_000, seed=1)).numpy().mean()
    np.testing.assert_allclose(nll, ENTROPY, atol=0.02)


def test_new_flow_draws_poses_like_those_it_was_adapted_to():
    flow = PoseFlow(num_components=32, num_blocks=2, width=8)
    poses = correlated_poses(20_000) + [[[0.0, 0.0]]] + np.arange(17)[:, None] * 0.01
    flow.adapt(poses)
    drawn = flow.sample(20_000, seed=[0, 0]).numpy()
    np.testing.assert_array_equal(drawn[:, 0], 0.0)
    np.testing.assert_allclose(drawn[:, 1:].mean(axis=0), poses[:, 1:].mean(axis=0), atol=4e-3)
    drawn, poses = drawn[:, 1:].reshape(-1, 32), poses[:, 1:].reshape(-1, 32)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(poses.T), atol=4e-4)


def test_same_seed_same_sample(make_flow):
    flow = make_flow()
    first = flow.sample(4, seed=[1, 2]).numpy()
    np.testing.assert_array_equal(flow.sample(4, seed=[1, 2]), first)
    assert np.abs(flow.sample(4, seed=[1, 3]) - first).max() > 0.01


def test_error_outside_the_components_has_its_price():
    flow = PoseFlow(num_components=8, num_blocks=2, width=8)
    poses = correlated_poses(1000)
    flow.adapt(poses)
    weakest = np.concatenate([[0.0, 0.0], flow.directions.numpy()[:, -1]]).reshape(17, 2)
    off = poses + 5 * flow.deviation.numpy()[-1] * weakest
    # 5 deviations in one of 32 coordinates: 12.5 / 32 nats.
    np.testing.assert_allclose(np.mean(flow(off) - flow(poses)), 12.5 / 32, atol=0.03)


def nll_and_slope(flow, poses):
    poses = tf.convert_to_tensor(poses, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(poses)
        nll = flow(poses)
    return nll.numpy(), tape.gradient(nll, poses).numpy()


@pytest.mark.parametrize("times", [0.0, 1e2, 1e4, 1e20])
def test_likelihood_and_slope_are_finite_however_far_a_pose_is(make_flow, normalised_2d, times):
    flow = make_flow()
    mean = np.concatenate([[0.0, 0.0], flow.mean.numpy()]).reshape(1, 17, 2)
    nll, slope = nll_and_slope(flow, mean + times * normalised_2d)
    assert np.isfinite(nll).all()
    assert np.abs(slope).max() < 100 * np.abs(nll_and_slope(flow, normalised_2d)[1]).max()


def test_slope_leads_back_from_afar(make_flow, normalised_2d):
    flow = make_flow()
    nll, slope = nll_and_slope(flow, 100 * normalised_2d)
    assert (np.sum(slope * normalised_2d, axis=(1, 2)) > 0).all()
    assert (nll > nll_and_slope(flow, 10 * normalised_2d)[0]).all()


def test_poses_that_are_all_the_same_can_be_adapted_to():
    flow = PoseFlow(width=8, num_blocks=2)
    poses = np.repeat(correlated_poses(1), 10, axis=0)
    flow.adapt(poses)
    assert np.isfinite(flow(poses)).all()
    assert (flow(poses + correlated_poses(10, seed=1)) > flow(poses)).numpy().all()


def test_poses_of_another_shape_are_refused(make_flow):
    with pytest.raises(ValueError, match=r"must have the shape \[N, 17, 2\], got \(2, 16, 2\)"):
        make_flow()(tf.zeros((2, 16, 2)))
    with pytest.raises(ValueError, match="cannot be adapted to no poses"):
        make_flow().adapt(np.zeros((0, 17, 2)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_components": 33}, "between 1 and 32, .* 17 joints without the root, got 33"),
        ({"num_components": 0}, "between 1 and 32"),
        ({"root": 17}, "one of the 17 joints, got 17"),
    ],
)
def test_impossible_sizes_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        PoseFlow(**settings)


def test_a_flow_by_elevation_asks_for_it_and_gives_the_poses_back(make_flow, normalised_2d):
    flow = make_flow(by_elevation=True)
    low, high = (np.full(len(normalised_2d), e, np.float32) for e in (-0.3, 0.9))
    again = flow.inverse(flow.encode(normalised_2d, low).coordinates, low)
    np.testing.assert_allclose(again, normalised_2d, atol=2e-5)
    assert np.abs(flow(normalised_2d, low) - flow(normalised_2d, high)).min() > 1e-4
    assert np.abs(flow.sample(4, [0, 1], low[:4]) - flow.sample(4, [0, 1], high[:4])).max() > 1e-3
    with pytest.raises(ValueError, match="needs the elevation of each pose"):
        flow(normalised_2d)
    plain = make_flow()
    np.testing.assert_array_equal(plain(normalised_2d, low), plain(normalised_2d))
