"""What guessed joints cost: the benchmark's inputs, and its end without data."""

import numpy as np
import pytest

from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures.checkout import CHECKOUT, run_script

SCRIPT = "benchmarks/detectors/guessed_joints.py"
ANKLES = [CMU_17.index(f"{side}_ankle") for side in ("left", "right")]


@pytest.fixture(scope="module")
def guessed(load_benchmark):
    return load_benchmark("detectors/guessed_joints")


def test_guessed_legs_lie_below_the_hips_and_everything_else_in_its_place(guessed, people):
    true = people.keypoints_2d[:20]
    inputs = guessed._inputs(true)
    upper = guessed._UPPER + guessed._HIPS
    for title, (keypoints_2d, confidence) in inputs.items():
        np.testing.assert_array_equal(keypoints_2d[:, upper], true[:, upper])
        if "on the border" in title:
            lowest = true[:, guessed._HIPS, 1].max(axis=1) + guessed._BELOW_HIPS
            assert (keypoints_2d[:, ANKLES, 1] <= lowest[:, None]).all()
            assert f"{confidence[0, ANKLES[0]]:g}" in title
    present = [(confidence > 0).sum(axis=1)[0] for _, confidence in inputs.values()]
    assert present[-5:] == [13, 9, 8, 7, 5]


def test_without_the_data_it_ends_with_one_line(tmp_path):
    process = run_script(SCRIPT, f"--data={tmp_path / 'no.npz'}", cwd=CHECKOUT)
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    assert "no.npz: there is no such file." in process.stderr.splitlines()[-1]
