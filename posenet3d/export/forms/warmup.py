"""Requests that TensorFlow Serving replays when it loads a model, so that no client waits.

The file is a TFRecord of PredictionLog, `assets.extra/tf_serving_warmup_requests`
(tensorflow.org/tfx/serving/saved_model_warmup).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import tensorflow as tf

from posenet3d.export.signatures.examples import example_poses, with_gaps
from posenet3d.export.signatures.signatures import (
    CONFIDENCE,
    KEYPOINTS,
    NORMALIZED,
    Signature,
)
from posenet3d.geometry import camera
from posenet3d.models.estimator import PoseEstimator

WARMUP_FILE = Path("assets.extra") / "tf_serving_warmup_requests"
"""Where a version's folder has the requests."""

BATCHES = (1, 64)
"""Numbers of poses a request."""


def write_warmup(
    folder: Path, name: str, estimator: PoseEstimator, signatures: Iterable[Signature]
) -> None:
    """Writes requests for every signature and every number of poses of `BATCHES`.

    Args:
      folder: The version's folder.
      name: The model's name on the server; the requests name it.
      estimator: The estimator that was exported, for poses like its own.
      signatures: Its signatures.

    Raises:
      ImportError: If tensorflow-serving-api is not installed; the message names the extra.
    """
    try:
        from tensorflow_serving.apis import prediction_log_pb2
    except ImportError as error:
        raise ImportError(
            "The warmup requests of TensorFlow Serving need tensorflow-serving-api: pip install "
            "'posenet3d[serving]', or export with --nowarmup."
        ) from error
    file = folder / WARMUP_FILE
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for signature in signatures:
            for batch in BATCHES:
                log = prediction_log_pb2.PredictionLog()
                request = log.predict_log.request
                request.model_spec.name = name
                request.model_spec.signature_name = signature.name
                for key, tensor in request_inputs(estimator, signature, batch).items():
                    request.inputs[key].CopyFrom(tf.make_tensor_proto(tensor))
                writer.write(log.SerializeToString())


def request_inputs(
    estimator: PoseEstimator, signature: Signature, batch: int
) -> dict[str, tf.Tensor]:
    """Inputs of a signature for so many poses; gaps where it takes the confidence."""
    keypoints_2d, confidence = example_poses(estimator, signature.skeleton, batch)
    if signature.name == NORMALIZED:
        root = signature.skeleton.root
        keypoints_2d = camera.normalise(keypoints_2d, root, estimator.scale).keypoints_2d
    inputs = {KEYPOINTS: tf.convert_to_tensor(keypoints_2d)}
    if signature.takes_confidence:
        inputs[CONFIDENCE] = tf.convert_to_tensor(with_gaps(confidence, 0.1))
    return inputs
