"""Wrong signs of depth, and a likelihood that knows the true poses from all sides."""

import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import bones, camera, rotation
from posenet3d.models.lifter import Lifted
from posenet3d.skeletons.limbs import limbs
from posenet3d.skeletons.skeleton import H36M_17, Skeleton
from posenet3d.training import TrainingConfig, ViewConfig
from posenet3d.training.cycle.lift_reproject_lift import turn
from posenet3d.training.cycle.random_views import Seen
from posenet3d.training.cycle.sign_search import SEARCHED, SignLessons, SignSearch, turns

LEFT_ARM = [H36M_17.index(joint) for joint in ("left_elbow", "left_wrist")]
RIGHT_LEG = [H36M_17.index(joint) for joint in ("right_knee", "right_ankle")]


@pytest.fixture(scope="module")
def true_3d(poses):
    """Poses in pose units, `[20, 17, 3]`; their cameras count as level."""
    chosen = poses.select(np.arange(0, 400, 20))
    size = np.linalg.norm(chosen.keypoints_3d[..., :2], axis=-1).mean(axis=-1)
    normalised = camera.normalise(camera.project(chosen.keypoints_3d / size[:, None, None]), 0)
    return camera.unproject(
        normalised.keypoints_2d, (chosen.keypoints_3d[..., 2] / size[:, None]).astype(np.float32)
    )


def flat(keypoints_2d):
    """Poses `[N, 34]` of size 1."""
    return tf.reshape(keypoints_2d, [-1, 34]) * camera.DISTANCE


@pytest.fixture(scope="module")
def flow(true_3d):
    """How far a 2D pose is from the nearest one that a true pose shows from some side."""
    azimuths = np.repeat(np.linspace(-math.pi, math.pi, 60), len(true_3d)).astype(np.float32)
    views = rotation.about_y(tf.constant(azimuths))
    known = flat(turn(tf.tile(true_3d, [60, 1, 1]), views)[1])

    def unlikely(keypoints_2d, elevation):
        poses = flat(keypoints_2d)
        squares = [tf.reduce_sum(p**2, axis=1) for p in (poses, known)]
        apart = squares[0][:, None] + squares[1] - 2.0 * poses @ tf.transpose(known)
        return tf.sqrt(tf.nn.relu(tf.reduce_min(apart, axis=1)) / 17)

    return unlikely


@pytest.fixture(scope="module")
def find(true_3d, flow):
    """Searches the signs of the poses at other depths, from the views of a seed."""
    config = TrainingConfig(elevation=0.0, view=ViewConfig(elevation_spread=0.0))
    search = SignSearch(config, H36M_17, flow)
    ratios = bones.bone_ratios(true_3d, H36M_17).numpy()

    def find(depths, seed=0):
        lifted = Lifted(tf.constant(depths, tf.float32), camera.project(true_3d))
        level = tf.zeros(len(depths))
        return search.find(Seen(lifted, level, None), ratios, tf.constant([0, seed]))

    return find


def turned_round(true_3d, *parts):
    """The depths of the poses, each part's joints before its start where they were behind."""
    depths = true_3d.numpy()[..., 2]
    for joints in parts:
        start = depths[:, H36M_17.parents[joints[0]], None]
        depths[:, joints] = 2 * start - depths[:, joints]
    return depths


def error(depths, true_3d):
    return np.abs(depths - true_3d.numpy()[..., 2]).mean()


def test_true_poses_are_left_alone(true_3d, find):
    found = find(true_3d.numpy()[..., 2])
    assert found.likelier.mean() < 0.2
    np.testing.assert_allclose(
        found.depths[~found.likelier], true_3d.numpy()[~found.likelier][..., 2], atol=1e-5
    )


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([LEFT_ARM], id="an arm"),
        # One turn undoes half of it.
        pytest.param([LEFT_ARM, RIGHT_LEG], id="an arm and the other side's leg"),
    ],
)
def test_what_is_turned_round_is_turned_back(true_3d, find, parts):
    depths = turned_round(true_3d, *parts)
    found = find(depths)
    assert found.likelier.mean() > 0.6
    assert error(found.depths, true_3d) < 0.4 * error(depths, true_3d)


def test_the_same_seed_finds_the_same(true_3d, find):
    depths = turned_round(true_3d, LEFT_ARM)
    first, again = find(depths), find(depths)
    np.testing.assert_array_equal(first.depths, again.depths)
    np.testing.assert_array_equal(first.likelier, again.likelier)


def test_turns_are_of_bones_limbs_pairs_trunk_and_body():
    table = turns(H36M_17)
    assert set(np.unique(table)) == {-1.0, 1.0}
    assert len(np.unique(table, axis=0)) == len(table)
    turned = [
        {H36M_17.joint_names[H36M_17.bones[b][1]] for b in np.flatnonzero(row < 0)} for row in table
    ]
    shoulders = {"left_shoulder", "right_shoulder"}
    arms = {f"{side}_{joint}" for side in ("left", "right") for joint in ("elbow", "wrist")}
    for expected in (
        *({joint} for joint in H36M_17.joint_names if joint != "pelvis"),
        {"left_elbow", "left_wrist"}, arms, shoulders, {"left_knee", "left_ankle"},
        {"left_hip", "right_hip"}, set(H36M_17.joint_names) - {"pelvis"},
    ):  # fmt: skip
        assert expected in turned


def test_a_skeleton_without_sides_has_bones_and_the_whole():
    chain = Skeleton("chain", ("a", "b", "c", "d"), (-1, 0, 1, 2), (), ())
    assert limbs(chain) == []
    np.testing.assert_array_equal(turns(chain), [*(1.0 - 2.0 * np.eye(3)), [-1.0, -1.0, -1.0]])


def lift_flat(keypoints_2d):
    return camera.unproject(keypoints_2d, tf.zeros_like(keypoints_2d[..., 0]))


def test_lessons_are_what_was_found_last(true_3d):
    lessons, seed = SignLessons(H36M_17), tf.constant([0, 1])
    assert float(lessons.loss(lift_flat, 8, seed)) == 0.0
    poses_2d = camera.project(true_3d).numpy()
    for depth in (3.0, 0.5):
        lessons.replace(poses_2d, np.full(true_3d.shape[:2], depth))
        assert float(lessons.loss(lift_flat, 8, seed)) == pytest.approx(17 * depth)
    lessons.replace(poses_2d[:0], np.zeros((0, 17)))
    assert float(lessons.loss(lift_flat, 8, seed)) == 0.0


def test_as_many_lessons_as_poses_are_searched_have_room():
    lessons = SignLessons(H36M_17)
    lessons.replace(np.ones((SEARCHED, 17, 2)), np.ones((SEARCHED, 17)))
    assert float(lessons.loss(lift_flat, 8, tf.constant([0, 1]))) == pytest.approx(17.0)
