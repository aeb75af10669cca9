"""The way of a person through the room, where the focal length and the height are known.

Camera frame: x right, y down, z forward, the camera at the origin; mm. The camera has square pixels
and no distortion.
"""

from __future__ import annotations

import numpy as np

from posenet3d.motion.numerics.filters import savgol_filter
from posenet3d.motion.smoothing import check_fps
from posenet3d.skeletons.skeleton import Skeleton

_WINDOW = 1.0  # seconds over which the distance from the camera is smoothed; ours
_ORDER = 2


def aims(keypoints_2d: np.ndarray, confidence: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Where in the image each person is, `[N, 2]` pixels: the root, or the middle of what is seen.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels.
      confidence: `[N, J]`; 0: missing.
      skeleton: The skeleton of the J joints.

    Returns:
      NaN where nothing is seen.
    """
    seen = (confidence > 0)[..., None]
    count = seen.sum(axis=1)
    total = np.where(seen, keypoints_2d, 0.0).sum(axis=1)
    middle = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return np.where(seen[:, skeleton.root], keypoints_2d[:, skeleton.root], middle)


def turns(aim: np.ndarray, focal_length: float, centre: np.ndarray) -> np.ndarray:
    """Rotations `[N, 3, 3]` that turn a camera's axis to the aim, first down, then aside.

    From the frame of a camera at the same place that looks at the aim, to the camera's own. Its
    x-axis stays level with the camera's.

    Args:
      aim: `[N, 2]`, pixels.
      focal_length: Pixels.
      centre: `[2]` or `[N, 2]`, pixels: where the camera's axis meets the image.
    """
    x, y = np.moveaxis((aim - centre) / focal_length, -1, 0)
    across = np.hypot(1.0, x)
    sin_pan, cos_pan = x / across, 1.0 / across
    down = np.hypot(across, y)
    sin_tilt, cos_tilt = y / down, across / down
    zero = np.zeros_like(x)
    rows = [
        [cos_pan, -sin_pan * sin_tilt, sin_pan * cos_tilt],
        [zero, cos_tilt, sin_tilt],
        [-sin_pan, -cos_pan * sin_tilt, cos_pan * cos_tilt],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def centred_2d(
    keypoints_2d: np.ndarray, rotations: np.ndarray, focal_length: float, centre: np.ndarray
) -> np.ndarray:
    """2D joints as a camera that looks at the person has them: what a lifter has learned from.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels.
      rotations: `[N, 3, 3]`, of `turns`.
      focal_length: Pixels.
      centre: As in `turns`.

    Returns:
      `[N, J, 2]`, pixels; the aim lies at the centre.
    """
    centre = np.broadcast_to(centre, (len(keypoints_2d), 2))[:, None]
    rays = (keypoints_2d - centre) / focal_length
    rays = np.concatenate([rays, np.ones_like(rays[..., :1])], axis=-1)
    seen = rays @ rotations  # by the transposed matrices
    # What lies beside a camera that has been turned by nearly 90 degrees has no place in its image.
    return seen[..., :2] / np.maximum(seen[..., 2:], 1e-3) * focal_length + centre


def root_positions(
    keypoints_2d: np.ndarray,
    confidence: np.ndarray,
    keypoints_3d: np.ndarray,
    focal_length: float,
    centre: np.ndarray,
) -> np.ndarray:
    """Where the roots must be for the poses to be seen where they are: `[N, 3]` mm.

    The joints of a pose are known but for the place t of the root: `(X + t)_x = u (X + t)_z` for
    each of them, and likewise y. That is linear in t; least squares, weighted by confidence.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels.
      confidence: `[N, J]`, weights; 0: missing.
      keypoints_3d: `[N, J, 3]`, the camera's own frame, from the root, mm.
      focal_length: Pixels.
      centre: As in `turns`.

    Returns:
      NaN where fewer than two joints are seen, or there is no pose.
    """
    rays = (keypoints_2d - np.broadcast_to(centre, (len(keypoints_2d), 2))[:, None]) / focal_length
    weight = np.where(np.isfinite(keypoints_3d).all(axis=-1), confidence, 0.0)[..., None]
    left = rays * np.nan_to_num(keypoints_3d[..., 2:]) - np.nan_to_num(keypoints_3d[..., :2])
    # Rows (1, 0, -u_x) and (0, 1, -u_y) a joint, as normal equations.
    total, rays_sum = weight.sum(axis=(1, 2)), (weight * rays).sum(axis=1)
    squares = (weight * rays**2).sum(axis=(1, 2))
    matrix = np.zeros((len(rays), 3, 3))
    matrix[:, 0, 0] = matrix[:, 1, 1] = total
    matrix[:, :2, 2] = matrix[:, 2, :2] = -rays_sum
    matrix[:, 2, 2] = squares
    right = np.concatenate(
        [(weight * left).sum(axis=1), -(weight * rays * left).sum(axis=(1, 2))[:, None]], axis=1
    )
    result = np.full((len(rays), 3), np.nan)
    usable = (weight[..., 0] > 0).sum(axis=1) >= 2
    usable &= np.linalg.det(matrix) > 1e-12
    result[usable] = np.linalg.solve(matrix[usable], right[usable][..., None])[..., 0]
    return result


def calm_path(positions: np.ndarray, fps: float) -> np.ndarray:
    """A path `[F, 3]` with its distance from the camera smoothed, and its gaps bridged.

    The direction to a person is in the 2D; the distance is told by how large the person appears,
    which is as wrong as the pose.

    Args:
      positions: Camera frame, frame after frame; NaN: not known.
      fps: Frames a second.

    Returns:
      float64 `[F, 3]`; NaN before the first known place and after the last.

    Raises:
      InputError: If `fps` is no positive number.
    """
    check_fps(fps)
    known = np.flatnonzero(np.isfinite(positions).all(axis=1))
    path = np.full(positions.shape, np.nan)
    if not len(known):
        return path
    frames = np.arange(known[0], known[-1] + 1)
    between = np.stack([np.interp(frames, known, axis) for axis in positions[known].T], axis=1)
    distance = np.linalg.norm(between, axis=1)
    window = min(2 * round((_WINDOW * fps - 1) / 2) + 1, (len(frames) - 1) // 2 * 2 + 1)
    if window > _ORDER:
        smooth = np.exp(savgol_filter(np.log(distance), window, _ORDER))
        between *= (smooth / distance)[:, None]
    path[frames] = between
    return path
