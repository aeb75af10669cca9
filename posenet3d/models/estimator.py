"""The estimator: pixels and confidence in, 3D out; what is saved, loaded and served."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.errors import InputError
from posenet3d.geometry import camera, mirror
from posenet3d.models import self_check
from posenet3d.models.gap_filling import GapFiller
from posenet3d.models.lifter import Lifter, check_elevation, unproject
from posenet3d.poses.lift_request import LiftRequest, check_request
from posenet3d.poses.lift_result import LiftResult, score_of
from posenet3d.skeletons.skeleton import Skeleton


@keras.saving.register_keras_serializable("posenet3d")
class PoseEstimator(keras.Model):
    """A lifter with everything it needs inside: no statistics, no camera, no other code.

    Example:

        estimator = posenet3d.load()
        result = estimator.lift(keypoints_2d, confidence)     # pixels [N, 17, 2], [N, 17]
        result.keypoints_3d                                   # [N, 17, 3]

    Args:
      lifter: A lifter of normalised poses.
      skeleton: The skeleton of its joints.
      scale: Pixels a unit, where the lifter was trained with one scale for a whole data set;
        None: each pose is scaled by its own size.
      elevation: Mean elevation in degrees of the cameras it was trained for; from there it looks
        at its own poses anew to score them, unless it estimates its error.
      average_mirrored: Whether each pose is lifted in a mirror as well and the two averaged, which
        costs a second lift. On motion capture it took a tenth off the error (docs/training.md).
        Never so where the skeleton cannot be mirrored.
      average_turned: Share that the pose as lifted from six other sides has in the answer, at the
        cost of six lifts more; 0: none, which was best where the mirrored pose is averaged.
    """

    def __init__(
        self,
        lifter: Lifter,
        skeleton: Skeleton,
        scale: float | None = None,
        elevation: float = 0.0,
        average_mirrored: bool = True,
        average_turned: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})  # bfloat16 is too coarse for pixels
        joints, root = skeleton.num_joints, skeleton.root
        if (lifter.num_joints, lifter.root) != (joints, root):
            raise ValueError(
                f"The lifter is one of {lifter.num_joints} joints with root {lifter.root}, but the "
                f"skeleton {skeleton.name} has {joints} with root {root}."
            )
        if scale is not None and not (isinstance(scale, Real) and 1e-6 <= scale <= 1e9):
            raise ValueError(
                f"scale must be a positive number of pixels (1e-6 to 1e9) or None, got {scale!r}."
            )
        check_elevation(elevation)
        if not 0 <= average_turned <= 1:
            raise ValueError(f"average_turned must lie between 0 and 1, got {average_turned}.")
        self.lifter = lifter
        self.gap_filler = GapFiller(joints, root)
        self.skeleton = skeleton
        self.scale = scale
        self.elevation = float(elevation)
        self.average_mirrored = bool(average_mirrored and skeleton.can_be_mirrored)
        self.average_turned = float(average_turned)
        self.build()
        # One trace serves batches of every size. Without Autograph, which nothing here needs, it
        # takes a fifth of the time.
        signature = {
            "keypoints_2d": tf.TensorSpec([None, joints, 2], tf.float32),
            "confidence": tf.TensorSpec([None, joints], tf.float32),
        }
        traced = functools.partial(tf.function, input_signature=[signature], autograph=False)
        self._lift = traced(self._lift_unscored)
        self._lift_and_score = traced(self.lift_tensors)
        self._complete = traced(lambda inputs: {"keypoints_2d": self._fill_gaps(inputs)})

    def build(self, input_shape: Any = None) -> None:
        """Makes the lifter's weights."""
        if self.built:
            return
        self.lifter.build()
        self.built = True

    def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Lifts 2D poses.

        Args:
          inputs: `keypoints_2d` `[N, J, 2]` in pixels and `confidence` `[N, J]`; joints of
            confidence 0 are missing and are filled in.
          training: As in the lifter.

        Returns:
          `[N, J, 3]`, camera frame, root-relative, in units of the pose's own size.
        """
        return self._lift_pose(inputs, training)["keypoints_3d"]

    def _lift_pose(self, inputs: dict[str, tf.Tensor], training: bool = False) -> dict[str, Any]:
        """`keypoints_3d`, `elevation` `[N]` in radians and `expected_error` `[N, J]`, or None."""
        return self._lift_complete(self._fill_gaps(inputs), inputs["confidence"], training)

    def _lift_complete(
        self, keypoints_2d: tf.Tensor, confidence: tf.Tensor, training: bool = False
    ) -> dict[str, Any]:
        """The same for poses in pixels whose gaps are filled."""
        normalised = camera.normalise(keypoints_2d, self.skeleton.root, self.scale).keypoints_2d
        if self.average_mirrored:  # as one batch
            mirrored = mirror.mirror(normalised, self.skeleton)
            normalised = tf.concat([normalised, mirrored], axis=0)
            mirrored = tf.gather(confidence, self.skeleton.mirror, axis=1)
            confidence = tf.concat([confidence, mirrored], axis=0)
        lifted = self.lifter(normalised, confidence, training=training)
        keypoints_3d, elevation = unproject(lifted), lifted.elevation
        expected_error = lifted.expected_error
        if self.average_mirrored:
            keypoints_3d, mirrored_3d = tf.split(keypoints_3d, 2)
            keypoints_3d = (keypoints_3d + mirror.mirror(mirrored_3d, self.skeleton)) / 2
            if elevation is not None:
                elevation = tf.reduce_mean(tf.stack(tf.split(elevation, 2)), axis=0)
            if expected_error is not None:
                expected_error, mirrored = tf.split(expected_error, 2)
                mirrored = tf.gather(mirrored, self.skeleton.mirror, axis=1)
                expected_error = (expected_error + mirrored) / 2
        if self.average_turned:
            turned_3d = tf.reduce_mean(self._answers(keypoints_3d, elevation), axis=0)
            keypoints_3d += self.average_turned * (turned_3d - keypoints_3d)
        return {
            "keypoints_3d": keypoints_3d,
            "elevation": elevation,
            "expected_error": expected_error,
        }

    def lift_filled(self, keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> dict[str, tf.Tensor]:
        """What `lift` does after filling the gaps, in a graph: inputs complete, in pixels.

        Returns:
          `keypoints_3d` `[N, J, 3]`, `elevation` `[N]` in degrees, and `expected_error` `[N, J]`
          of a lifter that estimates it.
        """
        lifted = self._named(**self._lift_complete(keypoints_2d, confidence))
        said = ["keypoints_3d", "elevation"]
        if self.lifter.estimates_error:
            said.append("expected_error")
        return {name: lifted[name] for name in said}

    def _lift_unscored(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return self._named(**self._lift_pose(inputs))

    def lift_tensors(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """What `lift` does with people it has checked, in a graph; inputs as in `call`.

        Returns:
          `keypoints_3d` `[N, J, 3]`, `elevation` `[N]` in degrees, `score` `[N]`, and
          `expected_error` `[N, J]`, NaN of a lifter that does not estimate it.
        """
        lifted = self._lift_pose(inputs)
        if lifted["expected_error"] is None:
            again_3d = self._answers(lifted["keypoints_3d"], lifted["elevation"])
            error = self_check.disagreement(lifted["keypoints_3d"], again_3d)
        else:  # the root's is 0
            others = self.skeleton.num_joints - 1
            error = tf.reduce_sum(lifted["expected_error"], axis=1) / others
        return self._named(**lifted) | {"score": score_of(error)}

    def _named(
        self,
        keypoints_3d: tf.Tensor,
        elevation: tf.Tensor | None,
        expected_error: tf.Tensor | None,
    ) -> dict[str, tf.Tensor]:
        """What a result has, NaN where there is nothing to say; elevation in degrees."""
        nothing = tf.fill(tf.shape(keypoints_3d)[:1], np.float32(np.nan))
        if expected_error is None:
            expected_error = tf.fill(tf.shape(keypoints_3d)[:2], np.float32(np.nan))
        return {
            "keypoints_3d": keypoints_3d,
            "elevation": nothing if elevation is None else elevation * (180 / math.pi),
            "score": nothing,
            "expected_error": expected_error,
        }

    def _answers(self, keypoints_3d: tf.Tensor, elevation: tf.Tensor | None) -> tf.Tensor:
        """The poses as lifted from the fixed views (see `self_check.answers`)."""
        mean = math.radians(self.elevation)
        if elevation is None:
            elevation = tf.fill(tf.shape(keypoints_3d)[:1], mean)
        resize = self.scale is None
        return self_check.answers(self.lifter, keypoints_3d, elevation, mean, self.skeleton, resize)

    def _fill_gaps(self, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        keypoints_2d, present = inputs["keypoints_2d"], inputs["confidence"] > 0
        # Filling is a linear system a pose; most batches of most users have no gap.
        return tf.cond(
            tf.reduce_all(present),
            lambda: keypoints_2d,
            lambda: self.gap_filler(keypoints_2d, present),
        )

    def complete(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        batch_size: int = 1024,
    ) -> np.ndarray:
        """The 2D poses that the lifter is given: `[N, J, 2]` in pixels, missing joints filled in.

        Args and errors are those of `lift`; a person who cannot be lifted is NaN.
        """
        request = check_request(keypoints_2d, confidence, self.skeleton)
        return _in_batches(self._complete, request, request.problems(), batch_size)["keypoints_2d"]

    def lift(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        batch_size: int = 1024,
        height_mm: float | np.ndarray | None = None,
        score: bool = True,
    ) -> LiftResult:
        """Lifts people.

        Args:
          keypoints_2d: `[N, J, 2]`, image frame (x right, y down), pixels.
          confidence: `[N, J]` in [0, 1]; 0 marks a missing joint, whose coordinates are not
            looked at. None: every joint is present.
          batch_size: People lifted at a time; bounds the memory.
          height_mm: Standing height of the person, one number or `[N]`; gives mm.
          score: Whether to score the poses. A lifter that estimates its error has the score from
            that; of others it takes six lifts more.

        Returns:
          The `LiftResult`. A person with too few joints is not lifted, and the result says so.

        Raises:
          InputError: On wrong shapes or types, a NaN or infinity, named by row and joint, or a
            height that is no height or that the skeleton's joints cannot tell.
        """
        request = check_request(keypoints_2d, confidence, self.skeleton, height_mm)
        problems = request.problems()
        function = self._lift_and_score if score else self._lift
        return request.result(_in_batches(function, request, problems, batch_size), problems)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data."""
        return super().get_config() | {
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "skeleton": dataclasses.asdict(self.skeleton),
            "scale": self.scale,
            "elevation": self.elevation,
            "average_mirrored": self.average_mirrored,
            "average_turned": self.average_turned,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> PoseEstimator:
        """Rebuilds the estimator from `get_config`."""
        config = dict(config)
        lifter = keras.saving.deserialize_keras_object(config.pop("lifter"))
        return cls(lifter, Skeleton.from_dict(config.pop("skeleton")), **config)


def _in_batches(
    function: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]],
    request: LiftRequest,
    problems: Sequence[str],
    batch_size: int,
) -> dict[str, np.ndarray]:
    """What the function makes of the people without a problem, by name; NaN for the others."""
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1, got {batch_size}.")
    results: dict[str, np.ndarray] = {}
    rows = np.flatnonzero([not problem for problem in problems])
    for start in range(0, max(len(rows), 1), batch_size):  # a batch of nobody says what there is
        batch = rows[start : start + batch_size]
        inputs = {
            "keypoints_2d": request.keypoints_2d[batch],
            "confidence": request.confidence[batch],
        }
        for name, tensor in function(inputs).items():
            if name not in results:
                results[name] = np.full((len(problems), *tensor.shape[1:]), np.nan, np.float32)
            results[name][batch] = np.asarray(tensor)  # NumPy already where functions run eagerly
    return results
