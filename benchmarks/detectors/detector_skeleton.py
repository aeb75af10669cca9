"""What it costs that detectors do not see the lifter's joints, but others.

    python benchmarks/detectors/detector_skeleton.py --data=cmu17_bench.npz --models=full,small

The benchmark's people are given the keypoints of detectors in 3D (detector_points.py), these are
projected by the benchmark's own camera, mapped to the lifter's joints by the package's declared
maps, and lifted. Prints Markdown tables: how far the maps alone put each joint from where it is,
and the errors of the lifted poses, all in mm. Poses are aligned by all 17 joints; the errors are
given over all of them, over the 12 of the limbs, and over the 5 of trunk and head, which the maps
compute. No detector has been run: its noise, and where it sees a joint, are not measured.
"""

from __future__ import annotations

import sys

import numpy as np
from absl import app, flags
from detector_points import CAMERA, detector_points, position

import posenet3d
from posenet3d.errors import InputError
from posenet3d.evaluation.flat import flat_pose
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import BODY_25, CMU_17, COCO_17, HALPE_26, MEDIAPIPE_33, Skeleton

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODELS = flags.DEFINE_list("models", ["full", "small"], "Saved models: names, folders or files.")
_EVERY = flags.DEFINE_integer("every", 1, "Take every so many-th pose.", lower_bound=1)

LIMBS = [
    j for j, name in enumerate(CMU_17.joint_names) if j in {*CMU_17.left, *CMU_17.right}
]  # copied by every map
TRUNK = [j for j in range(CMU_17.num_joints) if j not in LIMBS]  # computed by every map

EYES = ("left_eye", "right_eye")
SEEN: dict[str, tuple[Skeleton, tuple[str, ...]]] = {
    "MediaPipe (BlazePose), 33": (MEDIAPIPE_33, ()),
    "COCO, 17": (COCO_17, ()),
    "OpenPose, 25": (BODY_25, ()),
    "Halpe, 26": (HALPE_26, ()),
    "COCO, one ear unseen": (COCO_17, ("left_ear",)),
    "COCO, ears unseen, one eye too": (COCO_17, ("left_ear", "right_ear", "left_eye")),
}
"""Keypoint sets, and which of their keypoints the detector has missed."""


def main(_: list[str]) -> None:
    """Maps, lifts and prints."""
    try:
        poses = read_archive(_DATA.value, "test", placement=CMU_17)
        if poses.keypoints_3d is None:
            raise InputError(f"{_DATA.value} has no 3D; the error cannot be told.")
        poses = poses.select(np.arange(0, len(poses), _EVERY.value))
        absolute = poses.keypoints_3d + position(poses.keypoints_2d, poses.keypoints_3d)
        models = {name: posenet3d.load(name) for name in _MODELS.value}
    except InputError as error:
        sys.exit(f"{sys.argv[0]}: error: {error}")
    print(f"{len(poses)} poses; mm.\n")
    print("| joints seen | " + " | ".join(CMU_17.joint_names[j] for j in TRUNK) + " |")
    print("|---" + "|---:" * len(TRUNK) + "|")
    inputs = {"the lifter's own, 17": poses.keypoints_2d}
    for title, (skeleton, missed) in SEEN.items():
        mapped = as_seen(absolute, skeleton, missed)
        moved = np.linalg.norm(mapped - absolute, axis=-1)[:, TRUNK].mean(axis=0)
        print(f"| {title} | " + " | ".join(f"{mm:.0f}" for mm in moved) + " |")
        inputs[title] = as_seen(absolute, skeleton, missed, image=True)
    columns = [f"{m}{of}" for m in ("PA-MPJPE", "N-MPJPE") for of in ("", ", limbs", ", trunk")]
    for name in ("flat pose", *models):
        print(f"\n| {name} | " + " | ".join(columns) + " |")
        print("|---" + "|---:" * len(columns) + "|")
        for title, keypoints_2d in inputs.items():
            if name in models:
                predicted = models[name].lift(keypoints_2d, score=False).keypoints_3d
            else:
                predicted = flat_pose(keypoints_2d, CMU_17)
            print(f"| {title} | {cells(predicted, poses)} |", flush=True)


def as_seen(
    absolute: np.ndarray, skeleton: Skeleton, missed: tuple[str, ...] = (), image: bool = False
) -> np.ndarray:
    """People as their keypoints of a detector say, on the lifter's joints again.

    Args:
      absolute: `[N, 17, 3]`, camera frame, mm from the camera.
      skeleton: The detector's keypoint set.
      missed: Keypoints that it has not seen.
      image: Whether to project before mapping.

    Returns:
      `[N, 17, 3]`, mm; or `[N, 17, 2]`, pixels.
    """
    points = detector_points(absolute, skeleton)
    confidence = np.ones(points.shape[:2], np.float32)
    confidence[:, [skeleton.index(name) for name in missed]] = 0
    if image:
        points = CAMERA.project(points)
    mapped, confidence = joint_maps.get(skeleton.name, CMU_17.name).apply(points, confidence)
    if not confidence.all():
        raise InputError(f"{skeleton.name} without {', '.join(missed)} does not give all joints.")
    return mapped


def cells(predicted_3d: np.ndarray, poses: Poses2D) -> str:
    """The errors of a row."""
    found = []
    for errors in (joint_errors.pa_joint_errors, joint_errors.n_joint_errors):
        by_joint = errors(predicted_3d, poses.keypoints_3d, CMU_17.root).mean(axis=0)
        found += [by_joint.mean(), by_joint[LIMBS].mean(), by_joint[TRUNK].mean()]
    return " | ".join(f"{error:.1f}" for error in found)


if __name__ == "__main__":
    app.run(main)
