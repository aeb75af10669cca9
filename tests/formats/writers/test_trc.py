import os

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.writers.trc import write_trc
from posenet3d.skeletons.skeleton import H36M_17


def read_as_opensim(path):
    """Cells by line as OpenSim's reader finds them: one before every tab, and a rest with text."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line.split("\t")[: -1 if line.endswith("\t") else None] for line in lines]


@pytest.fixture
def motion(people):
    """`[12, 17, 3]` mm with a pose missing, at the very end of the line too."""
    motion = np.array(people.keypoints_3d[:12], np.float64)
    motion[4] = np.nan
    return motion


def test_header_says_what_opensim_asks_for(tmp_path, motion):
    write_trc(tmp_path / "out.trc", motion, H36M_17, fps=25)
    lines = read_as_opensim(tmp_path / "out.trc")
    assert lines[0] == ["PathFileType", "4", "(X/Y/Z)", "out.trc"]
    assert dict(zip(lines[1], lines[2], strict=True)) == {
        "DataRate": "25",
        "CameraRate": "25",
        "NumFrames": "12",
        "NumMarkers": "17",
        "Units": "mm",
        "OrigDataRate": "25",
        "OrigDataStartFrame": "1",
        "OrigNumFrames": "12",
    }
    assert lines[3][:2] == ["Frame#", "Time"]
    assert [cell for cell in lines[3][2:] if cell] == list(H36M_17.joint_names)
    assert lines[3][2::3] == list(H36M_17.joint_names)
    assert lines[4][:8] == ["", "", "X1", "Y1", "Z1", "X2", "Y2", "Z2"]
    assert lines[5] == [""]


def test_every_line_has_all_cells_and_the_positions_come_back(tmp_path, motion):
    write_trc(tmp_path / "out.trc", motion, H36M_17, fps=25)
    rows = read_as_opensim(tmp_path / "out.trc")[6:-1]
    assert [len(row) for row in rows] == [2 + 3 * 17] * 12
    assert [row[0] for row in rows] == [str(i) for i in range(1, 13)]
    np.testing.assert_allclose([float(row[1]) for row in rows], np.arange(12) / 25, atol=1e-8)
    assert set(rows[4][2:]) == {""}
    del rows[4]
    found = np.array([row[2:] for row in rows], float).reshape(-1, 17, 3)
    np.testing.assert_allclose(found, np.delete(motion, 4, axis=0) * [1, -1, -1], atol=1e-3, rtol=0)


def test_the_head_is_above_the_feet_on_the_axis_that_points_up(tmp_path, motion):
    for up, axis in {"y": 1, "z": 2}.items():
        write_trc(tmp_path / "out.trc", motion, H36M_17, up=up)
        first = np.array(read_as_opensim(tmp_path / "out.trc")[6][2:], float).reshape(17, 3)
        head, ankle = H36M_17.index("head"), H36M_17.index("left_ankle")
        assert first[head, axis] > first[ankle, axis] + 500


def test_missing_folder_is_the_users_error(tmp_path, motion):
    with pytest.raises(InputError, match="there is no folder"):
        write_trc(tmp_path / "gone" / "out.trc", motion, H36M_17)
    assert os.listdir(tmp_path) == []
