import math
from types import SimpleNamespace

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.geometry import camera, views
from posenet3d.training import ViewConfig
from posenet3d.training.cycle.lift_reproject_lift import turn
from posenet3d.training.estimates.view_distance import ViewDistance

SCENE = synthetic.SyntheticConfig(num_sequences=100, frames_per_sequence=20, seed=5)
MEAN, SPREAD = map(math.radians, (SCENE.elevation_mean_deg, SCENE.elevation_std_deg))


@pytest.fixture(scope="module")
def many_poses():
    return synthetic.generate_poses(SCENE)


@pytest.fixture(scope="module")
def view_distance(many_poses):
    return ViewDistance(NormalisedPoses.of(many_poses), seed=0)


@pytest.fixture(scope="module")
def lifter_of(many_poses):
    """A trainer's stand-in whose lifter gives the true depths times a factor."""
    normalised = camera.normalise(many_poses.keypoints_2d, 0).keypoints_2d.numpy()
    size = np.linalg.norm(many_poses.keypoints_3d[..., :2], axis=-1).mean(axis=-1)
    depths = many_poses.keypoints_3d[..., 2] / size[:, None]

    def make(factor):
        def cycle_of(keypoints_2d, elevation):
            rows = [np.abs(normalised - pose).sum(axis=(1, 2)).argmin() for pose in keypoints_2d]
            pose_3d = camera.unproject(keypoints_2d, factor * depths[rows])
            matrices, _ = views.known_views(len(pose_3d), [0, 1], MEAN, SPREAD)
            return SimpleNamespace(synthetic_2d=turn(pose_3d, matrices)[1])

        return SimpleNamespace(cycle_of=cycle_of)

    return make


def test_the_nearer_the_depths_are_to_the_truth_the_smaller_is_the_distance(
    view_distance, lifter_of
):
    true, shallow, flat, inverted = (
        view_distance.of(lifter_of(factor)) for factor in (1.0, 0.5, 0.0, -1.0)
    )
    assert true < shallow < flat < inverted  # front and back are told apart
    assert true < 0.5 * flat


def test_what_is_lifted_is_not_what_it_is_compared_with(view_distance, many_poses):
    first, second = (
        {pose.tobytes() for pose in poses_2d}
        for poses_2d in (view_distance.lifted_2d, view_distance.reference_2d)
    )
    assert len(first) == len(second) == len(many_poses) // 2
    assert not first & second


def test_a_trainer_has_one_distance_whenever_it_is_asked(view_distance, make_trainer):
    trainer = make_trainer()
    before = view_distance.of(trainer)
    assert before > 0.1  # it knows nothing
    trainer.step.assign(4)
    assert view_distance.of(trainer) == before


def test_the_turns_are_not_those_of_the_curriculum(view_distance, make_trainer):
    """At its beginning new views are hardly turned, and a flat pose would look real."""
    plain, ramped = (make_trainer(view=ViewConfig(ramp=ramp)) for ramp in (0.0, 1.0))
    assert view_distance.of(ramped) == pytest.approx(view_distance.of(plain))


def test_poses_of_one_scale_are_measured_at_that_scale(many_poses):
    scaled = ViewDistance(NormalisedPoses.of(many_poses, 5000.0), seed=0)
    assert len(np.unique(np.linalg.norm(scaled.lifted_2d, axis=-1).mean(axis=-1).round(4))) > 100
    same = np.linalg.norm(ViewDistance(NormalisedPoses.of(many_poses), 0).lifted_2d, axis=-1).mean(
        axis=-1
    )
    np.testing.assert_allclose(same, 1 / camera.DISTANCE, rtol=1e-5)
