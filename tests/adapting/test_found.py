import numpy as np
import pytest

import posenet3d
from posenet3d.adapting import AdaptConfig
from posenet3d.adapting.found import SIDES, look_at, sides_seen
from posenet3d.adapting.inputs import find_inputs
from posenet3d.adapting.recordings import read_recordings
from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import H36M_17


def found(recordings, model, **settings):
    config = AdaptConfig(input=str(recordings), output="run", **settings)
    said = []
    paths = find_inputs(config.input, said.append)
    read = read_recordings(config, paths, H36M_17, None, said.append)
    return look_at(read, H36M_17, posenet3d.load(model), config.fps, config.elevation), said


def test_any_mix_of_formats_becomes_whole_poses_of_one_skeleton(recordings, model, poses):
    result, _ = found(recordings, model)
    assert result.poses.skeleton == H36M_17
    assert len(result.poses) == 280
    assert [recording.tracks for recording in result.recordings] == [1, 5]
    np.testing.assert_allclose(result.poses.keypoints_2d[80:], poses.keypoints_2d[:200], atol=1e-3)
    assert result.poses.lengths.tolist() == [80, *[40] * 5]
    assert np.isfinite(result.poses.camera_elevation).all()
    text = str(result)
    assert "openpose: 80 poses in 1 track, 80 to learn from" in text
    assert "walk.npz: 200 poses in 5 tracks" in text
    assert "In all 280 poses of 6 bodies by their names, 0.2 minutes, seen from" in text
    assert f"of {SIDES} sides" in text


def test_the_elevation_is_one_value_a_camera_or_what_the_user_says(recordings, model):
    result, _ = found(recordings, model)
    parts = np.split(result.poses.camera_elevation, np.cumsum(result.poses.lengths)[:-1])
    assert all(np.ptp(part) == 0 for part in parts)
    assert len({part[0] for part in parts}) > 1
    result, _ = found(recordings, model, elevation=20.0)
    assert (result.poses.camera_elevation == 20).all()


def test_what_an_archive_says_of_its_cameras_is_kept(tmp_path, model, poses):
    known = np.repeat([10.0, np.nan], 200).astype(np.float32)
    np.savez(
        tmp_path / "known.npz", keypoints_2d=poses.keypoints_2d, camera_elevation=known,
        lengths=[200, 200], sequences=["a", "b"],
    )  # fmt: skip
    elevation = found(tmp_path / "known.npz", model)[0].poses.camera_elevation
    assert (elevation[:200] == 10.0).all()
    assert np.isfinite(elevation[200:]).all()
    assert np.ptp(elevation[200:]) == 0


def test_the_training_split_of_an_archive_is_read(tmp_path, model, poses):
    path = tmp_path / "split.npz"
    np.savez(
        path, train_keypoints_2d=poses.keypoints_2d[:100], test_keypoints_2d=poses.keypoints_2d
    )
    assert len(found(path, model)[0].poses) == 100
    assert len(found(path, model, split="test")[0].poses) == 400


def test_nobody_is_an_error_and_a_bad_file_among_others_is_named(tmp_path, model, poses):
    np.savez(tmp_path / "good.npz", keypoints_2d=poses.keypoints_2d)
    np.savez(tmp_path / "bad.npz", keypoints_2d=poses.keypoints_2d[:, :5])
    result, said = found(tmp_path, model)
    assert len(result.poses) == 400
    assert any("bad.npz" in line for line in said)
    with pytest.raises(InputError, match=r"bad.npz"):
        found(tmp_path, model, skip_bad=False)
    with pytest.raises(InputError, match=r"bad.npz"):
        found(tmp_path / "bad.npz", model)


@pytest.mark.parametrize(("turns", "sides"), [(1, SIDES), (1 / 16, 1), (0.5, SIDES // 2)])
def test_sides_are_counted(poses, turns, sides):
    azimuth = np.linspace(0.02, 2 * np.pi * turns - 0.02, 800)
    pose = poses.keypoints_3d[0] * [1, 1, 0]  # facing the camera
    pose[:, 0] = np.abs(pose[:, 0]) * np.isin(np.arange(17), H36M_17.left)
    x, z = pose[:, 0] * np.cos(azimuth)[:, None], pose[:, 0] * np.sin(azimuth)[:, None]
    turned = np.stack([x, np.broadcast_to(pose[:, 1], x.shape), z], axis=-1)
    assert sides_seen(turned, H36M_17) == sides
