import shutil

import pytest

from posenet3d.adapting.inputs import find_inputs
from posenet3d.errors import InputError
from tests.fixtures.checkout import CHECKOUT


def names(paths, folder):
    return [path.relative_to(folder).as_posix() for path in paths]


def test_a_folder_is_looked_through_and_what_is_no_input_is_named(recordings):
    left_out = []
    found = find_inputs(str(recordings), left_out.append)
    assert names(found, recordings) == ["camera/openpose", "walk.npz"]
    assert len(left_out) == 2
    assert "broken.json" in left_out[0]
    assert "notes.md" in left_out[1]


def test_several_are_named_with_commas(recordings):
    walk, frames = recordings / "walk.npz", recordings / "camera" / "openpose"
    assert find_inputs(f"{walk},{frames}", print) == [walk, frames]


def test_a_name_with_a_comma_is_one_file(recordings, tmp_path):
    path = tmp_path / "a,b.npz"
    path.write_bytes((recordings / "walk.npz").read_bytes())
    assert find_inputs(str(path), print) == [path]


def test_an_input_that_is_named_must_be_one(recordings, tmp_path):
    with pytest.raises(InputError, match=r"notes.md"):
        find_inputs(f"{recordings / 'walk.npz'},{recordings / 'notes.md'}", print)
    with pytest.raises(InputError, match="no such"):
        find_inputs(str(tmp_path / "away.npz"), print)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no file of keypoints"):
        find_inputs(str(tmp_path / "empty"), print)


def test_the_output_is_no_input(recordings, tmp_path):
    (tmp_path / "run").mkdir()
    for path in (tmp_path / "walk.npz", tmp_path / "run" / "poses.npz"):
        path.write_bytes((recordings / "walk.npz").read_bytes())
    assert find_inputs(str(tmp_path), print, tmp_path / "run") == [tmp_path / "walk.npz"]


def test_recordings_of_which_each_is_a_json_file_are_inputs_of_their_own(tmp_path, recordings):
    sample = CHECKOUT / "docs" / "samples" / "mmpose.json"
    for name in ("run.json", "walk.json"):
        (tmp_path / name).write_bytes(sample.read_bytes())
    (tmp_path / "more.npz").write_bytes((recordings / "walk.npz").read_bytes())
    names_found = [path.name for path in find_inputs(str(tmp_path), print)]
    assert names_found == ["more.npz", "run.json", "walk.json"]


def test_what_lies_beside_a_recordings_frames_is_found_too(recordings, tmp_path):
    shutil.copytree(recordings / "camera" / "openpose", tmp_path / "day")
    (tmp_path / "day" / "walk.npz").write_bytes((recordings / "walk.npz").read_bytes())
    found = find_inputs(str(tmp_path / "day"), print)
    assert found == [tmp_path / "day", tmp_path / "day" / "walk.npz"]


def test_runs_are_not_looked_into(recordings, tmp_path):
    (tmp_path / "older" / "best").mkdir(parents=True)
    (tmp_path / "older" / "config.json").write_text("{}")
    for path in (tmp_path / "walk.npz", tmp_path / "older" / "poses.npz"):
        path.write_bytes((recordings / "walk.npz").read_bytes())
    assert find_inputs(str(tmp_path), print) == [tmp_path / "walk.npz"]
