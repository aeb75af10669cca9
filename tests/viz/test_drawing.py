import numpy as np
import pytest

from posenet3d.skeletons.skeleton import COCO_17, H36M_17
from posenet3d.viz import drawing

AXES = {"right": [1, 0, 0], "down": [0, 1, 0], "far": [0, 0, 1]}
SEEN = {
    "camera's view": {"right": [1, 0, 0], "down": [0, -1, 0], "far": [0, 0, 1]},
    # The camera now stands on the right and looks left: far is to its right, right is near.
    "from the side": {"right": [0, 0, -1], "down": [0, -1, 0], "far": [1, 0, 0]},
}


@pytest.mark.parametrize("view", drawing.VIEWS[:2], ids=lambda v: v.name)
def test_views_show_the_camera_frame_upright(view):
    for direction, expected in SEEN[view.name].items():
        np.testing.assert_allclose(view.see(np.array(AXES[direction])), expected, atol=1e-12)


@pytest.mark.parametrize("view", drawing.VIEWS, ids=lambda v: v.name)
def test_views_turn_without_mirroring_or_stretching(view):
    camera_axes = np.diag([1, -1, 1])  # right, up, forward: the camera's own, by the same rule
    turned = view.axes()
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turned) == pytest.approx(np.linalg.det(camera_axes))


def test_from_above_the_far_ground_is_higher_and_the_head_stays_up():
    above = drawing.VIEWS[2]
    assert above.see(np.array([0, 0, 1.0]))[1] > 0
    assert above.see(np.array([0, -1.0, 0]))[1] > 0.8


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
def test_left_and_right_joints_have_their_colours(skeleton):
    for name, colour in zip(skeleton.joint_names, drawing.joint_colours(skeleton), strict=True):
        side = name.split("_")[0]
        assert colour == {"left": drawing.LEFT, "right": drawing.RIGHT}.get(side, drawing.MIDDLE)


def test_frame_shows_every_point_with_equal_axes():
    points = np.array([[0, 0], [300, 10], [20, -50]], float)
    axes = drawing.new_figure(2, 2).add_axes((0, 0, 1, 1))
    drawing.frame(axes, points, (1.5, 2.0))
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert (points > [left, bottom]).all()
    assert (points < [right, top]).all()
    assert (right - left) / (top - bottom) == pytest.approx(1.5 / 2.0)
