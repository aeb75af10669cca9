"""2D poses as networks see them, prepared once: pixels, and of each pose the scale it has."""

from __future__ import annotations

import dataclasses

import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import Skeleton

_ROWS_A_PART = 1 << 16  # bounds the memory of an archive larger than memory


@dataclasses.dataclass(frozen=True)
class NormalisedPoses:
    """N complete 2D poses on the image plane of the normalised camera; make it by `of`.

    Of an archive larger than memory only the rows that are asked for are read. What is prepared
    and kept is therefore each pose's scale, 4 bytes; `read` gives `(pixels - root) / scale`, the
    definition of a normalised pose (`camera.Normalised`).

    Args:
      pixels: The poses as they were given: `keypoints_2d` float32 `[N, J, 2]`, image frame,
        pixels, perhaps memory-mapped; `lengths` `[S]` and names of their sequences; for
        validation their true 3D `[N, J, 3]` in mm.
      scale: float32 `[N, 1, 1]`, pixels a unit of each pose.
    """

    pixels: Poses2D
    scale: np.ndarray

    @classmethod
    def of(cls, poses: Poses2D, scale: float | None = None) -> NormalisedPoses:
        """Prepares poses.

        Args:
          poses: Complete poses; confidence is not looked at.
          scale: Pixels a unit for all poses alike; None: each pose by its own size.
        """
        if scale is not None:
            return cls(poses, np.broadcast_to(np.float32(scale), (len(poses), 1, 1)))
        sizes = np.empty((len(poses), 1, 1), np.float32)
        with tf.device("CPU"):
            for start in range(0, len(poses), _ROWS_A_PART):
                part = slice(start, start + _ROWS_A_PART)
                pixels = np.asarray(poses.keypoints_2d[part], np.float32)
                sizes[part] = camera.normalise(pixels, poses.skeleton.root).scale.numpy()
        return cls(poses, sizes)

    def __len__(self) -> int:
        """N, the number of poses."""
        return len(self.pixels)

    @property
    def skeleton(self) -> Skeleton:
        """The skeleton of the J joints."""
        return self.pixels.skeleton

    @property
    def lengths(self) -> np.ndarray:
        """int64 `[S]`, frames of each sequence, in the order of the rows."""
        return self.pixels.lengths

    @property
    def elevation(self) -> np.ndarray:
        """float32 `[N]`, radians by which the camera of each pose looked down, NaN where that is
        not known."""
        known = self.pixels.camera_elevation
        return np.full(len(self), np.nan, np.float32) if known is None else np.radians(known)

    def read(
        self, rows: np.ndarray | slice = slice(None), scale_of: np.ndarray | None = None
    ) -> np.ndarray:
        """Normalised 2D poses, float32 `[M, J, 2]`, each with its root at (0, 0).

        Args:
          rows: Which; rising, where the archive may be memory-mapped and order does not matter.
          scale_of: `[M]`, the poses whose scale they are to have; None: their own.
        """
        pixels = np.asarray(self.pixels.keypoints_2d[rows], np.float32)
        root = self.skeleton.root
        return (pixels - pixels[:, root : root + 1]) / self.scale[
            rows if scale_of is None else scale_of
        ]

    def keep(self, rows: np.ndarray) -> NormalisedPoses:
        """The given rows, rising, as sequences; see `Poses2D.keep`."""
        return NormalisedPoses(self.pixels.keep(rows), self.scale[rows])

    def select(self, rows: np.ndarray) -> NormalisedPoses:
        """The given rows as one sequence; see `Poses2D.select`."""
        return NormalisedPoses(self.pixels.select(rows), self.scale[rows])
