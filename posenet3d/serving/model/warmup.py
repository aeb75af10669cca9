"""The requests that a SavedModel brings along and that are run before any client's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from posenet3d.serving.model.signature import Signature, find

WARMUP_FILE = Path("assets.extra", "tf_serving_warmup_requests")
MAX_RECORDS = 1000
"""tensorflow/serving, servables/tensorflow/saved_model_warmup_util.cc."""


def warm_up(
    run: Callable[[Signature, Mapping[str, np.ndarray]], object],
    signatures: Mapping[str, Signature],
    path: Path,
) -> int:
    """Runs the Predict requests of a version's warmup file.

    Args:
      run: Runs a signature of the loaded version on arrays.
      signatures: Those that the version has.
      path: Its folder; without a warmup file nothing is run.

    Returns:
      How many requests have been run. Logs of other calls than Predict are passed over.

    Raises:
      ValueError: If there are more than `MAX_RECORDS`, or one is no log of a request.
      RequestError, tf.errors.OpError: If one fails, as in TensorFlow Serving.
    """
    if not (path / WARMUP_FILE).is_file():
        return 0
    count = 0
    with tf.device("CPU"):
        records = tf.data.TFRecordDataset(str(path / WARMUP_FILE))
    for number, record in enumerate(records.as_numpy_iterator()):
        if number == MAX_RECORDS:
            raise ValueError(f"{WARMUP_FILE} has more than {MAX_RECORDS} requests.")
        try:
            log = prediction_log_pb2.PredictionLog.FromString(record)
        except Exception as error:
            raise ValueError(f"Failed to parse warmup record {number} of {WARMUP_FILE}.") from error
        if log.HasField("predict_log"):
            request = log.predict_log.request
            signature = find(signatures, request.model_spec.signature_name)
            arrays, _ = signature.arrays(request.inputs, max_rows=2**31)
            run(signature, arrays)
            count += 1
    return count
