import os
import sys
import warnings

import c3d
import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.output import Output
from posenet3d.formats.writers.c3d import write_c3d
from posenet3d.skeletons.skeleton import H36M_17


@pytest.fixture
def motion(people):
    """`[12, 17, 3]` mm with a pose missing in the middle."""
    motion = np.array(people.keypoints_3d[:12], np.float64)
    motion[4] = np.nan
    return motion


def read(path):
    """The library's reader, and its frames `[F, J, 5]`: x, y, z, residual, cameras."""
    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = c3d.Reader(file)
        return reader, np.stack([points for _, points, _ in reader.read_frames()])


def test_positions_and_gaps_come_back(tmp_path, motion):
    write_c3d(tmp_path / "out.c3d", motion, H36M_17)
    _, frames = read(tmp_path / "out.c3d")
    assert frames.shape == (12, 17, 5)
    right, down, away = np.moveaxis(np.delete(motion, 4, axis=0), -1, 0)
    np.testing.assert_allclose(
        np.delete(frames, 4, axis=0)[..., :3], np.stack([right, away, -down], axis=-1), atol=1e-3
    )
    assert (frames[4, :, 3] == -1).all()
    assert (np.delete(frames, 4, axis=0)[..., 3] == 0).all()


def test_the_file_says_what_it_holds(tmp_path, motion):
    write_c3d(tmp_path / "out.c3d", motion, H36M_17, fps=50)
    reader, _ = read(tmp_path / "out.c3d")
    assert [label.strip() for label in reader.point_labels] == list(H36M_17.joint_names)
    assert reader.point_rate == 50
    assert (reader.first_frame, reader.last_frame) == (1, 12)
    assert reader.get("POINT:UNITS").string_value.strip() == "mm"
    assert reader.get_screen_axis() == ("+X", "+Z")
    # As integers of this scale the farthest point would just fit.
    assert -reader.point_scale * 32000 == pytest.approx(np.nanmax(np.abs(motion)), rel=1e-5)


def test_y_up_is_written_and_said(tmp_path, motion):
    write_c3d(tmp_path / "out.c3d", motion, H36M_17, up="y")
    reader, frames = read(tmp_path / "out.c3d")
    assert reader.get_screen_axis() == ("+X", "+Y")
    np.testing.assert_allclose(frames[0, :, :3], motion[0] * [1, -1, -1], atol=1e-3)


def test_readers_that_count_to_the_end_of_the_file_see_no_other_frames(tmp_path, motion):
    # From 65535 frames on the header cannot say how many there are, and some readers count.
    write_c3d(tmp_path / "out.c3d", np.resize(motion, (65_535, 17, 3)), H36M_17)
    reader, frames = read(tmp_path / "out.c3d")
    assert (reader.first_frame, reader.last_frame, len(frames)) == (1, 65_535, 65_535)
    np.testing.assert_allclose(frames[-1, :, 0], motion[65_534 % 12, :, 0], atol=1e-3)
    counted = np.fromfile(tmp_path / "out.c3d", "<f4", offset=512 * (reader.header.data_block - 1))
    np.testing.assert_allclose(counted.reshape(-1, 17, 4)[-1, :, :3], frames[-1, :, :3])
    assert len(counted) == 65_535 * 17 * 4


def test_shorter_files_are_whole_blocks(tmp_path, motion):
    write_c3d(tmp_path / "out.c3d", motion, H36M_17)
    assert (tmp_path / "out.c3d").stat().st_size % 512 == 0


def test_missing_library_is_named_before_anything_is_lifted(monkeypatch):
    monkeypatch.setitem(sys.modules, "c3d", None)
    with pytest.raises(InputError, match=r"posenet3d\[c3d\]"):
        Output("lifted.c3d")


def test_missing_folder_is_the_users_error(tmp_path, motion):
    with pytest.raises(InputError, match="there is no folder"):
        write_c3d(tmp_path / "gone" / "out.c3d", motion, H36M_17)
    assert os.listdir(tmp_path) == []
