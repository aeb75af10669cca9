"""Finds how a camera is turned from 3D points and their true places in its picture.

Data sets whose 2D was projected from their 3D need no table of cameras: the two say where each
camera stood.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

_MIN_POINTS = 50  # 15 numbers are found from twice as many as this; ours
_MAX_STEPS = 100
_SETTLED = 1e-6  # share of the squared error that a step still takes away; ours
_LENGTH = 1000.0  # pixels a unit of focal length and centre, so that all parameters are near 1


@dataclasses.dataclass(frozen=True)
class Calibration:
    """A camera as found.

    Args:
      rotation: float64 `[3, 3]`; `points_3d @ rotation.T` turns world points into the axes of the
        camera (x right, y down, z forward).
      error: Root mean square distance in pixels between the points and where the camera puts them.
    """

    rotation: np.ndarray
    error: float


def calibrate(points_3d: np.ndarray, points_2d: np.ndarray) -> Calibration:
    """Finds the camera that sees the points where they are.

    The camera has two focal lengths, a centre, three radial and two tangential terms of lens
    distortion (the model of Human3.6M). A first guess without distortion comes from the direct
    linear transform (Hartley and Zisserman, Multiple View Geometry, 2nd ed., algorithm 7.1), and is
    improved by Levenberg-Marquardt. Points all over the room make the result exact; the points of
    one standing person leave it vague.

    Args:
      points_3d: `[M, 3]`, world frame, right-handed, any unit; at least 50 points.
      points_2d: `[M, 2]`, image frame, pixels.

    Returns:
      The camera, however badly it fits: look at its `error`.

    Raises:
      ValueError: If there are too few points, they lie in a plane, or no camera with its image the
        right way round sees them all in front of it.
    """
    points_3d = np.asarray(points_3d, np.float64)
    points_2d = np.asarray(points_2d, np.float64)
    if len(points_3d) < _MIN_POINTS or len(points_3d) != len(points_2d):
        raise ValueError(
            f"A camera is found from at least {_MIN_POINTS} points and as many places in the "
            f"picture, got {len(points_3d)} and {len(points_2d)}."
        )
    points_3d = points_3d - points_3d.mean(axis=0)  # the origin says nothing about the rotation
    points_3d = points_3d / max(np.sqrt((points_3d**2).sum(axis=1).mean()), 1e-12)
    rotation, parameters = _first_guess(points_3d, points_2d)

    def residuals(rotation: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        return ((_project(points_3d, rotation, parameters) - points_2d) / _LENGTH).ravel()

    damping = 1e-3
    found = residuals(rotation, parameters)
    jacobian = _jacobian(residuals, rotation, parameters, found)
    for _ in range(_MAX_STEPS):
        normal = jacobian.T @ jacobian
        damped = normal + damping * np.diag(np.diag(normal) + 1e-12)
        step = -np.linalg.solve(damped, jacobian.T @ found)
        new_rotation, new_parameters = _turned(step[:3]) @ rotation, parameters + step[3:]
        new = residuals(new_rotation, new_parameters)
        gain = 1.0 - (new @ new) / max(found @ found, 1e-300)
        if gain > 0:  # False for NaN as well
            rotation, parameters, found = new_rotation, new_parameters, new
            damping /= 10.0
            jacobian = _jacobian(residuals, rotation, parameters, found)
        else:
            damping *= 10.0
        if 0 <= gain < _SETTLED or damping > 1.0:
            break
    error = _LENGTH * np.sqrt((found**2).sum() / len(points_2d))
    return Calibration(rotation, float(error))


def _project(points: np.ndarray, rotation: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Pixels `[M, 2]` of world points; parameters are translation, focal, centre, k1-k3, p1-p2."""
    translation, focal, centre, radial, tangential = np.split(parameters, [3, 5, 7, 10])
    seen = points @ rotation.T + translation
    plane = seen[:, :2] / seen[:, 2:]
    square = (plane**2).sum(axis=1, keepdims=True)
    factor = 1 + square * (radial[0] + square * (radial[1] + square * radial[2]))
    factor = factor + (plane * tangential).sum(axis=1, keepdims=True)
    return _LENGTH * (focal * (plane * factor + square * tangential) + centre)


def _first_guess(points_3d: np.ndarray, points_2d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotation and parameters of a camera without distortion."""
    middle, spread = points_2d.mean(axis=0), max(points_2d.std(), 1e-12)
    place = (points_2d - middle) / spread
    world = np.hstack([points_3d, np.ones((len(points_3d), 1))])
    rows = np.zeros((2, len(world), 12))
    rows[0, :, 0:4] = rows[1, :, 4:8] = world
    rows[0, :, 8:], rows[1, :, 8:] = -place[:, :1] * world, -place[:, 1:] * world
    _, values, vectors = np.linalg.svd(rows.reshape(-1, 12), full_matrices=False)
    if values[-2] < 1e-6 * values[0]:  # more than one camera sees the points so
        raise ValueError("The 3D points lie in a plane or do not move, so no camera can be found.")
    matrix = np.array([[spread, 0, middle[0]], [0, spread, middle[1]], [0, 0, 1]])
    matrix = matrix @ vectors[-1].reshape(3, 4)
    if np.linalg.det(matrix[:, :3]) < 0:
        matrix = -matrix
    # matrix = calibration @ (rotation | translation): an RQ decomposition by way of QR.
    flip = np.eye(3)[::-1]
    q, r = np.linalg.qr((flip @ matrix[:, :3]).T)
    calibration, rotation = flip @ r.T @ flip, flip @ q.T
    signs = np.diag(np.sign(np.diag(calibration)))
    calibration, rotation = calibration @ signs, signs @ rotation
    translation = np.linalg.solve(calibration, matrix[:, 3])
    if not (points_3d @ rotation[2] + translation[2] > 0).all():
        raise ValueError(
            "No camera sees the points so: 2D and 3D do not belong together, or one is mirrored."
        )
    focal = calibration[[0, 1], [0, 1]] / calibration[2, 2] / _LENGTH
    centre = calibration[:2, 2] / calibration[2, 2] / _LENGTH
    return rotation, np.concatenate([translation, focal, centre, np.zeros(5)])


def _jacobian(
    residuals: Callable[[np.ndarray, np.ndarray], np.ndarray],
    rotation: np.ndarray,
    parameters: np.ndarray,
    at: np.ndarray,
) -> np.ndarray:
    """Derivatives `[2 M, 15]` by differences: three turns, then the parameters."""
    step = 1e-6
    columns = []
    for axis in np.eye(3) * step:
        columns.append((residuals(_turned(axis) @ rotation, parameters) - at) / step)
    for axis in np.eye(len(parameters)) * step:
        columns.append((residuals(rotation, parameters + axis) - at) / step)
    return np.stack(columns, axis=1)


def _turned(vector: np.ndarray) -> np.ndarray:
    """The rotation about `vector` by its length in radians (Rodrigues' formula)."""
    angle = max(float(np.linalg.norm(vector)), 1e-300)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
