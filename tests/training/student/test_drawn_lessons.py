import dataclasses
import math

import numpy as np
import pytest

from posenet3d.geometry import camera, mirror, rotation
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.settings.config import AugmentConfig
from posenet3d.training.student.lessons import Lessons

COUNT, SEEN = 64, 48  # of a lesson, and of those through virtual cameras
PLAIN = {"bodies": 0.0, "mixed": 0.0}


@pytest.fixture(scope="module")
def lesson(taught):
    """A lesson of whole bodies through virtual cameras, and real poses after them."""
    return taught().lesson()


def scaled(keypoints_2d):
    return camera.normalise(keypoints_2d, H36M_17.root).keypoints_2d.numpy()


def test_a_lesson_is_normalised_and_root_relative(lesson):
    assert lesson.keypoints_2d.shape == (COUNT, 17, 2)
    assert lesson.keypoints_3d.shape == (COUNT, 17, 3)
    np.testing.assert_allclose(lesson.keypoints_2d, scaled(lesson.keypoints_2d), atol=1e-6)
    np.testing.assert_array_equal(lesson.keypoints_3d[:, H36M_17.root], 0.0)


@pytest.mark.parametrize("distance", [5.0, 1e5])
def test_virtual_cameras_see_the_pose_that_is_to_be_said(taught, distance):
    lesson = taught(nearest=distance, farthest=distance, virtual=1.0).lesson()
    keypoints_3d = lesson.keypoints_3d.numpy()
    size = np.linalg.norm(keypoints_3d, axis=-1).mean(axis=-1)[:, None, None]
    projected = keypoints_3d[..., :2] / (size + keypoints_3d[..., 2:] / distance)
    np.testing.assert_allclose(lesson.keypoints_2d, scaled(projected), atol=1e-4)


def perspective(lesson):
    """How far the joints are from where a camera far away would see them, `[N]`."""
    far = scaled(lesson.keypoints_3d[..., :2])
    return np.linalg.norm(lesson.keypoints_2d - far, axis=-1).mean(axis=-1)


def test_cameras_stand_at_all_distances_even_in_how_much_perspective_shows(taught):
    near, far, between = (
        perspective(taught(nearest=low, farthest=high, virtual=1.0, batch_size=400).lesson())
        for low, high in ((5.0, 5.0), (50.0, 50.0), (5.0, 50.0))
    )
    assert (far < between).all()
    assert (between < near).all()
    assert near.mean() == pytest.approx(10.0 * far.mean(), rel=0.1)
    assert between.mean() == pytest.approx((near.mean() + far.mean()) / 2, rel=0.1)


def test_real_poses_come_after_the_virtual_ones_as_they_are(lesson, poses, normalised_2d):
    both_2d = np.concatenate([normalised_2d, mirror.mirror(normalised_2d, H36M_17)])
    both_3d = np.concatenate([poses.keypoints_3d, mirror.mirror(poses.keypoints_3d, H36M_17)])
    distance = np.abs(lesson.keypoints_2d[:, None] - both_2d).max(axis=(2, 3))
    assert (distance[SEEN:].min(axis=1) < 1e-5).all()
    assert (distance[:SEEN].min(axis=1) > 1e-3).all()
    row = distance[SEEN:].argmin(axis=1)
    np.testing.assert_allclose(lesson.keypoints_3d[SEEN:], both_3d[row], atol=1e-2)
    assert 0.2 < (row < len(poses)).mean() < 0.8  # some in a mirror, some not


def test_placements_move_the_joints_of_both_shares_in_2d_and_3d_alike(taught, poses):
    student = taught(
        # Seen as from afar, the image is the 3D without its depth; and so must it stay.
        keypoints_3d=np.pad(scaled(poses.keypoints_2d), [(0, 0), (0, 0), (0, 1)]),
        augment=AugmentConfig(placements=20),
        nearest=1e5,
        farthest=1e5,
    )
    lesson, plain = student.lesson(), taught().lesson()
    np.testing.assert_allclose(lesson.keypoints_2d, scaled(lesson.keypoints_3d[..., :2]), atol=1e-4)
    np.testing.assert_array_equal(lesson.keypoints_3d[:, H36M_17.root], 0.0)
    moved = np.abs(lesson.keypoints_2d - plain.keypoints_2d)[SEEN:].max(axis=(1, 2)) > 1e-3
    assert 0 < moved.mean() < 1  # some stay in the data's own placement


def test_elevation_is_known_for_virtual_cameras_alone(lesson):
    np.testing.assert_array_equal(lesson.elevation_known, [1.0] * SEEN + [0.0] * (COUNT - SEEN))


def test_known_cameras_are_undone_pose_by_pose(taught, poses, normalised_2d):
    """Of people who stand upright, each filmed from another elevation that is known."""
    height = np.linspace(0.0, 1.6, 17, dtype=np.float32)
    upright = height[:, None] * np.array([0.0, -1.0, 0.0], np.float32)
    own = np.radians(np.linspace(-20.0, 50.0, len(poses))).astype(np.float32)
    seen = rotation.rotate(np.tile(upright, [len(own), 1, 1]), rotation.about_x(own))
    student = taught(virtual=0.5, **PLAIN)
    student.take_lessons(Lessons(normalised_2d.numpy(), seen.numpy(), own))
    lesson = student.lesson()
    top = lesson.keypoints_3d.numpy()[:, height.argmax()]
    np.testing.assert_allclose(np.arctan2(-top[:, 2], -top[:, 1]), lesson.elevation, atol=1e-4)
    np.testing.assert_array_equal(lesson.elevation_known, 1.0)
    assert np.ptp(lesson.elevation) > 0.8


def test_elevation_spreads_over_its_range(taught):
    settings = {"lowest": -10.0, "highest": 30.0, "virtual": 1.0, "batch_size": 400}
    elevation = np.degrees(taught(**settings).lesson().elevation)
    assert -10.0 <= elevation.min() < -8.0
    assert 28.0 < elevation.max() <= 30.0
    assert elevation.mean() == pytest.approx(10.0, abs=2.0)


def test_what_stands_upright_is_seen_at_the_elevation(taught, small_config, poses):
    height = np.linspace(0.0, 1.6, 17, dtype=np.float32)  # the root's is 0
    upright = height[:, None] * np.array([0.0, -1.0, 0.0], np.float32)
    tilt = rotation.about_x(math.radians(small_config().elevation))
    seen_by_data = np.tile(rotation.rotate(upright, tilt), [len(poses), 1, 1])
    lesson = taught(seen_by_data, virtual=1.0, **PLAIN).lesson()
    top = lesson.keypoints_3d.numpy()[:, height.argmax()]
    np.testing.assert_allclose(top[:, 0], 0.0, atol=1e-5)
    np.testing.assert_allclose(np.arctan2(-top[:, 2], -top[:, 1]), lesson.elevation, atol=1e-4)


def test_virtual_cameras_go_all_around(taught, poses):
    sideways = np.zeros_like(poses.keypoints_3d)
    sideways[:, :, 0] = np.linspace(0.0, 1.0, 17)
    level = {"lowest": 0.0, "highest": 0.0}
    lesson = taught(sideways, virtual=1.0, batch_size=400, **level, **PLAIN).lesson()
    end = lesson.keypoints_3d.numpy()[:, -1]
    quarter = np.floor(np.degrees(np.arctan2(end[:, 2], end[:, 0])) / 90.0)
    np.testing.assert_allclose(np.unique(quarter, return_counts=True)[1] / 400, 0.25, atol=0.08)


@pytest.mark.parametrize("virtual", [0.0, 1.0])
def test_either_share_may_be_all(taught, virtual):
    lesson = taught(virtual=virtual).lesson()
    np.testing.assert_array_equal(lesson.elevation_known, [virtual] * COUNT)
    assert np.isfinite(lesson.keypoints_2d).all()


def test_same_step_same_lesson(taught, lesson):
    student = taught()
    again = student.lesson()
    student.step.assign_add(1)
    other = student.lesson()
    for part, same in zip(lesson, again, strict=True):
        np.testing.assert_array_equal(part, same)
    for part, different in zip(lesson[:3], other, strict=False):
        assert np.any(part != different)


@pytest.mark.parametrize("mirrored", [True, False])
def test_lessons_are_mirrored_where_the_settings_say_so(taught, poses, normalised_2d, mirrored):
    """Real poses alone: a lesson that is none of them is the mirror image of one."""
    student = taught(virtual=0.0)
    student.config = dataclasses.replace(student.config, mirror=mirrored)
    student.take_lessons(Lessons(normalised_2d.numpy(), poses.keypoints_3d))
    keypoints_3d = student.lesson().keypoints_3d.numpy()
    own = {pose.tobytes() for pose in keypoints_3d_of(poses)}
    assert all(pose.tobytes() in own for pose in keypoints_3d) != mirrored


def keypoints_3d_of(poses):
    root = poses.keypoints_3d[:, poses.skeleton.root, None]
    return np.asarray(poses.keypoints_3d - root, np.float32)


@pytest.mark.parametrize("virtual", [0.0, 1.0])
def test_lessons_may_all_be_real_or_all_virtual(taught, virtual):
    student = taught(virtual=virtual)
    assert np.isfinite(student.learn(None)["loss"])
    np.testing.assert_array_equal(student.lesson().elevation_known, virtual)


def test_the_estimate_learns_from_the_truth_where_it_is_known(taught, poses, normalised_2d):
    """And then from no virtual camera, which sees what the teacher has said."""
    lesson = taught().lesson()
    np.testing.assert_array_equal(lesson.true_known, 0.0)
    np.testing.assert_array_equal(lesson.judged, 1.0)
    student, twice = taught(), 2.0 * poses.keypoints_3d
    twice[::2] = np.nan
    student.take_lessons(Lessons(normalised_2d.numpy(), poses.keypoints_3d, None, twice))
    lesson = student.lesson()
    np.testing.assert_array_equal(lesson.judged, [0.0] * SEEN + [1.0] * (COUNT - SEEN))
    factor = (lesson.true_3d / lesson.keypoints_3d).numpy()[:, 1:].mean(axis=(1, 2))
    np.testing.assert_array_equal(factor.round(3), 1.0 + lesson.true_known)
    assert set(lesson.true_known.numpy()[SEEN:]) == {0.0, 1.0}
