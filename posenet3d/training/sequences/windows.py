"""The windows of each step: some frames of a sequence, their 2D and what is to be said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from posenet3d.geometry import bones, camera, mirror
from posenet3d.platform import randomness
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.augmentation.placements import draw_placements
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.bodies import mix_limbs, other_bodies
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.student.virtual_cameras import through_cameras

# One stream of random numbers each.
_ROWS, _STRIDE, _PLACE_IN, _INSIDE, _MIRROR, _BODY, _LIMBS, _PLACE, _CAMERA, DAMAGE, FUTURE = range(
    11
)

STRIDES = (0.6, 0.85)
"""Up to which share of windows every frame and every second one is seen; of the others each third:
recordings of 30, 15 and 10 frames a second. Ours."""

_INSIDE_SHARE = 0.75  # of windows that are moved into their sequence; others reach over its ends

Seeds = Callable[[int], tf.Tensor]
"""From a stream of random numbers to its seed at a step, int32 `[2]`."""


class Window(NamedTuple):
    """B windows of T frames."""

    keypoints_2d: tf.Tensor  # [B, T, J, 2], complete, about as large as normalised poses
    keypoints_3d: tf.Tensor  # [B, T, J, 3], the lessons: camera frame, root-relative, any unit
    present: tf.Tensor  # [B, T], 1 for frames of the sequence, 0 beyond its ends
    stride: tf.Tensor  # [B], frames of the recording from frame to frame
    elevation: tf.Tensor  # [B, T], radians, 0 where it is not known
    elevation_known: tf.Tensor  # [B, T], 1 where it is, else 0
    true_3d: tf.Tensor  # [B, T, J, 3], the truth where it is known, else the lesson
    true_known: tf.Tensor  # [B, T], 1 where it is, else 0
    judged: tf.Tensor  # [B, T], 1 where the lifter's error is to be estimated, else 0


class DrawnWindows:
    """Sequences from which every step draws its windows, as a function of the seed and the step.

    Args:
      config: The settings; the optimizer's and those of the networks are not looked at.
      skeleton: The skeleton of the J joints.
      lessons: All frames, sequence after sequence.
      lengths: `[S]`, frames of each sequence.
    """

    def __init__(
        self, config: TrainingConfig, skeleton: Skeleton, lessons: Lessons, lengths: np.ndarray
    ) -> None:
        self.config = config
        self.skeleton = skeleton
        rows = len(lessons.keypoints_2d)
        last = np.cumsum(lengths)
        self._first = tf.constant(np.repeat(last - lengths, lengths), tf.int32)
        self._last = tf.constant(np.repeat(last - 1, lengths), tf.int32)
        self._poses_2d = tf.constant(lessons.keypoints_2d, tf.float32)
        self._poses_3d = self._true_3d = tf.constant(lessons.keypoints_3d, tf.float32)
        known = np.zeros(rows, bool)
        if lessons.true_3d is not None:
            known = np.isfinite(lessons.true_3d).all(axis=(1, 2))
            true_3d = np.where(known[:, None, None], lessons.true_3d, lessons.keypoints_3d)
            self._true_3d = tf.constant(true_3d, tf.float32)
        self._true_known = tf.constant(known, tf.float32)
        self.knows_truth = bool(known.any())
        elevation = np.full(rows, np.nan) if lessons.elevation is None else lessons.elevation
        self._elevation = tf.constant(elevation, tf.float32)
        self._placements = draw_placements(skeleton, config.augment.placements, config.seed)

    def draw(self, seed: Seeds) -> Window:
        """The windows of a step, whose seeds are given: half as they are, half through cameras."""
        batch = self.config.sequence.batch_size
        rows, present, stride = self._rows(seed)
        poses_2d, poses_3d, true_3d = (
            tf.gather(x, rows) for x in (self._poses_2d, self._poses_3d, self._true_3d)
        )
        # One body has one size in all frames; each pose of the lessons has a size of its own.
        sizes = tf.reduce_sum(bones.bone_lengths(poses_3d, self.skeleton), axis=2)
        mean = tf.reduce_sum(sizes * present, 1, keepdims=True) / tf.reduce_sum(
            present, 1, keepdims=True
        )
        factor = (mean / tf.maximum(sizes, 1e-6))[..., tf.newaxis, tf.newaxis]
        poses_2d, poses_3d = poses_2d * factor, poses_3d * factor
        if self.config.mirror and self.skeleton.can_be_mirrored:
            coin = randomness.uniform([batch, 1, 1, 1], seed(_MIRROR)) < 0.5
            poses_2d, poses_3d, true_3d = (
                tf.where(coin, mirror.mirror(poses, self.skeleton), poses)
                for poses in (poses_2d, poses_3d, true_3d)
            )
        placed = self._matrices(batch, seed)
        elevation = tf.gather(self._elevation, rows)
        known = tf.gather(self._true_known, rows)
        seen = round(batch * self.config.student.virtual)
        parts = []
        if seen:
            to_turn = (poses_3d, placed, elevation)
            parts.append(self._virtual(*(x[:seen] for x in to_turn), seed))
        if seen < batch:
            as_they_are = (poses_2d, poses_3d, true_3d, known, placed, elevation)
            parts.append(self._real(*(x[seen:] for x in as_they_are)))
        said = [tf.concat(x, axis=0) for x in zip(*parts, strict=True)]
        return Window(said[0], said[1], present, tf.cast(stride, tf.float32), *said[2:])

    def _rows(self, seed: Seeds) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Rows of all frames `[B, T]`, whether they are of the sequence, and the stride `[B]`."""
        batch, frames = self.config.sequence.batch_size, self.config.sequence.frames

        def even(stream: int) -> tf.Tensor:
            return randomness.uniform([batch], seed(stream))

        anchor = tf.cast(even(_ROWS) * float(len(self._poses_2d)), tf.int32)
        anchor = tf.minimum(anchor, len(self._poses_2d) - 1)
        drawn = even(_STRIDE)
        stride = 1 + sum(tf.cast(drawn >= share, tf.int32) for share in STRIDES)
        place = tf.cast(even(_PLACE_IN) * float(frames), tf.int32)
        start = anchor - stride * place
        first, last = tf.gather(self._first, anchor), tf.gather(self._last, anchor)
        inside = tf.maximum(tf.minimum(start, last - stride * (frames - 1)), first)
        start = tf.where(even(_INSIDE) < _INSIDE_SHARE, inside, start)
        rows = start[:, tf.newaxis] + stride[:, tf.newaxis] * tf.range(frames)
        first, last = first[:, tf.newaxis], last[:, tf.newaxis]
        present = tf.cast((rows >= first) & (rows <= last), tf.float32)
        return tf.clip_by_value(rows, first, last), present, stride

    def _virtual(
        self, poses_3d: tf.Tensor, placed: tf.Tensor, elevation: tf.Tensor, seed: Seeds
    ) -> tuple[tf.Tensor, ...]:
        """Other bodies than these, through virtual cameras."""
        student = self.config.student
        poses_3d = mix_limbs(poses_3d, self.skeleton, student.mixed, seed(_LIMBS))
        poses_3d = other_bodies(poses_3d, self.skeleton, student.bodies, seed(_BODY))
        poses_3d = self._rooted(placed @ poses_3d)
        seen_2d, seen_3d, new = through_cameras(
            poses_3d, elevation[:, 0], self.config, seed(_CAMERA)
        )
        ones = tf.ones_like(elevation)
        judged = tf.zeros_like(elevation) if self.knows_truth else ones
        new = new[:, tf.newaxis] * ones
        return (
            self._sized(self._rooted(seen_2d)), seen_3d, new, ones,
            seen_3d, tf.zeros_like(elevation), judged,
        )  # fmt: skip

    def _real(
        self,
        poses_2d: tf.Tensor,
        poses_3d: tf.Tensor,
        true_3d: tf.Tensor,
        known: tf.Tensor,
        placed: tf.Tensor,
        elevation: tf.Tensor,
    ) -> tuple[tf.Tensor, ...]:
        """These frames as they are, but for their joints' placement."""
        elevation_known = tf.math.is_finite(elevation)
        return (
            self._sized(self._rooted(placed @ poses_2d)),
            self._rooted(placed @ poses_3d),
            tf.where(elevation_known, elevation, 0.0),
            tf.cast(elevation_known, tf.float32),
            self._rooted(placed @ true_3d),
            known,
            tf.ones_like(elevation),
        )

    def _matrices(self, batch: int, seed: Seeds) -> tf.Tensor:
        """`[B, 1, J, J]`: half of them leave the joints where they are."""
        coin_seed, drawn_seed = randomness.split(seed(_PLACE), 2)
        number = float(len(self._placements))
        drawn = tf.cast(randomness.uniform([batch], drawn_seed, 0.0, number), tf.int32)
        drawn = tf.where(randomness.uniform([batch], coin_seed) < 0.5, 0, drawn)
        return tf.gather(tf.constant(self._placements), drawn)[:, tf.newaxis]

    def _rooted(self, poses: tf.Tensor) -> tf.Tensor:
        return poses - poses[..., self.skeleton.root, tf.newaxis, :]

    def _sized(self, poses_2d: tf.Tensor) -> tf.Tensor:
        """Windows whose poses are on average as large as normalised ones."""
        size = tf.reduce_mean(tf.norm(poses_2d, axis=-1), axis=[1, 2], keepdims=True)
        return poses_2d / (camera.DISTANCE * size[..., tf.newaxis])
