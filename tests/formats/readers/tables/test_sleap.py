import json
import shutil

import h5py
import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import COCO_17
from tests.fixtures.checkout import SAMPLES

HEADER = "track,frame_idx,instance.score,nose.x,nose.y,nose.score,left_eye.x,left_eye.y"


@pytest.fixture
def write(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "analysis.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


@pytest.fixture
def analysis(tmp_path):
    """A copy of the sample, which sleap-io 0.9.5 wrote, after `change` has been at it."""

    def analysis(change=lambda file: None):
        path = shutil.copy(SAMPLES / "sleap.analysis.h5", tmp_path / "video.analysis.h5")
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return analysis


def replace(name, values, dims=None):
    def change(file):
        dims_before = file[name].attrs.get("dims")
        del file[name]
        dataset = file.create_dataset(name, data=values)
        if dims or dims_before:
            dataset.attrs["dims"] = json.dumps(dims) if dims else dims_before

    return change


def test_files_that_sleap_io_wrote_are_the_people_of_the_samples():
    """Two people in 8 frames, the second not in frame 3, and his left wrist nowhere."""
    expected = read_people(SAMPLES / "coco_results.json")
    there = [row for row in range(16) if row != 7]
    for name in ("sleap.csv", "sleap.slp", "sleap.analysis.h5"):
        assert detect_format(SAMPLES / name) == "sleap"
        people = read_people(SAMPLES / name)
        assert people.skeleton is COCO_17
        assert people.person_ids == ("one", "two") * 3 + ("one",) + ("one", "two") * 4
        assert people.image_ids == tuple(row // 2 for row in there)
        assert people.tracked
        assert people.numbers_are_frames
        np.testing.assert_allclose(people.keypoints_2d, expected.keypoints_2d[there], atol=1e-3)
        np.testing.assert_allclose(people.confidence, expected.confidence[there], atol=1e-6)
    assert people.listed.image_ids == tuple(range(8))


def test_rows_without_a_track_are_numbered_in_their_frame(write):
    rows = (",4,0.9,10,20,0.5,,", ",4,0.9,30,40,,50,60", "a,5,0.9,1,2,1.3,3,4")
    people = read_people(write(*rows))
    assert people.image_ids == (4, 4, 5)
    assert people.person_ids == (0, 1, 0)
    assert not people.tracked
    assert people.confidence[:, :2].tolist() == [[0.5, 0], [1, 1], [1, 1]]  # 1.3 is a high peak
    np.testing.assert_array_equal(people.keypoints_2d[1, :2], [[30, 40], [50, 60]])


def test_rows_may_be_sorted_by_track(write):
    rows = ("a,0,1,10,20,1,,", "a,1,1,10,20,1,,", "b,0,1,30,40,1,,", "b,1,1,30,40,1,,")
    people = read_people(write(*rows))
    assert people.tracked
    assert people.person_ids == ("a", "a", "b", "b")


def test_axes_are_those_that_the_file_names(analysis):
    expected = read_people(analysis())
    dims = ["frame", "node", "xy", "track"]

    def turn(file):
        replace("tracks", file["tracks"][()].transpose(3, 2, 1, 0), dims)(file)
        scores = file["point_scores"][()].transpose(2, 0, 1)
        replace("point_scores", scores, ["frame", "track", "node"])(file)

    people = read_people(analysis(turn))
    np.testing.assert_array_equal(people.keypoints_2d, expected.keypoints_2d)
    np.testing.assert_array_equal(people.confidence, expected.confidence)

    def forget(file):  # as SLEAP 1.2 wrote them
        del file["tracks"].attrs["dims"], file["point_scores"]

    people = read_people(analysis(forget))
    np.testing.assert_array_equal(people.keypoints_2d, expected.keypoints_2d)
    assert set(people.confidence.flat) == {0, 1}


def test_a_file_without_tracks_is_one_individual(analysis):
    def untracked(file):
        replace("tracks", file["tracks"][1:])(file)
        replace("point_scores", file["point_scores"][1:])(file)
        replace("track_names", np.zeros(0))(file)

    people = read_people(analysis(untracked))
    assert people.person_ids == (0,) * 8
    assert (people.confidence > 0).sum(axis=1).tolist() == [16] * 3 + [0] + [16] * 4


def test_nodes_of_ones_own_with_a_map_file(write, tmp_path):
    toml = tmp_path / "mouse.toml"
    toml.write_text(
        'joints = ["tail.base", "Snout"]\nignore = ["Ear"]\n[parents]\nSnout = "tail.base"'
    )
    own = read_map_file(toml)
    path = write(
        "m,0,1,1,2,0.5,9,9,3,4", header="track,frame_idx,s,Snout.x,Snout.y,Snout.score,Ear.x,Ear.y,"
        "tail.base.x,tail.base.y",
    )  # fmt: skip
    people = read_people(path, map_file=own)
    np.testing.assert_array_equal(people.keypoints_2d, [[[3, 4], [1, 2]]])
    np.testing.assert_array_equal(people.confidence, [[1, 0.5]])
    with pytest.raises(InputError, match=r"no joint 'snout'.*map file"):
        read_people(path)


BAD_ROWS = {
    "text": ("a,1,1,left,4,1,,", "line 3: x of nose is 'left', which is not a number"),
    "half": ("a,1,1,3,,1,,", "line 3: y of nose is ''"),
    "score": ("a,1,1,3,4,95,,", "person 1 .image 1., joint nose: confidence 95"),
    "cells": ("a,1,1,3,4", "line 3: 5 cells for the 8 columns"),
}


@pytest.mark.parametrize(("row", "message"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_faults_of_a_table_are_named(write, row, message):
    path = write("a,0,1,1,2,1,,", row)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


BAD_FILES = {
    "nodes": (replace("node_names", np.array([b"nose"])), "its names do not fit its tracks"),
    "objects": (replace("node_names", np.arange(17)), "/node_names holds no list of texts"),
    "axes": (replace("tracks", np.zeros((2, 2, 17, 8)), ["a", "b", "c", "d"]), "not the axes"),
    "text": (replace("tracks", np.array([b"a"])), "/tracks holds no numbers"),
    "score": (replace("point_scores", np.full((2, 17, 8), 9.0)), "joint nose: confidence 9"),
    "infinite": (replace("tracks", np.full((2, 2, 17, 8), np.inf)), "joint nose: x = inf px"),
    "nobody": (replace("tracks", np.full((2, 2, 17, 8), np.nan)), "no body part of any individual"),
}


@pytest.mark.parametrize(("change", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_faults_of_hdf5_are_named(analysis, change, message):
    path = analysis(change)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


def test_an_array_that_claims_more_than_its_file_can_hold_is_refused(analysis):
    def huge(file):
        del file["tracks"]
        file.create_dataset("tracks", (2, 2, 17, 1 << 40), "f8", chunks=(2, 2, 17, 8))

    with pytest.raises(InputError, match=r"/tracks of shape .* is larger than its file"):
        read_people(analysis(huge))


def test_numbers_in_other_files_are_not_read(analysis, tmp_path):
    np.zeros((2, 2, 17, 8)).tofile(tmp_path / "secret")

    def outside(file):
        del file["tracks"]
        where = [(str(tmp_path / "secret"), 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("tracks", (2, 2, 17, 8), "f8", external=where)

    with pytest.raises(InputError, match="/tracks lies in other files"):
        read_people(analysis(outside))


def test_other_files_are_refused_when_forced(write):
    with pytest.raises(InputError, match=r"no analysis file of SLEAP: expected HDF5"):
        read_people(write("1,2", header="frame,nose"), format="sleap")
