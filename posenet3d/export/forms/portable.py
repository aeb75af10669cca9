"""The estimator in operations that every runtime has, for LiteRT and ONNX.

It lifts as `PoseEstimator.lift` does, without the score. What differs is how the equations of the
gap filler are solved: no runtime but TensorFlow has a Cholesky decomposition, so a fixed number of
steps of Gauss and Jordan's elimination is written out.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from posenet3d.export.signatures.signatures import CONFIDENCE, EXPECTED_ERROR, KEYPOINTS
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.gap_filling import GapFiller, liftable
from posenet3d.poses.lift_checks import needed_joints


class PortableEstimator(keras.Model):
    """Lifts poses in pixels; nothing is refused, but NaN comes out where NaN goes in.

    Args:
      estimator: The estimator, whose weights are used, not copied.
    """

    def __init__(self, estimator: PoseEstimator) -> None:
        super().__init__(name="posenet3d")
        self.estimator = estimator
        self.filler = PortableFiller(estimator.gap_filler)
        self.built = True

    def call(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Lifts.

        Args:
          inputs: `keypoints_2d` `[N, J, 2]`, pixels, and `confidence` `[N, J]`, 0 for missing
            joints, whose coordinates are not looked at.

        Returns:
          `keypoints_3d` `[N, J, 3]` (camera frame, root-relative, pose units), `elevation` `[N]`
          (degrees) and, where the lifter estimates its error, `expected_error` `[N, J]` (pose
          units); NaN for persons with too few joints.
        """
        keypoints_2d, confidence = inputs[KEYPOINTS], inputs[CONFIDENCE]
        filled = self.filler.fill(keypoints_2d, confidence > 0)
        return self._lift(keypoints_2d, filled, confidence)

    def lift_complete(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The same for persons none of whose joints is missing; a missing one is taken as it is.

        Args:
          inputs: As in a call. Somebody whose confidence is 0 everywhere gets NaN.
        """
        keypoints_2d, confidence = inputs[KEYPOINTS], inputs[CONFIDENCE]
        return self._lift(keypoints_2d, keypoints_2d, confidence)

    def _lift(
        self, keypoints_2d: tf.Tensor, filled: tf.Tensor, confidence: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        can_be = liftable(keypoints_2d, confidence)
        lifted = self.estimator.lift_filled(filled, confidence)
        said = {
            "keypoints_3d": tf.where(
                can_be[:, tf.newaxis, tf.newaxis], lifted["keypoints_3d"], np.nan
            ),
            "elevation": tf.where(can_be, lifted["elevation"], np.nan),
        }
        if EXPECTED_ERROR in lifted:
            said[EXPECTED_ERROR] = tf.where(can_be[:, tf.newaxis], lifted[EXPECTED_ERROR], np.nan)
        return said


class PortableFiller:
    """Fills gaps as a `GapFiller` does.

    Args:
      gap_filler: Whose statistics are used.
    """

    def __init__(self, gap_filler: GapFiller) -> None:
        self._gap_filler = gap_filler
        # Converters shorten float constants to 16 or 8 bits, of which these equations cannot bear
        # any: as whole numbers they stay as they are.
        precision = gap_filler.precision().numpy()
        self._step = float(np.abs(precision).max()) / 2**30
        self._precision = np.round(precision.astype(np.float64) / self._step).astype(np.int32)

    def fill(self, keypoints_2d: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """Poses `[N, J, 2]` with missing joints filled in; as a call of the `GapFiller`."""
        return self._gap_filler.fill(keypoints_2d, present, self._solver(present))

    def _solver(self, present: tf.Tensor) -> Callable[[tf.Tensor], tf.Tensor]:
        """What `GapFiller.fill` expects missing joints by, for at most so many as can be."""
        joints = present.shape[1]
        most = joints - needed_joints(joints)
        missing, index = tf.math.top_k(1.0 - tf.cast(present, tf.float32), most)
        # Coordinates of missing joints, in places of which those not needed are marked by 0.
        missing = tf.repeat(missing, 2, axis=1)[..., tf.newaxis]
        index = tf.reshape(tf.stack([2 * index, 2 * index + 1], axis=-1), [-1, 2 * most])
        place = tf.one_hot(index, 2 * joints) * missing
        rows = tf.cast(tf.gather(self._precision, index), tf.float32) * self._step * missing
        among = tf.matmul(rows, place, transpose_b=True)
        used = missing[..., 0]
        inverse_rows = eliminate(among + tf.linalg.diag(1.0 - used), rows)

        def expect(offset: tf.Tensor) -> tf.Tensor:
            return -tf.matmul(place, tf.matmul(inverse_rows, offset), transpose_a=True)

        return expect


def eliminate(matrix: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Solves `matrix @ solution = right` by Gauss and Jordan's elimination without pivoting.

    Args:
      matrix: `[N, K, K]`, symmetric and positive definite.
      right: `[N, K, M]`.

    Returns:
      `[N, K, M]`.
    """
    system = tf.concat([matrix, right], axis=2)
    for _ in range(matrix.shape[1]):
        # The first row and column are done with: the column goes and the row moves to the end, so
        # that the next ones are the first, and all rows are back in their order at last.
        row = system[:, :1, 1:] / system[:, :1, :1]
        system = tf.concat([system[:, 1:, 1:] - system[:, 1:, :1] * row, row], axis=1)
    return system
