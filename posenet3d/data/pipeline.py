"""Batches of normalised 2D poses as a `tf.data.Dataset`.

The batch of step t is a function of the poses, the seed and t alone. A run that is stopped and
started again therefore sees the batches it would have seen, with no state to save.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from posenet3d.data.normalised import NormalisedPoses


@dataclasses.dataclass(frozen=True)
class Share:
    """Which rows of every batch a process reads: those of its replicas, in equal parts."""

    replicas: int = 1  # of all processes
    first: int = 0  # the first one of this process
    local: int = 1  # how many this process has


ALL = Share()


def training_batches(
    poses: NormalisedPoses,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    neighbours: bool = False,
    same_body: bool = False,
    group: np.ndarray | None = None,
    share: Share = ALL,
) -> tf.data.Dataset:
    """Endless shuffled batches, every pose once before any comes again.

    Poses that are memory-mapped are read row by row as batches need them. With a share, an element
    is what one replica has of a batch; those of the process's replicas follow one another.

    Args:
      poses: The poses.
      batch_size: Poses a batch, N.
      seed: Seed of the order.
      start_step: The first batch is that of this step.
      neighbours: Whether each pose comes with the next frame of its sequence (the last with the
        one before it), its root at the origin too and at the same scale; sequences of one frame
        are left out.
      same_body: Whether each pose comes with a frame of its sequence, drawn at random (now and then
        the same) and normalised by itself.
      group: int `[len(poses)]`, a number that goes with each pose, or None.
      share: The rows of each batch that are read; the replicas divide the batch.

    Returns:
      Batches `{"keypoints_2d": [N, J, 2]}`, and `"neighbour_2d"` and `"same_body_2d"` `[N, J, 2]`
      and `"group"` `[N]` where asked for, and `"elevation"` `[N]` where any is known.

    Raises:
      ValueError: If there are fewer poses than a batch takes.
    """
    rows = np.arange(len(poses))
    neighbour_of = _neighbours(poses.lengths) if neighbours else None
    if neighbours:
        rows = rows[neighbour_of != rows]
    if len(rows) < batch_size:
        raise ValueError(f"A batch of {batch_size} cannot be filled from {len(rows)} poses.")
    if batch_size % share.replicas:
        raise ValueError(f"A batch of {batch_size} has no {share.replicas} equal shares.")
    own_size = batch_size // share.replicas
    joints = poses.skeleton.num_joints
    ends = np.cumsum(poses.lengths)

    def call(element: tf.Tensor, make: Callable[[int], np.ndarray], dtype: Any) -> tf.Tensor:
        # Not Dataset.from_generator: it makes malloc return freed memory at once, and the pages
        # that every later tensor then has to be given anew double the time of a training step.
        return tf.numpy_function(lambda element: make(int(element)), [element], dtype)

    def read(element: tf.Tensor, poses_of_element: Callable[[int], np.ndarray]) -> tf.Tensor:
        batch = call(element, poses_of_element, tf.float32)
        return tf.ensure_shape(batch, [own_size, joints, 2])

    @functools.lru_cache(maxsize=1)
    def order_of_pass(number: int) -> np.ndarray:
        return np.random.default_rng([seed, number]).permutation(rows)

    def place_of_element(element: int) -> tuple[int, slice]:
        """The step, and which rows of its batch the element has."""
        step, replica = divmod(element, share.local)
        start = (share.first + replica) * own_size
        return step, slice(start, start + own_size)

    def rows_of_element(element: int) -> np.ndarray:
        """The rest of a pass that fills no batch is dropped."""
        step, own = place_of_element(element)
        number, batch = divmod(step, len(rows) // batch_size)
        return order_of_pass(number)[batch * batch_size : (batch + 1) * batch_size][own]

    def others_of_element(element: int) -> np.ndarray:
        step, own = place_of_element(element)
        sequence = np.searchsorted(ends, rows_of_element(element), side="right")
        length = poses.lengths[sequence]
        draw = np.random.default_rng([seed, step, 1]).random(batch_size)[own]
        return ends[sequence] - length + (draw * length).astype(np.int64)

    def neighbours_of_element(element: int) -> np.ndarray:
        rows = rows_of_element(element)
        return poses.read(neighbour_of[rows], scale_of=rows)

    def groups_of_element(element: int) -> np.ndarray:
        return group[rows_of_element(element)].astype(np.int32)

    elevation = poses.elevation
    any_known = np.isfinite(elevation).any()

    def elevations_of_element(element: int) -> np.ndarray:
        return elevation[rows_of_element(element)]

    def make(element: tf.Tensor) -> dict[str, tf.Tensor]:
        item = {"keypoints_2d": read(element, lambda e: poses.read(rows_of_element(e)))}
        if neighbours:
            item["neighbour_2d"] = read(element, neighbours_of_element)
        if same_body:
            item["same_body_2d"] = read(element, lambda e: poses.read(others_of_element(e)))
        if group is not None:
            numbers = call(element, groups_of_element, tf.int32)
            item["group"] = tf.ensure_shape(numbers, [own_size])
        if any_known:
            radians = call(element, elevations_of_element, tf.float32)
            item["elevation"] = tf.ensure_shape(radians, [own_size])
        return item

    elements = tf.data.Dataset.range(start_step * share.local, np.iinfo(np.int64).max)
    return elements.map(make).prefetch(tf.data.AUTOTUNE)


def with_source(
    batches: tf.data.Dataset,
    source: NormalisedPoses,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    share: Share = ALL,
) -> tf.data.Dataset:
    """Adds `"source_2d"` `[M, J, 2]` to batches: poses of another data set.

    Args:
      batches: As of `training_batches`.
      source: The other data set's poses.
      batch_size: Poses of the source a batch, M.
      seed: Seed of their order.
      start_step: The first batch is that of this step.
      share: As of the batches.
    """
    others = training_batches(source, batch_size, seed, start_step, share=share)
    both = tf.data.Dataset.zip(batches, others)
    return both.map(lambda batch, other: batch | {"source_2d": other["keypoints_2d"]}).prefetch(1)


def validation_batches(poses: NormalisedPoses, batch_size: int) -> tf.data.Dataset:
    """The poses once, in order, with their true 3D where it is known.

    Args:
      poses: The poses.
      batch_size: Poses a batch; the last may be smaller.

    Returns:
      Batches `{"keypoints_2d": [N, J, 2]}` and, where known, `"keypoints_3d": [N, J, 3]` in mm.
    """
    arrays = {"keypoints_2d": poses.read()}
    if poses.pixels.keypoints_3d is not None:
        arrays["keypoints_3d"] = np.asarray(poses.pixels.keypoints_3d, np.float32)
    return tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size)


def _neighbours(lengths: np.ndarray) -> np.ndarray:
    """For each row the next of its sequence, for the last the one before, for a lone one itself."""
    neighbour = np.arange(1, lengths.sum() + 1)
    ends = np.cumsum(lengths) - 1
    neighbour[ends] = np.where(lengths > 1, ends - 1, ends)
    return neighbour
