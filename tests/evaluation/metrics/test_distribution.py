import numpy as np
import pytest

from posenet3d.evaluation.metrics.distribution import (
    frechet_distance,
    sliced_wasserstein,
)

MEASURES = [frechet_distance, sliced_wasserstein]


def poses_of(moves):
    """Poses of mean joint distance 1: along each of K numbers one joint goes out, another in.

    So the poses differ as the numbers `[N, K]` do, times sqrt(2), whatever their size is made.
    """
    count, pairs = moves.shape
    poses = np.zeros((count, 2 * pairs + 1, 2))
    reach = (2 * pairs + 1) / (2 * pairs)  # the root counts as one of the joints
    poses[:, 1 : pairs + 1, 0] = reach + moves
    poses[:, pairs + 1 :, 1] = reach - moves
    return poses


def standard(count, dims, seed=0):
    """Numbers `[N, K]` of mean 0 and covariance 1, exactly."""
    numbers = np.random.default_rng(seed).normal(size=(count, dims))
    numbers -= numbers.mean(axis=0)
    return (
        numbers @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(numbers, rowvar=False)))).T
    )


def row(number):
    return (np.arange(480) == number)[:, None, None]


@pytest.fixture(scope="module")
def real(people):
    return people.keypoints_2d


@pytest.mark.parametrize("measure", MEASURES)
def test_equal_sets_are_at_no_distance(measure, real):
    assert measure(real, real[::-1]) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_symmetric(measure, real):
    first, second = real[:100], real[200:]
    assert measure(first, second) == pytest.approx(measure(second, first), rel=1e-6)
    assert measure(first, second) > 0.01


@pytest.mark.parametrize("measure", MEASURES)
def test_size_place_and_order_of_the_poses_do_not_count(measure, real):
    first, second = real[:200].astype(np.float64), real[200:].astype(np.float64)
    elsewhere = (3.0 * second + [500.0, -70.0])[::-1]
    assert measure(first, elsewhere) == pytest.approx(measure(first, second), rel=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_halves_of_one_set_are_nearer_than_other_poses(measure, people, real):
    shuffled = np.random.default_rng(0).permutation(real)
    halves = measure(shuffled[::2], shuffled[1::2])
    mirrored_up = shuffled[1::2] * [1.0, -1.0]
    assert 5.0 * halves < measure(shuffled[::2], mirrored_up)


@pytest.mark.parametrize("measure", MEASURES)
def test_grows_with_the_noise(measure, real):
    noise = np.random.default_rng(0).normal(size=real.shape)
    distances = [measure(real, real + deviation * noise) for deviation in (1.0, 4.0, 16.0)]
    assert distances == sorted(distances)


def test_frechet_of_a_shift_is_its_square():
    numbers = 0.1 * standard(50, 3)
    shift = np.array([0.1, 0.0, -0.2])
    distance = frechet_distance(poses_of(numbers), poses_of(numbers + shift))
    assert distance == pytest.approx(2.0 * (shift @ shift))


def test_frechet_of_known_covariances():
    first, second = (
        np.array([[4.0, 1.0], [1.0, 1.0]]) / 400,
        np.array([[1.0, 0.0], [0.0, 9.0]]) / 400,
    )
    numbers = [standard(60, 2) @ np.linalg.cholesky(c).T for c in (first, second)]
    # The root of a 2 x 2 matrix has the trace sqrt(trace + 2 sqrt(determinant)).
    product = first @ second
    overlap = np.sqrt(np.trace(product) + 2.0 * np.sqrt(np.linalg.det(product)))
    expected = 2.0 * (np.trace(first) + np.trace(second) - 2.0 * overlap)
    assert frechet_distance(*map(poses_of, numbers)) == pytest.approx(expected)


def test_sliced_wasserstein_of_a_shift():
    numbers = 0.1 * standard(50, 3)
    shift = np.array([0.1, 0.0, -0.2])
    distance = sliced_wasserstein(poses_of(numbers), poses_of(numbers + shift), 20_000)
    assert distance == pytest.approx(np.sqrt(2.0 * (shift @ shift) / 12), rel=0.02)


def test_sliced_wasserstein_sees_what_means_and_covariances_hide():
    spread = standard(2000, 1)
    apart = np.sign(spread - np.median(spread))
    apart = (apart - apart.mean()) / apart.std(ddof=1)
    first, second = poses_of(0.1 * spread), poses_of(0.1 * apart)
    assert frechet_distance(first, second) == pytest.approx(0.0, abs=1e-9)
    assert sliced_wasserstein(first, second) > 0.02


def test_sliced_wasserstein_of_sets_of_unequal_size():
    few, many = poses_of(np.array([[0.0], [0.3]])), poses_of(np.array([[0.0], [0.0], [0.3]]))
    along = sliced_wasserstein(few, many, 20_000)
    # A sixth of the whole moves from 0 to 0.3.
    assert along == pytest.approx(np.sqrt(2.0 * 0.3**2 / 6 / 4), rel=0.02)
    assert sliced_wasserstein(few, np.concatenate([few] * 3)) == pytest.approx(0.0, abs=1e-9)


def test_sliced_wasserstein_follows_its_seed(real):
    first, second = real[:100], real[200:]
    assert sliced_wasserstein(first, second, 5, seed=1) == sliced_wasserstein(first, second, 5, 1)
    assert sliced_wasserstein(first, second, 5, seed=1) != sliced_wasserstein(first, second, 5, 2)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p[:, :, :1], r"second_2d must have the shape \[N, J, 2\].*got \[480, 17, 1\]"),
        (lambda p: p[0], r"second_2d must have the shape"),
        (lambda p: p[:1], "second_2d must hold at least two poses, got 1"),
        (lambda p: p[:, :16], "same joints, got 17 and 16"),
        (lambda p: p.astype(str), "second_2d must hold real numbers"),
        (lambda p: np.where(row(7), np.nan, p), "second_2d holds nan at row 7, joint 0"),
        (lambda p: np.where(row(9), 3.0, p), "second_2d has all joints in one point at row 9"),
    ],
)  # fmt: skip
def test_unusable_poses_are_refused(measure, change, message, real):
    with pytest.raises(ValueError, match=message):
        measure(real, change(real))


def test_unusable_arguments_are_refused(real):
    with pytest.raises(ValueError, match="num_projections must be at least 1, got 0"):
        sliced_wasserstein(real, real, 0)
    with pytest.raises(ValueError, match="one of the 17 joints, got 17"):
        frechet_distance(real, real, root=17)
