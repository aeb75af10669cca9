"""What the domain adapter does: how far a second data set is from the first, before and after."""

from __future__ import annotations

import numpy as np

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.evaluation.metrics.distribution import (
    frechet_distance,
    sliced_wasserstein,
)
from posenet3d.geometry import camera
from posenet3d.models import DomainAdapter

_SAMPLE = 4096  # poses a set


def source_distances(
    train: NormalisedPoses, source: NormalisedPoses, adapter: DomainAdapter | None, seed: int
) -> dict[str, float]:
    """Distances between the 2D poses of two data sets.

    Args:
      train: The data set that the adapter carries poses to.
      source: The one it takes them from.
      adapter: The adapter; None: only the distances as they are.
      seed: Seed of the samples.

    Returns:
      `frechet` and `sliced_wasserstein` of the source's poses from the data set's; with an adapter
      the same of the adapted poses, `..._adapted`, and `moved`, the mean way of a joint in parts of
      a pose's size. `..._of_itself` is that between two samples of the data set: none comes below.
    """
    rng = np.random.default_rng([seed, 0x50DA])
    reference, other = _sample(train, rng), _sample(train, rng)
    carried = {"": _sample(source, rng), "_of_itself": other}
    result = {}
    if adapter is not None:
        before = carried[""]
        after = adapter.predict(before, batch_size=_SAMPLE, verbose=0)
        carried["_adapted"] = after
        way = np.linalg.norm(after - before, axis=-1).mean() * camera.DISTANCE
        result["moved"] = float(way)
    for name, poses in carried.items():
        for distance in (frechet_distance, sliced_wasserstein):
            key = distance.__name__.removesuffix("_distance") + name
            result[key] = distance(poses, reference, root=train.skeleton.root)
    return {key: round(value, 4) for key, value in sorted(result.items())}


def _sample(poses: NormalisedPoses, rng: np.random.Generator) -> np.ndarray:
    """Poses in the order of the archive, which may be memory-mapped."""
    rows = np.sort(rng.permutation(len(poses))[:_SAMPLE])
    return poses.read(rows)
