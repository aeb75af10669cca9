#!/usr/bin/env bash
# Packages:  tensorflow-cpu 2.21.0, keras 3.15.1 (make the file), ai-edge-litert 2.3.0 (runs it)
# Behaviour: a Keras 3 model held by a tf.Module and saved by tf.saved_model.save answers rightly when
#            loaded by TensorFlow, but TFLiteConverter makes a file without the weights of it: it reads
#            variables that nothing has set, and answers NaN. No step raises. keras.export.ExportArchive
#            of the same model gives the whole file.
# Output:    tf.Module: 4 kB, outputs NaN: 51 of 51; ExportArchive: 40 kB, outputs NaN: 0 of 51
# Matters:   tf.Module with a tf.function is the usual way to named outputs for TensorFlow Serving, and
#            the same folder is then converted for the phone. Look at the size, and run the file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
  tensorflow-cpu==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0
cd "$folder"
export TF_CPP_MIN_LOG_LEVEL=3
venv/bin/python -W ignore - 2>log <<'PYTHON' || { cat log; exit 1; }
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

keras.utils.set_random_seed(0)
network = keras.Sequential(
    [
        keras.Input((17, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(51),
    ]
)


class Lifter(tf.Module):
    def __init__(self):
        super().__init__()
        self.network = network

    @tf.function(input_signature=[tf.TensorSpec((1, 17, 2), name="keypoints_2d")])
    def __call__(self, keypoints_2d):
        return {"keypoints_3d": self.network(keypoints_2d)}


lifter = Lifter()
tf.saved_model.save(lifter, "module", signatures=lifter.__call__)
archive = keras.export.ExportArchive()
archive.track(network)
archive.add_endpoint("serving_default", network.__call__, [tf.TensorSpec((1, 17, 2))])
archive.write_out("archive", verbose=False)

pose = np.random.default_rng(0).normal(size=(1, 17, 2)).astype(np.float32)
expected = network(pose).numpy()


def convert_and_lift(folder):
    file = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    runner = Interpreter(model_content=file).get_signature_runner("serving_default")
    (name,) = runner.get_input_details()
    (output,) = runner(**{name: pose}).values()
    return len(file), output


loaded = tf.saved_model.load("module")(tf.constant(pose))["keypoints_3d"]
np.testing.assert_allclose(loaded, expected, atol=1e-5)
size, output = convert_and_lift("module")
right_size, right = convert_and_lift("archive")
print(f"tf.Module: {size / 1000:.0f} kB, outputs NaN: {np.isnan(output).sum()} of 51;", end=" ")
print(f"ExportArchive: {right_size / 1000:.0f} kB, outputs NaN: {np.isnan(right).sum()} of 51")
assert size < 10_000 < 4 * network.count_params() < right_size
assert np.isnan(output).all()
np.testing.assert_allclose(right.reshape(expected.shape), expected, atol=1e-4)
PYTHON
