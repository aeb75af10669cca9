"""Makes what a teacher says of one body's frames agree: bones keep their lengths, depth is calm.

A lifter sees one frame at a time and gives the same body other bones in each. Whose frames belong
together is known without any label, and a pose's 2D joints with its bones' lengths leave little of
its depth open. The poses so mended are better lessons than the teacher's own.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from posenet3d.geometry import bones, camera
from posenet3d.skeletons.skeleton import Skeleton

MIN_FRAMES = 30
"""Bodies of fewer frames stay as they are: too few to tell their bones by. Ours."""

_HALF_WINDOW = 4  # frames; at 30 a second the window is a third of a second long
_ALIKE = 0.3  # of a pose's size; neighbours that are further away count for little
_ACROSS = 16  # power of how much a bone lies across the line of sight, by which it is trusted
_OUTLIER = 0.1  # logarithm of a length: further from the body's it counts for little
_ANCHOR = 0.1  # weight of the squared change in depth against squared relative errors of bones
_STEPS, _RATE = 120, 0.02  # of the descent
_CHUNK = 1 << 15  # poses at a time


def refine(
    keypoints_2d: np.ndarray,
    keypoints_3d: np.ndarray,
    lengths: np.ndarray,
    bodies: list[str],
    skeleton: Skeleton,
) -> np.ndarray:
    """Lifted poses whose depths agree within each body; their 2D stays as it is.

    Args:
      keypoints_2d: `[N, J, 2]`, normalised.
      keypoints_3d: `[N, J, 3]`, what a lifter says of them: camera frame, root-relative, pose
        units, so that they project to `keypoints_2d`.
      lengths: `[S]`, frames of each sequence.
      bodies: Of each sequence whose it is; equal texts are one body.
      skeleton: The skeleton of the J joints.

    Returns:
      `[N, J, 3]`, likewise. Poses of bodies with fewer than `MIN_FRAMES` frames are as they were.
    """
    keypoints_2d = np.asarray(keypoints_2d, np.float32)
    result = np.array(keypoints_3d, np.float32)
    of_pose = np.unique(np.repeat(bodies, lengths), return_inverse=True)[1]
    rows = np.flatnonzero(np.bincount(of_pose)[of_pose] >= MIN_FRAMES)
    if not len(rows):
        return result
    depth = _smoothed(result[..., 2], keypoints_2d, lengths)
    smooth_3d = camera.unproject(keypoints_2d, depth).numpy()
    ratios = np.empty((len(result), len(skeleton.bones)), np.float32)
    order = np.argsort(of_pose, kind="stable")
    for frames in np.split(order, np.flatnonzero(np.diff(of_pose[order])) + 1):
        if len(frames) >= MIN_FRAMES:
            ratios[frames] = body_ratios(smooth_3d[frames], skeleton)
    for part in np.split(rows, range(_CHUNK, len(rows), _CHUNK)):
        depths = _with_bones(keypoints_2d[part], depth[part], ratios[part], skeleton)
        result[part] = camera.unproject(keypoints_2d[part], depths).numpy()
    return result


def body_ratios(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """The bones of one body over their mean, `[J - 1]`, left and right alike, from its poses.

    A bone that lies across the line of sight shows its length in 2D already, however wrong its
    depth; the more it points along it, the less it is trusted. Alternating least squares of
    log(length) = log(ratio) + log(pose's size), weighted so.

    Args:
      keypoints_3d: `[N, J, 3]`, camera frame, lifted.
      skeleton: The skeleton of the J joints.
    """
    # In float32 the weight of a bone that points along the line of sight would be 0.
    vectors = bones.bone_vectors(keypoints_3d, skeleton).numpy().astype(np.float64)
    squared = np.maximum((vectors**2).sum(-1), 1e-12)
    across = np.maximum(1.0 - vectors[..., 2] ** 2 / squared, 1e-3) ** _ACROSS
    seen, mirror = 0.5 * np.log(squared), np.array(skeleton.bone_mirror)
    size, weight = np.zeros((len(seen), 1)), across
    for _ in range(30):
        ratio = np.average(seen - size, axis=0, weights=weight)
        ratio = (ratio + ratio[mirror]) / 2
        size = np.average(seen - ratio, axis=1, weights=weight)[:, None]
        weight = across / (1.0 + ((seen - size - ratio) / _OUTLIER) ** 2)
    ratio = np.exp(ratio)
    return ratio / ratio.mean()


def _smoothed(depth: np.ndarray, keypoints_2d: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Depths `[N, J]` averaged over neighbouring frames of the sequence that look alike."""
    count = len(depth)
    sequence = np.repeat(np.arange(len(lengths)), lengths)
    total, sums = np.ones((count, 1), np.float32), depth.copy()
    for shift in range(1, _HALF_WINDOW + 1):
        near = np.cos(0.5 * np.pi * shift / (_HALF_WINDOW + 1)) ** 2
        here, there = np.arange(count - shift), np.arange(shift, count)
        same = sequence[here] == sequence[there]
        here, there = here[same], there[same]
        apart = np.linalg.norm(keypoints_2d[here] - keypoints_2d[there], axis=-1).mean(-1)
        alike = np.exp(-0.5 * (apart * camera.DISTANCE / _ALIKE) ** 2)
        weight = (near * alike).astype(np.float32)[:, None]
        sums[here] += weight * depth[there]
        sums[there] += weight * depth[here]
        total[here] += weight
        total[there] += weight
    return sums / total


def _with_bones(
    keypoints_2d: np.ndarray, depth: np.ndarray, ratios: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """The depths `[N, J]` near these at which the bones have these ratios, by descent."""
    start, ratios = tf.constant(depth, tf.float32), tf.constant(ratios, tf.float32)
    movable = 1.0 - tf.one_hot(skeleton.root, skeleton.num_joints)
    change = tf.Variable(tf.zeros_like(start))
    first, second = (tf.Variable(tf.zeros_like(start)) for _ in range(2))  # moments, as in Adam

    @tf.function
    def step(number: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            lengths = bones.bone_lengths(camera.unproject(keypoints_2d, start + change), skeleton)
            size = tf.reduce_sum(lengths * ratios, -1, keepdims=True)
            size = tf.stop_gradient(size / tf.reduce_sum(tf.square(ratios), -1, keepdims=True))
            error = tf.reduce_sum(tf.square(lengths / size - ratios))
            loss = error + _ANCHOR * tf.reduce_sum(tf.square(change))
        gradient = tape.gradient(loss, change) * movable
        first.assign(0.9 * first + 0.1 * gradient)
        second.assign(0.999 * second + 0.001 * tf.square(gradient))
        scale = tf.sqrt(1.0 - 0.999**number) / (1.0 - 0.9**number)
        change.assign_sub(_RATE * scale * first / (tf.sqrt(second) + 1e-7))

    for number in range(1, _STEPS + 1):
        step(tf.constant(float(number)))
    return (start + change).numpy()
