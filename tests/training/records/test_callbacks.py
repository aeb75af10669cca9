import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

import posenet3d
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.errors import ConfigError, TrainingError
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import OptimizerConfig
from posenet3d.training.estimates.view_distance import ViewDistance
from posenet3d.training.records import callbacks

pytestmark = pytest.mark.eagerly


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf, 1e7])
def test_diverging_losses_end_the_run(loss):
    with pytest.raises(TrainingError, match=r"diverged: bone is .* in step 4"):
        callbacks.StopOnDivergence().on_train_batch_end(3, {"loss": 1.0, "bone": loss})


def test_usual_losses_do_not():
    callbacks.StopOnDivergence().on_train_batch_end(3, {"loss": 30.0})


def test_both_learning_rates_are_logged(make_trainer, fit):
    settings = OptimizerConfig(learning_rate=1e-3, discriminator_learning_rate=4e-3)
    trainer = make_trainer(optimizer=settings)
    fit(trainer, steps=4)  # half of the run
    callback, logs = callbacks.LearningRates(), {}
    callback.set_model(trainer)
    callback.on_epoch_end(0, logs)
    assert logs["lifter_learning_rate"] == pytest.approx(0.5e-3)
    assert logs["discriminator_learning_rate"] == pytest.approx(2e-3)


@pytest.mark.parametrize("every", [1, 2])
def test_exponential_rates_fall_by_the_epoch(make_trainer, fit, every):
    settings = OptimizerConfig(
        learning_rate=1e-3, schedule="exponential", decay=0.5, discriminator_every=every
    )
    trainer = make_trainer(optimizer=settings)
    fit(trainer, steps=4)
    callback, logs = callbacks.LearningRates(), {}
    callback.set_model(trainer)
    callback.on_epoch_end(0, logs)
    assert list(logs.values()) == pytest.approx([0.5e-3, 0.5e-3])


@pytest.fixture
def keep(small_config, make_trainer, tmp_path):
    """A KeepLifter with the given settings, and the trainer it watches."""

    def make(**changes):
        estimator = PoseEstimator(Lifter(17, 0, **vars(small_config().lifter)), H36M_17)
        callback = callbacks.KeepLifter(
            tmp_path / "estimator.keras", estimator, small_config(**changes)
        )
        callback.set_model(make_trainer())
        return callback

    return make


def kept_bias(callback):
    return posenet3d.load(callback.path).lifter.head.get_weights()[1][1]


@pytest.mark.parametrize(("strategy", "expected"), [("best", 2.0), ("last", 3.0)])
def test_kept_lifter_is_the_best_or_the_last(keep, strategy, expected):
    callback = keep(keep=strategy, keep_metric="val_consistency")
    for epoch, error in ((1, 7.0), (2, 5.0), (3, 6.0)):
        kernel, bias = callback.model.averaged_lifter.head.get_weights()
        callback.model.averaged_lifter.head.set_weights([kernel, np.full_like(bias, epoch)])
        callback.on_epoch_end(epoch, {"val_consistency": error})
    assert kept_bias(callback) == expected


def test_the_best_by_default_is_the_lifter_whose_views_are_the_nearest(keep):
    callback = keep(keep="best")
    distances = iter([0.3, 0.1, 0.2])
    measure = callbacks.MeasureViews(SimpleNamespace(of=lambda trainer: next(distances)))
    measure.set_model(callback.model)
    for epoch in (1, 2, 3):
        kernel, bias = callback.model.averaged_lifter.head.get_weights()
        callback.model.averaged_lifter.head.set_weights([kernel, np.full_like(bias, epoch)])
        logs = {"loss": -epoch}
        measure.on_epoch_end(epoch, logs)
        callback.on_epoch_end(epoch, logs)
    assert kept_bias(callback) == 2.0
    assert callback.best == 0.1


def test_views_are_measured_of_the_lifter_that_would_be_kept(make_trainer, poses):
    trainer, logs = make_trainer(), {}
    measure = callbacks.MeasureViews(ViewDistance(NormalisedPoses.of(poses), seed=0))
    measure.set_model(trainer)
    measure.on_epoch_end(0, logs)
    trainer.lifter.head.kernel.assign_add(tf.ones_like(trainer.lifter.head.kernel))
    assert logs == {"view_distance": measure.view_distance.of(trainer)}
    trainer.averaged_lifter.set_weights(trainer.lifter.get_weights())
    assert measure.view_distance.of(trainer) != logs["view_distance"]


def test_unknown_metric_is_refused_with_those_there_are(keep):
    callback = keep(keep="best", keep_metric="val_pa_mpjpe")
    with pytest.raises(ConfigError, match=r"val_pa_mpjpe.*only view_distance, val_consistency"):
        callback.on_epoch_end(0, {"loss": 1.0, "view_distance": 1.0, "val_consistency": 2.0})


def test_metrics_of_epochs_to_be_done_again_are_cut_off(tmp_path):
    path = tmp_path / "metrics.jsonl"
    first = callbacks.MetricsLog(path, 0)
    for epoch in range(3):
        first.on_epoch_end(epoch, {"loss": float(epoch)})
    resumed = callbacks.MetricsLog(path, 1)
    resumed.on_epoch_end(1, {"loss": 10.0})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [{"epoch": 1, "loss": 0.0}, {"epoch": 2, "loss": 10.0}]


def test_tensorboard_gets_pictures_every_few_epochs(make_trainer, poses, tmp_path):
    estimator = PoseEstimator(
        Lifter(17, 0, width=16, num_blocks=0, activation="leaky_relu", normalisation="none"),
        H36M_17,
    )
    pictured = NormalisedPoses.of(poses.select(np.arange(2)))
    callback = callbacks.PosePictures(tmp_path, pictured, estimator, every=2)
    callback.set_model(make_trainer())
    for epoch in range(3):
        callback.on_epoch_end(epoch, {})
    events = [
        (event.step, value.tag)
        for file in tmp_path.iterdir()
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    ]
    assert events == [(0, "lifted"), (0, "sampled views"), (2, "lifted"), (2, "sampled views")]


def test_time_of_a_resumed_run_adds_up(monkeypatch):
    times = iter([100.0, 103.0, 107.0])
    monkeypatch.setattr(callbacks.time, "monotonic", lambda: next(times))
    clock, logs = callbacks.Clock(seconds=60.0), {}
    clock.on_epoch_end(4, logs)
    assert logs == {"seconds": 63.0}
    clock.on_epoch_end(5, logs)
    assert logs == {"seconds": 67.0}
    assert clock.seconds == 67.0


def test_checkpoint_records_how_far_the_run_is(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr(callbacks, "save_checkpoint", lambda *args: saved.append(args[-1]))
    for best in (2.0, math.inf):  # infinite: nothing has been kept by a metric yet
        callback = callbacks.SaveCheckpoint(tmp_path / "c.npz", SimpleNamespace(best=best))
        callback.set_model(None)
        callback.on_epoch_end(4, {"seconds": 63.0})
    assert saved == [
        {"epochs": 5, "best": 2.0, "seconds": 63.0},
        {"epochs": 5, "best": None, "seconds": 63.0},
    ]
