"""How well a lifter does, without labels: the distance of its new views from real poses.

A lifted pose that is seen from a random side should look like the poses it was trained on. Where
depths are wrong it does not, and the two sets of 2D poses drift apart. Over 42 lifters trained on
motion capture in different ways, from 35 to 250 mm, this ranked them as their true error did
(Spearman correlation 0.90); the consistency error did not (0.25), since a lifter that has settled
in a wrong solution agrees with itself as well.
"""

from __future__ import annotations

import numpy as np

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.evaluation.metrics.distribution import frechet_distance
from posenet3d.training.cycle.trainer import GeometricSelfSupervision

_SAMPLE = 4096  # poses a side; fewer add noise of the size of late differences
_BATCH = 1024


class ViewDistance:
    """Fréchet distance of a lifter's new views from real poses, always the same of both.

    Args:
      poses: The training poses; half of a sample is lifted, half is compared with.
      seed: Seed of the sample.
    """

    def __init__(self, poses: NormalisedPoses, seed: int) -> None:
        count = min(len(poses), 2 * _SAMPLE)
        # Sorted: rows of a memory-mapped archive are read in the order of the file.
        rows = np.sort(np.random.default_rng([seed, 0xD157]).permutation(len(poses))[:count])
        normalised = poses.read(rows)
        self.lifted_2d, self.reference_2d = normalised[::2], normalised[1::2]
        self.elevation = poses.elevation[rows][::2]
        self.root = poses.skeleton.root

    def of(self, trainer: GeometricSelfSupervision) -> float:
        """The distance of the trainer's averaged lifter, in squared units of a pose's size."""
        parts = (slice(start, start + _BATCH) for start in range(0, len(self.lifted_2d), _BATCH))
        seen = [
            trainer.cycle_of(self.lifted_2d[part], self.elevation[part]).synthetic_2d.numpy()
            for part in parts
        ]
        return frechet_distance(np.concatenate(seen), self.reference_2d, self.root)
