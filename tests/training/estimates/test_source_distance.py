import dataclasses

import numpy as np
import pytest

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.models import DomainAdapter
from posenet3d.training.estimates.source_distance import source_distances


@pytest.fixture(scope="module")
def wide(poses):
    """The same people drawn a third wider than they are."""
    return dataclasses.replace(poses, keypoints_2d=poses.keypoints_2d * np.array([1.33, 1.0]))


def test_another_data_set_lies_further_away_than_the_same(poses, wide):
    distances = source_distances(NormalisedPoses.of(poses), NormalisedPoses.of(wide), None, seed=0)
    for name in ("frechet", "sliced_wasserstein"):
        assert distances[name] > 3 * distances[f"{name}_of_itself"] >= 0.0
        assert f"{name}_adapted" not in distances


def test_an_adapter_that_has_learned_nothing_changes_nothing(poses, wide):
    adapter = DomainAdapter(num_joints=17, root=poses.skeleton.root, width=16)
    adapter.build()
    distances = source_distances(
        NormalisedPoses.of(poses), NormalisedPoses.of(wide), adapter, seed=0
    )
    assert distances["moved"] == 0.0
    assert distances["frechet_adapted"] == pytest.approx(distances["frechet"], abs=1e-3)


def test_poses_carried_back_are_nearer_and_their_way_is_told(poses, wide):
    class Narrower:
        """Undoes what was done to the wide poses."""

        def predict(self, keypoints_2d, **_):
            narrow = keypoints_2d * np.array([1 / 1.33, 1.0], np.float32)
            return narrow

    distances = source_distances(
        NormalisedPoses.of(poses), NormalisedPoses.of(wide), Narrower(), seed=0
    )
    assert distances["frechet_adapted"] < 0.2 * distances["frechet"]
    assert distances["sliced_wasserstein_adapted"] < 0.5 * distances["sliced_wasserstein"]
    assert 0.02 < distances["moved"] < 0.3
