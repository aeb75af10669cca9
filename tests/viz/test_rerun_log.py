import os
import sys

import numpy as np
import pytest
import rerun
from rerun.chunk import RrdReader

from posenet3d.errors import InputError
from posenet3d.viz.rerun_log import RerunLog
from posenet3d.viz.scene import scene_of


def rows_of(path, entity, component):
    """What was logged: {frame: (seconds, value)}; the key of what holds at all times is None."""
    found = {}
    for chunk in RrdReader(path).stream().to_chunks():
        batch = chunk.to_record_batch()
        if chunk.entity_path != entity or component not in batch.schema.names:
            continue
        values = batch.column(component).to_pylist()
        if chunk.is_static:
            found[None] = (None, values[0])
            continue
        nanoseconds = batch.column("time").cast("int64").to_pylist()
        for frame, time, value in zip(
            batch.column("frame").to_pylist(), nanoseconds, values, strict=True
        ):
            if value is not None:
                found[frame] = (pytest.approx(time / 1e9), value)
    return found


@pytest.fixture
def written(moving, tmp_path):
    people, result = moving(
        frames=4, persons=2, missing=[(2, 1)], person_ids=(0,) * 4 + ("a/b",) * 4
    )
    result.filled[1, 5] = True
    RerunLog(tmp_path / "out.rrd", fps=20).write(people, result)
    return tmp_path / "out.rrd", people, result


def test_joints_come_back_at_their_frames_and_seconds(written):
    path, people, result = written
    rows = rows_of(path, "/lifted/person\\ 0", "Points3D:positions")
    assert {frame: seconds for frame, (seconds, _) in rows.items()} == {
        0: 0.0, 1: 0.05, 2: 0.1, 3: 0.15,
    }  # fmt: skip
    for frame, (_, positions) in rows.items():
        expected = result.keypoints_3d[frame] - result.keypoints_3d[frame, :1]
        np.testing.assert_allclose(positions, expected, atol=0.1)
    flat = rows_of(path, "/input/person\\ a\\/b", "Points2D:positions")
    np.testing.assert_allclose(flat[3][1], people.keypoints_2d[7], rtol=1e-5)


def test_the_expected_error_is_a_curve_where_it_is_known(moving, tmp_path):
    errors = np.outer([1.0, 2.0, np.nan, 3.0], np.arange(17) > 0).astype(np.float32)
    RerunLog(tmp_path / "out.rrd").write(*moving(frames=4, persons=1, errors=errors))
    curve = rows_of(tmp_path / "out.rrd", r"/expected_error/person\ 0", "Scalars:scalars")
    assert {frame: value for frame, (_, value) in curve.items()} == {0: [1.0], 1: [2.0], 3: [3.0]}


def test_people_stand_on_the_ground_in_their_places(written):
    path, people, result = written
    scene = scene_of(people, result)
    for number, name in enumerate(("person\\ 0", "person\\ a\\/b")):
        moved = rows_of(path, f"/lifted/{name}", "Transform3D:translation")[0][1][0]
        joints = rows_of(path, f"/lifted/{name}", "Points3D:positions")[0][1]
        stand = np.array(joints) + moved
        assert stand[:, 1].max() == pytest.approx(0, abs=0.1)
        np.testing.assert_allclose(stand[0, [0, 2]], scene.places[number, [0, 2]], atol=0.1)


def test_people_two_metres_apart_are_so_in_the_log(in_a_room, tmp_path):
    people, result = in_a_room(frames=3)
    RerunLog(tmp_path / "out.rrd").write(people, result)
    for person in (0, 1):
        path = rf"/lifted/person\ {person}"
        moved = rows_of(tmp_path / "out.rrd", path, "Transform3D:translation")
        joints = rows_of(tmp_path / "out.rrd", path, "Points3D:positions")
        for frame in range(3):
            root = np.array(joints[frame][1])[0] + moved[frame][1][0]
            np.testing.assert_allclose(root, result.root_3d[3 * person + frame], atol=0.1)
        ways = rows_of(
            tmp_path / "out.rrd", rf"/lifted/way/person\ {person}", "LineStrips3D:strips"
        )
        ((way,),) = (strips for _, strips in ways.values())
        floor = result.root_3d[3 * person : 3 * person + 3] * [1, 0, 1]
        np.testing.assert_allclose(way, floor, atol=0.1)


def test_without_a_room_there_is_no_way(written):
    path, _, _ = written
    assert not rows_of(path, "/lifted/way/person\\ 0", "LineStrips3D:strips")


def test_who_is_not_lifted_is_taken_away_in_3d_and_marked_in_2d(written):
    path, _, _ = written
    name = "person\\ a\\/b"
    joints = rows_of(path, f"/lifted/{name}", "Points3D:positions")
    assert {frame: len(positions) for frame, (_, positions) in joints.items()} == {
        0: 17, 1: 17, 2: 0, 3: 17,
    }  # fmt: skip
    classes = rows_of(path, f"/input/{name}", "Points2D:class_ids")
    assert {frame: set(ids) for frame, (_, ids) in classes.items()} == {
        0: {0}, 1: {0}, 2: {2}, 3: {0},
    }  # fmt: skip


def test_filled_joints_have_a_class_of_their_own(written):
    path, _, _ = written
    classes = rows_of(path, "/lifted/person\\ 0", "Points3D:class_ids")
    assert np.flatnonzero(classes[1][1]).tolist() == [5]
    assert set(classes[0][1]) == {0}


def test_joints_have_names_and_the_world_its_axes(written):
    path, people, _ = written
    (context,) = (value for _, value in rows_of(path, "/", "AnnotationContext:context").values())
    for described in context[0]:
        joints = described["class_description"]["keypoint_annotations"]
        names = [joint["label"] for joint in joints]
        assert names == list(people.skeleton.joint_names)
    down = [way.value for way in rerun.ViewCoordinates.RIGHT_HAND_Y_DOWN.coordinates]
    ((_, axes),) = rows_of(path, "/lifted", "ViewCoordinates:xyz").values()
    assert list(axes[0]) == down


def test_size_of_the_image_is_shown(moving, tmp_path):
    people, result = moving(frames=2, persons=1, image_sizes=((640, 480),) * 2)
    RerunLog(tmp_path / "out.rrd").write(people, result)
    half = rows_of(tmp_path / "out.rrd", "/input/image", "Boxes2D:half_sizes")
    assert half == {0: (0.0, [[320, 240]])}


BAD = {
    "ending": (("out.mp4",), r"out\.mp4: files of Rerun end in \.rrd; or give spawn"),
    "rate": (("out.rrd", 0.0), "fps .* got 0"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_refused_before_anything_is_lifted(arguments, message):
    with pytest.raises(InputError, match=message):
        RerunLog(*arguments)


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(InputError, match=r"pip install 'posenet3d\[rerun\]'"):
        RerunLog("out.rrd")


def test_viewer_that_does_not_start_is_said(moving, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("no such program.")

    monkeypatch.setattr(rerun.RecordingStream, "spawn", fails)
    with pytest.raises(InputError, match=r"cannot be started: no such program.*Write a \.rrd"):
        RerunLog("spawn").write(*moving(frames=1))


def test_file_comes_whole_or_not_at_all(moving, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no folder"):
        RerunLog(tmp_path / "gone" / "out.rrd").write(*moving(frames=1))

    def fails(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(rerun.LineStrips3D, "columns", fails)
    with pytest.raises(KeyboardInterrupt):
        RerunLog(tmp_path / "out.rrd").write(*moving(frames=1))
    assert os.listdir(tmp_path) == []
