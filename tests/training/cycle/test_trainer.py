import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.data import pipeline
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import (
    GeometricSelfSupervision,
    LifterConfig,
    LossConfig,
    OptimizerConfig,
    ViewConfig,
)


def lifter_weights(trainer):
    return [w.numpy() for w in trainer.lifter.trainable_variables]


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def kinds(make_trainer):
    """The kinds of operations in the graph of the training step, and in its functions."""
    batch = {"keypoints_2d": tf.TensorSpec([32, 17, 2], tf.float32)}
    step = tf.function(make_trainer().train_step, input_signature=[batch], autograph=False)
    graph = step.get_concrete_function().graph.as_graph_def()
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    return {node.op for node in nodes}


@pytest.mark.eagerly
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


def test_same_seed_same_numbers(make_trainer, fit):
    first, second = make_trainer(), make_trainer()
    for trainer in (first, second):
        fit(trainer, steps=2)
    assert equal(lifter_weights(first), lifter_weights(second))
    assert not equal(lifter_weights(first), lifter_weights(make_trainer(seed=1)))


def test_step_is_traced_once_for_a_whole_run(make_trainer, poses):
    trainer = make_trainer()
    traces = []
    train_step = trainer.train_step

    def counted(data):
        traces.append(data)
        return train_step(data)

    trainer.train_step = counted
    trainer.fit(
        pipeline.training_batches(NormalisedPoses.of(poses), 32, seed=0),
        steps_per_epoch=3,
        epochs=3,
        validation_data=pipeline.validation_batches(NormalisedPoses.of(poses), 32),
        verbose=0,
        shuffle=False,
    )
    assert len(traces) == 1


def test_graph_of_the_step_calls_no_python(kinds):
    assert "MatMul" in kinds
    assert not kinds & {"PyFunc", "EagerPyFunc", "PyFuncStateless", "NumpyFunction"}


def test_random_views_rotation_and_projection_are_in_the_graph(kinds):
    assert {"StatelessRandomUniformFullIntV2", "Cos", "Sin", "RealDiv"} <= kinds


def test_batch_normalised_and_dropped_out_networks_train(make_trainer, fit):
    config = LifterConfig(width=16, num_blocks=1, normalisation="batch", dropout=0.2)
    logs = fit(make_trainer(lifter=config), steps=2)
    assert np.isfinite(logs["loss"])


@pytest.mark.eagerly
def test_discriminator_rests_without_adversarial_loss(make_trainer, fit):
    trainer = make_trainer(loss=LossConfig(adversarial=0.0))
    before = trainer.discriminator.get_weights()
    assert fit(trainer, steps=2)["discriminator_loss"] == 0.0
    assert equal(trainer.discriminator.get_weights(), before)


@pytest.mark.eagerly
@pytest.mark.parametrize("name", ["consistency_2d", "consistency_3d", "adversarial", "bone"])
def test_a_loss_of_weight_zero_is_left_out(make_trainer, fit, name):
    logs = fit(make_trainer(loss=LossConfig(**{name: 0.0})), steps=1)
    assert logs[name] == 0.0
    others = {"consistency_2d", "consistency_3d", "adversarial", "bone"} - {name}
    assert all(logs[other] > 0 for other in others)


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


@pytest.mark.eagerly
def test_without_averaging_the_kept_lifter_is_the_present_one(make_trainer, fit):
    trainer = make_trainer(optimizer=OptimizerConfig(average_decay=0.0))
    fit(trainer, steps=3)
    for average, weight in zip(trainer.averaged_lifter.weights, trainer.lifter.weights):  # noqa: B905
        np.testing.assert_allclose(average.numpy(), weight.numpy(), atol=1e-6)


@pytest.mark.parametrize("mirror", [True, False])
def test_poses_are_mirrored_where_asked_for(make_trainer, normalised_2d, mirror):
    batch = make_trainer(mirror=mirror)._batch({"keypoints_2d": normalised_2d})
    mirrored = np.any(batch.keypoints_2d != normalised_2d, axis=(1, 2)).mean()
    assert mirrored == pytest.approx(0.5 if mirror else 0.0, abs=0.1)


def test_validation_looks_from_the_same_views_all_along(make_trainer, normalised_2d):
    trainer = make_trainer(view=ViewConfig(ramp=1.0))
    first = trainer.cycle_of(normalised_2d).synthetic_2d
    trainer.step.assign(7)
    np.testing.assert_array_equal(trainer.cycle_of(normalised_2d).synthetic_2d, first)


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


@pytest.mark.eagerly
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
    from posenet3d.evaluation.metrics import joint_errors
    from posenet3d.geometry import camera
    from posenet3d.models.lifter import unproject

    trainer = make_trainer()
    logs = trainer.evaluate(
        pipeline.validation_batches(NormalisedPoses.of(poses), 64), verbose=0, return_dict=True
    )
    normalised = camera.normalise(poses.keypoints_2d, 0).keypoints_2d
    lifted = unproject(trainer.averaged_lifter(normalised)).numpy()
    expected = joint_errors.pa_mpjpe(lifted, poses.keypoints_3d).mean()
    np.testing.assert_allclose(logs["pa_mpjpe"], expected, rtol=0.02)  # batches weigh the same


def test_missing_bone_ratios_are_refused(small_config):
    with pytest.raises(ValueError, match="bone_ratios is None"):
        GeometricSelfSupervision(small_config(), H36M_17)


def test_missing_flow_is_refused(small_config):
    with pytest.raises(ValueError, match=r"flow has the weight 2.0 but there is none"):
        GeometricSelfSupervision(small_config(loss=LossConfig(flow=2.0)), H36M_17, [1.0] * 16)


def test_elevation_must_be_known_by_now(small_config):
    with pytest.raises(ValueError, match="elevation is auto"):
        GeometricSelfSupervision(small_config(elevation=None), H36M_17, [1.0] * 16)
    uniform = small_config(elevation=None, view=ViewConfig(kind="uniform"))
    GeometricSelfSupervision(uniform, H36M_17, [1.0] * 16)  # needs none
