"""A file of keypoints to files of 3D poses by a .tflite file: what scripts/lift_tflite.py does."""

from __future__ import annotations

from posenet3d.lifting import job
from posenet3d.lifting.job import Progress, Say
from posenet3d.lifting.summary import Summary
from posenet3d.lite.config import LiteConfig
from posenet3d.lite.estimator import LiteEstimator


def lift_file(
    config: LiteConfig,
    say: Say = lambda line: None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Lifts every person of a file with a .tflite file and writes what is asked for.

    Args, result and errors are those of `lifting.lift_file`, and the errors of `LiteEstimator`.
    """
    estimator = LiteEstimator(config.model, config.variant, config.threads)
    return job.lift_file(config, say, progress, estimator)
