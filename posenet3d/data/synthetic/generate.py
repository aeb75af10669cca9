"""From a configuration to motion, cameras and 2D poses."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.data.synthetic.activities.names import QUICKSTART_ACTIVITIES, WEIGHTED, animate
from posenet3d.data.synthetic.cameras import Cameras, draw_cameras
from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.config import SyntheticConfig
from posenet3d.data.synthetic.people.angles import ANGLES, EVERYDAY_LIMITS, LIMITS
from posenet3d.data.synthetic.people.bodies import draw_bodies, hold_arms_off
from posenet3d.data.synthetic.people.floor import CLEARANCE, LEGS, place_on_floor
from posenet3d.data.synthetic.people.kinematics import forward_kinematics
from posenet3d.data.synthetic.people.rest import bring_to_rest
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import H36M_17

HELD_OUT_ACTIVITIES = ("climbing", "throwing", "lunging")
"""Activities of `quickstart_split` that only its test set shows."""

_SHORT = 40  # frames
_FROM_ALL_HEIGHTS = (15.0, 16.0)  # degrees, mean and deviation: from -25 to 55
_MOST_CAMERAS = 100
_CAMERA_SEEDS = 500_000_003  # between the cameras of one motion
_TEST_SEEDS = 1_000_000_007  # from here on: no training set shares a seed with a test set


@dataclasses.dataclass(frozen=True)
class Motion:
    """N frames of motion of S people, each with one activity.

    Args:
      positions: float32 `[N, 17, 3]`, metres, world frame: y up, the floor at y = 0.
      lengths: int64 `[S]`, frames of each sequence, in the order of the rows.
      activities: S names.
      angles: float32 `[N, A]`, degrees, in the order of `people.angles.ANGLES`.
      stature: float32 `[S]`, metres.
      frame_rate: Frames a second.
    """

    positions: np.ndarray
    lengths: np.ndarray
    activities: tuple[str, ...]
    angles: np.ndarray
    stature: np.ndarray
    frame_rate: float


def generate_motion(config: SyntheticConfig) -> Motion:
    """Animates `config.num_sequences` different people; the same configuration, the same bytes."""
    activities, rngs = _activities(config), _generators(config)
    frames = config.frames_per_sequence
    angles = np.empty((config.num_sequences, frames, len(ANGLES)), np.float32)
    positions = np.empty((config.num_sequences, frames, H36M_17.num_joints, 3), np.float32)
    bodies = draw_bodies(rngs["bodies"], config.num_sequences, everyone=config.bodies == "everyone")
    kinds = dict.fromkeys(activities)
    for activity, rng in zip(kinds, rngs["motion"].spawn(len(kinds)), strict=True):
        rows = [i for i, name in enumerate(activities) if name == activity]
        people = bodies.of(rows)
        # The quick start's motion stays the same, byte for byte: its figures are published.
        everyday = activity in QUICKSTART_ACTIVITIES
        limits, clearance = (EVERYDAY_LIMITS, LEGS) if everyday else (LIMITS, CLEARANCE)
        clip = Clip(rng, len(rows), frames, config.frame_rate, limits)
        animate(activity, clip)
        posed = hold_arms_off(clip.finish(), people)
        posed = bring_to_rest(
            posed, people, clip.settled, clip.settled_aside, clip.balanced
        ).astype(np.float32)
        angles[rows] = posed
        positions[rows] = place_on_floor(
            forward_kinematics(posed, people),
            people,
            clip.lift,
            clip.left_support,
            config.frame_rate,
            clearance,
        )
    return Motion(
        positions=positions.reshape(-1, *positions.shape[2:]),
        lengths=np.full(config.num_sequences, frames, np.int64),
        activities=activities,
        angles=angles.reshape(-1, len(ANGLES)),
        stature=bodies.stature.astype(np.float32),
        frame_rate=config.frame_rate,
    )


def generate_cameras(config: SyntheticConfig, motion: Motion) -> Cameras:
    """The cameras of `generate_poses(config)`, for example for their `elevation`, radians `[S]`."""
    return draw_cameras(
        _generators(config)["cameras"],
        _by_sequence(motion),
        elevation_deg=(config.elevation_mean_deg, config.elevation_std_deg),
        distance_m=config.distance_m,
        image_size=config.image_size,
        focal_length=config.focal_length_px,
    )


def generate_poses(config: SyntheticConfig) -> Poses2D:
    """2D poses of procedural human motion, with their true 3D for evaluation.

    Returns:
      Poses of the H36M-17 skeleton: `keypoints_2d` float32 `[N, 17, 2]`, pixels; `keypoints_3d`
      float32 `[N, 17, 3]`, camera frame, mm, root-relative; sequences named activity and number.
    """
    motion = generate_motion(config)
    return _poses(config, motion, generate_cameras(config, motion))


def _poses(config: SyntheticConfig, motion: Motion, cameras: Cameras) -> Poses2D:
    seen = cameras.see(_by_sequence(motion))
    keypoints_2d = cameras.project(seen).reshape(-1, H36M_17.num_joints, 2)
    keypoints_3d = 1000 * (seen - seen[:, :, H36M_17.root, None])
    return Poses2D(
        keypoints_2d=keypoints_2d.astype(np.float32),
        skeleton=H36M_17,
        lengths=motion.lengths,
        sequences=tuple(f"{name}_{i:04d}" for i, name in enumerate(motion.activities)),
        keypoints_3d=keypoints_3d.reshape(-1, H36M_17.num_joints, 3).astype(np.float32),
        image_size=config.image_size,
        frame_rate=config.frame_rate,
    )


def quickstart_split(
    num_train_sequences: int = 800, num_test_sequences: int = 40, seed: int = 0
) -> tuple[Poses2D, Poses2D]:
    """Training and held-out test poses: by default 100,000 and 5,000, in a few seconds.

    Held out are the people and the viewpoints (every test sequence has a newly drawn body and
    camera), the motions (all are drawn anew), and the kinds of motion in `HELD_OUT_ACTIVITIES`
    (climbing, throwing, lunging): the test set shows all `QUICKSTART_ACTIVITIES`, training all but
    those.

    Args:
      num_train_sequences: Sequences of 125 frames to train on.
      num_test_sequences: Sequences of 125 frames to test on.
      seed: Both sets depend on it and share no random numbers (for seeds below a billion).

    Returns:
      (train, test), as of `generate_poses`.

    Raises:
      ValueError: If a number is not a positive whole number or the seed is negative.
    """
    seen = tuple(name for name in QUICKSTART_ACTIVITIES if name not in HELD_OUT_ACTIVITIES)
    train = SyntheticConfig(num_sequences=num_train_sequences, seed=seed, activities=seen)
    test = SyntheticConfig(num_sequences=num_test_sequences, seed=seed + _TEST_SEEDS)
    return generate_poses(train), generate_poses(test)


def wide_poses(num_sequences: int = 5000, seed: int = 0, num_cameras: int = 1) -> Poses2D:
    """2D poses of all that people do, for adding to a training set: by default 200,000.

    All `ACTIVITIES`, those that calibrate or exercise machines most often (`WEIGHTED`), by
    adults, children, the heavily built and the very tall, seen from below to steeply above. The
    clips are short, of 40 frames, so that there are many people and cameras.

    Args:
      num_sequences: Motions of 40 frames, 30 frames a second.
      seed: The same seed gives the same bytes.
      num_cameras: Cameras that see each motion, which does not depend on it: a sequence for each
        camera, those of one motion under one name.

    Returns:
      As of `generate_poses`, with the elevation of the cameras.

    Raises:
      ValueError: If the number is not a positive whole number or the seed is negative.
    """
    mean, deviation = _FROM_ALL_HEIGHTS
    config = SyntheticConfig(
        num_sequences=num_sequences,
        frames_per_sequence=_SHORT,
        seed=seed,
        activities=WEIGHTED,
        bodies="everyone",
        elevation_mean_deg=mean,
        elevation_std_deg=deviation,
    )
    if not 1 <= num_cameras <= _MOST_CAMERAS:
        raise ValueError(f"num_cameras must lie between 1 and {_MOST_CAMERAS}, got {num_cameras}.")
    motion = generate_motion(config)
    views, elevation = [], []
    for number in range(num_cameras):
        others = dataclasses.replace(config, seed=seed + number * _CAMERA_SEEDS)
        cameras = generate_cameras(others, motion)
        views.append(_poses(config, motion, cameras))
        elevation.append(np.repeat(np.degrees(cameras.elevation), _SHORT))
    return dataclasses.replace(
        views[0],
        keypoints_2d=np.concatenate([view.keypoints_2d for view in views]),
        keypoints_3d=np.concatenate([view.keypoints_3d for view in views]),
        lengths=np.concatenate([view.lengths for view in views]),
        sequences=tuple(name for view in views for name in view.sequences),
        camera_elevation=np.concatenate(elevation),
    )


def _activities(config: SyntheticConfig) -> tuple[str, ...]:
    """The activity of each sequence."""
    kinds = config.activities
    return tuple(kinds[i % len(kinds)] for i in range(config.num_sequences))


def _generators(config: SyntheticConfig) -> dict[str, np.random.Generator]:
    """Independent sources, so that other cameras leave the motion as it is."""
    names = ("bodies", "motion", "cameras")
    return dict(zip(names, np.random.default_rng(config.seed).spawn(len(names)), strict=True))


def _by_sequence(motion: Motion) -> np.ndarray:
    """`[S, T, 17, 3]` metres, world frame."""
    return motion.positions.reshape(len(motion.lengths), -1, *motion.positions.shape[1:])
