import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.geometry import camera
from posenet3d.training.student.several_cameras import agree, pose_between, shown_at_once

FRAMES, CAMERAS = 40, 4
NAMES = ["walk"] * CAMERAS
LENGTHS = np.full(CAMERAS, FRAMES)


def seen_by(motion, degrees):
    """Normalised 2D `[F, J, 2]` of a motion from one side, and the 3D that projects to it."""
    turn = np.radians(degrees)
    across = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    turned = motion @ across.T
    projected = turned[..., :2] / (4000.0 + turned[..., 2:])
    keypoints_2d = camera.normalise(projected.astype(np.float32), 0).keypoints_2d.numpy()
    size = turned[..., :2] / np.where(keypoints_2d == 0, 1, keypoints_2d)
    scale = np.median(np.abs(size).reshape(len(turned), -1), axis=1)[:, None]  # mm a unit
    depth = turned[..., 2] / scale * camera.DISTANCE
    return keypoints_2d, camera.unproject(keypoints_2d, depth.astype(np.float32)).numpy()


@pytest.fixture(scope="module")
def seen():
    """One motion from four sides, and what a poor lifter says of it: noise on every depth."""
    config = synthetic.SyntheticConfig(num_sequences=1, frames_per_sequence=FRAMES, seed=5)
    motion = synthetic.generate_poses(config).keypoints_3d
    views = [seen_by(motion, degrees) for degrees in (0, 50, 140, 250)]
    keypoints_2d, true_3d = (np.concatenate(parts) for parts in zip(*views, strict=True))
    noise = np.random.default_rng(0).normal(0.0, 0.15, true_3d.shape[:2])
    noise[:, 0] = 0.0
    depth = true_3d[..., 2] + noise
    return keypoints_2d, camera.unproject(keypoints_2d, depth.astype(np.float32)).numpy(), true_3d


def error(keypoints_3d, true_3d):
    return joint_errors.pa_mpjpe(keypoints_3d, true_3d).mean()


def test_cameras_put_each_others_depths_right(seen):
    keypoints_2d, lifted_3d, true_3d = seen
    agreed_3d = agree(keypoints_2d, lifted_3d, LENGTHS, NAMES)
    assert error(agreed_3d, true_3d) < 0.25 * error(lifted_3d, true_3d)
    np.testing.assert_allclose(camera.project(agreed_3d), keypoints_2d, atol=1e-5)
    np.testing.assert_allclose(agreed_3d[:, 0], 0.0, atol=1e-5)


def test_two_cameras_are_better_than_one(seen):
    rows = slice(0, 2 * FRAMES)
    keypoints_2d, lifted_3d, true_3d = (array[rows] for array in seen)
    agreed_3d = agree(keypoints_2d, lifted_3d, LENGTHS[:2], NAMES[:2])
    assert error(agreed_3d, true_3d) < 0.5 * error(lifted_3d, true_3d)


def test_one_camera_and_other_motions_stay_as_they_are(seen):
    keypoints_2d, lifted_3d, _ = seen
    alone = agree(keypoints_2d, lifted_3d, LENGTHS, ["a", "b", "c", "d"])
    np.testing.assert_array_equal(alone, lifted_3d)
    assert shown_at_once(np.array([5, 6]), ["walk", "walk"]) == []  # other lengths, other takes


@pytest.mark.parametrize("shift", [4, 9])
def test_cameras_that_do_not_run_at_the_same_time_are_left_alone(seen, shift):
    keypoints_2d, lifted_3d, _ = (array.copy() for array in seen)
    for array in (keypoints_2d, lifted_3d):
        for number in range(CAMERAS):
            part = slice(number * FRAMES, (number + 1) * FRAMES)
            array[part] = np.roll(array[part], shift * number, axis=0)
    np.testing.assert_array_equal(agree(keypoints_2d, lifted_3d, LENGTHS, NAMES), lifted_3d)


@pytest.mark.parametrize("shift", [8, 20])
def test_one_camera_that_is_late_is_left_out_and_the_others_agree(seen, shift):
    keypoints_2d, lifted_3d, true_3d = (array.copy() for array in seen)
    for array in (keypoints_2d, lifted_3d, true_3d):
        array[:FRAMES] = np.roll(array[:FRAMES], shift, axis=0)
    agreed_3d = agree(keypoints_2d, lifted_3d, LENGTHS, NAMES)
    np.testing.assert_array_equal(agreed_3d[:FRAMES], lifted_3d[:FRAMES])
    rest = slice(FRAMES, None)
    assert error(agreed_3d[rest], true_3d[rest]) < 0.4 * error(lifted_3d[rest], true_3d[rest])


def test_what_is_too_short_to_tell_stays_as_it_is(seen):
    rows = np.concatenate([np.arange(8) + number * FRAMES for number in range(CAMERAS)])
    keypoints_2d, lifted_3d, _ = (array[rows] for array in seen)
    agreed_3d = agree(keypoints_2d, lifted_3d, np.full(CAMERAS, 8), NAMES)
    np.testing.assert_array_equal(agreed_3d, lifted_3d)


def test_how_far_each_camera_is_apart_is_told(seen):
    keypoints_2d, lifted_3d, _ = (
        array.reshape(CAMERAS, FRAMES, *array.shape[1:]).copy() for array in seen
    )
    assert (pose_between(keypoints_2d, lifted_3d).apart < 0.05).all()
    for array in (keypoints_2d, lifted_3d):
        array[0] = np.roll(array[0], 15, axis=0)
    apart = pose_between(keypoints_2d, lifted_3d).apart
    assert apart.argmax() == 0
    assert apart[0] > 0.05
