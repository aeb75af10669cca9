import functools

import numpy as np
import pytest

from posenet3d.geometry import bones, rotation
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

UPPER_ARM = [child for _, child in H36M_17.bones].index(H36M_17.index("left_elbow"))


def test_vector_points_from_parent_to_child(body):
    points = body()
    expected = points[H36M_17.index("left_elbow")] - points[H36M_17.index("left_shoulder")]
    vectors = bones.bone_vectors(points, H36M_17)
    assert vectors.shape == (16, 3)
    np.testing.assert_allclose(vectors[UPPER_ARM], expected)


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
@pytest.mark.parametrize("dims", [2, 3])
def test_length_is_that_of_the_vector(body, skeleton, dims):
    points = body(4)[..., :dims]
    vectors = bones.bone_vectors(points, skeleton).numpy()
    expected = np.linalg.norm(vectors, axis=-1)
    np.testing.assert_allclose(bones.bone_lengths(points, skeleton), expected, rtol=1e-5)


def test_lengths_grow_with_the_body_and_ratios_do_not(body):
    lengths, ratios = bones.bone_lengths(body(4), H36M_17), bones.bone_ratios(body(4), H36M_17)
    np.testing.assert_allclose(bones.bone_lengths(3 * body(4), H36M_17), 3 * lengths, rtol=1e-5)
    np.testing.assert_allclose(bones.bone_ratios(3 * body(4), H36M_17), ratios, rtol=1e-5)


def test_turning_and_moving_change_no_length(body):
    moved = rotation.rotate(body(4), rotation.about_y(1.0)) + 0.5
    expected = bones.bone_lengths(body(4), H36M_17)
    np.testing.assert_allclose(bones.bone_lengths(moved, H36M_17), expected, rtol=1e-4)


def test_ratios_have_the_mean_one(body):
    np.testing.assert_allclose(np.mean(bones.bone_ratios(body(4), H36M_17), axis=-1), 1, rtol=1e-5)


@pytest.mark.parametrize("function", [bones.bone_lengths, bones.bone_ratios])
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_gradients_are_finite_also_where_joints_coincide(gradients_of, body, function, scale):
    (gradient,) = gradients_of(lambda p: function(p, H36M_17)[..., ::2], scale * body(2))
    assert np.isfinite(gradient).all()


def test_every_mode_and_leading_shape_gives_the_same(assert_runs_alike, body):
    for function in (bones.bone_lengths, bones.bone_ratios):
        assert_runs_alike(functools.partial(function, skeleton=H36M_17), body(2, 3))
