import dataclasses
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.evaluation.metrics import joint_errors
from posenet3d.geometry import camera, mirror, rotation
from posenet3d.models.lifter import unproject
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.second_stage import make_student, student_estimator
from posenet3d.training.settings.config import AugmentConfig, LifterConfig, StudentConfig
from posenet3d.training.student import student_trainer as student_module
from posenet3d.training.student.student_trainer import distance_from

COUNT, SEEN = 64, 48
PLAIN = {"bodies": 0.0, "mixed": 0.0}


@pytest.fixture(scope="module")
def taught(small_config, poses, normalised_2d):
    """Makes a student of the poses' true 3D, or of another; arguments are those of `student`."""

    def make(keypoints_3d=None, augment=None, lifter=None, **settings):
        settings = {"steps": 80, "batch_size": COUNT, "virtual": SEEN / COUNT} | settings
        config = small_config(student=StudentConfig(**settings), augment=augment or AugmentConfig())
        if lifter is not None:
            config = dataclasses.replace(config, lifter=lifter)
        keras.utils.set_random_seed(0)
        if keypoints_3d is None:
            keypoints_3d = poses.keypoints_3d
        return make_student(config, poses.skeleton, normalised_2d.numpy(), keypoints_3d)

    return make


@pytest.fixture(scope="module")
def lesson(taught):
    """A lesson of whole bodies through virtual cameras, and real poses after them."""
    return taught().lesson()


def fit(student, steps):
    history = student.fit(tf.data.Dataset.range(steps), shuffle=False, verbose=0).history
    return {name: values[-1] for name, values in history.items()}


def weights(network):
    return np.concatenate([w.numpy().ravel() for w in network.weights])


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


@pytest.mark.parametrize("mirrored", [True, False])
def test_lessons_are_mirrored_where_the_settings_say_so(taught, poses, mirrored):
    """Real poses alone: a lesson that is none of them is the mirror image of one."""
    student = taught(virtual=0.0)
    student.config = dataclasses.replace(student.config, mirror=mirrored)
    keypoints_3d = student.lesson().keypoints_3d.numpy()
    own = {pose.tobytes() for pose in keypoints_3d_of(poses)}
    assert all(pose.tobytes() in own for pose in keypoints_3d) != mirrored


def keypoints_3d_of(poses):
    root = poses.keypoints_3d[:, poses.skeleton.root, None]
    return np.asarray(poses.keypoints_3d - root, np.float32)


@pytest.mark.parametrize("virtual", [0.0, 1.0])
def test_lessons_may_all_be_real_or_all_virtual(taught, virtual):
    student = taught(virtual=virtual)
    assert math.isfinite(fit(student, 2)["loss"])
    np.testing.assert_array_equal(student.lesson().elevation_known, virtual)
