import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.data import pipeline
from posenet3d.skeleton import H36M_17
from posenet3d.training import GeometricSelfSupervision, LossConfig, OptimizerConfig, ViewConfig


def lifter_weights(trainer):
    return [w.numpy() for w in trainer.lifter.trainable_variables]


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def concrete_step(trainer):
    """The graph of the training step."""
    batch = {"keypoints_2d": tf.TensorSpec([32, 17, 2], tf.float32)}
    step = tf.function(lambda data: trainer.train_step(data), input_signature=[batch])
    return step.get_concrete_function()


def test_a_step_changes_both_networks_and_the_averaged_lifter(make_trainer, fit):
    trainer = make_trainer()
    networks = (trainer.lifter, trainer.discriminator, trainer.averaged_lifter)
    before = [[w.numpy() for w in n.weights] for n in networks]
    fit(trainer, steps=1)
    for network, weights in zip(networks, before, strict=True):
        assert not equal([w.numpy() for w in network.weights], weights)
    assert int(trainer.step) == 1


def test_losses_fall(make_trainer, fit):
    trainer = make_trainer(optimizer=OptimizerConfig(learning_rate=3e-3, schedule="constant"))
    first = fit(trainer, steps=5)
    last = fit(trainer, steps=60, start=5)
    assert last["loss"] < 0.7 * first["loss"]


def test_same_seed_same_numbers_other_seed_others(make_trainer, fit):
    runs = []
    for seed in (0, 0, 1):
        trainer = make_trainer(seed=seed)
        fit(trainer)
        runs.append(lifter_weights(trainer))
    assert equal(runs[0], runs[1])
    assert not equal(runs[0], runs[2])


def test_views_differ_from_step_to_step(make_trainer, fit):
    trainer = make_trainer()
    first = trainer._draw_views(8).numpy()
    fit(trainer, steps=1)
    assert np.abs(first - trainer._draw_views(8).numpy()).max() > 0.1


def test_step_is_traced_once_for_a_whole_run(make_trainer, poses):
    trainer = make_trainer()
    traces = []
    train_step = trainer.train_step

    def counted(data):
        traces.append(data)
        return train_step(data)

    trainer.train_step = counted
    trainer.fit(
        pipeline.training_batches(poses, 32, seed=0),
        steps_per_epoch=3,
        epochs=3,
        validation_data=pipeline.validation_batches(poses, 32),
        verbose=0,
        shuffle=False,
    )
    assert len(traces) == 1


def test_graph_of_the_step_calls_no_python(make_trainer):
    graph = concrete_step(make_trainer()).graph.as_graph_def()
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    kinds = {node.op for node in nodes}
    assert "MatMul" in kinds
    assert not kinds & {"PyFunc", "EagerPyFunc", "PyFuncStateless", "NumpyFunction"}


def test_random_views_rotation_and_projection_are_in_the_graph(make_trainer):
    graph = concrete_step(make_trainer()).graph.as_graph_def()
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    kinds = {node.op for node in nodes}
    assert {"StatelessRandomUniformFullIntV2", "Cos", "Sin", "RealDiv"} <= kinds


@pytest.mark.parametrize("kind", ["log", "softplus", "least_squares", "wgan_gp"])
def test_every_adversarial_loss_compiles_with_xla(make_trainer, fit, kind):
    losses = LossConfig(adversarial_kind=kind)
    logs = fit(make_trainer(jit_compile=True, loss=losses), steps=2)
    assert np.isfinite(list(logs.values())).all()


def test_xla_gives_the_numbers_of_no_xla(make_trainer, fit):
    plain, compiled = (fit(make_trainer(jit_compile=jit), steps=2) for jit in (False, True))
    for name, value in plain.items():
        np.testing.assert_allclose(compiled[name], value, rtol=1e-3, err_msg=name)


def test_batch_normalised_and_dropped_out_networks_train(make_trainer, fit, small_config):
    from posenet3d.training import LifterConfig

    config = LifterConfig(width=16, num_blocks=1, normalisation="batch", dropout=0.2)
    logs = fit(make_trainer(lifter=config, jit_compile=True), steps=2)
    assert np.isfinite(logs["loss"])


@pytest.mark.parametrize("jit", [False, True])
def test_discriminator_learns_at_every_kth_step(make_trainer, fit, jit):
    trainer = make_trainer(optimizer=OptimizerConfig(discriminator_every=3), jit_compile=jit)
    logs = fit(trainer, steps=7)
    assert 0.01 < logs["discriminator_loss"] < 100
    assert int(trainer.discriminator_optimizer.iterations) == 3  # steps 0, 3 and 6
    assert int(trainer.optimizer.iterations) == 7


def test_discriminator_rests_without_adversarial_loss(make_trainer, fit):
    trainer = make_trainer(loss=LossConfig(adversarial=0.0))
    before = trainer.discriminator.get_weights()
    assert fit(trainer, steps=2)["discriminator_loss"] == 0.0
    assert equal(trainer.discriminator.get_weights(), before)


@pytest.mark.parametrize("name", ["consistency_2d", "consistency_3d", "adversarial", "bone"])
def test_a_loss_of_weight_zero_is_left_out(make_trainer, fit, name):
    logs = fit(make_trainer(loss=LossConfig(**{name: 0.0})), steps=1)
    assert logs[name] == 0.0
    others = {"consistency_2d", "consistency_3d", "adversarial", "bone"} - {name}
    assert all(logs[other] > 0 for other in others)


def test_bone_weight_rises_and_stays(make_trainer):
    trainer = make_trainer(
        steps=100, steps_per_epoch=10, loss=LossConfig(bone_start=5.0, bone=25.0, bone_ramp=0.4)
    )
    weights = {}
    for step in (0, 20, 40, 100):
        trainer.step.assign(step)
        weights[step] = float(trainer._bone_weight())
    assert weights == {0: 5.0, 20: 15.0, 40: 25.0, 100: 25.0}


def test_clipped_gradients_move_the_weights_less(make_trainer):
    variables = [tf.Variable([0.0, 0.0])]
    moved = {}
    for norm in (0.0, 1.0):
        trainer = make_trainer(optimizer=OptimizerConfig(clip_norm=norm))
        variables[0].assign([0.0, 0.0])
        trainer._apply(keras.optimizers.SGD(1.0), [tf.constant([30.0, 40.0])], variables)
        moved[norm] = variables[0].numpy()
    np.testing.assert_allclose(moved[0.0], [-30.0, -40.0])
    np.testing.assert_allclose(moved[1.0], [-0.6, -0.8], rtol=1e-6)


def test_without_averaging_the_kept_lifter_is_the_present_one(make_trainer, fit):
    trainer = make_trainer(optimizer=OptimizerConfig(average_decay=0.0))
    fit(trainer, steps=3)
    for average, weight in zip(trainer.averaged_lifter.weights, trainer.lifter.weights):  # noqa: B905
        np.testing.assert_allclose(average.numpy(), weight.numpy(), atol=1e-6)


def test_half_of_the_poses_are_mirrored(make_trainer, poses):
    batch = next(iter(pipeline.training_batches(poses, 256, seed=0)))["keypoints_2d"]
    mirrored = make_trainer()._mirror_half(batch)
    changed = np.abs(mirrored - batch).max(axis=(1, 2)) > 1e-6
    assert 0.35 < changed.mean() < 0.65
    assert make_trainer(mirror=False)._mirror_half(batch) is batch


@pytest.mark.parametrize("kind", ["uniform", "known"])
def test_views_are_those_of_the_settings(make_trainer, kind):
    trainer = make_trainer(view=ViewConfig(kind=kind, elevation=0.0, elevation_spread=0.0))
    vertical = trainer._draw_views(64).numpy() @ [0.0, 1.0, 0.0]
    leaning = np.degrees(np.arccos(np.clip(vertical[:, 1], -1, 1)))
    if kind == "known":  # level cameras stay level
        np.testing.assert_allclose(leaning, 0.0, atol=0.1)
    else:
        assert 10 < leaning.max() < 20.1


def test_saved_and_loaded_it_goes_on_as_if_nothing_had_happened(
    make_trainer, fit, weights_of, tmp_path
):
    trainer = make_trainer(optimizer=OptimizerConfig(discriminator_every=2))
    fit(trainer, steps=3)
    trainer.save(tmp_path / "trainer.keras")
    loaded = keras.saving.load_model(tmp_path / "trainer.keras")
    assert isinstance(loaded, GeometricSelfSupervision)
    assert loaded.get_config() == trainer.get_config()
    assert equal(weights_of(loaded), weights_of(trainer))
    for model in (trainer, loaded):
        fit(model, steps=3, start=3)
    assert equal(weights_of(loaded), weights_of(trainer))


def test_keras_own_resuming_keeps_both_optimizers(make_trainer, fit, weights_of, tmp_path):
    trainer = make_trainer()
    fit(trainer, steps=3)
    trainer.save_weights(tmp_path / "trainer.weights.h5")
    other = make_trainer(seed=5)
    other.load_weights(tmp_path / "trainer.weights.h5")
    assert equal(weights_of(other), weights_of(trainer))


def test_optimizer_that_callbacks_see_is_the_lifters(make_trainer):
    trainer = make_trainer()
    assert trainer.optimizer is not trainer.discriminator_optimizer
    shapes = [tuple(v.shape) for v in trainer.lifter.trainable_variables]
    assert shapes == [tuple(v.shape) for v in trainer.optimizer._trainable_variables]


def test_validation_agrees_with_the_reference_metric(make_trainer, poses):
    from posenet3d.evaluation import metrics
    from posenet3d.geometry import camera

    trainer = make_trainer()
    logs = trainer.evaluate(pipeline.validation_batches(poses, 64), verbose=0, return_dict=True)
    normalised = camera.normalise(poses.keypoints_2d, 0).keypoints_2d
    lifted = camera.unproject(normalised, trainer.averaged_lifter(normalised)).numpy()
    expected = metrics.pa_mpjpe(lifted, poses.keypoints_3d).mean()
    np.testing.assert_allclose(logs["pa_mpjpe"], expected, rtol=0.02)  # batches weigh the same


def test_missing_bone_ratios_are_refused(small_config):
    with pytest.raises(ValueError, match="bone_ratios is None"):
        GeometricSelfSupervision(small_config(), H36M_17)


def test_noise_is_on_what_the_discriminator_sees_and_nothing_else(make_trainer, poses):
    batch = next(iter(pipeline.training_batches(poses, 32, seed=0)))["keypoints_2d"]
    plain, noisy = (make_trainer(loss=LossConfig(adversarial_noise=noise)) for noise in (0.0, 0.5))
    assert equal(lifter_weights(plain), lifter_weights(noisy))
    np.testing.assert_array_equal(plain._judge(batch, 0), plain.discriminator(batch))
    assert np.abs(noisy._judge(batch, 0) - noisy.discriminator(batch)).max() > 0.01
    np.testing.assert_array_equal(noisy._judge(batch, 0), noisy._judge(batch, 0))
