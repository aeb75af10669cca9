"""How far the exported forms of a model are from Keras, and what that costs in accuracy.

    posenet3d export --model=full --output=exported/full --tflite --onnx
    python benchmarks/same_model.py --data=cmu17_bench.npz --exported=exported/full

Prints a Markdown table: size; the largest and the mean distance of a joint from where Keras has it,
and the one below which 99.9 % of them are, in mm for a person of 1.7 m; the PA-MPJPE on the test
split with true and with noisy 2D. Compared are these poses, and every tenth noisy one with up to
half of its joints hidden, at 1e-3 px and at 1e5 px a person.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.export.answers import runtimes
from posenet3d.export.answers.comparison import distances, mm_a_unit
from posenet3d.export.forms import litert
from posenet3d.models import PoseEstimator
from posenet3d.poses.archives.archive import read_archive

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: name, folder or file.")
_EXPORTED = flags.DEFINE_string("exported", None, "Folder of its exported forms.", required=True)
_STEP = flags.DEFINE_integer("step", 1, "Every so many poses of the split.", lower_bound=1)

Poses = tuple[np.ndarray, np.ndarray]


def main(_: list[str]) -> None:
    """Lifts with everything, compares, prints."""
    estimator = posenet3d.load(_MODEL.value)
    splits = {
        key: read_archive(_DATA.value, "test", key, "cmu17")
        for key in ("keypoints_2d", "keypoints_2d_noisy")
    }
    inputs: dict[str, Poses] = {}
    for key, poses in splits.items():
        confidence = poses.confidence
        if confidence is None:
            confidence = np.ones(poses.keypoints_2d.shape[:2], np.float32)
        inputs[key] = poses.keypoints_2d[:: _STEP.value], confidence[:: _STEP.value]
    truth = splits["keypoints_2d"].keypoints_3d[:: _STEP.value]
    inputs |= difficult(*inputs["keypoints_2d_noisy"])
    units = {key: mm_a_unit(estimator, *poses) for key, poses in inputs.items()}
    columns = ("MB", "largest, mm", "99.9 %, mm", "mean, mm", "PA-MPJPE, true 2D", "noisy 2D")
    print("| form | " + " | ".join(columns) + " |")
    print("|---" + "|---:" * len(columns) + "|")
    for name, size, lift in forms(estimator, Path(_EXPORTED.value)):
        found = np.concatenate(
            [distances(estimator, lift, *poses) * units[key] for key, poses in inputs.items()]
        )
        errors = []
        for key in splits:
            lifted = lift(*inputs[key])["keypoints_3d"]
            there = np.isfinite(lifted).all(axis=(1, 2))
            errors.append(joint_errors.pa_mpjpe(lifted[there], truth[there]).mean())
        print(
            f"| {name} | {size / 1e6:.1f} | {np.nanmax(found):.4f} | "
            f"{np.nanquantile(found, 0.999):.4f} | {np.nanmean(found):.4f} | "
            f"{errors[0]:.2f} | {errors[1]:.2f} |",
            flush=True,
        )


def difficult(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, Poses]:
    """Every tenth pose with joints hidden up to half and more, tiny, and huge."""
    keypoints_2d, confidence = keypoints_2d[::10], confidence[::10]
    rng = np.random.default_rng(0)
    hidden = rng.random(confidence.shape) < rng.uniform(0, 0.6, (len(confidence), 1))
    size = np.ptp(keypoints_2d, axis=1).max(axis=-1)[:, None, None]
    return {
        "gaps": (keypoints_2d, np.where(hidden, np.float32(0), confidence)),
        "tiny": (keypoints_2d / size * np.float32(1e-3), confidence),
        "huge": (keypoints_2d / size * np.float32(1e5), confidence),
    }


def forms(estimator: PoseEstimator, folder: Path) -> list[tuple[str, int, runtimes.Lift]]:
    """Name, bytes and a function to lift with, of Keras and of each form in the folder."""
    name = folder.resolve().name
    weights = sum(map(np.size, estimator.get_weights()))
    found = [("Keras", 4 * weights, runtimes.keras_runtime(estimator))]
    versions = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
    if versions:
        version = folder / str(max(versions))
        size = sum(path.stat().st_size for path in version.rglob("*"))
        found.append(("SavedModel", size, runtimes.saved_model_runtime(version)))
    for variant in litert.VARIANTS:
        path = folder / f"{name}_{variant}.tflite"
        if path.is_file():
            content = path.read_bytes()
            lift = runtimes.tflite_runtime(content)
            found.append((f"TFLite {variant}", len(content), lift))
    path = folder / f"{name}.onnx"
    if path.is_file():
        found.append(("ONNX", path.stat().st_size, runtimes.onnx_runtime(path)))
    return found


if __name__ == "__main__":
    app.run(main)
