"""What a student learns, and the poses of each step that are drawn from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera, mirror
from posenet3d.platform import randomness
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.augmentation.placements import draw_placements
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.bodies import mix_limbs, other_bodies
from posenet3d.training.student.virtual_cameras import through_cameras

# One stream of random numbers each.
_ROWS, _MIRROR, _BODY, _PLACE, _CAMERA, DAMAGE, _LIMBS, DROPOUT = range(8)


Seeds = Callable[[int], tf.Tensor]
"""From a stream of random numbers to its seed at a step, int32 `[2]`."""


class Lessons(NamedTuple):
    """All N 2D poses of a student and what a teacher says of them."""

    keypoints_2d: np.ndarray  # [N, J, 2], normalised, complete
    keypoints_3d: np.ndarray  # [N, J, 3], camera frame, root-relative, any unit
    elevation: np.ndarray | None = None
    """`[N]`, radians, from which they were seen; NaN: only the mean of all cameras is known; None:
    of none more is known."""
    true_3d: np.ndarray | None = None
    """`[N, J, 3]`, the truth where it is free, else NaN; None: nowhere. Only the estimate of the
    lifter's own error learns from it."""
    kinds: np.ndarray | None = None
    """`[N]`, 0 for poses of the archive that is trained on, else 1; None: all are alike."""
    lengths: np.ndarray | None = None
    """`[S]`, poses of each sequence, in the order of the rows; None: not known."""


class Lesson(NamedTuple):
    """N 2D poses and what is to be said of them."""

    keypoints_2d: tf.Tensor  # [N, J, 2], normalised
    keypoints_3d: tf.Tensor  # [N, J, 3], camera frame, root-relative, any unit
    elevation: tf.Tensor  # [N], radians
    elevation_known: tf.Tensor  # [N], 1 where it is, else 0
    true_3d: tf.Tensor  # [N, J, 3], the truth where it is known, else the lesson; likewise
    true_known: tf.Tensor  # [N], 1 where it is, else 0
    judged: tf.Tensor  # [N], 1 where the lifter's error is to be estimated, else 0


class DrawnLessons:
    """Lessons from which every step draws its own poses, as a function of the seed and the step.

    Where the truth of some poses is known, the lifter's error is not taken from virtual cameras:
    what these see is what the teacher has said, its errors with it.

    Args:
      config: The settings; `student`, `augment`, `mirror` and `elevation` are looked at.
      skeleton: The skeleton of the J joints.
      lessons: All of them.
    """

    def __init__(self, config: TrainingConfig, skeleton: Skeleton, lessons: Lessons) -> None:
        self.config = config
        self.skeleton = skeleton
        self.placements = draw_placements(skeleton, config.augment.placements, config.seed)
        elevation = lessons.elevation
        if elevation is None:
            elevation = np.full(len(lessons.keypoints_2d), np.nan)
        self._elevation = tf.constant(elevation, tf.float32)
        self._poses_2d = tf.constant(lessons.keypoints_2d, tf.float32)
        self._poses_3d = self._true_3d = tf.constant(lessons.keypoints_3d, tf.float32)
        true_known = np.zeros(len(elevation), bool)
        if lessons.true_3d is not None:
            true_known = np.isfinite(lessons.true_3d).all(axis=(1, 2))
            true_3d = np.where(true_known[:, None, None], lessons.true_3d, lessons.keypoints_3d)
            self._true_3d = tf.constant(true_3d, tf.float32)
        self._true_known = tf.constant(true_known, tf.float32)
        self.knows_truth = bool(true_known.any())
        self._own = self._others = None
        if config.student.own and lessons.kinds is not None:
            own = lessons.kinds == 0
            self._own, self._others = (tf.constant(np.flatnonzero(x)) for x in (own, ~own))

    def draw(self, seed: Seeds) -> Lesson:
        """The poses of a step, whose seeds are given: some as they are, the others through virtual
        cameras."""
        count = self.config.student.batch_size
        seen = round(count * self.config.student.virtual)
        rows = self._rows(randomness.uniform([count], seed(_ROWS)))
        keypoints_2d = tf.gather(self._poses_2d, rows)
        keypoints_3d = tf.gather(self._poses_3d, rows)
        true_3d = tf.gather(self._true_3d, rows)
        true_known = tf.gather(self._true_known, rows)
        elevation = tf.gather(self._elevation, rows)
        if self.config.mirror and self.skeleton.can_be_mirrored:
            coin = randomness.uniform([count, 1, 1], seed(_MIRROR)) < 0.5
            keypoints_2d, keypoints_3d, true_3d = (
                tf.where(coin, mirror.mirror(poses, self.skeleton), poses)
                for poses in (keypoints_2d, keypoints_3d, true_3d)
            )
        matrices = self._draw_placements(count, seed)
        # Some of TensorFlow's kernels divide by the number of rows: no empty parts.
        parts = []
        if seen:
            to_turn = keypoints_3d, matrices, elevation
            parts.append(self._virtual(*(poses[:seen] for poses in to_turn), seed))
        if seen < count:
            all_of_them = keypoints_2d, keypoints_3d, true_3d, true_known, matrices, elevation
            real = (poses[seen:] for poses in all_of_them)
            parts.append(self._real(*real))
        return Lesson(*(tf.concat(tensors, axis=0) for tensors in zip(*parts, strict=True)))

    def _rows(self, drawn: tf.Tensor) -> tf.Tensor:
        """Rows of all lessons, from numbers that are even in [0, 1)."""
        if self._own is None:
            return tf.cast(drawn * float(len(self._poses_2d)), tf.int32)
        share = self.config.student.own

        def row(rows: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
            """One of these; rounding and the other part's numbers lead beyond the ends."""
            place = tf.cast(drawn * float(len(rows)), tf.int32)
            return tf.gather(rows, tf.clip_by_value(place, 0, len(rows) - 1))

        if share == 1.0:
            return row(self._own, drawn)
        own, other = row(self._own, drawn / share), row(self._others, (drawn - share) / (1 - share))
        return tf.where(drawn < share, own, other)

    def _virtual(
        self, keypoints_3d: tf.Tensor, matrices: tf.Tensor, elevation: tf.Tensor, seed: Seeds
    ) -> Lesson:
        """Other bodies than these, their joints placed anew, seen through virtual cameras."""
        mixed, bodies = self.config.student.mixed, self.config.student.bodies
        keypoints_3d = mix_limbs(keypoints_3d, self.skeleton, mixed, seed(_LIMBS))
        keypoints_3d = other_bodies(keypoints_3d, self.skeleton, bodies, seed(_BODY))
        placed_3d = self._placed(keypoints_3d, matrices)
        seen_2d, seen_3d, elevation = through_cameras(
            placed_3d, elevation, self.config, seed(_CAMERA)
        )
        seen_2d = camera.normalise(seen_2d, self.skeleton.root).keypoints_2d
        ones, zeros = tf.ones_like(elevation), tf.zeros_like(elevation)
        return Lesson(
            seen_2d,
            seen_3d,
            elevation,
            elevation_known=ones,
            true_3d=seen_3d,
            true_known=zeros,
            judged=zeros if self.knows_truth else ones,
        )

    def _real(
        self,
        keypoints_2d: tf.Tensor,
        keypoints_3d: tf.Tensor,
        true_3d: tf.Tensor,
        true_known: tf.Tensor,
        matrices: tf.Tensor,
        elevation: tf.Tensor,
    ) -> Lesson:
        """These poses as they are, but for their joints' placement."""
        placed_2d = camera.normalise(matrices @ keypoints_2d, self.skeleton.root).keypoints_2d
        known = tf.math.is_finite(elevation)
        elevation = tf.where(known, elevation, 0.0)
        return Lesson(
            placed_2d,
            self._placed(keypoints_3d, matrices),
            elevation,
            elevation_known=tf.cast(known, tf.float32),
            true_3d=self._placed(true_3d, matrices),
            true_known=true_known,
            judged=tf.ones_like(elevation),
        )

    def _placed(self, keypoints_3d: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
        placed_3d = matrices @ keypoints_3d
        return placed_3d - placed_3d[:, self.skeleton.root, tf.newaxis]

    def _draw_placements(self, count: int, seed: Seeds) -> tf.Tensor:
        """Matrices `[count, J, J]`: half of them leave the joints where they are."""
        coin_seed, drawn_seed = randomness.split(seed(_PLACE), 2)
        number = float(len(self.placements))
        drawn = tf.cast(randomness.uniform([count], drawn_seed, 0.0, number), tf.int32)
        drawn = tf.where(randomness.uniform([count], coin_seed) < 0.5, 0, drawn)
        return tf.gather(tf.constant(self.placements), drawn)
