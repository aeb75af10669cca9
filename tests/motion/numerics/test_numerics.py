"""NumPy's tools give what SciPy's give."""

import numpy as np
import pytest
from scipy.ndimage import median_filter
from scipy.optimize import linear_sum_assignment
from scipy.signal import savgol_filter as scipy_savgol

from posenet3d.motion.numerics.assignment import cheapest_pairs
from posenet3d.motion.numerics.filters import running_median, savgol_filter

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("window", "order"), [(1, 0), (3, 0), (5, 2), (7, 3), (15, 3), (31, 4)])
@pytest.mark.parametrize("shape", [(31,), (40, 2), (100, 17, 3)])
def test_savgol_is_scipys(window, order, shape):
    values = RNG.normal(size=shape)
    expected = scipy_savgol(values, window, order, axis=0)
    np.testing.assert_allclose(savgol_filter(values, window, order), expected, atol=1e-9)


@pytest.mark.parametrize("window", [1, 3, 7])
def test_median_is_scipys(window):
    values = RNG.normal(size=(20, 2))
    expected = median_filter(values, size=(window, 1), mode="nearest")
    np.testing.assert_array_equal(running_median(values, window), expected)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 7), (7, 3), (20, 20), (30, 12)])
def test_no_assignment_is_cheaper(shape):
    for trial in range(40):
        costs = RNG.uniform(size=shape)
        if trial % 2:  # ties, as where several are beyond the gate
            costs = np.minimum(costs, 0.3)
        pairs = cheapest_pairs(costs)
        rows, columns = zip(*pairs, strict=True)
        assert len(set(rows)) == len(set(columns)) == len(pairs) == min(shape)
        assert costs[rows, columns].sum() == pytest.approx(
            costs[linear_sum_assignment(costs)].sum()
        )
