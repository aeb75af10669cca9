"""Batches of normalised 2D poses as a `tf.data.Dataset`.

The batch of step t is a function of the poses, the seed and t alone. A run that is stopped and
started again therefore sees the batches it would have seen, with no state to save.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from posenet3d.data.records import Poses2D
from posenet3d.geometry import camera


def training_batches(
    poses: Poses2D,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    scale: float | None = None,
    neighbours: bool = False,
) -> tf.data.Dataset:
    """Endless shuffled batches, every pose once before any comes again.

    Poses that are memory-mapped are read row by row as batches need them.

    Args:
      poses: Complete poses; confidence is not looked at.
      batch_size: Poses a batch, N.
      seed: Seed of the order.
      start_step: The first batch is that of this step.
      scale: Pixels a unit for all poses alike; None: each pose by its own size.
      neighbours: Whether each pose comes with the next frame of its sequence (the last with the
        one before it), its root at the origin too and at the same scale; sequences of one frame
        are left out.

    Returns:
      Batches `{"keypoints_2d": [N, J, 2]}`, and `"neighbour_2d": [N, J, 2]` where asked for.

    Raises:
      ValueError: If there are fewer poses than a batch takes.
    """
    rows = np.arange(len(poses))
    neighbour_of = _neighbours(poses.lengths) if neighbours else None
    if neighbours:
        rows = rows[neighbour_of != rows]
    if len(rows) < batch_size:
        raise ValueError(f"A batch of {batch_size} cannot be filled from {len(rows)} poses.")
    keypoints_2d = poses.keypoints_2d

    def read() -> Iterator[dict[str, np.ndarray]]:
        for batch in _shuffled(rows, batch_size, seed, start_step):
            item = {"keypoints_2d": keypoints_2d[batch].astype(np.float32)}
            if neighbours:
                item["neighbour_2d"] = keypoints_2d[neighbour_of[batch]].astype(np.float32)
            yield item

    pose = tf.TensorSpec([batch_size, *keypoints_2d.shape[1:]], tf.float32)
    signature = {"keypoints_2d": pose} | ({"neighbour_2d": pose} if neighbours else {})
    root = poses.skeleton.root

    def normalise(item: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        normalised = camera.normalise(item["keypoints_2d"], root, scale)
        batch = {"keypoints_2d": normalised.keypoints_2d}
        if neighbours:
            neighbour = camera.normalise(item["neighbour_2d"], root, normalised.scale)
            batch["neighbour_2d"] = neighbour.keypoints_2d
        return batch

    dataset = tf.data.Dataset.from_generator(read, output_signature=signature)
    return dataset.map(normalise).prefetch(tf.data.AUTOTUNE)


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


def _shuffled(
    rows: np.ndarray, batch_size: int, seed: int, start_step: int
) -> Iterator[np.ndarray]:
    """Batches of rows from `start_step` on; a pass drops the rest that fills no batch."""
    batches_a_pass = len(rows) // batch_size
    step = start_step
    while True:
        number, first = divmod(step, batches_a_pass)
        order = np.random.default_rng([seed, number]).permutation(rows)
        for batch in range(first, batches_a_pass):
            yield order[batch * batch_size : (batch + 1) * batch_size]
        step = (number + 1) * batches_a_pass


def _neighbours(lengths: np.ndarray) -> np.ndarray:
    """For each row the next of its sequence, for the last the one before, for a lone one itself."""
    neighbour = np.arange(1, lengths.sum() + 1)
    ends = np.cumsum(lengths) - 1
    neighbour[ends] = np.where(lengths > 1, ends - 1, ends)
    return neighbour
