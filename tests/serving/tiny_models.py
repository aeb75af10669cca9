"""Small SavedModels whose answers are known, with the signatures of a lifter's."""

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

JOINTS = 17
POSES = tf.TensorSpec([None, JOINTS, 2], tf.float32, name="keypoints_2d")
CONFIDENCE = tf.TensorSpec([None, JOINTS], tf.float32, name="confidence")


class Lifter(tf.Module):
    """Depth is x times the factor, so that an answer tells which version gave it."""

    def __init__(self, factor):
        super().__init__()
        self.factor = tf.Variable(float(factor))

    def _lift(self, keypoints_2d):
        with tf.control_dependencies(
            [tf.debugging.assert_all_finite(keypoints_2d, "keypoints_2d has a NaN or an infinity")]
        ):
            depth = keypoints_2d[..., :1] * self.factor
        return {
            "keypoints_3d": tf.concat([keypoints_2d, depth], axis=-1),
            "score": tf.reduce_mean(keypoints_2d[..., 0], axis=1),
            "elevation": tf.reduce_mean(keypoints_2d[..., 1], axis=1),
        }

    @tf.function(input_signature=[POSES])
    def default(self, keypoints_2d):
        return self._lift(keypoints_2d)

    @tf.function(input_signature=[POSES, CONFIDENCE])
    def with_confidence(self, keypoints_2d, confidence):
        return self._lift(keypoints_2d) | {"filled": tf.equal(confidence, 0)}

    @tf.function(input_signature=[POSES])
    def slow(self, keypoints_2d):
        """Half a second or so, whatever comes in."""
        matrix = tf.eye(256)
        for _ in tf.range(1000):
            matrix = tf.matmul(matrix, matrix)
        return {"keypoints_3d": self._lift(keypoints_2d)["keypoints_3d"] * matrix[0, 0]}

    @tf.function(input_signature=[POSES])
    def one_answer(self, keypoints_2d):
        """One number for all rows, which cannot be joined with others'."""
        return {"mean": tf.reduce_mean(keypoints_2d)}

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32, name="values")])
    def any_width(self, values):
        return {"sums": tf.reduce_sum(values, axis=1)}


def save(folder, version, factor=None, warmup=()):
    """Writes a version whole or not at all, as exports should."""
    module = Lifter(version if factor is None else factor)
    written = folder / f".{version}"
    signatures = {
        "serving_default": module.default,
        "lift_with_confidence": module.with_confidence,
        "slow": module.slow,
        "one_answer": module.one_answer,
        "any_width": module.any_width,
    }
    tf.saved_model.save(module, str(written), signatures=signatures)
    if warmup:
        (written / "assets.extra").mkdir()
        path = written / "assets.extra" / "tf_serving_warmup_requests"
        with tf.io.TFRecordWriter(str(path)) as file:
            for request in warmup:
                log = prediction_log_pb2.PredictionLog()
                log.predict_log.request.CopyFrom(request)
                file.write(log.SerializeToString())
    written.rename(folder / str(version))
    return folder


def request(keypoints_2d=None, model="lifter", signature="", version=None, outputs=(), **inputs):
    """A request as TensorFlow's own helpers make it."""
    made = predict_pb2.PredictRequest(output_filter=outputs)
    made.model_spec.name = model
    made.model_spec.signature_name = signature
    if version is not None:
        made.model_spec.version.value = version
    if keypoints_2d is not None:
        inputs["keypoints_2d"] = keypoints_2d
    for name, array in inputs.items():
        made.inputs[name].CopyFrom(tf.make_tensor_proto(array))
    return made


def poses(count, seed=0):
    """`[N, 17, 2]` float32 in pixels."""
    return np.random.default_rng(seed).uniform(0, 1000, (count, JOINTS, 2)).astype(np.float32)


def lifted(keypoints_2d, factor=1):
    """What a version with that factor answers as `keypoints_3d`."""
    return np.concatenate([keypoints_2d, keypoints_2d[..., :1] * np.float32(factor)], axis=-1)
