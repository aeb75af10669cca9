import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera, mirror, rotation, views
from posenet3d.models import self_check
from posenet3d.models.lifter import Lifted, unproject
from posenet3d.poses.lift_result import score_of
from posenet3d.skeletons.skeleton import H36M_17

LEVEL = np.float32(0.0)
RAISED = np.float32(0.3)
AZIMUTHS = np.radians(np.arange(-180, 180)).astype(np.float32)


@pytest.fixture(scope="module")
def bodies_3d(people):
    """Four bodies `[4, 17, 3]` whose projections have the size of normalised poses."""
    bodies_3d = people.keypoints_3d[::120] / 400.0
    for _ in range(5):
        bodies_3d = bodies_3d / camera.normalise(camera.project(bodies_3d), 0).scale.numpy()
    return bodies_3d.astype(np.float32)


class Oracle:
    """Knows the bodies and the cameras' elevations; finds the azimuth, then tells the depths.

    Args:
      bodies_3d: `[N, J, 3]`, camera frame, pose units.
      elevation_from: Radians, of the cameras that saw them.
      elevation_to: Radians, of the cameras that see them now.
      error: Standard deviation of an error added to the depths, in pose units.
    """

    def __init__(self, bodies_3d, elevation_from, elevation_to, error=0.0):
        level, tilt = np.full_like(AZIMUTHS, elevation_from), np.full_like(AZIMUTHS, elevation_to)
        turns = views.view_matrix(AZIMUTHS, level, tilt)
        turned = rotation.rotate(bodies_3d[:, None], turns)  # [N, A, J, 3]
        self.known_3d = tf.concat([turned, mirror.mirror(turned, H36M_17)], axis=1).numpy()
        seen = camera.normalise(camera.project(self.known_3d), 0)
        self.known_2d, self.known_scale = seen.keypoints_2d.numpy(), seen.scale.numpy()
        self.error, self.rng = error, np.random.default_rng(0)

    def __call__(self, keypoints_2d):
        person = np.arange(len(keypoints_2d)) % len(self.known_2d)  # all views are one batch
        distance = np.abs(self.known_2d[person] - keypoints_2d.numpy()[:, None]).max(axis=(2, 3))
        assert distance.min(axis=1).max() < 1e-5, "seen from an elevation that was not asked for"
        found = person, distance.argmin(axis=1)
        depth = (self.known_3d[found][..., 2] / self.known_scale[found][..., 0]).astype(np.float32)
        error = self.rng.normal(scale=self.error, size=depth.shape).astype(np.float32)
        return Lifted(depth + error * (np.arange(17) > 0), keypoints_2d)


def disagreement(bodies_3d, lift, elevation_from=LEVEL, elevation_to=LEVEL):
    own = tf.fill([len(bodies_3d)], elevation_from)
    again_3d = self_check.answers(lift, bodies_3d, own, elevation_to, H36M_17)
    return self_check.disagreement(bodies_3d, again_3d).numpy()


# A pose turned in 3D is not quite of a normalised pose's size; what is left where depths are true.
AGREES = 0.005


@pytest.mark.parametrize("elevation_from", [LEVEL, RAISED])
@pytest.mark.parametrize("elevation_to", [LEVEL, RAISED])
def test_who_knows_the_depths_agrees_with_himself(bodies_3d, elevation_from, elevation_to):
    oracle = Oracle(bodies_3d, elevation_from, elevation_to)
    errors = disagreement(bodies_3d, oracle, elevation_from, elevation_to)
    assert errors.shape == (4,)
    assert errors.max() < AGREES
    assert score_of(errors).min() > 0.95


def test_pole_is_the_same_from_all_sides():
    pole_3d = np.zeros((2, 17, 3), np.float32)
    pole_3d[:, 1:, 1] = np.linspace(-2, 2, 32).reshape(2, 16)
    flat = disagreement(pole_3d, lambda seen: Lifted(tf.zeros_like(seen[..., 0]), seen))
    np.testing.assert_allclose(flat, 0, atol=1e-5)


def test_every_pose_is_seen_once_from_each_view_and_from_all_around(bodies_3d):
    seen = []

    def flat(keypoints_2d):
        seen.extend(tf.split(keypoints_2d, self_check.NUM_VIEWS))
        return Lifted(tf.zeros_like(keypoints_2d[..., 0]), keypoints_2d)

    own = tf.fill([4], LEVEL)
    again_3d = self_check.answers(flat, bodies_3d, own, LEVEL, H36M_17)
    assert again_3d.shape == (self_check.NUM_VIEWS, *bodies_3d.shape)
    assert len(seen) == self_check.NUM_VIEWS
    sizes = [np.linalg.norm(view, axis=-1).mean(axis=-1) for view in seen]
    np.testing.assert_allclose(sizes, 1 / camera.DISTANCE, rtol=1e-5)
    oracle = Oracle(bodies_3d, LEVEL, LEVEL)
    turns = set()
    for view in seen:
        distance = np.abs(oracle.known_2d[0] - view.numpy()[0]).max(axis=(1, 2))
        turns.add(int(distance.argmin()))
    assert len(turns) == self_check.NUM_VIEWS
    assert len({turn >= len(AZIMUTHS) for turn in turns}) == 2, "none, or all, in a mirror"
    azimuths = np.sort([turn % len(AZIMUTHS) for turn in turns])
    np.testing.assert_array_equal(np.diff(azimuths), 360 // self_check.NUM_VIEWS)


def test_wrong_elevation_shows(bodies_3d):
    """Undone the wrong way, an elevation makes known bodies look unknown."""
    oracle = Oracle(bodies_3d, RAISED, RAISED)
    with pytest.raises(AssertionError, match="not asked for"):
        disagreement(bodies_3d, oracle, LEVEL, RAISED)


def test_disagreement_rises_with_the_error_of_the_depths(bodies_3d):
    errors = [
        disagreement(bodies_3d, Oracle(bodies_3d, LEVEL, LEVEL, error))
        for error in (0.0, 0.05, 0.1, 0.2, 0.4)
    ]
    assert (np.diff(errors, axis=0) > 0.01).all()
    # A normal error of the depth has the mean size of 0.8 deviations; joints also move sideways.
    np.testing.assert_allclose(np.mean(errors[3]), 0.8 * 0.2, rtol=0.2)


def test_disagreement_ranks_poses_of_one_batch_by_their_error(bodies_3d):
    """Wrong depths at the first lift alone: the poses differ, the views' answers do not."""
    shifted_3d = bodies_3d.copy()
    shifted_3d[2, 10:, 2] += 0.5
    oracle = Oracle(bodies_3d, LEVEL, LEVEL)
    answers = self_check.answers(oracle, bodies_3d, tf.fill([4], LEVEL), LEVEL, H36M_17)
    errors = self_check.disagreement(shifted_3d, answers).numpy()
    np.testing.assert_allclose(errors[2], 0.5 * 7 / 17, atol=2 * AGREES)
    assert np.delete(errors, 2).max() < AGREES


@pytest.mark.parametrize("size", [0.5, 2.0])
def test_answers_come_in_the_unit_of_the_pose(bodies_3d, size):
    class Sized(Oracle):
        def __call__(self, keypoints_2d):
            lifted = super().__call__(keypoints_2d)
            grown = unproject(lifted) * size
            return Lifted(grown[..., 2], grown[..., :2] / (grown[..., 2:] + camera.DISTANCE))

    assert disagreement(bodies_3d, Sized(bodies_3d, LEVEL, LEVEL)).max() < AGREES


def test_collapsed_answers_give_a_number(bodies_3d):
    def nothing(keypoints_2d):
        return Lifted(tf.zeros_like(keypoints_2d[..., 0]), tf.zeros_like(keypoints_2d))

    expected = np.linalg.norm(bodies_3d, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(disagreement(bodies_3d, nothing), expected, rtol=1e-5)


def test_score_falls_from_one_by_half_at_a_tenth_of_a_pose():
    scores = score_of(tf.constant([0.0, 0.1, 0.2, 1e6])).numpy()
    np.testing.assert_allclose(scores[:3], [1, 0.5, 1 / 3], rtol=1e-6)
    assert 0 < scores[3] < 1e-6


@pytest.mark.parametrize("paired", [True, False])
def test_poses_are_mirrored_only_where_the_skeleton_can_be(bodies_3d, paired):
    skeleton = H36M_17 if paired else dataclasses.replace(H36M_17, left=(), right=())
    seen = []

    def flat(keypoints_2d):
        seen.extend(np.split(keypoints_2d.numpy(), self_check.NUM_VIEWS))
        return Lifted(tf.zeros_like(keypoints_2d[..., 0]), keypoints_2d, None)

    count = len(bodies_3d)
    self_check.answers(flat, bodies_3d, tf.zeros([count]), tf.constant(0.0), skeleton)
    view = views.view_matrix(
        tf.fill([count], tf.constant(np.pi / 2, tf.float32)), tf.zeros([count]), tf.zeros([count])
    )  # the second of the six
    turned = camera.project(rotation.rotate(bodies_3d, view))
    plain = camera.normalise(turned, H36M_17.root).keypoints_2d
    expected = mirror.mirror(plain, H36M_17) if paired else plain
    np.testing.assert_allclose(seen[1], expected, atol=1e-5)
