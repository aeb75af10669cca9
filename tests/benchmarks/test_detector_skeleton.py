"""Keypoints of detectors on known bodies, and what is measured with them."""

import sys

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import BODY_25, CMU_17, COCO_17, HALPE_26, MEDIAPIPE_33
from tests.fixtures.checkout import CHECKOUT, run_script

BENCHMARKS = CHECKOUT / "benchmarks" / "detectors"
DETECTORS = (MEDIAPIPE_33, COCO_17, BODY_25, HALPE_26)
LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


@pytest.fixture(scope="module")
def points():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import detector_points
    finally:
        sys.path.remove(str(BENCHMARKS))
    return detector_points


@pytest.fixture(scope="module")
def skeleton_cost(points, load_benchmark):
    return load_benchmark("detectors/detector_skeleton")


@pytest.fixture(scope="module")
def absolute(people):
    """48 procedural people, their pelvis five metres before the camera, mm."""
    return people.keypoints_3d[::10].astype(np.float64) + [100.0, -50.0, 5000.0]


def standing():
    """A person who stands upright and faces the camera, mm; the image's right is their left."""
    heights = {
        "pelvis": 980, "spine": 1200, "thorax": 1380, "neck": 1550, "head": 1640, "shoulder": 1430,
        "elbow": 1130, "wrist": 870, "hip": 930, "knee": 500, "ankle": 80,
    }  # fmt: skip
    pose = np.zeros((1, 17, 3))
    for joint, name in enumerate(CMU_17.joint_names):
        side = {"left": 150, "right": -150}.get(name.split("_")[0], 0)
        pose[0, joint] = side, -heights[name.split("_")[-1]], 4000
    return pose


def test_the_camera_is_found_again(points, absolute):
    root = absolute[:, :1]
    found = points.position(points.CAMERA.project(absolute), absolute - root)
    np.testing.assert_allclose(found, root, atol=1e-6)


def test_poses_of_another_camera_are_refused(points, absolute):
    seen = 0.5 * points.CAMERA.project(absolute)
    with pytest.raises(InputError, match="focal length 1145 px"):
        points.position(seen, absolute - absolute[:, :1])


@pytest.mark.parametrize("skeleton", DETECTORS, ids=lambda s: s.name)
def test_limbs_are_where_they_were(points, absolute, skeleton):
    made = points.detector_points(absolute, skeleton)
    assert made.shape == (len(absolute), skeleton.num_joints, 3)
    for name in (f"{side}_{part}" for side in ("left", "right") for part in LIMBS):
        np.testing.assert_array_equal(
            made[:, skeleton.index(name)], absolute[:, CMU_17.index(name)]
        )


@pytest.mark.parametrize("skeleton", DETECTORS, ids=lambda s: s.name)
def test_points_turn_and_move_with_the_body(points, absolute, skeleton):
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
    turn *= np.linalg.det(turn)
    moved = points.detector_points(absolute @ turn.T + 7.0, skeleton)
    expected = points.detector_points(absolute, skeleton) @ turn.T + 7.0
    np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_who_looks_into_the_camera_has_the_face_there(points):
    made = points.detector_points(standing(), MEDIAPIPE_33)[0]
    at = {name: made[joint] for joint, name in enumerate(MEDIAPIPE_33.joint_names)}
    head = standing()[0, CMU_17.index("head")]
    assert at["nose"][2] < at["left_eye"][2] < head[2]  # nearer to the camera
    assert at["left_eye"][0] > 0 > at["right_eye"][0]  # the person's left is on the image's right
    assert at["left_eye"][1] < at["left_ear"][1] < at["nose"][1] < at["left_mouth"][1]  # y down
    for name in ("eye", "ear", "mouth", "hip"):
        assert at[f"left_{name}"][0] == pytest.approx(-at[f"right_{name}"][0])
    assert at["left_foot_index"][2] < at["left_ankle"][2] < at["left_heel"][2]
    assert at["left_index"][1] > at["left_wrist"][1]  # the arms hang
    top = points.detector_points(standing(), HALPE_26)[0, HALPE_26.index("head")]
    np.testing.assert_allclose(top - head, [0, -112, 0], atol=1e-9)


def test_maps_bring_the_limbs_back_and_trunk_and_head_near(skeleton_cost, absolute):
    for skeleton, missed in skeleton_cost.SEEN.values():
        back = skeleton_cost.as_seen(absolute, skeleton, missed)
        off = np.linalg.norm(back - absolute, axis=-1)
        assert off[:, skeleton_cost.LIMBS].max() < 1e-6
        assert 1 < off[:, skeleton_cost.TRUNK].mean() < 150


def test_mapping_in_the_image_is_mapping_in_space_but_for_perspective(skeleton_cost, absolute):
    far = absolute + [0.0, 0.0, 1e6]
    in_space = skeleton_cost.CAMERA.project(skeleton_cost.as_seen(far, MEDIAPIPE_33))
    in_image = skeleton_cost.as_seen(far, MEDIAPIPE_33, image=True)
    np.testing.assert_allclose(in_image, in_space, atol=1e-3)


def test_errors_are_split_as_the_columns_say(skeleton_cost, people):
    from posenet3d.poses.records import Poses2D

    poses = Poses2D(people.keypoints_2d[:9], CMU_17, keypoints_3d=people.keypoints_3d[:9])
    wrong = poses.keypoints_3d.copy()
    assert set(skeleton_cost.cells(wrong, poses).split(" | ")) == {"0.0"}
    wrong[:, CMU_17.index("head"), 2] += 50.0
    pa, pa_limbs, pa_trunk, n, n_limbs, n_trunk = map(
        float, skeleton_cost.cells(wrong, poses).split(" | ")
    )
    assert pa_limbs < pa < pa_trunk
    assert n_limbs < n < n_trunk
    assert pa == pytest.approx((12 * pa_limbs + 5 * pa_trunk) / 17, abs=0.1)


def test_without_the_data_it_ends_with_one_line(tmp_path):
    process = run_script(
        "benchmarks/detectors/detector_skeleton.py", f"--data={tmp_path / 'no.npz'}", cwd=CHECKOUT
    )
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    assert "no.npz: there is no such file." in process.stderr.splitlines()[-1]
    assert process.stdout == ""
