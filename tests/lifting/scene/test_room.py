"""Somebody who walks past a camera, lifted and placed."""

import json

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.errors import ConfigError, InputError
from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.motion.ground import contacts, sliding

FRAMES, FOCAL, SIZE = 60, 1000.0, (1280, 720)


def seen_by_a_camera(path, activity, root):
    """Writes a table of the keypoints of somebody at `root` `[60, 3]` mm; returns the height."""
    config = synthetic.SyntheticConfig(
        num_sequences=1,
        frames_per_sequence=FRAMES,
        activities=(activity,),
        elevation_mean_deg=0.0,
        elevation_std_deg=0.0,
        seed=2,
    )
    poses = synthetic.generate_poses(config)
    joints = poses.keypoints_3d - poses.keypoints_3d[:, :1] + root[:, None]
    seen = FOCAL * joints[..., :2] / joints[..., 2:] + np.array(SIZE) / 2
    lines = ["frame,person,joint,x,y"]
    for frame, pose in enumerate(seen):
        names = poses.skeleton.joint_names
        lines += [f"{frame},0,{n},{x:.3f},{y:.3f}" for n, (x, y) in zip(names, pose, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return float(1000 * synthetic.generate_motion(config).stature[0])


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """A table of the keypoints, the way of the pelvis, `[60, 3]` mm, and the person's height."""
    time = np.linspace(0, 1, FRAMES)[:, None]
    root = np.array([-1500.0, 200.0, 6000.0]) + time * np.array([2500.0, 0.0, -1500.0])
    path = tmp_path_factory.mktemp("room") / "walk.csv"
    return path, root, seen_by_a_camera(path, "walking", root)


@pytest.fixture
def lift(walk, tmp_path):
    def lift(output, **settings):
        given = {"height_mm": walk[2], "image_size": "1280x720", "focal_length": FOCAL}
        given |= {"skeleton": "h36m17"} | settings
        given = {"input": str(walk[0])} | given
        config = LiftConfig(output=str(tmp_path / output), model="small", **given)
        summary = lift_file(config)
        return summary.paths[0]

    return lift


def npz(path):
    with np.load(path) as lifted:
        return {name: lifted[name] for name in lifted.files}


def test_the_way_through_the_room_is_found(lift, walk):
    root_3d = npz(lift("out.npz"))["root_3d"]
    true = walk[1]
    assert np.linalg.norm(root_3d - true, axis=1).mean() < 0.1 * np.linalg.norm(true, axis=1).mean()
    walked = np.linalg.norm(true[-1] - true[0])
    assert np.linalg.norm((root_3d[-1] - root_3d[0]) - (true[-1] - true[0])) < 0.1 * walked


def test_a_field_of_view_says_the_same(lift):
    fov = float(np.degrees(2 * np.arctan(SIZE[0] / 2 / FOCAL)))
    one, other = npz(lift("a.npz")), npz(lift("b.npz", focal_length=None, fov=fov))
    np.testing.assert_allclose(one["root_3d"], other["root_3d"], rtol=1e-4)


def test_without_a_focal_length_nobody_is_anywhere(lift):
    found = npz(lift("out.npz", focal_length=None))
    assert np.isnan(found["root_3d"]).all()


def test_who_stands_on_the_floor_has_it_at_zero(lift, walk):
    lifted = json.loads(lift("out.json", up="y").read_text())
    ankles = [lifted["joints"].index(f"{side}_ankle") for side in ("left", "right")]
    feet = [
        min(person["keypoints_3d"][joint][1] for joint in ankles) + person["root_3d"][1]
        for person in lifted["people"]
    ]
    assert min(feet) > -150
    assert np.median(feet) == pytest.approx(0, abs=80)


def test_a_pelvis_that_is_hidden_for_a_moment_moves_nobody(lift, walk, tmp_path):
    """The pose is turned back by the aim with which it was lifted."""
    hidden = tmp_path / "hidden.csv"
    lines = walk[0].read_text().splitlines()
    gone = ("pelvis", "left_hip", "right_hip")
    kept = [
        line
        for line in lines
        if not (line.split(",")[0] in map(str, range(20, 26)) and line.split(",")[2] in gone)
    ]
    hidden.write_text("\n".join(kept) + "\n")
    whole, without = npz(lift("whole.npz")), npz(lift("without.npz", input=str(hidden)))
    off = np.linalg.norm(whole["root_3d"] - without["root_3d"], axis=1)
    assert off.max() < 60
    turned = np.abs(whole["elevation"] - without["elevation"])
    assert turned.max() < 4


def test_tables_have_the_place_too(lift, walk):
    rows = lift("out.csv").read_text().splitlines()
    first = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    found = [float(first[f"root_{axis}"]) for axis in "xyz"]
    np.testing.assert_allclose(found, walk[1][0], atol=0.15 * walk[1][0, 2])
    assert first["levelled"] == ""


def test_feet_that_stand_do_not_slide(lift, tmp_path):
    path = tmp_path / "standing.csv"
    height = seen_by_a_camera(path, "talking", np.tile([500.0, 100.0, 5000.0], (FRAMES, 1)))
    given = {"input": str(path), "height_mm": height}
    free, held = npz(lift("a.npz", level="on", **given)), npz(lift("b.npz", ground=True, **given))
    joints = free["joints"].tolist()
    feet = [joints.index("left_ankle"), joints.index("right_ankle")]
    ways = []
    for found in (free, held):
        feet_3d = found["keypoints_3d"][:, feet] + found["root_3d"][:, None]
        stands = contacts(feet_3d.astype(float), height, 30.0)
        assert stands.any(axis=1).mean() > 0.3
        ways.append(sliding(feet_3d, stands).mean())
    assert ways[1] < ways[0]  # what both feet do at once stays: the pose is not changed
    np.testing.assert_array_equal(free["keypoints_3d"], held["keypoints_3d"])


@pytest.mark.parametrize("ending", ["trc", "bvh", "glb", "c3d"])
def test_motion_goes_through_the_room_in_every_format(lift, ending):
    away, at_home = lift(f"room.{ending}"), lift(f"home.{ending}", focal_length=None)
    assert away.read_bytes() != at_home.read_bytes()


def test_a_marker_walks_as_far_as_the_person(lift, walk):
    rows = [line.split("\t") for line in lift("out.trc").read_text().splitlines()[6:]]
    pelvis = np.array([[float(cell) for cell in row[2:5]] for row in rows if len(row) > 5])
    walked, true = (np.linalg.norm(path[-1] - path[0]) for path in (pelvis, walk[1]))
    assert walked == pytest.approx(true, rel=0.1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"height_mm": None}, "need --height_mm"),
        ({"fov": 60.0}, "not both"),
        ({"focal_length": None, "ground": True}, "--ground needs the way through the room"),
        ({"level": "off", "ground": True}, "--ground needs people who stand upright"),
        ({"focal_length": 0.0}, "focal_length"),
        ({"focal_length": None, "fov": 180.0}, "fov"),
    ],
)
def test_settings_that_cannot_be_are_refused(lift, settings, message):
    with pytest.raises(ConfigError, match=message):
        lift("out.npz", **settings)


def test_the_size_of_the_images_is_asked_for(lift):
    with pytest.raises(InputError, match="has none: give --image_size=WIDTHxHEIGHT"):
        lift("out.npz", image_size="")
