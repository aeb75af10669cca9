import os

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.writers.bvh import write_bvh
from posenet3d.skeletons.skeleton import COCO_17, H36M_17


def about(axis, degrees):
    """Matrices `[F, 3, 3]` of turns `[F]` about X, Y or Z."""
    first, second = {"X": (1, 2), "Y": (2, 0), "Z": (0, 1)}[axis]
    matrices = np.tile(np.eye(3), (len(degrees), 1, 1))
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrices[:, first, first] = matrices[:, second, second] = cos
    matrices[:, first, second], matrices[:, second, first] = -sin, sin
    return matrices


class Bvh:
    """A reader of BVH files of its own: joints with offset and channels, and what they come to."""

    def __init__(self, path):
        words = path.read_text().split()
        self.names, self.parents, self.offsets, self.channels, self.end_sites = [], [], [], [], {}
        stack, at, in_end = [], 1, False
        assert words[0] == "HIERARCHY"
        while words[at] != "MOTION":
            word = words[at]
            if word in ("ROOT", "JOINT"):
                self.parents.append(stack[-1] if stack else None)
                self.names.append(words[at + 1])
                at += 2
            elif word == "End":
                in_end = True
                at += 2
            elif word == "{":
                stack.append(len(self.names) - 1)
                at += 1
            elif word == "}":
                stack.pop()
                in_end = False
                at += 1
            elif word == "OFFSET":
                offset = np.array(words[at + 1 : at + 4], float)
                if in_end:
                    self.end_sites[self.names[-1]] = offset
                else:
                    self.offsets.append(offset)
                at += 4
            elif word == "CHANNELS":
                count = int(words[at + 1])
                self.channels.append(words[at + 2 : at + 2 + count])
                at += 2 + count
        assert not stack
        assert words[at + 1] == "Frames:"
        frames = int(words[at + 2])
        assert words[at + 3 : at + 5] == ["Frame", "Time:"]
        self.frame_time = float(words[at + 5])
        self.motion = np.array(words[at + 6 :], float).reshape(frames, -1)

    def angles(self, name):
        """`[F, 3]` degrees in the order of the channels."""
        index = self.names.index(name)
        start = sum(len(channels) for channels in self.channels[:index])
        return self.motion[:, start : start + len(self.channels[index])][:, -3:]

    def rotations(self, name):
        """`[F, 3, 3]`: the channels' turns one after the other, each in the axes of the last."""
        names = [c[0] for c in self.channels[self.names.index(name)] if c.endswith("rotation")]
        matrices = np.eye(3)
        for axis, degrees in zip(names, self.angles(name).T, strict=True):
            matrices = matrices @ about(axis, degrees)
        return matrices

    def positions(self):
        """`[F, 17, 3]` mm, in the order of h36m17."""
        places, whole = {}, {}
        for index, name in enumerate(self.names):
            parent = self.parents[index]
            if parent is None:
                assert self.channels[index][:3] == ["Xposition", "Yposition", "Zposition"]
                places[name], whole[name] = self.motion[:, :3] + self.offsets[index], np.eye(3)
            else:
                above = whole[self.names[parent]]
                places[name] = places[self.names[parent]] + above @ self.offsets[index]
                whole[name] = above
            whole[name] = whole[name] @ self.rotations(name)
        return np.stack([places[name] for name in H36M_17.joint_names], axis=1) * 10


@pytest.fixture
def written(tmp_path, body):
    """Writes points `[F, 17, 3]` with y up; returns what the reader finds."""

    def written(points, **options):
        write_bvh(tmp_path / "out.bvh", body.in_camera(points), H36M_17, **options)
        return Bvh(tmp_path / "out.bvh")

    return written


def test_poses_of_a_rigid_body_come_back_to_a_tenth_of_a_millimetre(written, body):
    poses = body.random_poses(40)
    bvh = written(poses, fps=25)
    assert sorted(bvh.names) == sorted(H36M_17.joint_names)
    np.testing.assert_allclose(bvh.positions(), poses, atol=0.1, rtol=0)
    assert bvh.frame_time == pytest.approx(1 / 25, abs=1e-8)


def test_bones_of_a_real_motion_are_rigid_and_limbs_point_as_lifted(written, people):
    poses = np.array(people.keypoints_3d[:12], float) * [1, -1, -1]
    found = written(poses).positions()
    parents = [max(parent, 0) for parent in H36M_17.parents]
    bones, expected = found - found[:, parents], poses - poses[:, parents]
    assert np.ptp(np.linalg.norm(bones, axis=-1), axis=0).max() < 0.1
    limbs = [H36M_17.index(n) for n in ("left_knee", "right_ankle", "left_elbow", "right_wrist")]
    cosines = (bones * expected).sum(-1)[:, limbs] / (
        np.linalg.norm(bones, axis=-1) * np.linalg.norm(expected, axis=-1)
    )[:, limbs]
    np.testing.assert_allclose(cosines, 1, atol=1e-6)
    assert np.linalg.norm(found - poses, axis=-1).mean() < 30


def test_in_the_t_pose_nothing_is_turned(written, body):
    bvh = written(body.posed()[None])
    for name in H36M_17.joint_names:
        np.testing.assert_allclose(bvh.angles(name), 0, atol=1e-4)


BENDS = {
    "elbow forward": ("right_elbow", (0, 1, 0), 90),
    "elbow up": ("left_elbow", (0, 0, 1), 90),
    "knee back": ("left_knee", (1, 0, 0), 90),
    "arm down": ("left_shoulder", (0, 0, 1), -80),
    "head to the side": ("neck", (0, 0, 1), 30),
    "person turned": ("pelvis", (0, 1, 0), 130),
}


@pytest.mark.parametrize(("joint", "axis", "degrees"), BENDS.values(), ids=BENDS)
def test_a_bend_of_one_joint_is_that_joints_rotation_alone(written, body, joint, axis, degrees):
    turn = body.turn(axis, degrees)
    bvh = written(np.stack([body.posed(), body.posed(**{joint: turn})]))
    np.testing.assert_allclose(bvh.rotations(joint)[1], turn, atol=1e-4)
    channel = "ZXY".index("XYZ"[np.argmax(axis)])
    assert bvh.angles(joint)[1, channel] == pytest.approx(degrees, abs=1e-3)
    for name in set(H36M_17.joint_names) - {joint}:
        np.testing.assert_allclose(bvh.angles(name), 0, atol=1e-3)


def test_z_up_is_the_same_person_on_other_axes(written, body):
    poses = body.random_poses(5)
    found = written(poses, up="z").positions()
    right, up, near = np.moveaxis(poses, -1, 0)
    np.testing.assert_allclose(found, np.stack([right, -near, up], axis=-1), atol=0.1, rtol=0)


def test_gaps_are_crossed_evenly_and_ends_stand_still(written, body):
    bent = body.posed(left_elbow=body.turn((0, 0, 1), 80))
    poses = np.full((7, 17, 3), np.nan)
    poses[1], poses[5] = body.posed(), bent
    angles = written(poses).angles("left_elbow")[:, 0]
    np.testing.assert_allclose(angles, [0, 0, 20, 40, 60, 80, 80], atol=1e-3)


def test_angles_do_not_jump_when_a_person_turns_round_twice(written, body):
    headings = np.arange(0, 720, 20)
    lean = body.turn((1, 0, 0), 30)
    poses = np.stack([body.posed(pelvis=body.turn((0, 1, 0), h) @ lean) for h in headings])
    bvh = written(poses)
    assert np.abs(np.diff(bvh.angles("pelvis"), axis=0)).max() < 45
    np.testing.assert_allclose(bvh.positions(), poses, atol=0.1, rtol=0)


def test_a_right_angle_about_x_where_angles_are_ambiguous(written, body):
    lying = body.turn((1, 0, 0), 90) @ body.turn((0, 1, 0), 40)
    poses = np.stack([body.posed(pelvis=lying), body.posed()])
    np.testing.assert_allclose(written(poses).positions(), poses, atol=0.1, rtol=0)


def test_every_last_joint_has_an_end_site_that_can_be_drawn(written, body):
    ends = written(body.random_poses(2)).end_sites
    assert set(ends) == {"head", "left_wrist", "right_wrist", "left_ankle", "right_ankle"}
    assert all(np.linalg.norm(offset) > 1 for offset in ends.values())


def test_faults_leave_no_file(tmp_path, body):
    points = body.in_camera(body.random_poses(2))
    with pytest.raises(InputError, match="there is no folder"):
        write_bvh(tmp_path / "gone" / "out.bvh", points, H36M_17)
    with pytest.raises(InputError, match="no rest pose"):
        write_bvh(tmp_path / "out.bvh", points, COCO_17)
    assert os.listdir(tmp_path) == []
