import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.data import pipeline
from posenet3d.distribution import ALONE, Team
from posenet3d.errors import TrainingError
from posenet3d.training import OptimizerConfig, build, loop
from posenet3d.training.build import training_data
from posenet3d.training.records.callbacks import StopOnDivergence


@pytest.mark.eagerly
def test_alone_it_is_the_fit_of_keras(make_trainer, run_data, weights_of):
    first, second = make_trainer(), make_trainer()
    batches = training_data(first.config, run_data())
    history = loop.fit(first, ALONE, batches, steps_per_epoch=3, epochs=2)
    expected = second.fit(batches, steps_per_epoch=3, epochs=2, verbose=0, shuffle=False).history
    assert history == expected
    for one, other in zip(weights_of(first), weights_of(second), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_team_of_one_device_trains_as_keras_does(small_config, run_data):
    """With rests of the discriminator, validation and callbacks: the same logs to rounding."""

    config = small_config(optimizer=OptimizerConfig(discriminator_every=2))
    validation = pipeline.validation_batches(run_data().validation, 48)  # of unequal batches
    logs = []
    for team in (ALONE, Team(tf.distribute.OneDeviceStrategy("CPU:0"))):
        keras.utils.set_random_seed(0)
        trainer = build.make_trainer(config, run_data(), team=team)
        batches = training_data(config, run_data(), team=team)
        logs.append(
            loop.fit(
                trainer,
                team,
                batches,
                3,
                epochs=2,
                validation=validation,
                callbacks=[StopOnDivergence()],
            )
        )
    assert logs[0].keys() == logs[1].keys()
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("error", [tf.errors.UnavailableError, tf.errors.InternalError])
def test_a_lost_worker_is_called_so_where_there_are_several(error):
    message = "Graph execution error:\n\nCollective ops is aborted by: gone\nmore"
    expected = pytest.raises(TrainingError, match=r"Another worker is gone.*aborted by: gone\)")
    with expected, loop.lost_workers("multiworker"):
        raise error(None, None, message)
    with pytest.raises(error), loop.lost_workers("none"):
        raise error(None, None, message)
