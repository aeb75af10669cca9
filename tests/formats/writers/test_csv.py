import csv
import os

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.writers.csv import write_csv
from posenet3d.poses.lifted import Lifted
from posenet3d.skeletons.skeleton import H36M_17


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_joint_of_everybody_is_a_row(tmp_path, crowd, lifted):
    write_csv(tmp_path / "out.csv", [Lifted(crowd, lifted())])
    rows = read(tmp_path / "out.csv")
    assert list(rows[0]) == [
        "frame",
        "person",
        "joint",
        "x",
        "y",
        "z",
        "filled",
        "interpolated",
        "score",
        "expected_error",
        "exchanged",
        "root_x",
        "root_y",
        "root_z",
        "levelled",
    ]
    assert [row["joint"] for row in rows] == 4 * list(H36M_17.joint_names)
    assert [row["frame"] for row in rows[::17]] == [str(i) for i in crowd.image_ids]
    assert [row["person"] for row in rows[::17]] == [str(i) for i in crowd.person_ids]
    numbers = [[float(row[axis]) for axis in "xyz"] for row in rows[:51]]
    np.testing.assert_allclose(
        np.reshape(numbers, (3, 17, 3)), lifted().keypoints_3d[:3], atol=1e-3, rtol=0
    )
    assert [row["filled"] for row in rows[:17]] == ["1"] + ["0"] * 16
    assert [row["score"] for row in rows[::17]] == ["0.25", "0.5", "0.75", ""]
    assert [row["expected_error"] for row in rows[3::17]] == ["0.75", "", "0.75", ""]


def test_cells_of_people_who_were_not_lifted_are_empty(tmp_path, crowd, lifted):
    write_csv(tmp_path / "out.csv", [Lifted(crowd, lifted())])
    assert {row[axis] for row in read(tmp_path / "out.csv")[51:] for axis in "xyz"} == {""}


def test_axes_are_those_asked_for(tmp_path, crowd, lifted):
    write_csv(tmp_path / "out.csv", [Lifted(crowd, lifted())], up="y")
    ankle = read(tmp_path / "out.csv")[3]
    right, down, away = lifted().keypoints_3d[0, 3]
    found = [float(ankle[axis]) for axis in "xyz"]
    np.testing.assert_allclose(found, [right, -down, -away], atol=1e-3)


def test_missing_folder_is_the_users_error(tmp_path, crowd, lifted):
    with pytest.raises(InputError, match="there is no folder"):
        write_csv(tmp_path / "gone" / "out.csv", [Lifted(crowd, lifted())])
    assert os.listdir(tmp_path) == []
