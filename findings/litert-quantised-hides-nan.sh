#!/usr/bin/env bash
# Packages:  tensorflow-cpu 2.21.0, keras 3.15.1 (make the file), ai-edge-litert 2.3.0 (runs it)
# Behaviour: a NaN in the input of a network of dense layers makes all outputs NaN in Keras and in the
#            float32 .tflite file. The same network converted with dynamic-range quantisation (the
#            default optimisation) returns finite numbers.
# Output:    of 51 outputs are NaN: Keras 51, float32 51, dynamic range 0
# Matters:   a joint that was not found and came through as NaN is noticed with one file and gives a
#            plausible pose with the smaller one. Test the input, not the output, on the device.
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
archive = keras.export.ExportArchive()
archive.track(network)
archive.add_endpoint("serve", network.__call__, [tf.TensorSpec((1, 17, 2))])
archive.write_out("saved_model", verbose=False)


def convert(*optimizations):
    converter = tf.lite.TFLiteConverter.from_saved_model("saved_model", signature_keys=["serve"])
    converter.optimizations = list(optimizations)
    return converter.convert()


def lift(file, keypoints):
    runner = Interpreter(model_content=file).get_signature_runner("serve")
    (name,) = runner.get_input_details()
    (output,) = runner(**{name: keypoints}).values()
    return output


whole = np.random.default_rng(0).normal(size=(1, 17, 2)).astype(np.float32)
missing = whole.copy()
missing[0, 3] = np.nan
exact, small = convert(), convert(tf.lite.Optimize.DEFAULT)
np.testing.assert_allclose(lift(exact, whole), network(whole), atol=1e-4)
np.testing.assert_allclose(lift(small, whole), network(whole), atol=0.1)

outputs = (network(missing), lift(exact, missing), lift(small, missing))
counts = [int(np.isnan(output).sum()) for output in outputs]
print(f"of 51 outputs are NaN: Keras {counts[0]}, float32 {counts[1]}, dynamic range {counts[2]}")
assert counts == [51, 51, 0]
PYTHON
