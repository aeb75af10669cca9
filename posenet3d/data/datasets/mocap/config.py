"""How motion capture is turned into 2D poses."""

from __future__ import annotations

import dataclasses
from typing import Literal

from posenet3d.data.datasets.mocap import joints as naming
from posenet3d.errors import ConfigError

_RANGES = {
    "cameras": (1, 1000),
    "seed": (0, 2**63),
    "frame_rate": (0.1, 1000),
    "capture_rate": (0.1, 10_000),
    "unit_m": (1e-9, 1e9),
    "test_share": (0, 1),
    "elevation_mean_deg": (-60, 60),
    "elevation_std_deg": (0, 10),
    "focal_length_px": (1, 1e6),
}


@dataclasses.dataclass(frozen=True)
class MocapConfig:
    """Cameras, frame rate, unit and split.

    The cameras are those of the package's accuracy benchmark (benchmarks/README.md).

    Args:
      cameras: Virtual cameras that see each motion.
      seed: The same seed and files give the same poses.
      frame_rate: Frames a second wanted. Files have a whole multiple of it, of which every so
        manieth frame is kept.
      capture_rate: Frames a second of `.amc` files, which do not say it.
      at_60_hz: Subjects or motions (`"60"`, `"61_03"`) that have 60, whatever their file says: B.
        Hahne's conversions of the CMU database say 120 throughout.
      unit_m: Metres a unit of the files. None: as files of their origin have it.
      up: The axis of the files that points up, `"y"` or `"z"`.
      test_subjects: The subjects to test on. Empty: drawn by the seed.
      test_share: The share of the subjects that is drawn; at least one subject, and not all, but
        for the shares 0 and 1.
      elevation_mean_deg: Mean angle of the cameras above the horizontal, degrees.
      elevation_std_deg: Its standard deviation; drawn within 2.5 of them.
      distance_m: (least, greatest) distance of a camera from the person, metres; more where a
        joint would leave the picture.
      image_size: (width, height), pixels.
      focal_length_px: Focal length, pixels; the principal point is the picture's centre.
      joints: What the 17 joints are called in the files, see `mocap.joints.JointNames`. None: they
        are found by the names of known origins.

    Raises:
      ConfigError: If a value is outside its range; the message names it.
    """

    cameras: int = 4
    seed: int = 0
    frame_rate: float = 30.0
    capture_rate: float = 120.0
    at_60_hz: tuple[str, ...] = ()
    unit_m: float | None = None
    up: Literal["y", "z"] = "y"
    test_subjects: tuple[str, ...] = ()
    test_share: float = 0.2
    elevation_mean_deg: float = 8.0
    elevation_std_deg: float = 6.0
    distance_m: tuple[float, float] = (4.0, 7.0)
    image_size: tuple[int, int] = (1000, 1000)
    focal_length_px: float = 1145.0
    joints: naming.JointNames | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:  # False for NaN as well
                raise ConfigError(f"{name} must lie between {low} and {high}, got {value}.")
        if self.up not in ("y", "z"):
            raise ConfigError(f"up must be y or z, got {self.up!r}.")
        if len(self.distance_m) != 2 or not 2 <= self.distance_m[0] <= self.distance_m[1] <= 1000:
            raise ConfigError(
                f"distance_m must be (least, greatest), from 2 to 1000 m, got {self.distance_m!r}."
            )
        if len(self.image_size) != 2 or not all(16 <= side <= 100_000 for side in self.image_size):
            raise ConfigError(
                "image_size must be (width, height), from 16 to 100000 pixels, "
                f"got {self.image_size!r}."
            )
        if self.joints is not None:
            naming.given(self.joints)
