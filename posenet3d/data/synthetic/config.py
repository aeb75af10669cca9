"""What to generate."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

from posenet3d.data.synthetic.activities.names import ACTIVITIES, QUICKSTART_ACTIVITIES


@dataclasses.dataclass(frozen=True)
class SyntheticConfig:
    """How many sequences of which activities, and how virtual cameras see them.

    The cameras' defaults are those of an indoor capture studio in the manner of Human3.6M: focal
    length 1145 px for 1000 x 1000 px, 4 to 7 m away, somewhat above the person.

    Args:
      num_sequences: S; each has its own person, activity and camera.
      frames_per_sequence: T, at `frame_rate`; at least 2.
      seed: The same seed and configuration give the same bytes.
      activities: Sequence i shows activity i modulo their number; a name may be there more than
        once.
      bodies: "adults", or "everyone": also children, the heavily built, the very tall and lean.
      elevation_mean_deg: Mean angle of the cameras above the horizontal, degrees.
      elevation_std_deg: Its standard deviation; drawn within 2.5 of them.
      distance_m: (least, greatest) distance of the camera from the person, metres. A person who
        would leave the picture is seen from as far away as needed.
      image_size: (width, height), pixels.
      focal_length_px: Focal length, pixels; the principal point is the picture's centre.
      frame_rate: Frames a second.

    Raises:
      ValueError: If a value is outside its range; the message names it.
    """

    num_sequences: int = 800
    frames_per_sequence: int = 125
    seed: int = 0
    activities: tuple[str, ...] = QUICKSTART_ACTIVITIES
    bodies: Literal["adults", "everyone"] = "adults"
    elevation_mean_deg: float = 8.0
    elevation_std_deg: float = 6.0
    distance_m: tuple[float, float] = (4.0, 7.0)
    image_size: tuple[int, int] = (1000, 1000)
    focal_length_px: float = 1145.0
    frame_rate: float = 30.0

    def __post_init__(self) -> None:
        for name, least in (("num_sequences", 1), ("frames_per_sequence", 2), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(
                    f"{name} must be a whole number of at least {least}, got {value!r}."
                )
        if isinstance(self.activities, str) or not self.activities:
            raise ValueError(
                f"activities must be a tuple of at least one name, got {self.activities!r}."
            )
        unknown = [name for name in self.activities if name not in ACTIVITIES]
        if unknown:
            raise ValueError(f"Unknown activities {unknown}; known are {', '.join(ACTIVITIES)}.")
        if self.bodies not in ("adults", "everyone"):
            raise ValueError(f'bodies must be "adults" or "everyone", got {self.bodies!r}.')
        if not -60 <= self.elevation_mean_deg <= 60:
            raise ValueError(
                f"elevation_mean_deg must lie in [-60, 60], got {self.elevation_mean_deg!r}."
            )
        if not 0 <= self.elevation_std_deg <= 20:
            raise ValueError(
                f"elevation_std_deg must lie in [0, 20], got {self.elevation_std_deg!r}."
            )
        if not _is_pair(self.distance_m) or not (
            2 <= self.distance_m[0] <= self.distance_m[1] < math.inf
        ):
            raise ValueError(
                "distance_m must be (least, greatest), both at least 2 m and finite, "
                f"got {self.distance_m!r}."
            )
        if not _is_pair(self.image_size) or min(self.image_size) < 16:
            raise ValueError(
                "image_size must be (width, height) of at least 16 pixels, "
                f"got {self.image_size!r}."
            )
        for name in ("focal_length_px", "frame_rate"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)!r}.")


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2
