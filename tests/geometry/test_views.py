import functools
import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import rotation, views
from tests.fixtures.processes import forked_calls

ABOVE = np.array([[0.0, -1.0, 0.0]], np.float32)  # over the root, y being down
BEHIND = np.array([[0.0, 0.0, 1.0]], np.float32)
SEED = tf.constant([3, 4])
COUNT = 4000


def uniform_views(seed, count=COUNT):
    return views.uniform_views(count, seed, math.radians(20))


def known_views(seed, count=COUNT):
    return views.known_views(count, seed, 0.15, 0.1)[0]


DRAW = {"uniform": uniform_views, "known": known_views}


def tilt_of(matrices):
    """New elevation of views from a level camera: the angle to which the vertical is tilted."""
    vertical = matrices.numpy() @ -ABOVE[0]
    return np.arctan2(vertical[:, 2], vertical[:, 1])


def test_raised_camera_sees_what_is_above_nearer_and_what_is_behind_higher():
    look_down = views.view_matrix(0.0, 0.0, 0.3)
    assert rotation.rotate(ABOVE, look_down)[0, 2] < 0
    assert rotation.rotate(BEHIND, look_down)[0, 1] < 0


def test_same_elevation_and_no_turn_is_the_identity():
    np.testing.assert_allclose(views.view_matrix(0.0, 0.4, 0.4), np.eye(3), atol=1e-6)


def test_turn_from_a_tilted_camera_is_about_the_persons_vertical():
    seen_tilted = rotation.rotate(ABOVE, rotation.about_x(0.4))
    turned = rotation.rotate(seen_tilted, views.view_matrix(2.0, 0.4, 0.4))
    np.testing.assert_allclose(turned, seen_tilted, atol=1e-6)


def test_half_turn_swaps_left_and_right_front_and_back():
    point = np.array([[1.0, 2.0, 3.0]], np.float32)
    turned = rotation.rotate(point, views.view_matrix(math.pi, 0.0, 0.0))
    np.testing.assert_allclose(turned, [[-1.0, 2.0, -3.0]], atol=1e-5)


def test_way_back_is_the_inverse():
    there = views.view_matrix(1.2, 0.1, 0.3)
    back = views.view_matrix(-1.2, 0.3, 0.1)
    np.testing.assert_allclose(rotation.product(back, there), np.eye(3), atol=1e-6)


@pytest.mark.parametrize("kind", DRAW)
def test_views_are_rotations(kind):
    matrices = DRAW[kind](SEED).numpy()
    np.testing.assert_allclose(matrices @ matrices.swapaxes(1, 2), [np.eye(3)] * COUNT, atol=1e-5)
    np.testing.assert_allclose(np.linalg.det(matrices), 1, rtol=1e-4)


def test_uniform_views_come_from_all_sides_at_all_elevations_of_the_range():
    matrices = views.uniform_views(COUNT, SEED, math.radians(20))
    elevation = np.degrees(tilt_of(matrices))
    assert np.abs(elevation).max() <= 20.001
    assert np.histogram(elevation, 4, (-20, 20))[0].min() > 0.22 * COUNT
    azimuth = np.arctan2(matrices[:, 0, 2], matrices[:, 0, 0])
    assert np.histogram(azimuth, 4, (-math.pi, math.pi))[0].min() > 0.22 * COUNT


def test_known_views_undo_the_old_elevation_and_spread_around_it():
    views_of_tilted, elevation_to = views.known_views(COUNT, SEED, 0.15, 0.1)
    matrices = rotation.product(views_of_tilted, rotation.about_x(0.15))
    np.testing.assert_allclose(tilt_of(matrices), elevation_to, atol=1e-5)
    assert np.mean(elevation_to) == pytest.approx(0.15, abs=0.01)
    assert np.std(elevation_to) == pytest.approx(0.1, abs=0.01)
    azimuth = np.arctan2(matrices[:, 0, 2], matrices[:, 0, 0])
    assert np.histogram(azimuth, 4, (-math.pi, math.pi))[0].min() > 0.22 * COUNT


def test_each_poses_own_elevation_is_undone_where_it_is_given():
    own = tf.constant(np.random.default_rng(0).uniform(-0.5, 0.5, COUNT), tf.float32)
    matrices, elevation_to = views.known_views(COUNT, SEED, 0.15, 0.1, elevation_from=own)
    levelled = rotation.product(matrices, rotation.about_x(own))
    np.testing.assert_allclose(tilt_of(levelled), elevation_to, atol=1e-5)
    _, without = views.known_views(COUNT, SEED, 0.15, 0.1)
    np.testing.assert_array_equal(elevation_to, without)


def test_views_without_spread_or_turn_leave_poses_as_they_were():
    matrices, elevation_to = views.known_views(5, SEED, 0.15, 0.0, max_azimuth=0.0)
    np.testing.assert_allclose(matrices, [np.eye(3)] * 5, atol=1e-6)
    np.testing.assert_allclose(elevation_to, 0.15, rtol=1e-6)


@pytest.mark.parametrize("kind", DRAW)
def test_seed_decides(kind):
    np.testing.assert_array_equal(DRAW[kind](SEED), DRAW[kind](SEED))
    assert np.abs(DRAW[kind](SEED) - DRAW[kind](SEED + 1)).max(axis=(1, 2)).min() > 0


@pytest.mark.parametrize("kind", DRAW)
@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_views_are_the_same(kind, jit_compile):
    draw = functools.partial(DRAW[kind], SEED, 8)
    compiled = forked_calls.by_xla(draw) if jit_compile else tf.function(draw)()
    np.testing.assert_allclose(compiled, DRAW[kind](SEED, 8), atol=1e-5)


def test_every_mode_and_leading_shape_gives_the_same(assert_runs_alike):
    angles = np.random.default_rng(0).uniform(-1, 1, (3, 2, 3))
    assert_runs_alike(views.view_matrix, *angles)


@pytest.mark.parametrize("kind", ["uniform", "known"])
def test_azimuth_stays_within_its_limit(kind):
    limit = np.radians(40)
    turns = {
        "uniform": lambda: views.uniform_views(500, [0, 1], 0.0, limit),
        "known": lambda: views.known_views(500, [0, 1], 0.0, 0.0, limit)[0],
    }[kind]()
    azimuth = np.abs(np.arctan2(turns[:, 0, 2], turns[:, 0, 0]))
    assert 0.9 * limit < azimuth.max() <= limit + 1e-6
