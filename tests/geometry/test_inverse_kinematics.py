import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.geometry import inverse_kinematics as ik
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

UP = np.array([1.0, -1.0, -1.0])  # from the camera frame
LIMBS = [H36M_17.index(f"{side}_{end}") for side in ("left", "right") for end in
         ("knee", "ankle", "elbow", "wrist")]  # fmt: skip


@pytest.fixture(scope="module")
def poses(people):
    """`[12, 17, 3]`, y up, of one person."""
    return np.array(people.keypoints_3d[:12], np.float64) * UP


def bones(points):
    return points - points[:, [max(p, 0) for p in H36M_17.parents]]


def solved(poses):
    offsets = ik.rest_offsets(poses, H36M_17)
    rotations = ik.solve(poses, offsets, H36M_17)
    return offsets, rotations, ik.forward_kinematics(poses[:, 0], rotations, offsets, H36M_17)


def test_rest_pose_is_a_symmetric_t_pose_of_this_body(poses):
    offsets, *_ = solved(poses)
    lengths = np.median(np.linalg.norm(bones(poses), axis=-1), axis=0)
    np.testing.assert_allclose(np.linalg.norm(offsets, axis=-1), lengths, rtol=1e-3)
    np.testing.assert_allclose(offsets, offsets[list(H36M_17.mirror)] * [-1, 1, 1], atol=1e-9)
    rest = ik.forward_kinematics(
        np.zeros((1, 3)), np.tile(np.eye(3), (1, 17, 1, 1)), offsets, H36M_17
    )[0]
    wrist, ankle, head = (rest[H36M_17.index(n)] for n in ("left_wrist", "left_ankle", "head"))
    assert wrist[0] > 500
    assert ankle[1] < -600
    assert head[1] > 400


def test_rotations_are_rotations(poses):
    _, rotations, _ = solved(poses)
    np.testing.assert_allclose(
        rotations @ np.swapaxes(rotations, -1, -2), np.broadcast_to(np.eye(3), rotations.shape),
        atol=1e-9,
    )  # fmt: skip
    np.testing.assert_allclose(np.linalg.det(rotations), 1)


def test_limbs_point_exactly_as_in_the_pose_and_the_trunk_nearly(poses):
    _, _, found = solved(poses)
    expected, got = bones(poses)[:, 1:], bones(found)[:, 1:]
    cosines = (expected * got).sum(-1) / np.linalg.norm(expected, axis=-1)
    cosines /= np.linalg.norm(got, axis=-1)
    np.testing.assert_allclose(cosines[:, [j - 1 for j in LIMBS]], 1, atol=1e-9)
    assert np.linalg.norm(found - poses, axis=-1).mean() < 30


def test_what_a_rigid_body_does_is_found_exactly(poses):
    _, _, rigid = solved(poses)
    _, _, again = solved(rigid)
    np.testing.assert_allclose(again, rigid, atol=1e-6)


def test_turning_the_person_turns_the_root_alone(poses):
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0.0]])
    _, rotations, _ = solved(poses)
    _, turned, _ = solved(poses @ turn.T)
    np.testing.assert_allclose(turned[:, 0], turn @ rotations[:, 0], atol=1e-9)
    np.testing.assert_allclose(turned[:, 1:], rotations[:, 1:], atol=1e-9)


def test_a_limb_turned_to_the_opposite_of_rest_is_a_half_turn(poses):
    offsets, *_ = solved(poses)
    rest = ik.forward_kinematics(
        np.zeros((1, 3)), np.tile(np.eye(3), (1, 17, 1, 1)), offsets, H36M_17
    )
    elbow, wrist = H36M_17.index("left_elbow"), H36M_17.index("left_wrist")
    rest[:, wrist] = 2 * rest[:, elbow] - rest[:, wrist]
    rotations = ik.solve(rest, offsets, H36M_17)
    assert np.trace(rotations[0, elbow]) == pytest.approx(-1)
    found = ik.forward_kinematics(rest[:, 0], rotations, offsets, H36M_17)
    np.testing.assert_allclose(found, rest, atol=1e-6)


def test_joints_in_one_place_give_numbers(poses):
    poses = poses.copy()
    poses[:, H36M_17.index("left_wrist")] = poses[:, H36M_17.index("left_elbow")]
    poses[3] = 0
    assert all(np.isfinite(part).all() for part in solved(poses))


def test_skeleton_without_a_rest_pose_is_named(poses):
    with pytest.raises(InputError, match=r"'coco17' has no rest pose.*'left_eye'"):
        ik.rest_offsets(poses, COCO_17)
    other = dataclasses.replace(H36M_17, joint_names=tuple(f"paw_{n}" for n in H36M_17.joint_names))
    with pytest.raises(InputError, match="paw_"):
        ik.rest_offsets(poses, other)
