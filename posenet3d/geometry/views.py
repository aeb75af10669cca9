"""Random views: from where a lifted pose is looked at anew.

A camera's elevation is the angle by which it looks down on the person: positive for a camera that
stands higher than the person and is tilted towards the floor. A level camera sees a point p; the
same camera at elevation e sees Rx(e) p.
"""

from __future__ import annotations

import math

import tensorflow as tf

from posenet3d.geometry import rotation
from posenet3d.platform import randomness


def view_matrix(
    azimuth: tf.Tensor, elevation_from: tf.Tensor, elevation_to: tf.Tensor
) -> tf.Tensor:
    """Moves a pose from one camera to another: Rx(elevation_to) Ry(azimuth) Rx(-elevation_from).

    Undoes the first camera's tilt, turns the person about the vertical, tilts anew.

    Args:
      azimuth: `[...]`, radians.
      elevation_from: `[...]`, radians, elevation of the camera that saw the pose.
      elevation_to: `[...]`, radians, elevation of the new camera.

    Returns:
      Rotation matrices `[..., 3, 3]` for `rotation.rotate`.
    """
    turned = rotation.product(rotation.about_x(elevation_to), rotation.about_y(azimuth))
    return rotation.product(turned, rotation.about_x(-tf.convert_to_tensor(elevation_from)))


def uniform_views(
    count: int, seed: tf.Tensor, max_elevation: float, max_azimuth: float = math.pi
) -> tf.Tensor:
    """Views of the paper: azimuth U[-pi, pi], new elevation U[-max, max], old elevation taken as 0.

    Chen et al., CVPR 2019, draw the elevation from +-pi/9.

    Args:
      count: Number of views N.
      seed: int32 `[2]`; the same seed gives the same views.
      max_elevation: Radians.
      max_azimuth: Radians, largest turn about the vertical to either side.

    Returns:
      Rotation matrices `[N, 3, 3]`.
    """
    azimuth, uniform, _ = _draw(count, seed, max_azimuth)
    return view_matrix(azimuth, tf.zeros_like(azimuth), uniform * max_elevation)


def known_views(
    count: int,
    seed: tf.Tensor,
    elevation: float | tf.Tensor,
    spread: float | tf.Tensor,
    max_azimuth: float = math.pi,
    elevation_from: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Views of cameras whose mean elevation is known: undo it, turn, tilt anew around it.

    Args:
      count: Number of views N.
      seed: int32 `[2]`; the same seed gives the same views.
      elevation: Radians, mean elevation of the cameras that took the data; one or `[N]`.
      spread: Radians, standard deviation of the new elevation about it; likewise.
      max_azimuth: Radians, largest turn about the vertical to either side.
      elevation_from: `[N]`, radians: what is undone for each pose; None: the mean elevation.

    Returns:
      Rotation matrices `[N, 3, 3]`, and the new views' elevation `[N]` in radians.
    """
    azimuth, _, normal = _draw(count, seed, max_azimuth)
    elevation_to = elevation + spread * normal
    if elevation_from is None:
        elevation_from = tf.broadcast_to(elevation, [count])
    return view_matrix(azimuth, elevation_from, elevation_to), elevation_to


def _draw(
    count: int, seed: tf.Tensor, max_azimuth: float
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Azimuth in +-max_azimuth, a uniform number in +-1 and a normal one, each `[count]`."""
    seeds = randomness.split(seed, 3)
    azimuth = randomness.uniform([count], seeds[0], -max_azimuth, max_azimuth)
    uniform = randomness.uniform([count], seeds[1], -1.0, 1.0)
    return azimuth, uniform, randomness.normal([count], seeds[2])
