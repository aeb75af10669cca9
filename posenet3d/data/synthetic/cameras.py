"""Virtual cameras: each follows one person at a fixed angle, looking somewhat down."""

from __future__ import annotations

import dataclasses

import numpy as np

_MARGIN = 0.96  # of half the picture: how far out a joint may come
_ELEVATION_LIMIT = 2.5  # standard deviations


@dataclasses.dataclass(frozen=True)
class Cameras:
    """One camera a sequence; it travels with the person, its direction and height staying the same.

    Args:
      azimuth: `[S]` radians; 0 sees someone who faces +z from the front, growing towards +x.
      elevation: `[S]` radians, above the horizontal; positive looks down.
      distance: `[S]` metres to the aim.
      aim: `[S, T, 3]` metres, world frame (y up): the point in the picture's centre.
      focal_length: Pixels.
      image_size: (width, height) in pixels; the principal point is the centre.
    """

    azimuth: np.ndarray
    elevation: np.ndarray
    distance: np.ndarray
    aim: np.ndarray
    focal_length: float
    image_size: tuple[int, int]

    def see(self, positions: np.ndarray) -> np.ndarray:
        """`[S, T, J, 3]` metres: world (y up) to camera frame (x right, y down, z forward)."""
        turned = np.einsum("sij,stkj->stki", self._rotation(), positions - self.aim[:, :, None])
        turned[..., 2] += self.distance[:, None, None]
        return turned

    def project(self, seen: np.ndarray) -> np.ndarray:
        """Camera frame `[..., 3]` metres to the picture `[..., 2]` pixels (x right, y down)."""
        centre = np.array(self.image_size) / 2
        return self.focal_length * seen[..., :2] / seen[..., 2:] + centre

    def _rotation(self) -> np.ndarray:
        """`[S, 3, 3]`, world to camera axes."""
        sa, ca = np.sin(self.azimuth), np.cos(self.azimuth)
        se, ce = np.sin(self.elevation), np.cos(self.elevation)
        right = [ca, 0 * sa, -sa]
        down = [sa * se, -ce, ca * se]
        forward = [-sa * ce, -se, -ca * ce]
        return np.stack([np.stack(axis, axis=-1) for axis in (right, down, forward)], axis=-2)


def draw_cameras(
    rng: np.random.Generator,
    positions: np.ndarray,
    elevation_deg: tuple[float, float],
    distance_m: tuple[float, float],
    image_size: tuple[int, int],
    focal_length: float,
) -> Cameras:
    """Draws one camera a sequence, from any side, the person kept in the picture.

    Args:
      rng: Source of all that varies.
      positions: `[S, T, J, 3]` metres, world frame (y up).
      elevation_deg: (mean, standard deviation) of the normal distribution, cut at 2.5 of them.
      distance_m: (least, greatest) drawn; more where a joint would leave the picture.
      image_size: (width, height) in pixels.
      focal_length: Pixels.
    """
    count = len(positions)
    spread = np.clip(rng.standard_normal(count), -_ELEVATION_LIMIT, _ELEVATION_LIMIT)
    aim = positions[:, :, 0].copy()
    # The ground track is followed, jumps and sitting down are not: the camera keeps its height.
    aim[..., 1] = aim[..., 1].mean(axis=1, keepdims=True)
    aim += rng.uniform([-0.35, -0.1, -0.35], [0.35, 0.25, 0.35], (count, 1, 3))
    cameras = Cameras(
        azimuth=rng.uniform(-np.pi, np.pi, count),
        elevation=np.radians(elevation_deg[0] + elevation_deg[1] * spread),
        distance=np.zeros(count),
        aim=aim,
        focal_length=focal_length,
        image_size=image_size,
    )
    seen = cameras.see(positions)
    # A joint is inside where focal * |x| <= margin * (z + distance): solved for the distance.
    reach = focal_length * np.abs(seen[..., :2]) / (_MARGIN * np.array(image_size) / 2)
    needed = (reach - seen[..., 2:]).max(axis=(1, 2, 3))
    drawn = rng.uniform(*distance_m, count)
    return dataclasses.replace(cameras, distance=np.maximum(drawn, needed))
