"""The estimator: pixels and confidence in, 3D out; what is saved, loaded and served."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from numbers import Real
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.data.records import check_array, check_confidence
from posenet3d.errors import InputError
from posenet3d.geometry import bones, camera
from posenet3d.models.gap_filling import GapFiller
from posenet3d.models.lifter import Lifter
from posenet3d.skeleton import Skeleton

MIN_PRESENT = 0.5
"""Share of a person's joints that must be present for the rest to be filled in; ours."""

ANKLE_TO_TOP = 1.0 - 0.039
"""Share of the stature between ankle and top of the head; Winter, Biomechanics and Motor Control
of Human Movement: the ankle stands at 0.039 of the stature."""


@dataclasses.dataclass(frozen=True)
class LiftResult:
    """N lifted poses.

    `keypoints_3d` is in the camera frame (x right, y down, z forward), root-relative. Where a
    person could not be lifted it is NaN, `lifted` is False and `problems` says why.
    """

    keypoints_3d: np.ndarray  # [N, J, 3] float32, in units of the pose's own size, or mm
    filled: np.ndarray  # [N, J] bool: the joint was missing and has been guessed
    lifted: np.ndarray  # [N] bool
    problems: tuple[str, ...]  # N, "" where the person was lifted
    score: np.ndarray  # [N] float32, NaN: this estimator does not judge its poses
    elevation: np.ndarray  # [N] float32, degrees, NaN: this estimator does not find the camera
    unit: str  # "pose": the mean distance of the 2D joints from the root is 1; or "mm"


@keras.saving.register_keras_serializable("posenet3d")
class PoseEstimator(keras.Model):
    """A lifter with everything it needs inside: no statistics, no camera, no other code.

    Example:

        estimator = posenet3d.load("saved_models/cmu17")
        result = estimator.lift(keypoints_2d, confidence)     # pixels [N, 17, 2], [N, 17]
        result.keypoints_3d                                   # [N, 17, 3]

    Args:
      lifter: A lifter of normalised poses.
      skeleton: The skeleton of its joints.
      scale: Pixels a unit, where the lifter was trained with one scale for a whole data set;
        None: each pose is scaled by its own size.
    """

    def __init__(
        self, lifter: Lifter, skeleton: Skeleton, scale: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})  # bfloat16 is too coarse for pixels
        joints, root = skeleton.num_joints, skeleton.root
        if (lifter.num_joints, lifter.root) != (joints, root):
            raise ValueError(
                f"The lifter is one of {lifter.num_joints} joints with root {lifter.root}, but the "
                f"skeleton {skeleton.name} has {joints} with root {root}."
            )
        if scale is not None and not (isinstance(scale, Real) and 0 < scale < np.inf):
            raise ValueError(f"scale must be a positive number of pixels or None, got {scale!r}.")
        self.lifter = lifter
        self.gap_filler = GapFiller(joints, root)
        self.skeleton = skeleton
        self.scale = scale
        self.build()
        # One trace serves batches of every size.
        signature = {
            "keypoints_2d": tf.TensorSpec([None, joints, 2], tf.float32),
            "confidence": tf.TensorSpec([None, joints], tf.float32),
        }
        self._lift = tf.function(self.call, input_signature=[signature])
        self._complete = tf.function(self._fill_gaps, input_signature=[signature])

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
        keypoints_2d = self._fill_gaps(inputs)
        normalised = camera.normalise(keypoints_2d, self.skeleton.root, self.scale).keypoints_2d
        return camera.unproject(normalised, self.lifter(normalised, training=training))

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
        batch_size: int = 4096,
    ) -> np.ndarray:
        """The 2D poses that are lifted: `[N, J, 2]` in pixels, missing joints filled in.

        Args and errors are those of `lift`; a person who cannot be lifted is NaN.
        """
        inputs = self._check(keypoints_2d, confidence)
        rows = np.flatnonzero([not problem for problem in self._problems(**inputs)])
        return _in_batches(self._complete, inputs, rows, batch_size, dims=2)

    def lift(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        batch_size: int = 4096,
        height_mm: float | np.ndarray | None = None,
    ) -> LiftResult:
        """Lifts people.

        Args:
          keypoints_2d: `[N, J, 2]`, image frame (x right, y down), pixels.
          confidence: `[N, J]` in [0, 1]; 0 marks a missing joint, whose coordinates are not
            looked at. None: every joint is present.
          batch_size: People lifted at a time; bounds the memory.
          height_mm: Standing height of the person, one number or `[N]`; gives mm.

        Returns:
          The `LiftResult`. A person with too few joints is not lifted, and the result says so.

        Raises:
          InputError: On wrong shapes or types, a NaN or infinity, named by row and joint, or a
            height that is no height or that the skeleton's joints cannot tell.
        """
        inputs = self._check(keypoints_2d, confidence)
        if height_mm is not None:
            height_mm = self._check_height(height_mm, len(inputs["keypoints_2d"]))
        problems = self._problems(**inputs)
        lifted = np.array([not problem for problem in problems], bool)
        rows = np.flatnonzero(lifted)
        keypoints_3d = _in_batches(self._lift, inputs, rows, batch_size, dims=3)
        if height_mm is not None:
            keypoints_3d *= self._mm_a_unit(keypoints_3d, height_mm)
        nothing = np.full(len(lifted), np.nan, np.float32)
        return LiftResult(
            keypoints_3d=keypoints_3d,
            filled=(inputs["confidence"] == 0) & lifted[:, None],
            lifted=lifted,
            problems=problems,
            score=nothing,
            elevation=nothing.copy(),
            unit="pose" if height_mm is None else "mm",
        )

    def _check(
        self, keypoints_2d: np.ndarray, confidence: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        try:
            keypoints_2d = check_array("keypoints_2d", keypoints_2d, self.skeleton, dims=2)
            if confidence is None:
                confidence = np.ones(keypoints_2d.shape[:2], np.float32)
            confidence = check_confidence(confidence, self.skeleton, len(keypoints_2d))
        except ValueError as error:
            raise InputError(str(error)) from error
        return {"keypoints_2d": keypoints_2d, "confidence": confidence}

    def _check_height(self, height_mm: float | np.ndarray, count: int) -> np.ndarray:
        if not self.skeleton.stature_weights:
            raise InputError(
                f"height_mm cannot be used with the skeleton {self.skeleton.name!r}: its joints "
                "do not tell the height of a body."
            )
        try:
            heights = np.asarray(height_mm, np.float32)
        except (ValueError, TypeError):
            heights = np.array(np.nan)
        if heights.shape not in ((), (count,)) or not ((heights > 0) & (heights < np.inf)).all():
            raise InputError(
                f"height_mm must be one positive number or {count} of them, got {height_mm}."
            )
        return heights

    def _problems(self, keypoints_2d: np.ndarray, confidence: np.ndarray) -> tuple[str, ...]:
        """For each person why it cannot be lifted; empty if nothing is in the way."""
        present = confidence > 0
        joints = self.skeleton.num_joints
        needed = int(np.ceil(MIN_PRESENT * joints))
        counts = present.sum(axis=1)
        first = np.take_along_axis(keypoints_2d, present.argmax(axis=1)[:, None, None], axis=1)
        in_one_point = ((keypoints_2d == first).all(axis=-1) | ~present).all(axis=1)
        problems = [""] * len(keypoints_2d)
        for row in np.flatnonzero(in_one_point):
            problems[row] = "all its joints are at the same place"
        for row in np.flatnonzero(counts < needed):
            problems[row] = (
                f"only {counts[row]} of {joints} joints are present, {needed} are needed"
            )
        return tuple(problems)

    def _mm_a_unit(self, keypoints_3d: np.ndarray, height_mm: np.ndarray) -> np.ndarray:
        """Factors `[N, 1, 1]` that give each body the length its stature says."""
        weights = np.array(self.skeleton.stature_weights, np.float32)
        length = bones.bone_lengths(keypoints_3d, self.skeleton).numpy() @ weights
        return (ANKLE_TO_TOP * height_mm / length).astype(np.float32)[:, None, None]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data."""
        return super().get_config() | {
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "skeleton": dataclasses.asdict(self.skeleton),
            "scale": self.scale,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> PoseEstimator:
        """Rebuilds the estimator from `get_config`."""
        config = dict(config)
        lifter = keras.saving.deserialize_keras_object(config.pop("lifter"))
        return cls(lifter, Skeleton.from_dict(config.pop("skeleton")), **config)


def _in_batches(
    function: Callable[[dict[str, tf.Tensor]], tf.Tensor],
    inputs: dict[str, np.ndarray],
    rows: np.ndarray,
    batch_size: int,
    dims: int,
) -> np.ndarray:
    """What the function makes of these rows of the inputs, `[N, J, dims]`; NaN in the others."""
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1, got {batch_size}.")
    result = np.full((*inputs["confidence"].shape, dims), np.nan, np.float32)
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        result[batch] = function({name: array[batch] for name, array in inputs.items()}).numpy()
    return result
