import functools
import itertools

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry.alignment import procrustes
from tests.fixtures.processes import forked_calls

ROUTES = {
    "eager": procrustes,
    "function": tf.function(procrustes),
    "xla": functools.partial(forked_calls.by_xla, procrustes),
}
# XLA takes seconds to compile a decomposition, so it is tried in one precision, that of training,
# and on one shape.
PRECISIONS = {
    ("eager", np.float64): 1e-9,
    ("eager", np.float32): 1e-5,
    ("function", np.float64): 1e-9,
    ("xla", np.float32): 1e-5,
}
ALL_PRECISIONS = pytest.mark.parametrize(
    ("route", "dtype", "atol"), [(*key, atol) for key, atol in PRECISIONS.items()]
)
JOINTS = 17
BATCH = 36
MIRROR = np.array([1.0, 1.0, -1.0])
LINE = np.linspace(-1.0, 2.0, JOINTS)[:, None] * [3.0, 1.0, -2.0]
CLOUD = np.random.default_rng(5).normal(size=(JOINTS, 3))
SHAPES = {
    "origin": np.zeros((JOINTS, 3)),
    "point": np.full((JOINTS, 3), 12.3),
    "line": LINE,
    "axis": LINE * [0.0, 0.0, 1.0],
    "plane": CLOUD * [1.0, 1.0, 0.0],
    "cloud": CLOUD,
}


def random_points(*batch, seed=0):
    return np.random.default_rng(seed).normal(size=(*batch, JOINTS, 3))


def moved(points, seed=1):
    """A turned, scaled and shifted copy, another for each point set."""
    rng = np.random.default_rng(seed)
    rotation, _ = np.linalg.qr(rng.normal(size=(*points.shape[:-2], 3, 3)))
    rotation *= np.linalg.det(rotation)[..., None, None]
    scale = rng.uniform(0.1, 10.0, size=(*points.shape[:-2], 1, 1))
    return scale * points @ rotation + rng.normal(size=(*points.shape[:-2], 1, 3))


@ALL_PRECISIONS
@pytest.mark.parametrize("reflection", [False, True])
def test_a_moved_copy_aligns_exactly(route, dtype, atol, reflection):
    target = random_points(BATCH).astype(dtype)
    points = moved(target).astype(dtype)
    aligned = ROUTES[route](points, target, reflection)
    assert aligned.dtype == dtype
    np.testing.assert_allclose(aligned, target, atol=atol)


@ALL_PRECISIONS
def test_a_mirrored_copy_aligns_only_with_reflection(route, dtype, atol):
    target = random_points(BATCH).astype(dtype)
    points = moved(target * MIRROR).astype(dtype)
    np.testing.assert_allclose(ROUTES[route](points, target, True), target, atol=atol)
    error = np.linalg.norm(ROUTES[route](points, target, False) - target, axis=-1)
    assert error.mean(axis=-1).min() > 0.1


def test_the_result_is_a_proper_similarity_of_the_points():
    points, target = random_points(BATCH), random_points(BATCH, seed=2)
    aligned = procrustes(points, target).numpy()
    centred = points - points.mean(axis=-2, keepdims=True)
    linear = np.linalg.pinv(centred) @ (aligned - aligned.mean(axis=-2, keepdims=True))
    scale = np.cbrt(np.linalg.det(linear))
    assert (scale > 0).all()
    rotation = linear / scale[:, None, None]
    np.testing.assert_allclose(rotation @ rotation.swapaxes(-2, -1), [np.eye(3)] * BATCH, atol=1e-9)


@pytest.mark.parametrize("reflection", [False, True])
def test_no_small_move_of_the_result_comes_nearer(reflection):
    points, target = random_points(1), random_points(1, seed=2)
    aligned = procrustes(points, target, reflection).numpy()
    best = ((aligned - target) ** 2).sum()
    centre = aligned.mean(axis=-2, keepdims=True)
    for i, step in itertools.product(range(7), (-1e-3, 1e-3)):
        turn = np.eye(3)
        if i < 3:
            a, b = [j for j in range(3) if j != i]
            turn[[a, a, b, b], [a, b, a, b]] = (
                np.cos(step),
                -np.sin(step),
                np.sin(step),
                np.cos(step),
            )
        scale = 1.0 + step * (i == 3)
        shift = step * (np.arange(3) == i - 4)
        nudged = scale * (aligned - centre) @ turn + centre + shift
        assert ((nudged - target) ** 2).sum() > best


@ALL_PRECISIONS
@pytest.mark.parametrize("reflection", [False, True])
def test_degenerate_points_and_targets(route, dtype, atol, reflection):
    pairs = list(itertools.product(SHAPES.values(), SHAPES.values()))
    points, target = (np.array(side, dtype) for side in zip(*pairs, strict=True))
    aligned = ROUTES[route](points, target, reflection).numpy()
    assert np.isfinite(aligned).all()
    # Shrinking all points into the target's centre is allowed, so no result may be worse.
    collapsed = ((target - target.mean(axis=-2, keepdims=True)) ** 2).sum(axis=(-2, -1))
    assert (((aligned - target) ** 2).sum(axis=(-2, -1)) <= collapsed * (1 + 1e-5) + 1e-6).all()
    same = [i for i, (a, b) in enumerate(pairs) if a is b]
    np.testing.assert_allclose(aligned[same], target[same], atol=atol)


@pytest.mark.parametrize("reflection", [False, True])
def test_the_routes_agree(reflection):
    points, target = (random_points(BATCH, seed=s).astype(np.float32) for s in (0, 2))
    eager = procrustes(points, target, reflection)
    for route in ROUTES.values():
        np.testing.assert_allclose(route(points, target, reflection), eager, atol=1e-4)


def test_any_batch_shape():
    points, target = random_points(2, 3), random_points(2, 3, seed=2)
    aligned = procrustes(points, target)
    np.testing.assert_allclose(procrustes(points[1, 2], target[1, 2]), aligned[1, 2], atol=1e-9)
