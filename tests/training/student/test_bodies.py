import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import bones, rotation
from posenet3d.skeletons.skeleton import COCO_17, H36M_17
from posenet3d.training.student.bodies import mix_limbs, other_bodies

SEED = tf.constant([0, 1])
LEFT_ARM = [H36M_17.index(f"left_{name}") for name in ("elbow", "wrist")]
LIMBS = [
    [H36M_17.index(f"{side}_{name}") for name in names]
    for side in ("left", "right")
    for names in (("knee", "ankle"), ("elbow", "wrist"))
]
TRUNK = [j for j in range(17) if not any(j in limb for limb in LIMBS)]
NAMED_BONES = {child: number for number, (_, child) in enumerate(H36M_17.bones)}


@pytest.fixture(scope="module")
def people_3d(poses):
    """Every pose beside one of another person, in metres."""
    spread = np.random.default_rng(0).permutation(len(poses))
    return tf.constant(poses.keypoints_3d[spread] / 1000.0)


def vectors(keypoints_3d):
    return bones.bone_vectors(keypoints_3d, H36M_17).numpy()


def lengths(keypoints_3d):
    return np.linalg.norm(vectors(keypoints_3d), axis=-1)


def directions(keypoints_3d):
    return vectors(keypoints_3d) / lengths(keypoints_3d)[..., None]


def swing(keypoints_3d, joints, matrix):
    """Turns joints about the one that the first of them hangs on."""
    centre = keypoints_3d[:, H36M_17.parents[joints[0]], None]
    turned = keypoints_3d.numpy()
    turned[:, joints] = centre + rotation.rotate(turned[:, joints] - centre, matrix)
    return tf.constant(turned)


def test_other_bodies_keep_the_direction_of_every_bone(people_3d):
    others = other_bodies(people_3d, H36M_17, 0.3, SEED)
    np.testing.assert_allclose(directions(others), directions(people_3d), atol=1e-4)
    np.testing.assert_array_equal(others[:, H36M_17.root], 0.0)


def test_other_bodies_are_longer_or_shorter_by_the_deviation(people_3d):
    factors = np.log(lengths(other_bodies(people_3d, H36M_17, 0.2, SEED)) / lengths(people_3d))
    assert factors.std() == pytest.approx(0.2, rel=0.05)
    assert factors.mean() == pytest.approx(0.0, abs=0.02)
    assert factors.std(axis=0).min() > 0.15  # each bone in other people otherwise
    assert factors.std(axis=1).mean() > 0.15  # not a whole body alike


def test_left_and_right_of_other_bodies_change_alike(people_3d):
    factors = lengths(other_bodies(people_3d, H36M_17, 0.3, SEED)) / lengths(people_3d)
    np.testing.assert_allclose(factors, factors[:, list(H36M_17.bone_mirror)], rtol=1e-4)


def test_without_deviation_bodies_stay_as_they_are(people_3d):
    same = other_bodies(people_3d, H36M_17, 0.0, SEED)
    np.testing.assert_allclose(same, people_3d, atol=1e-6)


@pytest.mark.parametrize(
    "change",
    [lambda p, s: other_bodies(p, H36M_17, 0.2, s), lambda p, s: mix_limbs(p, H36M_17, 0.5, s)],
    ids=["other_bodies", "mix_limbs"],
)
def test_same_seed_same_change(people_3d, change):
    first, second, other = (change(people_3d, tf.constant([0, s])) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert np.any(first != other)


def test_mixed_limbs_leave_the_trunk_and_all_lengths(people_3d):
    mixed = mix_limbs(people_3d, H36M_17, 1.0, SEED)
    np.testing.assert_allclose(mixed.numpy()[:, TRUNK], people_3d.numpy()[:, TRUNK], atol=1e-5)
    np.testing.assert_allclose(lengths(mixed), lengths(people_3d), atol=1e-5)
    assert np.abs(mixed - people_3d).max() > 0.1


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_of_limbs_is_mixed_each_as_a_whole(people_3d, share):
    mixed = mix_limbs(people_3d, H36M_17, share, SEED)
    changed = np.abs(directions(mixed) - directions(people_3d)).max(axis=-1) > 1e-4
    limbs = changed[:, [[NAMED_BONES[j] for j in limb] for limb in LIMBS]]  # [N, limb, bone]
    assert limbs.any(axis=-1).mean() == pytest.approx(share, abs=0.05)
    assert (limbs[..., 0] == limbs[..., 1]).mean() > 0.98  # a few are equal in both people


def test_no_share_changes_nothing(people_3d):
    np.testing.assert_allclose(mix_limbs(people_3d, H36M_17, 0.0, SEED), people_3d, atol=1e-6)


def test_two_people_change_limbs(people_3d):
    one = people_3d[:1]
    raised = swing(one, LEFT_ARM, rotation.about_z(1.5))
    assert np.abs(raised - one).max() > 0.1
    mixed = mix_limbs(tf.concat([one, raised], axis=0), H36M_17, 1.0, SEED)
    np.testing.assert_allclose(mixed, tf.concat([raised, one], axis=0), atol=1e-5)


@pytest.mark.parametrize(
    "turn",
    [rotation.about_y(0.0), rotation.about_y(2.0), rotation.about_x(0.7)],
    ids=["equal", "turned", "leaning"],
)
def test_limbs_are_seen_from_the_trunk(people_3d, turn):
    for one in people_3d[:8, tf.newaxis]:
        twice = tf.concat([one, rotation.rotate(one, turn)], axis=0)
        np.testing.assert_allclose(mix_limbs(twice, H36M_17, 1.0, SEED), twice, atol=1e-4)


def test_a_skeleton_without_a_trunk_stays_as_it_is(people_3d):
    same = mix_limbs(people_3d, COCO_17, 1.0, SEED)
    np.testing.assert_array_equal(same, people_3d)


def test_joints_in_one_point_give_numbers():
    mixed = mix_limbs(tf.zeros([3, 17, 3]), H36M_17, 1.0, SEED)
    np.testing.assert_array_equal(other_bodies(mixed, H36M_17, 0.2, SEED), np.zeros([3, 17, 3]))
