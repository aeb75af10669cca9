"""What happens after every epoch: rates, best lifter, records, pictures, checkpoint.

They act in the order of this file, the checkpoint last: once an epoch is in it, all else of that
epoch has been written.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.errors import ConfigError, TrainingError
from posenet3d.files.atomic import atomic_path, flush
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.models.weights import copy_weights, mix_weights
from posenet3d.models.weights_file import save_weights_file
from posenet3d.training.estimates.view_distance import ViewDistance
from posenet3d.training.records.checkpoint import save_checkpoint
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.updates.optimizers import current_learning_rate

_DIVERGED = 1e6  # losses of normalised poses are of the order of 10


class Clock(keras.callbacks.Callback):
    """Adds the seconds that a run has taken so far, validations included, to what is logged.

    Args:
      seconds: Those before, of a run that is resumed.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds
        self._since = time.monotonic()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self._since = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Writes into the logs that the callbacks after this one see."""
        now = time.monotonic()
        self.seconds, self._since = self.seconds + now - self._since, now
        logs["seconds"] = self.seconds


class StopOnDivergence(keras.callbacks.Callback):
    """Ends a run whose losses have gone to infinity, with an explanation."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the running means, which a single infinite loss spoils."""
        for name, value in (logs or {}).items():
            if not abs(float(value)) < _DIVERGED:
                raise TrainingError(
                    f"Training diverged: {name} is {float(value):.3g} in step {batch + 1} of the "
                    "epoch. Lower optimizer_learning_rate, or set optimizer_clip_norm to 1."
                )


class MeasureViews(keras.callbacks.Callback):
    """Adds the distance of the new views from real poses to what is logged.

    Args:
      view_distance: What measures it.
    """

    def __init__(self, view_distance: ViewDistance) -> None:
        super().__init__()
        self.view_distance = view_distance

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Writes into the logs that the callbacks after this one see."""
        logs["view_distance"] = self.view_distance.of(self.model)


Tell = Callable[[str, int, float], None]
"""Takes which stage an epoch was of ("cycle", "student" or "sequence"), the steps that are done,
and how well it does without labels: in the cycle how far new views are from real poses, later the
mean distance from the lessons in sizes of a pose."""


class Progress(keras.callbacks.Callback):
    """Tells how far a stage is, and how well it does.

    Args:
      tell: Whom.
      stage: The stage.
      metric: The name of what is logged.
      before: Steps done in rounds before this one.
    """

    def __init__(self, tell: Tell, stage: str, metric: str, before: int = 0) -> None:
        super().__init__()
        self.tell = tell
        self.stage = stage
        self.metric = metric
        self.before = before

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Tells it."""
        steps = self.before + (epoch + 1) * self.params["steps"]
        self.tell(self.stage, steps, float(logs[self.metric]))


class LearningRates(keras.callbacks.Callback):
    """Adds the learning rates to what is logged.

    Args:
      names: Of the model's optimizers, in their order.
    """

    def __init__(
        self, names: Sequence[str] = ("lifter_learning_rate", "discriminator_learning_rate")
    ) -> None:
        super().__init__()
        self.names = names

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Writes into the logs that the callbacks after this one see."""
        for name, optimizer in zip(self.names, self.model.optimizers, strict=False):
            logs[name] = current_learning_rate(optimizer)


class KeepLifter(keras.callbacks.Callback):
    """Keeps the averaged lifter as an estimator: the best by a metric, or the last.

    Args:
      path: The `.keras` file; the weights file of the same name is written beside it.
      estimator: Its statistics are kept; its lifter's weights are replaced.
      config: `keep` and `keep_metric`.
      best: Value of the metric so far, of a run that is resumed.
      started_from: What the training has started from, if a share of it is to be kept.
      share: That share of its weights.
    """

    def __init__(
        self,
        path: Path,
        estimator: PoseEstimator,
        config: TrainingConfig,
        best: float = math.inf,
        started_from: Lifter | None = None,
        share: float = 0.0,
    ) -> None:
        super().__init__()
        self.path = path
        self.estimator = estimator
        self.config = config
        self.best = best
        self.started_from = started_from
        self.share = share

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Replaces the kept file if this epoch's lifter is to be kept."""
        if self.config.keep == "best":
            if self.config.keep_metric not in logs:
                raise ConfigError(
                    f"keep_metric is {self.config.keep_metric!r}, but there are only "
                    f"{', '.join(k for k in logs if k.startswith(('val_', 'view_')))}."
                )
            if logs[self.config.keep_metric] >= self.best:
                return
            self.best = float(logs[self.config.keep_metric])
        if self.share:
            mix_weights(
                self.model.averaged_lifter, self.started_from, self.share, self.estimator.lifter
            )
        else:
            copy_weights(self.model.averaged_lifter, self.estimator.lifter)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        save_weights_file(self.estimator, self.path.with_suffix(".npz"))
        with atomic_path(self.path) as temporary:
            self.estimator.save(temporary)


class MetricsLog(keras.callbacks.Callback):
    """Appends each epoch's logs to a file of JSON lines.

    Args:
      path: The file; lines of epochs that a resumed run will do again are cut off.
      start_epoch: Epochs done before.
    """

    def __init__(self, path: Path, start_epoch: int) -> None:
        super().__init__()
        self.path = path
        lines = path.read_text().splitlines()[:start_epoch] if path.exists() else []
        with atomic_path(path) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in lines))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Writes one line."""
        values = {name: float(value) for name, value in logs.items()}
        with open(self.path, "a") as file:
            file.write(json.dumps({"epoch": epoch + 1, **values}) + "\n")
        flush(self.path)  # before the checkpoint that says that this epoch is done


class PosePictures(keras.callbacks.Callback):
    """Draws the same poses after every few epochs, and new views of them, into TensorBoard.

    Args:
      log_dir: TensorBoard's folder.
      poses: A handful of poses.
      estimator: As in `KeepLifter`.
      every: Epochs between two pictures.
    """

    def __init__(
        self, log_dir: Path, poses: NormalisedPoses, estimator: PoseEstimator, every: int
    ) -> None:
        super().__init__()
        self.log_dir = log_dir
        self.poses = poses
        self.estimator = estimator
        self.every = every
        self._writer = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Draws if it is time."""
        if epoch % self.every:
            return
        from posenet3d.viz import figures

        self._writer = self._writer or tf.summary.create_file_writer(str(self.log_dir))
        copy_weights(self.model.averaged_lifter, self.estimator.lifter)
        pixels = self.poses.pixels
        result = self.estimator.lift(pixels.keypoints_2d, pixels.confidence)
        cycle = self.model.cycle_of(self.poses.read())
        sheets = {
            "lifted": (pixels.keypoints_2d, result.keypoints_3d),
            "sampled views": (cycle.synthetic_2d.numpy(), cycle.turned_3d.numpy()),
        }
        with self._writer.as_default(step=epoch):
            for name, (keypoints_2d, keypoints_3d) in sheets.items():
                sheet = figures.lifted_sheet(keypoints_2d, keypoints_3d, self.poses.skeleton)
                image = tf.io.decode_png(figures.to_png(sheet))
                tf.summary.image(name, image[tf.newaxis])
        self._writer.flush()


class SaveCheckpoint(keras.callbacks.Callback):
    """Saves all that resuming needs.

    Args:
      path: The checkpoint file.
      keep: Its best value goes on record; None: there is none.
    """

    def __init__(self, path: Path, keep: KeepLifter | None = None) -> None:
        super().__init__()
        self.path = path
        self.keep = keep

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Replaces the checkpoint."""
        best = None if self.keep is None or np.isinf(self.keep.best) else self.keep.best
        progress = {"epochs": epoch + 1, "best": best, "seconds": logs["seconds"]}
        save_checkpoint(self.path, self.model, progress)
