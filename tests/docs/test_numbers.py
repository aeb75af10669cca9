"""docs/numbers.md says what is in the files and in the arrays."""

import csv
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.data.datasets.mocap.parsers.bvh import read_bvh
from posenet3d.lifting import LiftConfig, lift_file
from tests.fixtures.checkout import CHECKOUT, SAMPLES

PAGE = (CHECKOUT / "docs" / "numbers.md").read_text()
JOINT = "left_ankle"


def npz(path):
    with np.load(path) as lifted:
        return lifted["keypoints_3d"][0, lifted["joints"].tolist().index(JOINT)]


def json_(path):
    lifted = json.loads(path.read_text())
    return lifted["people"][0]["keypoints_3d"][lifted["joints"].index(JOINT)]


def csv_(path):
    with path.open() as file:
        row = next(row for row in csv.DictReader(file) if row["joint"] == JOINT)
    return [float(row[axis]) for axis in "xyz"]


def trc(path):
    lines = path.read_text().splitlines()
    column = lines[3].split("\t").index(JOINT)
    first = next(line for line in lines[5:] if line.strip()).split("\t")
    return [float(cell) for cell in first[column : column + 3]]


def c3d(path):
    reader = pytest.importorskip("c3d", reason="the extra c3d").Reader(path.open("rb"))
    labels = [label.strip() for label in reader.point_labels]
    _, points, _ = next(iter(reader.read_frames()))
    return points[labels.index(JOINT), :3]


def bvh(path):
    motion = read_bvh(path).motion()
    return motion.positions[0, motion.names.index(JOINT)]


@pytest.mark.parametrize("read", [npz, json_, csv_, trc, c3d, bvh])
def test_files_hold_the_joint_where_the_table_says(read, tmp_path):
    ending = f".{read.__name__.strip('_')}"
    rows = [line for line in PAGE.splitlines() if line.startswith("| `.")]
    (row,) = [line for line in rows if f"`{ending}`" in line]
    config = LiftConfig(
        input=str(SAMPLES / "openpose"), height_mm=1750.0, score=False, level="off",
        output=str(tmp_path / f"lifted{ending}"),
    )  # fmt: skip
    path = lift_file(config).paths[0]  # person 0
    documented = [float(cell) for cell in row.split("|")[2:5]]
    np.testing.assert_allclose(read(path), documented, atol=0.1)


def test_documented_turn_sets_people_upright_in_the_room():
    config = synthetic.SyntheticConfig(num_sequences=8, frames_per_sequence=4, seed=2)
    motion = synthetic.generate_motion(config)
    elevation = np.degrees(synthetic.generate_cameras(config, motion).elevation)
    true_3d = synthetic.generate_poses(config).keypoints_3d
    result = SimpleNamespace(keypoints_3d=true_3d, elevation=np.repeat(elevation, 4))
    names = {"result": result}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], names)
    height = 1000 * (motion.positions - motion.positions[:, :1])[..., 1]
    np.testing.assert_allclose(-names["upright_3d"][..., 1], height, atol=0.1)
