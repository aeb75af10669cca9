"""Adapts a pretrained lifter to recordings of one's own, from their 2D alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from posenet3d.adapting.config import AdaptConfig
from posenet3d.adapting.job import Adaptation, adapt_lifter
from posenet3d.models import load

if TYPE_CHECKING:
    from posenet3d.models import PoseEstimator

__all__ = ["AdaptConfig", "Adaptation", "adapt", "adapt_lifter"]


def adapt(input: str | Path, output: str | Path, **settings: Any) -> PoseEstimator:
    """Adapts a pretrained lifter to recordings, and loads what it has become.

    Example:

        estimator = posenet3d.adapt("recordings/", "runs/my_lab")
        result = estimator.lift(keypoints_2d, confidence)

    Args:
      input: Files of keypoints, folders of frames, pose archives, or a folder of these.
      output: The run's folder.
      **settings: Further fields of `AdaptConfig`.

    Returns:
      The adapted estimator; `posenet3d.load(output)` loads it again.

    Raises:
      InputError: If an input cannot be used, or nobody is in any.
      ConfigError: If settings contradict each other, or the folder holds another run.
      TrainingError: If the poses are too few, or nearly all the same.
    """
    config = AdaptConfig(input=str(input), output=str(output), **settings)
    adapt_lifter(config)
    return load(Path(config.output))
