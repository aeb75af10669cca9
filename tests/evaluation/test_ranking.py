import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.evaluation.ranking import error_of_best, spearman

VALUES = st.lists(
    st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=30
).filter(lambda pairs: all(len(set(column)) > 1 for column in zip(*pairs, strict=True)))


def test_without_ties():
    # Ranks differ by 1, 1, 2, 1, 1: 1 - 6 * 8 / (5 * 24).
    scores = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    errors = np.array([2.0, 1.0, 5.0, 3.0, 4.0])
    assert spearman(scores, errors) == pytest.approx(1.0 - 6.0 * 8.0 / 120.0)


def test_ties_share_their_mean_rank():
    # Ranks 1, 2.5, 2.5, 4 and 1, 2, 3.5, 3.5: products of the offsets 3.75, squares 4.5 each.
    assert spearman([1, 2, 2, 3], [0.1, 0.2, 0.9, 0.9]) == pytest.approx(3.75 / 4.5)


def test_a_score_that_orders_the_errors_backwards_is_perfect():
    errors = np.random.default_rng(0).exponential(40.0, size=100)
    assert spearman(-np.log(errors), errors) == -1.0
    assert spearman(errors**3, errors) == 1.0


def test_a_score_that_knows_nothing():
    draw = np.random.default_rng(0)
    assert abs(spearman(draw.normal(size=10_000), draw.normal(size=10_000))) < 0.03


@given(VALUES)
def test_correlation_of_the_ranks_as_counted_one_by_one(pairs):
    def ranks(values):
        below = (values[:, None] > values).sum(axis=1)
        return below + ((values[:, None] == values).sum(axis=1) - 1) / 2

    scores, errors = np.array(pairs).T
    expected = np.corrcoef(ranks(scores), ranks(errors))[0, 1]
    assert spearman(scores, errors) == pytest.approx(expected, abs=1e-9)
    assert spearman(errors, scores) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("scores", "errors", "message"),
    [
        ([3, 3, 3], [1, 2, 3], "All 3 scores are 3: they have no order"),
        ([1, 2, 3], [0.5, 0.5, 0.5], "All 3 errors are 0.5"),
        ([1.0], [2.0], "All 1 scores"),
    ],
)
def test_constant_values_have_no_correlation(scores, errors, message):
    with pytest.raises(ValueError, match=message):
        spearman(scores, errors)


def test_error_of_the_best_four_fifths():
    scores = np.array([0.9, 0.1, 0.8, 0.7, 0.6])
    errors = np.array([10.0, 100.0, 20.0, 30.0, 40.0])
    assert error_of_best(scores, errors) == 25.0
    assert error_of_best(scores, errors, share=1.0) == errors.mean()
    assert error_of_best(scores, errors, share=0.01) == 10.0


def test_ties_at_the_limit_count_in_part_whatever_their_order():
    # One of the three at the limit may stay.
    scores, errors = np.array([2, 1, 1, 1]), np.array([10.0, 20.0, 30.0, 70.0])
    order = [3, 1, 0, 2]
    assert error_of_best(scores, errors, share=0.5) == pytest.approx((10.0 + 40.0) / 2)
    assert error_of_best(scores[order], errors[order], share=0.5) == pytest.approx(25.0)


@given(VALUES, st.floats(0.01, 1.0))
def test_lies_between_the_best_and_the_worst_choice(pairs, share):
    scores, errors = np.array(pairs, float).T
    best, worst = (error_of_best(sign * errors, errors, share) for sign in (-1, 1))
    assert best - 1e-9 <= error_of_best(scores, errors, share) <= worst + 1e-9
    assert error_of_best(np.zeros(len(errors)), errors, share) == pytest.approx(errors.mean())


@pytest.mark.parametrize("share", [0.0, -0.5, 1.1, np.nan])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match=r"share must lie in \(0, 1\], got"):
        error_of_best([1, 2], [3, 4], share)


@pytest.mark.parametrize("measure", [spearman, error_of_best])
@pytest.mark.parametrize(
    ("scores", "errors", "message"),
    [
        ([1, 2, 3], [1, 2], r"the same shape \[N\].*got \[3\] and \[2\]"),
        ([[1, 2]], [[1, 2]], r"got \[1, 2\]"),
        ([], [], "N at least 1"),
        ([1, np.nan, 2], [1, 2, 3], "scores holds nan at row 1; leave out what was not lifted"),
        ([1, 2], [3, np.inf], "errors holds inf at row 1"),
        (["a", "b"], [1, 2], "scores must hold real numbers"),
    ],
)
def test_unusable_values_are_refused(measure, scores, errors, message):
    with pytest.raises(ValueError, match=message):
        measure(scores, errors)
