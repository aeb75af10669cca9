"""How true the way through the room is that `posenet3d lift --focal_length --height_mm` gives.

    python benchmarks/motion/root_path.py --motion=cmu17.npz

Procedural people who walk for 5 s, and people of the CMU test set who walk 3 m or more within 10 s,
each seen by four cameras that stand 5 m from the middle of the way, 0 to 15 degrees above it
(1000 x 1000 px, focal length 1145 px). The height of a procedural person is the true one. Nobody
knows that of CMU's people: it is read off their own true joints, so that their rows leave out how
far a person's proportions are off the mean.

*Path* is the mean distance between both ways, put on each other at their middles, over the distance
walked; *distance* is by how much the mean distance from the camera is off: the mean with its sign,
and of its size. *Sliding* is how far ankles that stand move along the floor, mm a frame, without
and with `--ground`; the true ankles', by the same contacts, beside them; and the path with
`--ground`.
"""

from __future__ import annotations

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.lifting.scene.by_track import by_track
from posenet3d.lifting.scene.grounded import grounded
from posenet3d.lifting.scene.room import Room, with_calm_paths
from posenet3d.lifting.scene.upright import Level
from posenet3d.motion.ground import contacts, sliding
from posenet3d.motion.level import levelled
from posenet3d.motion.steady import bone_lengths
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.poses.stature import ANKLE_TO_TOP
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

_MOTION = flags.DEFINE_string("motion", None, "Motion in the world, y up, m.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: a name, a folder or a file.")
_FPS, _SECONDS = 30, 10
_LEAST_WALKED, _AWAY = 3.0, 5.0  # m
_PROCEDURAL = synthetic.SyntheticConfig(
    num_sequences=25, frames_per_sequence=5 * _FPS, activities=("walking",), seed=20_000
)
_FOCAL, _CENTRE = 1145.0, (500.0, 500.0)


def main(_: list[str]) -> None:
    """Sees, lifts, places, measures."""
    print(
        "| people | 2D | `--body` | ways | path: off by % | 9 of 10 below % | mm "
        "| distance: mean % | off by % | sliding | `--ground` | true | path `--ground` mm |\n"
        "|---|---|---|" + "---:|" * 10
    )
    skeleton = posenet3d.load(_MODEL.value).skeleton
    for name, people in (("procedural", _procedural(skeleton)), ("CMU", _captured(skeleton))):
        seen = _seen(people)
        for noise in (0.0, 3.0):
            for body in (True, False):
                found = np.array([_measured(*way, noise, body) for way in seen])
                path, mm, distance, *feet = found.T
                slid = " | ".join(f"{np.nanmean(column):.1f}" for column in feet)
                print(
                    f"| {name} | {f'noise {noise:g} px' if noise else 'true'} "
                    f"| {'track' if body else 'off'} "
                    f"| {len(seen)} | {path.mean():.1f} | {np.percentile(path, 90):.1f} "
                    f"| {mm.mean():.0f} | {distance.mean():+.1f} | {np.abs(distance).mean():.1f} "
                    f"| {slid} |",
                    flush=True,
                )


def _procedural(skeleton: Skeleton) -> list[tuple[np.ndarray, float]]:
    """Joints `[F, J, 3]` of people in the world, m, and their statures in mm."""
    motion = synthetic.generate_motion(_PROCEDURAL)
    positions, _ = joint_maps.get(H36M_17.name, skeleton.name).apply(motion.positions)
    each = np.split(positions.astype(np.float64), len(motion.lengths))
    return list(zip(each, (1000 * motion.stature).tolist(), strict=True))


def _captured(skeleton: Skeleton) -> list[tuple[np.ndarray, float]]:
    """The same of people whose stature nobody knows: what their joints tell."""
    people = []
    with np.load(_MOTION.value) as world:
        ends = np.cumsum(world["lengths"])
        for end, length, split in zip(ends, world["lengths"], world["split"], strict=True):
            if str(split) == "test" and length >= 3 * _FPS:
                own = world["positions"][end - length : end][: _FPS * _SECONDS].astype(np.float64)
                lengths = bone_lengths(own, skeleton) @ np.array(skeleton.stature_weights)
                people.append((own, 1000 * float(np.median(lengths)) / ANKLE_TO_TOP))
    return people


def _seen(people: list[tuple[np.ndarray, float]]) -> list[tuple[np.ndarray, float, float]]:
    """Joints `[F, J, 3]` m in the frame of a camera, metres walked, and the height in mm."""
    rng = np.random.default_rng(0)
    ways = []
    for positions, height_mm in people:
        half_second = np.ones(_FPS // 2) / (_FPS // 2)  # swaying is no walking
        ground = [np.convolve(positions[:, 0, axis], half_second, "valid") for axis in (0, 2)]
        walked = float(np.linalg.norm(np.diff(ground, axis=1), axis=0).sum())
        for azimuth in np.arange(4) * np.pi / 2:
            joints = _through_camera(positions, azimuth, np.radians(rng.uniform(0, 15)))
            if walked >= _LEAST_WALKED and joints[..., 2].min() > 1:
                ways.append((joints, walked, height_mm))
    return ways


def _through_camera(positions: np.ndarray, azimuth: float, elevation: float) -> np.ndarray:
    flat = np.cos(elevation)
    forward = -np.array([np.sin(azimuth) * flat, np.sin(elevation), np.cos(azimuth) * flat])
    right = np.cross([0.0, -1.0, 0.0], forward)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    camera = positions[:, 0].mean(axis=0) - _AWAY * forward
    return (positions - camera) @ rotation.T


def _measured(
    joints: np.ndarray, walked: float, height_mm: float, noise: float, body: bool
) -> tuple[float, ...]:
    estimator = posenet3d.load(_MODEL.value)
    keypoints_2d = _FOCAL * joints[..., :2] / joints[..., 2:] + np.array(_CENTRE)
    keypoints_2d += np.random.default_rng(1).normal(0.0, 1.0, keypoints_2d.shape) * noise
    people = People(
        keypoints_2d.astype(np.float32),
        np.ones(keypoints_2d.shape[:2], np.float32),
        estimator.skeleton,
        image_ids=tuple(range(len(joints))),
        person_ids=(0,) * len(joints),
        tracked=True,
    )

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> posenet3d.LiftResult:
        return estimator.lift(keypoints_2d, confidence, height_mm=height_mm)

    room = Room(_FOCAL, _CENTRE)
    lifted = Lifted(people, room.lift(lift, people))
    again = room.centring(lift, people)
    lifted, found = by_track(lifted, people, again, mend=True, body=body, height_mm=height_mm)
    lifted = with_calm_paths(room.placed(lifted, found.lifted_people or people), _FPS)
    true = 1000 * joints[:, 0]
    apart = _apart(lifted.root_3d, true)
    distances = [np.linalg.norm(path, axis=1).mean() for path in (lifted.root_3d, true)]
    upright, _ = Level("on").upright(lifted)
    held, _ = grounded(upright, height_mm, _FPS)
    feet = [people.skeleton.index(name) for name in ("left_ankle", "right_ankle")]
    degrees = upright.levelled[0]
    true_feet = levelled(1000 * joints[:, feet], degrees)
    ways = [p.result.keypoints_3d[:, feet] + p.root_3d[:, None] for p in (upright, held)]
    stands = contacts(ways[0].astype(np.float64), height_mm, _FPS)
    slid = [sliding(way, stands).mean() if stands.any() else np.nan for way in (*ways, true_feet)]
    true_level = levelled(true[:, None], degrees)[:, 0]
    held_apart = _apart(held.root_3d, true_level)
    distance = 100 * (distances[0] / distances[1] - 1)
    return apart / 10 / walked, apart, distance, *slid, held_apart


def _apart(found: np.ndarray, true: np.ndarray) -> float:
    """Mean distance of two ways whose middles lie on each other."""
    between = (found - found.mean(axis=0)) - (true - true.mean(axis=0))
    return float(np.linalg.norm(between, axis=1).mean())


if __name__ == "__main__":
    app.run(main)
