import numpy as np
import pytest
import tensorflow as tf

from posenet3d.evaluation.metrics import joint_errors
from posenet3d.models.lifter import unproject
from posenet3d.training.second_stage import student_estimator
from posenet3d.training.settings.config import AugmentConfig, LifterConfig
from posenet3d.training.student import student_trainer as student_module
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.student.student_trainer import distance_from


def fit(student, steps):
    history = student.fit(tf.data.Dataset.range(steps), shuffle=False, verbose=0).history
    return {name: values[-1] for name, values in history.items()}


def weights(network):
    return np.concatenate([w.numpy().ravel() for w in network.weights])


def test_training_brings_the_lifter_to_the_lessons(taught):
    student = taught(learning_rate=1e-2, steps=148)
    first, _, last = (fit(student, steps) for steps in (5, 133, 10))
    assert int(student.step) == 148
    assert last["distance"] < 0.7 * first["distance"]
    assert last["elevation"] < first["elevation"]
    assert last["error_estimate"] < first["error_estimate"]
    parts = last["distance"] + last["elevation"] + last["error_estimate"]
    assert last["loss"] == pytest.approx(parts, rel=1e-4)


def test_damage_is_lifted_and_the_whole_pose_is_to_be_said(taught, monkeypatch):
    student = taught(
        augment=AugmentConfig(hide=0.5, noise=0.1, clean=0.0),
        lifter=LifterConfig(width=16, num_blocks=1, completes=True),
    )
    given, true, lifter, distance = [], [], student.lifter.call, student_module.distance_from

    def lift(keypoints_2d, confidence=None, training=False):
        given.append((keypoints_2d.numpy(), confidence.numpy()))
        return lifter(keypoints_2d, confidence, training=training)

    def distance_to(predicted_3d, true_3d):
        true.append(true_3d.numpy())
        return distance(predicted_3d, true_3d)

    monkeypatch.setattr(student.lifter, "call", lift)
    monkeypatch.setattr(student_module, "distance_from", distance_to)
    lesson = student.lesson()
    losses = student.train_step(None)
    keypoints_2d, confidence = given[0]
    assert (confidence == 0).any(axis=1).mean() > 0.5
    assert (confidence < 1).any(axis=1).all()
    assert np.abs(keypoints_2d - lesson.keypoints_2d).max(axis=(1, 2)).min() > 1e-3
    np.testing.assert_array_equal(true[0], lesson.keypoints_3d)
    assert np.isfinite(losses["loss"])


@pytest.fixture(scope="module")
def trained(taught):
    student = taught(learning_rate=3e-3)
    fit(student, 20)
    return student


def test_the_averaged_lifter_is_kept(trained):
    assert not np.array_equal(weights(trained.averaged_lifter), weights(trained.lifter))
    kept = student_estimator(trained)
    np.testing.assert_array_equal(weights(kept.lifter), weights(trained.averaged_lifter))
    for kept_value, value in zip(
        kept.gap_filler.get_weights(), trained.gap_filler.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(kept_value, value)
    assert kept.elevation == trained.config.elevation


def test_the_averaged_lifter_is_measured(trained, poses, normalised_2d):
    data = {"keypoints_2d": normalised_2d[:64], "keypoints_3d": poses.keypoints_3d[:64]}
    measured = trained.evaluate(tf.data.Dataset.from_tensors(data), return_dict=True, verbose=0)
    lifted = unproject(trained.averaged_lifter(data["keypoints_2d"])).numpy()
    error = joint_errors.pa_mpjpe(lifted, data["keypoints_3d"]).mean()
    assert measured["pa_mpjpe"] == pytest.approx(error, rel=1e-3)


def test_poses_without_3d_are_not_measured(trained, normalised_2d):
    assert trained.test_step({"keypoints_2d": normalised_2d[:8]}) == {}


def test_a_student_may_have_a_size_of_its_own(taught):
    own = taught(width=8, num_blocks=3)
    assert own.lifter.trunk.settings["width"] == own.averaged_lifter.trunk.settings["width"] == 8
    assert own.lifter.trunk.settings["num_blocks"] == 3
    assert taught().lifter.trunk.settings["width"] == 16


def test_distance_is_that_of_the_joints_at_the_predictions_size():
    true = tf.constant([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    predicted = tf.constant([[[0.0, 0.0, 0.0], [2.0, 3.0, 0.0]]])
    # Least squares scales the truth by 2; joints are then 0 and 3 apart.
    assert float(distance_from(predicted, true)) == pytest.approx(1.5)
    assert float(distance_from(true, true)) == pytest.approx(0.0, abs=1e-5)


def test_distance_does_not_see_the_size_of_the_truth(poses, normalised_2d):
    flat = tf.pad(normalised_2d, [[0, 0], [0, 0], [0, 1]])
    distances = [float(distance_from(flat, k * poses.keypoints_3d)) for k in (0.01, 1.0, 7.0)]
    assert distances[0] > 0.01
    assert distances == pytest.approx([distances[0]] * 3, rel=1e-4)


def test_distance_has_a_finite_gradient_where_nothing_is_amiss(poses):
    true = tf.constant(poses.keypoints_3d[:4] / 1000.0)
    for predicted in (true, tf.zeros_like(true), true + 0.1):
        with tf.GradientTape() as tape:
            tape.watch(predicted)
            distance = distance_from(predicted, true)
        assert np.isfinite(tape.gradient(distance, predicted)).all()


def test_an_estimate_that_is_judged_nowhere_does_not_change(taught, poses, normalised_2d):
    """All lessons are of virtual cameras, and the truth is known of other poses alone."""
    student = taught(virtual=1.0)
    keypoints_3d = poses.keypoints_3d
    student.take_lessons(Lessons(normalised_2d.numpy(), keypoints_3d, None, keypoints_3d))
    assert fit(student, 5)["error_estimate"] == 0.0
