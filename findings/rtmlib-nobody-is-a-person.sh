#!/usr/bin/env bash
# Package:   rtmlib 0.0.16; onnxruntime 1.32.0, onnx 1.23.2, numpy 2.4.6
# Behaviour: RTMPose, given no box, takes the whole picture for a person. A program that passes on the
#            boxes of a person detector gets a person with confident joints in each frame in which
#            the detector has found nobody.
# Output:    load pose.onnx with onnxruntime backend
#            one box: 1 person, joints about (160, 120), confidence 1.0
#            no box:  1 person, joints about (160, 120), confidence 1.0
# Matters:   an empty scene has a person in it, in the middle of the picture, and tracks go on where
#            somebody has left. The boxes must be counted before the call.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check rtmlib==0.0.16 onnx==1.23.2 \
  onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from rtmlib import RTMPose

# A model of RTMPose's form that puts each of 17 joints into the middle of its box, whatever it sees.
width, height, joints = 192, 256, 17
peaks = {axis: np.zeros((1, joints, 2 * size), np.float32) for axis, size in zip("xy", (width, height))}
for array in peaks.values():
    array[:, :, array.shape[2] // 2] = 1.0
nodes = [
    helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
    helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    *(helper.make_node("Add", [f"peaks_{a}", "nothing"], [f"simcc_{a}"]) for a in "xy"),
]
constants = {f"peaks_{axis}": array for axis, array in peaks.items()} | {"zero": np.array(0, np.float32)}
graph = helper.make_graph(
    nodes,
    "pose",
    [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, width])],
    [helper.make_tensor_value_info(f"simcc_{a}", TensorProto.FLOAT, list(peaks[a].shape)) for a in "xy"],
    [numpy_helper.from_array(array, name) for name, array in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
onnx.save(model, "pose.onnx")

pose = RTMPose("pose.onnx", model_input_size=(width, height), backend="onnxruntime", device="cpu")
picture = np.zeros((240, 320, 3), np.uint8)
for name, boxes in (("one box:", [[0, 0, 320, 240]]), ("no box: ", [])):
    keypoints, scores = pose(picture, bboxes=boxes)
    middle = keypoints.mean(axis=(0, 1)).round()
    print(
        f"{name} {len(keypoints)} person, joints about ({middle[0]:g}, {middle[1]:g}), "
        f"confidence {scores.mean():.1f}"
    )
    assert keypoints.shape == (1, joints, 2) and scores.min() > 0.9
    assert np.abs(middle - [160, 120]).max() <= 2
PYTHON
