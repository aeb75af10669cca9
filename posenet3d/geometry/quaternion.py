"""Rotations as unit quaternions (x, y, z, w), for animation files; NumPy, float64."""

from __future__ import annotations

import numpy as np


def from_matrix(matrices: np.ndarray) -> np.ndarray:
    """Quaternions `[..., 4]`, of unit length, of rotation matrices `[..., 3, 3]`.

    Of the four ways to read a quaternion off a matrix the one that divides by the largest part is
    taken (Shepperd, Quaternion from rotation matrix, J. Guidance and Control, 1978).
    """
    m = np.asarray(matrices, np.float64)
    # Row i is the quaternion times four times its i-th part.
    xx, yy, zz = (m[..., i, i] for i in range(3))
    xy, xz, yz = (
        m[..., 0, 1] + m[..., 1, 0],
        m[..., 0, 2] + m[..., 2, 0],
        m[..., 1, 2] + m[..., 2, 1],
    )
    wx, wy, wz = (
        m[..., 2, 1] - m[..., 1, 2],
        m[..., 0, 2] - m[..., 2, 0],
        m[..., 1, 0] - m[..., 0, 1],
    )
    rows = np.stack(
        [
            np.stack([1 + xx - yy - zz, xy, xz, wx], axis=-1),
            np.stack([xy, 1 - xx + yy - zz, yz, wy], axis=-1),
            np.stack([xz, yz, 1 - xx - yy + zz, wz], axis=-1),
            np.stack([wx, wy, wz, 1 + xx + yy + zz], axis=-1),
        ],
        axis=-2,
    )
    largest = np.diagonal(rows, axis1=-2, axis2=-1).argmax(axis=-1)
    best = np.take_along_axis(rows, largest[..., None, None], axis=-2)[..., 0, :]
    return best / np.linalg.norm(best, axis=-1, keepdims=True)


def to_matrix(quaternions: np.ndarray) -> np.ndarray:
    """Rotation matrices `[..., 3, 3]` of unit quaternions `[..., 4]`."""
    x, y, z, w = np.moveaxis(np.asarray(quaternions, np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def without_jumps(quaternions: np.ndarray) -> np.ndarray:
    """The same rotations `[F, ..., 4]`, of q and -q the one nearer to the frame before.

    A player that interpolates between two frames then takes the short way round.
    """
    dots = (quaternions[1:] * quaternions[:-1]).sum(axis=-1, keepdims=True)
    flips = np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)
    return np.concatenate([quaternions[:1], quaternions[1:] * flips])


def slerp(start: np.ndarray, end: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rotations between two, at constant speed the short way round (Shoemake, SIGGRAPH 1985).

    Args:
      start: Unit quaternions `[..., 4]`.
      end: Unit quaternions `[..., 4]`.
      share: `[...]` in [0, 1]; 0: `start`.

    Returns:
      Unit quaternions `[..., 4]`.
    """
    share = np.asarray(share, np.float64)[..., None]
    dot = (start * end).sum(axis=-1, keepdims=True)
    end, dot = np.where(dot < 0, -end, end), np.abs(dot)
    angle = np.arccos(np.clip(dot, 0, 1))
    # sin(t a) / sin(a) tends to t; numpy's sinc is sin(pi x) / (pi x).
    weight = share * np.sinc(share * angle / np.pi) / np.sinc(angle / np.pi)
    rest = (1 - share) * np.sinc((1 - share) * angle / np.pi) / np.sinc(angle / np.pi)
    between = rest * start + weight * end
    return between / np.linalg.norm(between, axis=-1, keepdims=True)
