"""The signatures of the SavedModel: what a client can ask for, by name."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from posenet3d.errors import InputError
from posenet3d.export.signatures.checks import (
    check_confidence,
    check_normalised,
    check_poses,
)
from posenet3d.export.signatures.joints import apply_maps
from posenet3d.geometry import camera
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.gap_filling import liftable
from posenet3d.models.lifter import unproject
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.joint_rules import JointMap
from posenet3d.skeletons.skeleton import COCO_17, Skeleton

DEFAULT = "serving_default"
"""Complete poses in pixels."""

WITH_CONFIDENCE = "lift_with_confidence"
"""Poses in pixels that may have missing joints."""

COCO = "lift_coco"
"""COCO's 17 keypoints, as detectors give them."""

NORMALIZED = "lift_normalized"
"""The lifter alone, once, on normalised poses."""

KEYPOINTS, CONFIDENCE = "keypoints_2d", "confidence"

EXPECTED_ERROR = "expected_error"
"""The output that lifters without an estimate of their error do not have."""

Tensors = dict[str, tf.Tensor]


@dataclasses.dataclass(frozen=True)
class Signature:
    """A function of named tensors that returns named tensors."""

    name: str
    skeleton: Skeleton  # of the joints that go in
    takes_confidence: bool
    function: Callable[..., Tensors]  # of keypoints_2d, and confidence where it takes it

    @property
    def inputs(self) -> list[tf.TensorSpec]:
        """Names, shapes and types of what goes in."""
        joints = self.skeleton.num_joints
        poses = tf.TensorSpec([None, joints, 2], tf.float32, KEYPOINTS)
        confidence = tf.TensorSpec([None, joints], tf.float32, CONFIDENCE)
        return [poses, confidence] if self.takes_confidence else [poses]


def signatures(estimator: PoseEstimator) -> tuple[Signature, ...]:
    """The signatures of an estimator.

    All take any number N of poses, and no pose's answer depends on the others. Inputs that
    `PoseEstimator.lift` refuses are refused with a message (`checks`). A person who has too few
    joints, or all of them at one place, gets NaN and does not keep the others from being lifted.

    Returns:
      `serving_default` first; `lift_coco` where a map leads from COCO to the estimator's skeleton.
      Each returns `keypoints_3d` `[N, J, 3]` (camera frame, root-relative, pose units) and
      `elevation` `[N]` (degrees); where the lifter estimates its error, `expected_error` `[N, J]`
      (pose units); all but `lift_normalized` `score` `[N]`; those that take the confidence
      `filled` bool `[N, J]`: joints of the lifter that were missing and are guesses.
    """
    skeleton = estimator.skeleton

    def default(keypoints_2d: tf.Tensor) -> Tensors:
        keypoints_2d = check_poses(keypoints_2d, skeleton)
        lifted = _lift(estimator, keypoints_2d, tf.ones_like(keypoints_2d[..., 0]))
        return {name: tensor for name, tensor in lifted.items() if name != "filled"}

    def with_confidence(keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> Tensors:
        keypoints_2d = check_poses(keypoints_2d, skeleton)
        confidence = check_confidence(confidence, keypoints_2d, skeleton)
        return _lift(estimator, keypoints_2d, confidence)

    def normalized(keypoints_2d: tf.Tensor) -> Tensors:
        keypoints_2d = check_poses(keypoints_2d, skeleton)
        size = 1.0 / camera.DISTANCE if estimator.scale is None else None
        keypoints_2d = check_normalised(keypoints_2d, skeleton.root, size)
        lifted = estimator.lifter(keypoints_2d, tf.ones_like(keypoints_2d[..., 0]))
        nothing = tf.fill(tf.shape(keypoints_2d)[:1], np.float32(np.nan))
        elevation = nothing if lifted.elevation is None else lifted.elevation * (180 / math.pi)
        said = {"keypoints_3d": unproject(lifted), "elevation": elevation}
        if lifted.expected_error is not None:
            said[EXPECTED_ERROR] = lifted.expected_error
        return said

    made = [
        Signature(DEFAULT, skeleton, False, default),
        Signature(WITH_CONFIDENCE, skeleton, True, with_confidence),
        Signature(NORMALIZED, skeleton, False, normalized),
    ]
    maps = coco_maps(skeleton)
    if maps is not None:

        def coco(keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> Tensors:
            keypoints_2d = check_poses(keypoints_2d, COCO_17)
            confidence = check_confidence(confidence, keypoints_2d, COCO_17)
            return _lift(estimator, *apply_maps(maps, keypoints_2d, confidence))

        made.insert(2, Signature(COCO, COCO_17, True, coco))
    return tuple(made)


def coco_maps(skeleton: Skeleton) -> tuple[JointMap, ...] | None:
    """The maps from COCO's keypoints to a skeleton; None where none lead there."""
    try:
        return joint_maps.route(COCO_17, skeleton)
    except InputError:
        return None


def _lift(estimator: PoseEstimator, keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> Tensors:
    can_be = liftable(keypoints_2d, confidence)
    lifted = estimator.lift_tensors({KEYPOINTS: keypoints_2d, CONFIDENCE: confidence})
    said = {
        "keypoints_3d": tf.where(can_be[:, tf.newaxis, tf.newaxis], lifted["keypoints_3d"], np.nan),
        "score": tf.where(can_be, lifted["score"], np.nan),
        "elevation": tf.where(can_be, lifted["elevation"], np.nan),
        "filled": (confidence <= 0) & can_be[:, tf.newaxis],
    }
    if estimator.lifter.estimates_error:
        error = lifted[EXPECTED_ERROR]
        said[EXPECTED_ERROR] = tf.where(can_be[:, tf.newaxis], error, np.nan)
    return said
