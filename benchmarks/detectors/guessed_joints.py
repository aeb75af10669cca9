"""What joints cost that a detector only guesses, and what the upper body alone is worth.

    python benchmarks/detectors/guessed_joints.py --data=cmu17_bench.npz

A picture that ends below the hips: knees and ankles are on its lower border, as detectors put them
there, with a confidence; or they are missing. Then more joints are taken away until only a part of
the upper body is left, which is lifted by itself whatever `poses.lift_checks` allows. Errors are
those of the arms, neck and head: after Procrustes alignment of these joints (PA-MPJPE), and with
all bodies 1,750 mm tall, from the thorax (MPJPE); mm. Prints a Markdown table.
"""

from __future__ import annotations

import sys
from unittest import mock

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.errors import InputError
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.poses import lift_request
from posenet3d.poses.archives.archive import read_archive
from posenet3d.skeletons.skeleton import CMU_17

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Pretrained model's name, or a path.")
_EVERY = flags.DEFINE_integer("every", 20, "Take every so many-th pose.", lower_bound=1)

_JOINTS = {name: joint for joint, name in enumerate(CMU_17.joint_names)}
_SIDES = ("left", "right")
_LEGS = [_JOINTS[f"{side}_{part}"] for side in _SIDES for part in ("knee", "ankle")]
_HIPS = [_JOINTS[name] for name in ("pelvis", "left_hip", "right_hip", "spine")]
_WRISTS = [_JOINTS[f"{side}_wrist"] for side in _SIDES]
_ELBOWS = [_JOINTS[f"{side}_elbow"] for side in _SIDES]
_UPPER = [joint for joint in _JOINTS.values() if joint not in (*_LEGS, *_HIPS)]
_BELOW_HIPS = 15.0  # px, where the picture ends
_CONFIDENCES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9)


def main(_: list[str]) -> None:
    """Lifts and prints."""
    try:
        poses = read_archive(_DATA.value, "test", placement=CMU_17)
        if poses.keypoints_3d is None:
            raise InputError(f"{_DATA.value} has no 3D; the error cannot be told.")
        estimator = posenet3d.load(_MODEL.value)
    except InputError as error:
        sys.exit(f"{sys.argv[0]}: error: {error}")
    poses = poses.select(np.arange(0, len(poses), _EVERY.value))
    print(f"{len(poses)} poses, {_MODEL.value}; errors of {len(_UPPER)} joints, mm.\n")
    print("| 2D | lifted | PA-MPJPE | MPJPE | score |\n|---|---:|---:|---:|---:|")
    for title, (keypoints_2d, confidence) in _inputs(poses.keypoints_2d).items():
        with mock.patch.object(lift_request, "why_not", lambda points, known: ("",) * len(points)):
            result = estimator.lift(keypoints_2d, confidence, height_mm=1750.0)
        lifted = result.lifted
        pairs = (result.keypoints_3d[lifted][:, _UPPER], poses.keypoints_3d[lifted][:, _UPPER])
        aligned, plain = joint_errors.pa_mpjpe(*pairs), joint_errors.mpjpe(*pairs)
        print(
            f"| {title} | {lifted.mean():.0%} | {np.mean(aligned):.0f} | {np.mean(plain):.0f} | "
            f"{np.nanmean(result.score):.2f} |"
        )


def _inputs(keypoints_2d: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """{what the detector gave: keypoints and confidence}."""
    everything = np.full(keypoints_2d.shape[:2], 0.9, np.float32)
    cut = np.array(keypoints_2d)
    lowest = cut[:, _HIPS, 1].max(axis=1, keepdims=True) + _BELOW_HIPS
    cut[:, _LEGS, 1] = np.minimum(cut[:, _LEGS, 1], lowest)

    def without(*joints: int) -> tuple[np.ndarray, np.ndarray]:
        confidence = everything.copy()
        confidence[:, joints] = 0
        return keypoints_2d, confidence

    found = {"everything seen": (keypoints_2d, everything)}
    for confidence in _CONFIDENCES:
        guessed = everything.copy()
        guessed[:, _LEGS] = confidence
        found[f"legs on the border, confidence {confidence:g}"] = (cut, guessed)
        right = everything.copy()
        right[:, _LEGS] = confidence
        found[f"legs where they are, confidence {confidence:g}"] = (keypoints_2d, right)
    found["legs missing"] = without(*_LEGS)
    found["hips missing too"] = without(*_LEGS, *_HIPS)
    found["a wrist missing too"] = without(*_LEGS, *_HIPS, _WRISTS[0])
    found["both wrists missing too"] = without(*_LEGS, *_HIPS, *_WRISTS)
    found["elbows missing too"] = without(*_LEGS, *_HIPS, *_WRISTS, *_ELBOWS)
    return found


if __name__ == "__main__":
    app.run(main)
