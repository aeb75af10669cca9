"""What a second interpreter, of the other stack, is asked to do.

`python other_stack.py write FOLDER` writes a weights file and what its estimator makes of some
poses; `read FOLDER` makes the same of a weights file that is there and says by how much it differs.
"""

import sys
from pathlib import Path

import numpy as np

from posenet3d.models import Lifter, PoseEstimator, load
from posenet3d.models.weights import named_weights
from posenet3d.models.weights_file import save_weights_file
from posenet3d.platform import stack
from posenet3d.skeletons.skeleton import H36M_17


def poses():
    """Six poses in pixels, some of whose joints are missing."""
    rng = np.random.default_rng(1)
    confidence = np.ones([6, 17], np.float32)
    confidence[::2, 5] = 0
    return rng.uniform(100, 900, size=[6, 17, 2]).astype(np.float32), confidence


def answers(estimator):
    """Everything that the estimator says of the poses, as one array."""
    result = estimator.lift(*poses())
    parts = [result.keypoints_3d, result.score, result.elevation]
    if estimator.lifter.estimates_error:  # older files do not
        parts.append(result.expected_error)
    return np.concatenate([part.ravel() for part in parts])


def some_estimator(seed=0):
    """An estimator with every kind of weight there is, none of them as it begins."""
    rng = np.random.default_rng(seed)
    lifter = Lifter(width=8, num_blocks=1, completes=True, elevation=8.0, estimates_error=True)
    estimator = PoseEstimator(lifter, H36M_17, elevation=8.0)
    for name, weight in named_weights(lifter).items():
        low = 0.5 if name.endswith("variance") else -0.5
        weight.assign(rng.uniform(low, 1.0, size=weight.shape))
    estimator.gap_filler.adapt(rng.uniform(100, 900, size=[200, 17, 2]))
    return estimator


def write(folder: Path):
    """`estimator.npz`, `estimator.keras` and `answers.npy`."""
    estimator = some_estimator()
    save_weights_file(estimator, folder / "estimator.npz")
    estimator.save(folder / "estimator.keras")
    np.save(folder / "answers.npy", answers(estimator))


def difference(folder: Path):
    """By how much the folder's estimator differs here from what it said where it was written.

    In units of a pose's size and of the score; elevations, degrees far above 1, in parts of
    themselves: float32 cannot hold 90 degrees more exactly than to 8e-6.
    """
    expected = np.load(folder / "answers.npy")
    return (np.abs(answers(load(folder)) - expected) / np.maximum(1.0, np.abs(expected))).max()


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        print(f"{stack.NAME}: {difference(Path(sys.argv[2])):.3g}")
