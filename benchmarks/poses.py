"""Kinds of pose: how well saved lifters do what people really do, each beside the flat pose.

    python benchmarks/poses.py --models=full,small
    python benchmarks/poses.py --models=full --recordings=hdm05_dev.npz

Procedural bodies hold still poses (T-pose, arms at 45 degrees, arms hanging, squat, lying on back,
belly and sides) and are seen from 24 sides at three elevations. `--recordings` adds an archive with
3D whose sequences are named by what is done in them: a row a kind of motion. Errors in mm;
PA-MPJPE allows no reflection.
"""

from __future__ import annotations

import re

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data.synthetic.cameras import Cameras
from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import Bodies, draw_bodies
from posenet3d.data.synthetic.people.kinematics import forward_kinematics
from posenet3d.evaluation.flat import flat_pose
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.models import PoseEstimator
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import H36M_17

_MODELS = flags.DEFINE_list("models", ["full", "small"], "Saved models: names, folders or files.")
_RECORDINGS = flags.DEFINE_string("recordings", None, "Archive with a test split and 3D.")

_SIDES, _ELEVATIONS = 24, (0.0, 10.0, 25.0)  # degrees above the horizontal
_DISTANCE, _FOCAL_LENGTH, _SIZE = 5.0, 1145.0, (1000, 1000)  # metres, pixels
_BODIES, _SEED = 4, 20_000  # far from the seeds of training
_STRAIGHT = {"hip_flexion": 2.0, "knee": 2.0, "elbow": 4.0, "hip_abduction": 3.0}
_SQUAT = {"hip_flexion": 118.0, "knee": 140.0, "hip_abduction": 15.0, "elbow": 10.0}

KINDS: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "T-pose": ({}, _STRAIGHT | {"shoulder_abduction": 90.0}),
    "arms at 45 degrees": ({}, _STRAIGHT | {"shoulder_abduction": 45.0}),
    "arms hanging": ({}, _STRAIGHT | {"shoulder_abduction": 6.0}),
    "arms raised": ({}, _STRAIGHT | {"shoulder_flexion": 150.0, "shoulder_abduction": 15.0}),
    "arms in front": ({}, _STRAIGHT | {"shoulder_flexion": 90.0}),
    "squat, arms in front": (
        {"pelvis_tilt": 25.0, "spine_flexion": 30.0},
        _SQUAT | {"shoulder_flexion": 105.0},
    ),
    "lying on the back": ({"pelvis_tilt": -90.0}, _STRAIGHT | {"shoulder_abduction": 15.0}),
    "lying on the belly": ({"pelvis_tilt": 90.0}, _STRAIGHT | {"shoulder_abduction": 15.0}),
    "lying on the left side": (
        {"pelvis_list": 90.0},
        {"hip_flexion": 40.0, "knee": 60.0, "shoulder_flexion": 50.0, "elbow": 50.0},
    ),
    "lying on the right side": (
        {"pelvis_list": -90.0},
        {"hip_flexion": 40.0, "knee": 60.0, "shoulder_flexion": 50.0, "elbow": 50.0},
    ),
}
"""Name -> angles of the trunk, angles of both sides' limbs; degrees, the others 0."""

STANDING = ("T-pose", "arms at 45 degrees", "arms hanging", "arms raised", "arms in front")


def still_poses(kind: str, bodies: Bodies | None = None) -> Poses2D:
    """Bodies in one still pose from all sides and elevations, with their true 3D in mm."""
    if bodies is None:
        bodies = draw_bodies(np.random.default_rng(_SEED), _BODIES)
    trunk, limbs = KINDS[kind]
    values = trunk | {f"{side}_{name}": v for name, v in limbs.items() for side in _LEFT_RIGHT}
    count = len(bodies.stature)
    angles = np.zeros((count, 1, len(ANGLES)))
    for name, value in values.items():
        angles[..., ANGLES.index(name)] = value
    joints = forward_kinematics(angles, bodies)
    azimuths = np.radians(np.arange(_SIDES) * 360.0 / _SIDES)
    views = [(a, np.radians(e)) for e in _ELEVATIONS for a in azimuths]
    positions = np.repeat(joints, len(views), axis=0)
    azimuth, elevation = np.tile(np.array(views), (count, 1)).T
    cameras = Cameras(
        azimuth=azimuth,
        elevation=elevation,
        distance=np.full(len(positions), _DISTANCE),
        aim=positions.mean(axis=2),
        focal_length=_FOCAL_LENGTH,
        image_size=_SIZE,
    )
    seen = cameras.see(positions)
    return Poses2D(
        keypoints_2d=cameras.project(seen)[:, 0].astype(np.float32),
        skeleton=H36M_17,
        lengths=np.ones(len(seen), np.int64),
        sequences=tuple(f"{kind} {i}" for i in range(len(seen))),
        keypoints_3d=1000 * (seen - seen[:, :, H36M_17.root, None])[:, 0].astype(np.float32),
        image_size=_SIZE,
    )


_LEFT_RIGHT = ("left", "right")


def knee_angles(keypoints_3d: np.ndarray, poses: Poses2D) -> np.ndarray:
    """How far each knee is bent, `[N, 2]` degrees, 0 for a straight leg."""
    bent = []
    for side in _LEFT_RIGHT:
        hip, knee, ankle = (
            keypoints_3d[:, poses.skeleton.index(f"{side}_{joint}")]
            for joint in ("hip", "knee", "ankle")
        )
        thigh, shank = knee - hip, ankle - knee
        cosine = (thigh * shank).sum(-1) / np.linalg.norm(thigh, axis=-1)
        bent.append(np.degrees(np.arccos(np.clip(cosine / np.linalg.norm(shank, axis=-1), -1, 1))))
    return np.stack(bent, axis=-1)


def kinds_of_motion(poses: Poses2D) -> dict[str, Poses2D]:
    """The poses by what is done in them: the longest word of a sequence's name."""
    names = np.repeat([_kind(name) for name in poses.sequences], poses.lengths)
    return {kind: poses.select(np.flatnonzero(names == kind)) for kind in sorted(set(names))}


def _kind(sequence: str) -> str:
    return max(re.split(r"[_/ .-]", sequence), key=len)


def main(_: list[str]) -> None:
    """Prints the tables."""
    models = {name: posenet3d.load(name) for name in _MODELS.value}
    sides = f"{_BODIES} bodies, {_SIDES} sides, {len(_ELEVATIONS)} elevations"
    still = {kind: still_poses(kind) for kind in KINDS}
    lifted = _print_table(f"Still poses, {sides}: PA-MPJPE", still, models)
    print("\n## Knees of people who stand, mean error in degrees\n")
    print("| | " + " | ".join(models) + " |\n|---" + "|---:" * len(models) + "|")
    for kind in STANDING:
        cells = []
        for name, model in models.items():
            poses = still[kind].on(model.skeleton)
            true = knee_angles(poses.keypoints_3d, poses)
            bent = knee_angles(lifted[kind, name], poses)
            cells.append(f"{np.abs(bent - true).mean():.1f}")
        print(f"| {kind} | " + " | ".join(cells) + " |")
    if _RECORDINGS.value:
        skeleton = next(iter(models.values())).skeleton
        recorded = read_archive(_RECORDINGS.value, "test", placement=skeleton)
        print()
        kinds = {"all": recorded} | kinds_of_motion(recorded)
        _print_table("Recordings by kind of motion: PA-MPJPE", kinds, models)


def _print_table(
    title: str, kinds: dict[str, Poses2D], models: dict[str, PoseEstimator]
) -> dict[tuple[str, str], np.ndarray]:
    """Prints the errors; returns the lifted poses by kind and model."""
    lifted = {}
    print(f"## {title}\n\n| | poses | flat pose | " + " | ".join(models) + " |")
    print("|---|---:|---:" + "|---:" * len(models) + "|")
    for kind, poses in kinds.items():
        errors = [_error(flat_pose(poses.keypoints_2d, poses.skeleton), poses)]
        for name, model in models.items():
            mapped = poses.on(model.skeleton)
            lifted[kind, name] = _lift(model, mapped)
            errors.append(_error(lifted[kind, name], mapped))
        cells = " | ".join(f"{error:.1f}" for error in errors)
        print(f"| {kind} | {len(poses)} | {cells} |", flush=True)
    return lifted


def _lift(model: PoseEstimator, poses: Poses2D) -> np.ndarray:
    return model.lift(poses.keypoints_2d, poses.confidence, score=False).keypoints_3d


def _error(predicted_3d: np.ndarray, poses: Poses2D) -> float:
    return float(joint_errors.pa_mpjpe(predicted_3d, poses.keypoints_3d).mean())


if __name__ == "__main__":
    app.run(main)
