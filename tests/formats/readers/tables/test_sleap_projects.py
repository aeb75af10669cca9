"""Projects of SLEAP (`.slp`); the sample is what sleap-io 0.9.5 wrote."""

import json
import shutil

import h5py
import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.skeletons.map_files.map_file import read_map_file
from tests.fixtures.checkout import SAMPLES


@pytest.fixture
def project(tmp_path):
    """A copy of the sample after `change` has been at it."""

    def project(change=lambda file: None):
        path = shutil.copy(SAMPLES / "sleap.slp", tmp_path / "labels.slp")
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return project


def rows(name, **columns):
    """Sets columns of the rows of a data set: {column: {row: value}}, or all rows."""

    def change(file):
        table = file[name][()]
        for column, values in columns.items():
            for row, value in values.items() if isinstance(values, dict) else ():
                table[column][row] = value
            if not isinstance(values, dict):
                table[column] = values
        file[name][...] = table

    return change


def test_what_somebody_labelled_takes_the_place_of_the_prediction(project):
    """The second row becomes the corrected first: its nose seen elsewhere, its left eye not."""

    def correct(file):
        rows("instances", instance_type={1: 0}, from_predicted={1: 0}, track={1: 0})(file)
        rows("instances", point_id_start={1: 0}, point_id_end={1: 17})(file)
        kind = file["points"].dtype
        del file["points"]
        points = np.ones(17, kind)
        points["x"][0], points["y"][0], points["visible"][1] = 300, 400, False
        file["points"] = points

    path = project(correct)
    assert detect_format(path) == "sleap"
    people = read_people(path)
    assert people.image_ids == (0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7)
    assert people.person_ids[:3] == ("one", "one", "two")
    np.testing.assert_array_equal(people.keypoints_2d[0, 0], [300, 400])
    assert people.confidence[0, :3].tolist() == [1, 0, 1]


def test_instances_without_a_track_are_numbered_in_their_frame(project):
    people = read_people(project(rows("instances", track=-1)))
    assert people.person_ids[:4] == (0, 1, 0, 1)
    assert not people.tracked
    assert people.numbers_are_frames


def test_several_videos_are_sequences(project):
    people = read_people(project(rows("frames", video={7: 1})))
    assert people.image_ids[:2] == ("video0/0",) * 2
    assert people.image_ids[-2:] == ("video1/7",) * 2


def test_nodes_of_ones_own_with_a_map_file(project, tmp_path):
    toml = tmp_path / "own.toml"
    names = [f"part{node}" for node in range(17)]
    toml.write_text(
        f'joints = ["part3", "part0"]\nignore = {names[1:3] + names[4:]}\n'
        '[parents]\npart3 = "part0"'
    )

    def rename(file):
        about = json.loads(file["metadata"].attrs["json"])
        for node, name in zip(about["nodes"], names, strict=True):
            node["name"] = name
        file["metadata"].attrs["json"] = json.dumps(about)

    people = read_people(project(rename), map_file=read_map_file(toml))
    expected = read_people(SAMPLES / "sleap.slp")
    np.testing.assert_array_equal(people.keypoints_2d, expected.keypoints_2d[:, [3, 0]])


def remove(name):
    def change(file):
        del file[name]

    return change


BAD = {
    "skeletons": (rows("instances", skeleton={3: 1}), "instances of several skeletons"),
    "points": (rows("instances", point_id_end={2: 60}), "instance 2 has not a point for each of"),
    "frame": (
        rows("instances", frame_id={2: 99}),
        r"labels\.slp is damaged or not a file of SLEAP",
    ),
    "score": (rows("pred_points", score={2: 9}), "joint right_eye: confidence 9"),
    "tracks": (remove("tracks_json"), r"labels\.slp is damaged or not a file of SLEAP"),
    "no points": (remove("pred_points"), "none of coco, "),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_faults_are_named(project, change, message):
    with pytest.raises(InputError, match=message):
        read_people(project(change))


def test_nobody_is_told(project):
    def empty(file):
        kind = file["instances"].dtype
        del file["instances"]
        file["instances"] = np.zeros(0, kind)

    with pytest.raises(InputError, match="it holds no instance"):
        read_people(project(empty))
