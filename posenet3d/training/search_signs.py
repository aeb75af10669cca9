"""Before every epoch of the cycle but the first: signs of depth are searched for it to learn."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.training.cycle.random_views import Seen
from posenet3d.training.cycle.sign_search import SEARCHED, SignSearch
from posenet3d.training.cycle.trainer import GeometricSelfSupervision
from posenet3d.training.prepare import RunData

_SEED = 0x51C5  # of the rows and the views, beside the run's own


class SearchSigns(keras.callbacks.Callback):
    """Gives the trainer poses with likelier depths than its averaged lifter's.

    What is found is a function of the weights, the seed and the epoch's number: a run that is
    resumed finds the same again, and every worker of a team finds it by itself.

    Args:
      trainer: The trainer, whose loss `signs` has a weight.
      data: The poses of the run.
    """

    def __init__(self, trainer: GeometricSelfSupervision, data: RunData) -> None:
        super().__init__()
        self.data = data
        self.search = SignSearch(trainer.config, trainer.skeleton, trainer.flow)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Searches, but not while lifted poses are still flat."""
        if not epoch:
            return
        trainer, train = self.model, self.data.train
        random = np.random.default_rng([trainer.config.seed, _SEED, epoch])
        # Sorted: rows of a memory-mapped archive are read in the order of the file.
        rows = np.sort(random.permutation(len(train))[:SEARCHED])
        keypoints_2d = tf.constant(train.read(rows), tf.float32)
        lifted = trainer.averaged_lifter(keypoints_2d, training=False)
        group = np.zeros(len(rows), int) if self.data.group is None else self.data.group[rows]
        ratios = np.asarray(trainer.bone_ratios, np.float32)[group, 0]
        seen = Seen(lifted, tf.constant(train.elevation[rows]), trainer.elevations)
        found = self.search.find(seen, ratios, tf.constant([trainer.config.seed ^ _SEED, epoch]))
        likelier = found.likelier
        trainer.sign_lessons.replace(keypoints_2d.numpy()[likelier], found.depths[likelier])
