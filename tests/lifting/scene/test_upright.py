import dataclasses
import json

import numpy as np
import pytest

from posenet3d.errors import ConfigError
from posenet3d.lifting import lift_file
from posenet3d.lifting.scene.upright import Level
from posenet3d.motion.level import levelled
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17


@pytest.fixture
def lifted():
    """Two poses of each of two cameras, that look down by 10 and 30 degrees."""
    rng = np.random.default_rng(0)
    people = People(
        rng.uniform(1, 99, (4, 17, 2)).astype(np.float32),
        np.ones((4, 17), np.float32),
        H36M_17,
        ("low/0", "low/1", "high/0", "high/1"),
        (0, 0, 0, 0),
        tracked=True,
    )
    return Lifted(
        people,
        LiftResult(
            keypoints_3d=rng.normal(size=(4, 17, 3)).astype(np.float32),
            filled=np.zeros((4, 17), bool),
            lifted=np.ones(4, bool),
            problems=("",) * 4,
            score=np.ones(4, np.float32),
            elevation=np.float32([8, 12, 28, 32]),
            unit="pose",
        ),
    )


def test_each_camera_has_its_own_tilt(lifted):
    after, notes = Level("on").upright(lifted, "out.bvh")
    np.testing.assert_allclose(after.levelled, [10, 10, 30, 30])
    expected = levelled(lifted.result.keypoints_3d, after.levelled)
    np.testing.assert_array_equal(after.result.keypoints_3d, expected)
    assert notes == [
        "Upright in out.bvh (--level): the camera looks down by 10.0 (low), 30.0 (high) degrees."
    ]


def test_a_given_tilt_is_taken(lifted):
    after, _ = Level("-7.5").upright(lifted)
    np.testing.assert_allclose(after.levelled, -7.5)


def test_a_model_that_says_nothing_leaves_poses_as_they_are(lifted):
    result = dataclasses.replace(lifted.result, elevation=np.full(4, np.nan, np.float32))
    after, notes = Level("on").upright(Lifted(lifted.people, result))
    np.testing.assert_array_equal(after.result.keypoints_3d, lifted.result.keypoints_3d)
    assert np.isnan(after.levelled).all()
    assert "tells no elevation" in notes[0]


@pytest.mark.parametrize("text", ["up", "", "91", "-90.1", "nan", "10 degrees"])
def test_what_is_no_level_is_refused(text):
    with pytest.raises(ConfigError, match="level must be auto, on, off or the degrees"):
        Level(text)


def points_of(path):
    """Positions `[F, J, 3]` of a TRC file."""
    rows = [line.split("\t") for line in path.read_text().splitlines()[6:]]
    cells = [[float(cell) for cell in row[2:53] if cell] for row in rows]
    return np.array([frame for frame in cells if frame]).reshape(-1, 17, 3)


def test_where_an_axis_points_up_people_are_upright(config, tmp_path):
    found = {}
    for level in ("off", "auto", "20"):
        summary = lift_file(config(f"{level}.trc", level=level, body="off"))
        found[level] = points_of(tmp_path / f"{level}.trc")
        assert ("Upright in" in str(summary)) == (level != "off")
    camera = found["off"] * [1, -1, -1]
    np.testing.assert_allclose(found["20"] * [1, -1, -1], levelled(camera, 20.0), atol=1e-3)
    assert np.abs(found["auto"] - found["off"]).max() > 1


@pytest.mark.parametrize(("up", "upright"), [("auto", False), ("y", True)])
def test_arrays_in_the_camera_frame_stay_there(config, tmp_path, up, upright):
    lift_file(config("out.json", up=up))
    people = json.loads((tmp_path / "out.json").read_text())["people"]
    assert all((person["levelled"] is not None) == upright for person in people)


def test_arrays_say_what_was_done_to_them(config, tmp_path, arrays):
    lift_file(config("camera.npz"))
    lift_file(config("room.npz", level="on"))
    camera, room = arrays(tmp_path / "camera.npz"), arrays(tmp_path / "room.npz")
    assert np.isnan(camera["levelled"]).all()
    assert len(set(room["levelled"])) == 1
    expected = levelled(camera["keypoints_3d"], room["levelled"])
    np.testing.assert_allclose(room["keypoints_3d"], expected, atol=1e-5)
