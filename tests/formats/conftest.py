"""People and results that the tests of all writers share."""

from types import SimpleNamespace

import numpy as np
import pytest

from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17


@pytest.fixture
def crowd():
    """Two persons in two images, ids of both kinds."""
    return People(
        keypoints_2d=np.arange(136, dtype=np.float32).reshape(4, 17, 2),
        confidence=np.full((4, 17), 0.5, np.float32),
        skeleton=H36M_17,
        image_ids=('a, "b".jpg', 'a, "b".jpg', 8, 8),
        person_ids=(1, "zoë", 1, "zoë"),
    )


@pytest.fixture
def lifted(people):
    """Makes a result without a network: true poses; the last one was not lifted."""

    def lifted(**changes):
        result = dict(
            keypoints_3d=np.array(people.keypoints_3d[:4], np.float32),
            filled=np.eye(4, 17, dtype=bool),
            lifted=np.array([True, True, True, False]),
            problems=("", "", "", "no joint was found"),
            score=np.array([0.25, 0.5, 0.75, np.nan], np.float32),
            elevation=np.array([8.0, np.nan, 0, np.nan], np.float32),
            unit="mm",
            interpolated=None,
            expected_error=np.where([[True], [False], [True], [False]], ERRORS, np.float32(np.nan)),
        )
        result["keypoints_3d"][~result["lifted"]] = np.nan
        return LiftResult(**result | changes)

    return lifted


ERRORS = np.arange(17, dtype=np.float32) / 4
"""What is expected of the joints of the first and the third."""

OFFSETS = {  # mm, y up, facing z, from the parent; hips below the pelvis, as in cmu17
    "right_hip": (-120, -40, 0), "right_knee": (0, -430, 0), "right_ankle": (0, -410, 0),
    "left_hip": (120, -40, 0), "left_knee": (0, -430, 0), "left_ankle": (0, -410, 0),
    "spine": (0, 230, 0), "thorax": (0, 250, 0), "neck": (0, 90, 0), "head": (0, 120, 0),
    "left_shoulder": (160, 30, -20), "left_elbow": (280, 0, 0), "left_wrist": (250, 0, 0),
    "right_shoulder": (-160, 30, -20), "right_elbow": (-280, 0, 0), "right_wrist": (-250, 0, 0),
}  # fmt: skip


def turn(axis, degrees):
    """The matrix of a turn about an axis (Rodrigues)."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def posed(**turns):
    """Positions `[17, 3]`, y up, of the body with joints turned by matrices."""
    positions, whole = np.zeros((17, 3)), {}
    for joint, parent in enumerate(H36M_17.parents):  # parents come first in h36m17
        name = H36M_17.joint_names[joint]
        above = whole[parent] if parent >= 0 else np.eye(3)
        if parent >= 0:
            positions[joint] = positions[parent] + above @ OFFSETS[name]
        whole[joint] = above @ turns.get(name, np.eye(3))
    return positions


def random_poses(count, seed=0):
    """`[count, 17, 3]`: every joint turned by up to 70 degrees, the pelvis by any angle."""
    rng = np.random.default_rng(seed)

    def turns():
        return {
            name: turn(rng.normal(size=3), rng.uniform(0, 180 if name == "pelvis" else 70))
            for name in H36M_17.joint_names
        }

    return np.stack([posed(**turns()) for _ in range(count)])


def in_camera(points):
    """The camera frame (x right, y down, z away) of points with y up."""
    return points * [1, -1, -1]


@pytest.fixture(scope="session")
def body():
    """A body with rigid bones that the package's own code had no hand in."""
    return SimpleNamespace(turn=turn, posed=posed, random_poses=random_poses, in_camera=in_camera)
