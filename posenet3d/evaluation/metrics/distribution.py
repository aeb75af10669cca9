"""How far apart two sets of 2D poses are as wholes: no pose has its match in the other set.

Lifted poses that are seen anew from random views should look like real ones, which no true 3D is
needed to ask. Every pose is first made root-relative and scaled so that the mean distance of its
joints from the root is 1, so that neither the picture's size nor the person's place counts.
"""

from __future__ import annotations

import numpy as np


def frechet_distance(first_2d: np.ndarray, second_2d: np.ndarray, root: int = 0) -> float:
    """Fréchet distance of two sets of poses, each taken for a normal distribution.

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of means and covariances: Dowson and Landau, The
    Fréchet distance between multivariate normal distributions, Journal of Multivariate Analysis
    1982. Heusel et al., NeurIPS 2017, judge a generator's pictures so (FID); here the coordinates
    of the joints stand in place of a network's features.

    Sets of few poses lie a little apart even where their distributions are the same, so compare
    figures of equally many poses.

    Args:
      first_2d: `[N, J, 2]`, image frame (x right, y down), any unit, complete poses.
      second_2d: `[M, J, 2]`, likewise, in any unit of its own.
      root: Index of the root joint.

    Returns:
      The distance in squared units of a pose's size; 0 where means and covariances agree.

    Raises:
      ValueError: If a shape is wrong, a set has fewer than two poses, a value is not finite, or all
        joints of a pose are in one point.
    """
    first, second = _vectors_of_both(first_2d, second_2d, root)
    shift = first.mean(axis=0) - second.mean(axis=0)
    roots = [_square_root(np.cov(vectors, rowvar=False)) for vectors in (first, second)]
    # C1 C2 need not be symmetric; the trace of its root is the sum of these singular values.
    overlap = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    spread = sum((matrix**2).sum() for matrix in roots) - 2.0 * overlap
    return float(max(shift @ shift + spread, 0.0))


def sliced_wasserstein(
    first_2d: np.ndarray,
    second_2d: np.ndarray,
    num_projections: int = 200,
    seed: int = 0,
    root: int = 0,
) -> float:
    """Sliced 2-Wasserstein distance of two sets of poses.

    The poses, as vectors, are projected onto random directions; along one direction the cheapest
    way to move one set onto the other takes them in their order. Rabin et al., Wasserstein
    barycenter and its application to texture mixing, SSVM 2011; Bonneel et al., Sliced and Radon
    Wasserstein barycenters of measures, JMIV 2015. It sees every difference of the two sets, not
    only that of means and covariances.

    Args:
      first_2d: `[N, J, 2]`, image frame (x right, y down), any unit, complete poses.
      second_2d: `[M, J, 2]`, likewise, in any unit of its own.
      num_projections: Number of directions. The default is ours.
      seed: Seed of the directions; the same seed gives the same ones.
      root: Index of the root joint.

    Returns:
      Root mean square, over the directions, of the distance along one, in units of a pose's size. A
      mere shift by t thus counts |t| / sqrt(2 (J - 1)), as in the definition.

    Raises:
      ValueError: As `frechet_distance` does, or if there is no direction.
    """
    first, second = _vectors_of_both(first_2d, second_2d, root)
    if num_projections < 1:
        raise ValueError(f"num_projections must be at least 1, got {num_projections}.")
    directions = np.random.default_rng(seed).normal(size=(num_projections, first.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    in_first, in_second, share = _shares(len(first), len(second))
    squared = [
        share @ (np.sort(first @ along)[in_first] - np.sort(second @ along)[in_second]) ** 2
        for along in directions
    ]
    return float(np.sqrt(np.mean(squared)))


def _shares(first: int, second: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of N sorted values moves to which of M, and what share of the whole moves so."""
    # In parts of 1 / (N M), where one value or the other is used up.
    ends = np.union1d(np.arange(1, first + 1) * second, np.arange(1, second + 1) * first)
    share = np.diff(ends, prepend=0) / (first * second)
    return (ends - 1) // second, (ends - 1) // first, share


def _square_root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric root of a covariance `[D, D]`."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T  # rounding goes below 0


def _vectors_of_both(
    first_2d: np.ndarray, second_2d: np.ndarray, root: int
) -> tuple[np.ndarray, np.ndarray]:
    first = _vectors("first_2d", np.asarray(first_2d), root)
    second = _vectors("second_2d", np.asarray(second_2d), root)
    if first.shape[1] != second.shape[1]:
        joints = [vectors.shape[1] // 2 + 1 for vectors in (first, second)]
        raise ValueError(
            f"first_2d and second_2d must have the same joints, got {joints[0]} and {joints[1]}."
        )
    return first, second


def _vectors(name: str, poses_2d: np.ndarray, root: int) -> np.ndarray:
    """Normalised poses as float64 `[N, 2 (J - 1)]`; the root, always 0, is left out."""
    if poses_2d.ndim != 3 or poses_2d.shape[1] < 2 or poses_2d.shape[2] != 2:
        raise ValueError(
            f"{name} must have the shape [N, J, 2] with two joints or more, got "
            f"{list(poses_2d.shape)}."
        )
    if len(poses_2d) < 2:
        raise ValueError(f"{name} must hold at least two poses, got {len(poses_2d)}.")
    if not 0 <= root < poses_2d.shape[1]:
        raise ValueError(
            f"root must be the index of one of the {poses_2d.shape[1]} joints, got {root}."
        )
    if poses_2d.dtype.kind not in "fiu":
        raise ValueError(f"{name} must hold real numbers, got dtype {poses_2d.dtype}.")
    poses_2d = poses_2d.astype(np.float64)
    if not np.isfinite(poses_2d).all():
        row, joint, axis = np.argwhere(~np.isfinite(poses_2d))[0]
        raise ValueError(
            f"{name} holds {poses_2d[row, joint, axis]} at row {row}, joint {joint}; leave out "
            "poses that are not known in full."
        )
    centred = poses_2d - poses_2d[:, root, None]
    size = np.linalg.norm(centred, axis=-1).mean(axis=-1)
    if not size.all():
        raise ValueError(f"{name} has all joints in one point at row {np.argmin(size)}.")
    vectors = np.delete(centred, root, axis=1) / size[:, None, None]
    return vectors.reshape(len(vectors), -1)
