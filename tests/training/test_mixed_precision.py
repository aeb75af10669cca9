"""Networks in 16 bits; geometry, losses, weights and what is kept in float32."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.errors import ConfigError
from posenet3d.models import load
from posenet3d.models.lifter import unproject
from posenet3d.platform.precision import with_loss_scale
from posenet3d.training import LossConfig, OptimizerConfig, TrainingConfig
from posenet3d.training.build import make_estimator
from posenet3d.training.records.checkpoint import restore_checkpoint, save_checkpoint
from posenet3d.training.second_stage import compiled_student, student_estimator
from posenet3d.training.settings.config import StudentConfig
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.student.student_trainer import StudentTrainer
from posenet3d.training.updates import gradients

BITS = {"bfloat16": tf.bfloat16, "float16": tf.float16}
both = pytest.mark.parametrize("precision", BITS)


def dtypes(value):
    """The kinds of floats in anything nested."""
    tensors = tf.nest.flatten(value)
    return {t.dtype for t in tensors if tf.is_tensor(t) and t.dtype.is_floating}


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@both
def test_layers_compute_in_16_bits_and_everything_around_them_in_32(
    make_trainer, normalised_2d, sets_of, precision
):
    trainer = make_trainer(mixed_precision=precision)
    poses = normalised_2d[:8]
    for network in (trainer.lifter, trainer.discriminator):
        assert dtypes(network.trunk(tf.ones([2, 34]))) == {BITS[precision]}
        assert dtypes([tf.convert_to_tensor(w) for w in network.weights]) == {tf.float32}
        assert dtypes(network(poses)) == {tf.float32}
    batch = trainer._batch({"keypoints_2d": poses})
    lifted = trainer.lifter(batch.keypoints_2d)
    assert dtypes(trainer._views(lifted, trainer._seed(0))) == {tf.float32}
    assert dtypes(trainer.cycle_of(poses)) == {tf.float32}
    assert dtypes(list(sets_of(trainer, {"keypoints_2d": poses}).values())) == {tf.float32}
    assert dtypes(trainer.learn({"keypoints_2d": poses})) == {tf.float32}


def test_without_it_nothing_is_in_16_bits(make_trainer):
    assert dtypes(make_trainer().lifter.trunk(tf.ones([2, 34]))) == {tf.float32}
    assert not gradients.scales(make_trainer().optimizer)


@both
def test_geometry_has_the_same_numbers(make_trainer, normalised_2d, precision):
    """Views, and the whole cycle of the averaged lifter, whose weights are the same."""
    plain, mixed = make_trainer(), make_trainer(mixed_precision=precision)
    lifted = plain.lifter(normalised_2d)
    views = [t._views(lifted, t._seed(0))[0] for t in (plain, mixed)]
    np.testing.assert_array_equal(*views)
    for one, other in zip(*(t.cycle_of(normalised_2d) for t in (plain, mixed)), strict=True):
        for first, second in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
            np.testing.assert_array_equal(first, second)


@both
def test_it_learns_as_float32_does(make_trainer, fit, precision):
    optimizer = OptimizerConfig(learning_rate=3e-3, schedule="constant")
    plain, mixed = (
        fit(make_trainer(optimizer=optimizer, mixed_precision=p), steps=40)
        for p in ("none", precision)
    )
    # Of 40 steps, float16 leaves the first few out, until its scale is found.
    assert mixed["consistency_3d"] == pytest.approx(plain["consistency_3d"], rel=0.1)
    assert all(np.isfinite(list(mixed.values())))


def test_a_scaled_loss_moves_weights_as_the_loss_itself(make_trainer):
    """The scale is a power of two: gradients that do not vanish come back exactly."""
    moved = {}
    for precision in ("none", "float16"):
        for clip_norm in (0.0, 1.0):
            variable = tf.Variable([1.0, 2.0])
            optimizer = with_loss_scale(keras.optimizers.SGD(0.1), precision)
            optimizer.build([variable])
            with tf.GradientTape() as tape:
                loss = gradients.scaled(tf.reduce_sum(3.0 * variable), optimizer)
            slopes = tape.gradient(loss, [variable])
            gradients.apply(optimizer, slopes, [variable], clip_norm)
            moved[precision, clip_norm] = variable.numpy()
    np.testing.assert_allclose(moved["none", 0.0], [0.7, 1.7], rtol=1e-6)
    np.testing.assert_allclose(moved["none", 1.0], [1 - 0.1 / 2**0.5, 2 - 0.1 / 2**0.5], rtol=1e-6)
    for clip_norm in (0.0, 1.0):
        np.testing.assert_array_equal(moved["none", clip_norm], moved["float16", clip_norm])


def test_gradients_that_are_not_finite_move_nothing_and_halve_the_scale(make_trainer):
    trainer = make_trainer(mixed_precision="float16", optimizer=OptimizerConfig(clip_norm=1.0))
    before, scale = trainer.lifter.get_weights(), float(trainer.optimizer.dynamic_scale)
    other = float(trainer.discriminator_optimizer.dynamic_scale)
    slopes = [tf.fill(v.shape, np.inf) for v in trainer.lifter_variables]
    trainer._apply(trainer.optimizer, slopes, trainer.lifter_variables)
    assert equal(trainer.lifter.get_weights(), before)
    assert float(trainer.optimizer.dynamic_scale) == scale / 2
    assert float(trainer.discriminator_optimizer.dynamic_scale) == other  # each has its own
    assert int(trainer.optimizer.iterations) == 0


@pytest.mark.eagerly
@both
def test_restored_from_its_checkpoint_it_goes_on_exactly(
    make_trainer, fit, weights_of, tmp_path, precision
):
    settings = {"mixed_precision": precision, "loss": LossConfig(adversarial_kind="wgan_gp")}
    trainer = make_trainer(**settings)
    fit(trainer, steps=3)
    save_checkpoint(tmp_path / "latest.npz", trainer, {"epochs": 1})
    other = make_trainer(**settings, seed=1)
    restore_checkpoint(tmp_path / "latest.npz", other)
    if precision == "float16":
        scales = [float(o.dynamic_scale) for o in other.optimizers]
        assert scales == [float(o.dynamic_scale) for o in trainer.optimizers]
        assert scales[1] < 2.0**15  # it had to be halved, and that is remembered
    other.config = trainer.config
    for model in (trainer, other):
        fit(model, steps=3, start=3)
    assert equal(weights_of(other), weights_of(trainer))


@pytest.mark.eagerly
def test_saved_and_loaded_it_has_its_precision_and_scales(make_trainer, fit, weights_of, tmp_path):
    trainer = make_trainer(mixed_precision="float16")
    fit(trainer, steps=2)
    trainer.save(tmp_path / "trainer.keras")
    loaded = keras.saving.load_model(tmp_path / "trainer.keras")
    assert dtypes(loaded.lifter.trunk(tf.ones([2, 34]))) == {tf.float16}
    assert equal(weights_of(loaded), weights_of(trainer))


@pytest.mark.eagerly
@both
def test_the_kept_lifter_is_a_float32_lifter(
    make_trainer, fit, run_data, poses, tmp_path, precision
):
    trainer = make_trainer(mixed_precision=precision)
    fit(trainer, steps=2)
    make_estimator(trainer, run_data()).save(tmp_path / "estimator.keras")
    estimator = load(tmp_path / "estimator.keras")
    assert dtypes(estimator.lifter.trunk(tf.ones([2, 34]))) == {tf.float32}
    assert {layer.compute_dtype for layer in estimator._flatten_layers()} == {"float32"}
    plain = make_trainer()
    plain.averaged_lifter.set_weights(trainer.averaged_lifter.get_weights())
    expected = make_estimator(plain, run_data()).lift(poses.keypoints_2d[:32])
    lifted = estimator.lift(poses.keypoints_2d[:32])
    np.testing.assert_array_equal(lifted.keypoints_3d, expected.keypoints_3d)
    np.testing.assert_array_equal(lifted.score, expected.score)


@pytest.mark.eagerly
@both
def test_students_learn_in_16_bits_and_are_kept_in_32(
    small_config, poses, normalised_2d, precision
):
    student_config = StudentConfig(steps=8, batch_size=32)
    config = small_config(mixed_precision=precision, student=student_config)
    keras.utils.set_random_seed(0)
    student = compiled_student(config, poses.skeleton)
    assert isinstance(student, StudentTrainer)
    student.take_lessons(Lessons(normalised_2d.numpy(), poses.keypoints_3d))
    assert dtypes(student.lifter.trunk(tf.ones([2, 34]))) == {BITS[precision]}
    before = student.lifter.get_weights()
    step = tf.function(lambda: student.learn(None))
    losses = [step() for _ in range(4)]
    assert dtypes(losses) == {tf.float32}
    assert np.isfinite([float(v["loss"]) for v in losses]).all()
    assert not equal(student.lifter.get_weights(), before)
    assert gradients.scales(student.optimizer) == (precision == "float16")
    kept = student_estimator(student)
    assert {layer.compute_dtype for layer in kept._flatten_layers()} == {"float32"}
    lesson = student.lesson()
    assert dtypes(unproject(kept.lifter(lesson.keypoints_2d))) == {tf.float32}


def test_other_precisions_are_refused():
    with pytest.raises(ConfigError, match=r"mixed_precision must be one of none, .* got 'int8'"):
        TrainingConfig(mixed_precision="int8")
