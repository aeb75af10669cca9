"""The tables of what score and expected error are worth."""

import keras
import numpy as np
import pytest
from absl import flags

from posenet3d.models import Lifter, PoseEstimator
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.skeleton import CMU_17


@pytest.fixture(scope="module")
def scores(load_benchmark):
    return load_benchmark("scores")


@pytest.fixture(scope="module")
def poses(make_poses):
    return make_poses(6, 10)


@pytest.fixture
def tables(scores, poses, monkeypatch, capsys, tmp_path):
    """What the script prints of a model that has learned nothing."""
    write_archive(tmp_path / "bench.npz", poses, "test")
    with np.load(tmp_path / "bench.npz") as file:
        arrays = dict(file)
    np.savez(tmp_path / "bench.npz", **arrays, test_keypoints_2d_noisy=arrays["test_keypoints_2d"])
    monkeypatch.setattr(scores, "_MEANS", ())

    def tables(**settings):
        keras.utils.set_random_seed(0)
        estimator = PoseEstimator(Lifter(width=16, num_blocks=1, **settings), CMU_17)
        estimator.gap_filler.adapt(poses.keypoints_2d)
        estimator.save(tmp_path / "estimator.keras")
        archive, model = tmp_path / "bench.npz", tmp_path / "estimator.keras"
        flags.FLAGS(["scores", f"--data={archive}", f"--model={model}", "--every=1"])
        scores.main([])
        return capsys.readouterr().out

    return tables


def test_the_score_of_six_views_is_compared_with_the_expected_error(tables):
    plain, honest = tables(), tables(estimates_error=True)
    assert "expected" not in plain
    assert honest.count("| expected error, mean |") == honest.count("| ranked by |") == 2
    views = [line for text in (plain, honest) for line in text.splitlines() if "six views" in line]
    assert len(set(views)) == 1  # the same lifter, as if it did not estimate its error
