"""The cheapest assignment of rows to columns."""

from __future__ import annotations

import numpy as np


def cheapest_pairs(costs: np.ndarray) -> list[tuple[int, int]]:
    """(row, column) pairs of the cheapest assignment, each row and column at most once.

    Shortest augmenting paths (Kuhn, Naval Research Logistics Quarterly 1955; Jonker and Volgenant,
    Computing 1987): one row after another is given a column, and those before move where that is
    cheaper.

    Args:
      costs: `[R, C]`, finite.

    Returns:
      As many pairs as the smaller of R and C, rows rising.
    """
    if costs.shape[0] > costs.shape[1]:
        return sorted((row, column) for column, row in cheapest_pairs(costs.T))
    nearest = costs.argmin(axis=1)
    if len(set(nearest.tolist())) == len(nearest):  # no two want the same: nothing is cheaper
        return list(enumerate(nearest.tolist()))
    rows, columns = costs.shape
    row_prices, column_prices = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)  # the row of each column
    for first in range(rows):
        # What it costs to end a path at each column, and the column before it on that path.
        length, before = np.full(columns, np.inf), np.full(columns, -1)
        reached = np.zeros(columns, bool)
        row, last, shortest = first, -1, 0.0
        while row >= 0:
            through = shortest + costs[row] - row_prices[row] - column_prices
            better = ~reached & (through < length)
            length[better], before[better] = through[better], last
            last = int(np.where(reached, np.inf, length).argmin())
            shortest, reached[last] = length[last], True
            row = owner[last]
        row_prices[first] += shortest
        moved = reached & (owner >= 0)
        row_prices[owner[moved]] += shortest - length[moved]
        column_prices[moved] -= shortest - length[moved]
        while last >= 0:
            previous = before[last]
            owner[last] = first if previous < 0 else owner[previous]
            last = previous
    return sorted((int(row), column) for column, row in enumerate(owner) if row >= 0)
