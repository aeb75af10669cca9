import functools

import numpy as np
import pytest

from posenet3d.geometry.mirror import mirror
from posenet3d.skeletons.skeleton import COCO_17, H36M_17


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
def test_left_wrist_takes_the_right_ones_mirrored_place(body, skeleton):
    points, left, right = body(), skeleton.index("left_wrist"), skeleton.index("right_wrist")
    mirrored = mirror(points, skeleton)
    np.testing.assert_array_equal(mirrored[left], points[right] * [-1, 1, 1])
    np.testing.assert_array_equal(mirrored[right], points[left] * [-1, 1, 1])


def test_head_stays_a_head(body):
    head = H36M_17.index("head")
    np.testing.assert_array_equal(mirror(body(), H36M_17)[head], body()[head] * [-1, 1, 1])


@pytest.mark.parametrize("dims", [2, 3])
def test_twice_is_the_identity(body, dims):
    points = body(4)[..., :dims]
    np.testing.assert_array_equal(mirror(mirror(points, H36M_17), H36M_17), points)


def test_every_mode_and_leading_shape_gives_the_same(assert_runs_alike, body):
    assert_runs_alike(functools.partial(mirror, skeleton=H36M_17), body(2, 3))
