"""Batches of normalised 2D poses as a `tf.data.Dataset`.

The batch of step t is a function of the poses, the seed and t alone. A run that is stopped and
started again therefore sees the batches it would have seen, with no state to save.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.poses.records import Poses2D


@dataclasses.dataclass(frozen=True)
class Share:
    """Which rows of every batch a process reads: those of its replicas, in equal parts."""

    replicas: int = 1  # of all processes
    first: int = 0  # the first one of this process
    local: int = 1  # how many this process has


ALL = Share()


def normalised_poses(
    poses: Poses2D, rows: np.ndarray | slice = slice(None), scale: float | None = None
) -> np.ndarray:
    """The 2D poses of these rows as networks see them, float32 `[M, J, 2]`.

    Args:
      poses: The poses, complete.
      rows: Which; rising, where the archive may be memory-mapped.
      scale: Pixels a unit for all poses alike; None: each pose by its own size.
    """
    keypoints_2d = np.asarray(poses.keypoints_2d[rows], np.float32)
    return camera.normalise(keypoints_2d, poses.skeleton.root, scale).keypoints_2d.numpy()


def training_batches(
    poses: Poses2D,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    scale: float | None = None,
    neighbours: bool = False,
    same_body: bool = False,
    group: np.ndarray | None = None,
    share: Share = ALL,
) -> tf.data.Dataset:
    """Endless shuffled batches, every pose once before any comes again.

    Poses that are memory-mapped are read row by row as batches need them. With a share, an element
    is what one replica has of a batch; those of the process's replicas follow one another.

    Args:
      poses: Complete poses; confidence is not looked at.
      batch_size: Poses a batch, N.
      seed: Seed of the order.
      start_step: The first batch is that of this step.
      scale: Pixels a unit for all poses alike; None: each pose by its own size.
      neighbours: Whether each pose comes with the next frame of its sequence (the last with the
        one before it), its root at the origin too and at the same scale; sequences of one frame
        are left out.
      same_body: Whether each pose comes with a frame of its sequence, drawn at random (now and then
        the same) and normalised by itself.
      group: int `[len(poses)]`, a number that goes with each pose, or None.
      share: The rows of each batch that are read; the replicas divide the batch.

    Returns:
      Batches `{"keypoints_2d": [N, J, 2]}`, and `"neighbour_2d"` and `"same_body_2d"` `[N, J, 2]`
      and `"group"` `[N]` where asked for.

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
    keypoints_2d, root = poses.keypoints_2d, poses.skeleton.root
    ends = np.cumsum(poses.lengths)

    def read(element: tf.Tensor, lookup: Callable[[int], np.ndarray]) -> tf.Tensor:
        def poses_of_element(element: np.ndarray) -> np.ndarray:
            return keypoints_2d[lookup(int(element))].astype(np.float32)

        # Not Dataset.from_generator: it makes malloc return freed memory at once, and the pages
        # that every later tensor then has to be given anew double the time of a training step.
        batch = tf.numpy_function(poses_of_element, [element], tf.float32)
        return tf.ensure_shape(batch, [own_size, *keypoints_2d.shape[1:]])

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

    def make(element: tf.Tensor) -> dict[str, tf.Tensor]:
        normalised = camera.normalise(read(element, rows_of_element), root, scale)
        item = {"keypoints_2d": normalised.keypoints_2d}
        if neighbours:
            neighbour_2d = read(element, lambda element: neighbour_of[rows_of_element(element)])
            item["neighbour_2d"] = camera.normalise(
                neighbour_2d, root, normalised.scale
            ).keypoints_2d
        if same_body:
            other_2d = read(element, others_of_element)
            item["same_body_2d"] = camera.normalise(other_2d, root, scale).keypoints_2d
        if group is not None:
            numbers = tf.numpy_function(
                lambda element: group[rows_of_element(int(element))].astype(np.int32),
                [element],
                tf.int32,
            )
            item["group"] = tf.ensure_shape(numbers, [own_size])
        return item

    elements = tf.data.Dataset.range(start_step * share.local, np.iinfo(np.int64).max)
    return elements.map(make).prefetch(tf.data.AUTOTUNE)


def with_source(
    batches: tf.data.Dataset,
    source: Poses2D,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    share: Share = ALL,
) -> tf.data.Dataset:
    """Adds `"source_2d"` `[M, J, 2]` to batches: normalised poses of another data set.

    Args:
      batches: As of `training_batches`.
      source: Complete poses.
      batch_size: Poses of the source a batch, M.
      seed: Seed of their order.
      start_step: The first batch is that of this step.
      share: As of the batches.
    """
    others = training_batches(source, batch_size, seed, start_step, share=share)
    both = tf.data.Dataset.zip(batches, others)
    return both.map(lambda batch, other: batch | {"source_2d": other["keypoints_2d"]}).prefetch(1)


def validation_batches(
    poses: Poses2D, batch_size: int, scale: float | None = None
) -> tf.data.Dataset:
    """The poses once, in order, with their true 3D where it is known.

    Args:
      poses: Complete poses.
      batch_size: Poses a batch; the last may be smaller.
      scale: See `training_batches`.

    Returns:
      Batches `{"keypoints_2d": [N, J, 2]}` and, where known, `"keypoints_3d": [N, J, 3]` in mm.
    """
    normalised = camera.normalise(
        np.asarray(poses.keypoints_2d, np.float32), poses.skeleton.root, scale
    )
    arrays = {"keypoints_2d": normalised.keypoints_2d}
    if poses.keypoints_3d is not None:
        arrays["keypoints_3d"] = np.asarray(poses.keypoints_3d, np.float32)
    return tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size)


def _neighbours(lengths: np.ndarray) -> np.ndarray:
    """For each row the next of its sequence, for the last the one before, for a lone one itself."""
    neighbour = np.arange(1, lengths.sum() + 1)
    ends = np.cumsum(lengths) - 1
    neighbour[ends] = np.where(lengths > 1, ends - 1, ends)
    return neighbour
