"""Wrong signs of depth, and a likelihood that knows the true poses from all sides."""

import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import bones, camera, rotation
from posenet3d.platform import randomness
from posenet3d.skeletons.limbs import limbs
from posenet3d.skeletons.skeleton import H36M_17, Skeleton
from posenet3d.training.cycle import sign_hypotheses
from posenet3d.training.cycle.lift_reproject_lift import turn
from posenet3d.training.cycle.sign_hypotheses import NUM_VIEWS, Tried, hypotheses, sign_loss

SEEDS = [[0, seed] for seed in range(8)]
LEFT_ARM = [H36M_17.index("left_elbow"), H36M_17.index("left_wrist")]


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
def loss_of(true_3d, flow):
    """The loss of the poses at other depths, where all of them are tested."""
    ratios = bones.bone_ratios(true_3d, H36M_17)
    keypoints_2d = camera.project(true_3d)

    @tf.function(input_signature=[tf.TensorSpec([20, 17]), tf.TensorSpec([2], tf.int32)])
    def loss(depths, seed):
        lifted_3d = camera.unproject(keypoints_2d, depths)
        azimuths = randomness.uniform([20, NUM_VIEWS], seed, -math.pi, math.pi)
        views = rotation.about_y(azimuths)
        lifted = Tried(lifted_3d, keypoints_2d, ratios, tf.range(20.0), views)
        return sign_loss(lifted, flow, H36M_17)

    return loss


@pytest.fixture(autouse=True)
def all_are_tested(monkeypatch):
    """Half as the first of the batch, half as the unlikeliest."""
    monkeypatch.setattr(sign_hypotheses, "TESTED", 2)


def turned_round(true_3d, joints):
    """The depths of the poses, these joints before their limb's start where they were behind."""
    depths = true_3d.numpy()[..., 2]
    start = depths[:, H36M_17.parents[joints[0]], None]
    depths[:, joints] = 2 * start - depths[:, joints]
    return depths


def test_true_poses_are_left_alone_and_wrong_signs_are_not(true_3d, loss_of):
    losses = {
        name: sum(float(loss_of(tf.constant(depths), seed)) for seed in SEEDS)
        for name, depths in {
            "true": true_3d.numpy()[..., 2],
            "arm": turned_round(true_3d, LEFT_ARM),
        }.items()
    }
    assert losses["arm"] > 5 * losses["true"]


def test_a_wrong_arm_is_drawn_to_the_other_side(true_3d, loss_of):
    depths = tf.constant(turned_round(true_3d, LEFT_ARM))
    with tf.GradientTape() as tape:
        tape.watch(depths)
        loss = tf.add_n([loss_of(depths, seed) for seed in SEEDS])
    towards = -tape.gradient(loss, depths).numpy()
    needed = true_3d.numpy()[..., 2] - depths.numpy()
    deep = np.abs(needed[:, LEFT_ARM]) > 0.5  # those that have a sign to speak of
    assert deep.sum() > 3
    pulled = (towards * np.sign(needed))[:, LEFT_ARM][deep]
    assert (pulled > -1e-6).all()
    assert (pulled > 0).mean() > 0.6
    others = np.delete(towards, LEFT_ARM, axis=1)
    assert np.abs(others).mean() < 0.3 * pulled.mean()


def test_the_same_seed_draws_the_same(true_3d, loss_of):
    depths = tf.constant(turned_round(true_3d, LEFT_ARM))
    values = [float(loss_of(depths, seed)) for seed in (SEEDS[0], SEEDS[0], SEEDS[1], SEEDS[2])]
    assert values[0] == values[1]
    assert len(set(values)) > 1


def test_hypotheses_are_of_arms_and_what_they_hang_from_in_pairs():
    table = hypotheses(H36M_17)
    assert set(np.unique(table)) == {-1.0, 1.0}
    assert len(np.unique(table, axis=0)) == len(table)
    turned = {
        frozenset(H36M_17.joint_names[H36M_17.bones[b][1]] for b in np.flatnonzero(row < 0))
        for row in table
    }
    shoulders = {"left_shoulder", "right_shoulder"}
    arms = {f"{side}_{joint}" for side in ("left", "right") for joint in ("elbow", "wrist")}
    for expected in (
        {"left_elbow", "left_wrist"}, {"left_elbow"}, {"left_wrist"}, arms, shoulders,
        shoulders | arms,
    ):  # fmt: skip
        assert expected in turned
    assert all(joints <= shoulders | arms for joints in turned)


def test_without_arms_all_limbs_are_tried():
    names = ("hip", "left_knee", "left_foot", "right_knee", "right_foot")
    legs = Skeleton("legs", names, (-1, 0, 1, 0, 3), (1, 2), (3, 4))
    assert [-1.0 in hypotheses(legs)[:, bone] for bone in range(4)] == [True] * 4


def test_a_skeleton_without_sides_is_turned_round_as_a_whole():
    chain = Skeleton("chain", ("a", "b", "c", "d"), (-1, 0, 1, 2), (), ())
    assert limbs(chain) == []
    np.testing.assert_array_equal(hypotheses(chain), [[-1.0, -1.0, -1.0]])
