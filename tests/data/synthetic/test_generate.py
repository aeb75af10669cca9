import collections
import dataclasses
import inspect

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.data.synthetic.activities.names import WEIGHTED
from posenet3d.data.synthetic.people.angles import EVERYDAY_LIMITS, LIMITS
from posenet3d.skeletons.skeleton import H36M_17

FRAMES = 60
KINDS = len(synthetic.QUICKSTART_ACTIVITIES)
CONFIG = synthetic.SyntheticConfig(num_sequences=3 * KINDS, frames_per_sequence=FRAMES, seed=7)
SMALL = dataclasses.replace(CONFIG, num_sequences=20, frames_per_sequence=8)


@pytest.fixture(scope="module")
def motion():
    return synthetic.generate_motion(CONFIG)


@pytest.fixture(scope="module")
def poses():
    return synthetic.generate_poses(CONFIG)


@pytest.fixture(scope="module")
def split():
    return synthetic.quickstart_split(num_train_sequences=2 * KINDS, num_test_sequences=KINDS)


def by_sequence(array):
    return array.reshape(-1, FRAMES, *array.shape[1:])


def bone(positions, parent, child):
    return positions[..., H36M_17.index(child), :] - positions[..., H36M_17.index(parent), :]


def test_records_are_complete(motion, poses):
    assert motion.positions.shape == (3 * KINDS * FRAMES, 17, 3)
    assert motion.angles.shape == (3 * KINDS * FRAMES, len(LIMITS))
    assert motion.activities == 3 * synthetic.QUICKSTART_ACTIVITIES
    assert poses.keypoints_2d.dtype == poses.keypoints_3d.dtype == np.float32
    assert poses.skeleton is H36M_17
    assert poses.image_size == (1000, 1000)
    assert poses.frame_rate == 30
    assert poses.sequences[:2] == ("walking_0000", "turning_0001")
    assert poses.lengths.tolist() == [FRAMES] * 3 * KINDS


def test_bones_are_constant_in_time_and_the_same_on_both_sides(motion):
    bones = np.array(H36M_17.bones)
    positions = by_sequence(motion.positions.astype(np.float64))
    lengths = np.linalg.norm(positions[:, :, bones[:, 1]] - positions[:, :, bones[:, 0]], axis=-1)
    np.testing.assert_allclose(lengths, lengths[:, :1].repeat(FRAMES, 1), atol=1e-5)
    np.testing.assert_allclose(lengths, lengths[..., H36M_17.bone_mirror], atol=1e-5)
    assert (lengths[:, 0].std(0) > 0.003).all()  # people differ in every bone


def test_joint_limits_hold_and_are_used(motion):
    low, high = np.array(list(EVERYDAY_LIMITS.values())).T
    assert (motion.angles >= low - 1e-4).all()
    assert (motion.angles <= high + 1e-4).all()
    used = np.ptp(motion.angles, axis=0)
    assert (used[:-1] > 15).all()  # no everyday activity has a twist of the pelvis


def test_knees_never_bend_forward(motion):
    to_left = bone(motion.positions, "right_hip", "left_hip")
    for side in ("left", "right"):
        thigh = bone(motion.positions, f"{side}_hip", f"{side}_knee")
        shank = bone(motion.positions, f"{side}_knee", f"{side}_ankle")
        hinge = (np.cross(thigh, shank) * to_left).sum(-1)
        assert (hinge > -1e-3).all()
        assert (hinge > 0.01).any()


def test_same_seed_same_bytes_other_seed_other():
    one, two = synthetic.generate_poses(SMALL), synthetic.generate_poses(SMALL)
    assert one.keypoints_2d.tobytes() == two.keypoints_2d.tobytes()
    assert one.keypoints_3d.tobytes() == two.keypoints_3d.tobytes()
    other = synthetic.generate_poses(dataclasses.replace(SMALL, seed=8))
    first = np.abs(other.keypoints_3d - one.keypoints_3d).reshape(20, 8, -1).max(axis=(1, 2))
    assert (first > 50).all()


def test_other_cameras_leave_the_motion_as_it_is():
    steep = dataclasses.replace(SMALL, elevation_mean_deg=40.0)
    one, two = synthetic.generate_motion(SMALL), synthetic.generate_motion(steep)
    assert one.positions.tobytes() == two.positions.tobytes()
    elevation = synthetic.generate_cameras(steep, two).elevation
    assert np.degrees(elevation).mean() == pytest.approx(40, abs=5)


def test_2d_is_the_projection_of_3d(motion, poses):
    cameras = synthetic.generate_cameras(CONFIG, motion)
    root = cameras.see(by_sequence(motion.positions))[:, :, :1]
    points = by_sequence(poses.keypoints_3d) / 1000.0 + root
    pixels = 1145 * points[..., :2] / points[..., 2:] + 500
    np.testing.assert_allclose(by_sequence(poses.keypoints_2d), pixels, atol=0.01)
    assert (poses.keypoints_3d[:, H36M_17.root] == 0).all()


def test_3d_keeps_the_shape_of_the_motion(motion, poses):
    world = motion.positions[:, :, None] - motion.positions[:, None]
    camera = poses.keypoints_3d[:, :, None] - poses.keypoints_3d[:, None]
    distances = [np.linalg.norm(d, axis=-1) for d in (1000 * world, camera)]
    np.testing.assert_allclose(*distances, atol=0.05)
    # Undoing the camera's known elevation brings the world's vertical back.
    elevation = synthetic.generate_cameras(CONFIG, motion).elevation.repeat(FRAMES)[:, None]
    down = poses.keypoints_3d[..., 1] * np.cos(elevation) + poses.keypoints_3d[..., 2] * np.sin(
        elevation
    )
    up = motion.positions[..., 1] - motion.positions[:, :1, 1]
    np.testing.assert_allclose(-down / 1000, up, atol=1e-4)


def test_people_are_in_the_picture_and_fill_a_part_of_it(poses):
    assert poses.keypoints_2d.min() >= 0
    assert poses.keypoints_2d.max() <= 1000
    extent = np.ptp(poses.keypoints_2d[..., 1], axis=1)
    assert 100 < np.median(extent) < 700


def test_image_is_y_down(motion, poses):
    upright = np.repeat([a == "standing" for a in motion.activities], FRAMES)
    vertical = poses.keypoints_2d[upright][..., 1]
    order = [
        H36M_17.index(name) for name in ("head", "thorax", "pelvis", "left_knee", "left_ankle")
    ]
    assert (np.diff(vertical[:, order], axis=1) > 0).all()


def test_nobody_sinks_into_the_floor_or_floats(motion):
    heights = by_sequence(motion.positions)[..., 1]
    feet = heights[..., [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]]
    assert feet.min() > 0.0
    assert heights.min() > -0.1
    lowest = heights.min(axis=2)
    walkers = np.array([a != "jumping" and a != "running" for a in motion.activities])
    assert lowest[walkers].max() < 0.13


def test_motion_is_smooth(motion):
    positions = by_sequence(motion.positions)
    root = positions[:, :, :1]
    limb_speed = np.linalg.norm(np.diff(positions - root, axis=1), axis=-1) * 30
    assert limb_speed.max() < 22  # m/s: a hand in an overarm throw
    assert np.percentile(limb_speed, 99) < 5
    assert np.linalg.norm(np.diff(root, axis=1), axis=-1).max() * 30 < 6.5
    steps = np.diff(positions - root, axis=1)
    assert np.percentile(np.linalg.norm(np.diff(steps, axis=1), axis=-1), 99.5) < 0.08


def test_limbs_cover_their_space(motion):
    """At least about the spread of motion capture of everyday and sports activities (CMU)."""
    heading = np.radians(motion.angles[:, 0])[:, None]
    poses = motion.positions - motion.positions[:, :1]
    sideways = poses[..., 0] * np.cos(heading) - poses[..., 2] * np.sin(heading)
    ahead = poses[..., 0] * np.sin(heading) + poses[..., 2] * np.cos(heading)
    spread = np.stack([sideways, poses[..., 1], ahead], axis=-1).std(axis=0)
    for joint, least in (("wrist", 0.15), ("elbow", 0.10), ("knee", 0.04), ("ankle", 0.08)):
        for side in ("left", "right"):
            assert (spread[H36M_17.index(f"{side}_{joint}")] > least).all(), joint
    facing = np.histogram(np.arctan2(np.sin(heading), np.cos(heading)), bins=6)[0]
    assert facing.min() > 0.05 * len(heading)


def test_split_holds_out_people_viewpoints_and_motions(split):
    train, test = split
    assert len(train) == 2 * KINDS * 125
    assert len(test) == KINDS * 125
    kinds = [{name.rsplit("_", 1)[0] for name in part.sequences} for part in split]
    assert kinds[1] - kinds[0] == set(synthetic.HELD_OUT_ACTIVITIES)
    assert kinds[0] < kinds[1] == set(synthetic.QUICKSTART_ACTIVITIES)
    thighs = [
        np.linalg.norm(bone(part.keypoints_3d[::125], "left_hip", "left_knee"), axis=-1)
        for part in split
    ]
    assert np.abs(thighs[0][:, None] - thighs[1]).min() > 1e-3  # no body of one in the other
    poses = [part.keypoints_3d[::25].reshape(-1, 51) for part in split]
    nearest = np.linalg.norm(poses[0][:, None] - poses[1], axis=-1).min()
    assert nearest > 10  # mm, summed over 17 joints


def test_split_depends_on_its_seed_and_refuses_bad_numbers():
    one, two = (synthetic.quickstart_split(2, 2, seed=seed)[1] for seed in (0, 1))
    assert np.abs(one.keypoints_2d - two.keypoints_2d).max() > 10
    with pytest.raises(ValueError, match="got 0"):
        synthetic.quickstart_split(num_test_sequences=0)
    with pytest.raises(ValueError, match=r"seed .* got -1"):
        synthetic.quickstart_split(2, 2, seed=-1)


def test_the_quick_start_shows_adults_on_their_feet_or_seated(split):
    kinds = {name.rsplit("_", 1)[0] for name in split[1].sequences}
    assert kinds == {
        "walking", "turning", "running", "climbing", "jumping", "standing", "talking", "waving",
        "reaching", "throwing", "kicking", "boxing", "stretching", "dancing", "sitting",
        "sitting_down", "squatting", "picking_up", "lunging", "kneeling",
    }  # fmt: skip
    trunk = bone(split[1].keypoints_3d, "pelvis", "thorax")
    assert (trunk[:, 1] < 0).mean() > 0.98  # the image is y down: the chest is above the pelvis


@pytest.fixture(scope="module")
def wide():
    return synthetic.wide_poses(num_sequences=len(WEIGHTED), seed=2)


def test_wide_poses_show_all_that_people_do(wide):
    kinds = collections.Counter(name.rsplit("_", 1)[0] for name in wide.sequences)
    assert set(kinds) == set(synthetic.ACTIVITIES)
    assert kinds["t_pose"] >= 3 <= kinds["standing_straight"]
    trunk = bone(wide.keypoints_3d, "pelvis", "thorax")
    level = np.abs(trunk[:, 1]) < 0.4 * np.linalg.norm(trunk, axis=-1)
    assert 0.1 < level.mean() < 0.4


def test_wide_poses_are_of_everyone_in_short_clips(wide):
    assert set(wide.lengths) == {40}
    thigh = np.linalg.norm(bone(wide.keypoints_3d[::40], "left_hip", "left_knee"), axis=-1)
    assert thigh.min() < 320 < 400 < thigh.max()  # mm, of children and of adults
    again = synthetic.wide_poses(num_sequences=len(WEIGHTED), seed=2)
    assert again.keypoints_2d.tobytes() == wide.keypoints_2d.tobytes()


def test_wide_poses_are_seen_from_below_to_steeply_above_and_say_so(wide):
    elevation = wide.camera_elevation
    assert -25 <= elevation.min() < -8 < 10 < np.median(elevation) < 20 < 40 < elevation.max()
    assert (np.ptp(elevation.reshape(-1, 40), axis=1) == 0).all()  # one camera a sequence
    standing = np.repeat([name.startswith(("t_pose", "standing")) for name in wide.sequences], 40)
    up = -bone(wide.keypoints_3d[standing], "pelvis", "head")
    leaning = np.degrees(np.arctan2(up[:, 2], up[:, 1]))
    assert np.median(np.abs(leaning - elevation[standing])) < 10


def test_wide_poses_are_about_200000_by_default():
    default = inspect.signature(synthetic.wide_poses).parameters["num_sequences"].default
    assert default * 40 == 200_000
    with pytest.raises(ValueError, match="got 0"):
        synthetic.wide_poses(num_sequences=0)


def test_several_cameras_see_one_motion_under_one_name(wide):
    several = synthetic.wide_poses(num_sequences=len(WEIGHTED), seed=2, num_cameras=3)
    count = len(wide)
    assert len(several) == 3 * count
    np.testing.assert_array_equal(several.keypoints_2d[:count], wide.keypoints_2d)
    assert several.sequences == 3 * wide.sequences
    views = several.keypoints_3d.reshape(3, count, 17, 3)
    lengths = np.linalg.norm(views, axis=-1)
    np.testing.assert_allclose(lengths, np.broadcast_to(lengths[0], lengths.shape), atol=0.1)
    assert np.abs(views[0] - views[1]).mean() > 50
    elevation = several.camera_elevation.reshape(3, count)
    assert (np.ptp(elevation, axis=0) > 0).all()


@pytest.mark.parametrize("number", [0, -1, 101])
def test_a_number_of_cameras_that_cannot_be_is_refused(number):
    with pytest.raises(ValueError, match="num_cameras"):
        synthetic.wide_poses(num_sequences=2, num_cameras=number)
