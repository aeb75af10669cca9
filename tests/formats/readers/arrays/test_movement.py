import shutil

import h5py
import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import COCO_17
from tests.fixtures.checkout import SAMPLES


@pytest.fixture
def dataset(tmp_path):
    """A copy of the sample, which movement 0.15.0 wrote, after `change` has been at it."""

    def dataset(change=lambda file: None):
        path = shutil.copy(SAMPLES / "movement.nc", tmp_path / "poses.nc")
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return dataset


def rewrite(name, values, axes=()):
    """Puts other values, with these axes, in the place of an array."""

    def change(file):
        old = file[name]
        scales = axes or [next(iter(axis.keys()), None) for axis in old.dims]
        scales = [scale.strip("/") for scale in scales if scale]
        numbers = values(old[()]) if callable(values) else values
        del file[name]
        new = file.create_dataset(name, data=numbers)
        for axis, scale in zip(new.dims, scales, strict=False):
            axis.attach_scale(file[scale])

    return change


def test_what_movement_wrote_is_the_people_of_the_samples():
    """Two people in 8 frames, the second not in frame 3, and his left wrist nowhere."""
    path = SAMPLES / "movement.nc"
    assert detect_format(path) == "movement"
    people = read_people(path)
    expected = read_people(SAMPLES / "sleap.analysis.h5")
    assert people.skeleton is COCO_17
    assert people.image_ids == expected.image_ids  # its times are seconds, at 25 frames a second
    assert people.person_ids == expected.person_ids
    assert people.listed.image_ids == tuple(range(8))
    assert people.numbers_are_frames
    np.testing.assert_array_equal(people.keypoints_2d, expected.keypoints_2d)
    np.testing.assert_array_equal(people.confidence, expected.confidence)


def test_axes_come_in_any_order(dataset):
    def turn(file):
        axes = ["time", "individuals", "keypoints", "space"]
        rewrite("position", lambda p: p.transpose(0, 3, 2, 1), axes)(file)
        rewrite("confidence", lambda c: c.transpose(2, 0, 1), ["individuals", "time", "keypoints"])(
            file
        )

    people, expected = read_people(dataset(turn)), read_people(dataset())
    np.testing.assert_array_equal(people.keypoints_2d, expected.keypoints_2d)
    np.testing.assert_array_equal(people.confidence, expected.confidence)


def test_confidences_that_are_unknown_are_1(dataset):
    people = read_people(dataset(rewrite("confidence", lambda c: np.full_like(c, np.nan))))
    assert set(people.confidence.flat) == {0, 1}

    def without(file):
        del file["confidence"]

    assert set(read_people(dataset(without)).confidence.flat) == {0, 1}


def test_times_are_frames_or_seconds(dataset):
    def frames(file):
        file["time"][:] = np.arange(8) * 3
        file.attrs["time_unit"] = "frames"

    assert read_people(dataset(frames)).listed.image_ids == tuple(range(0, 24, 3))

    def seconds(file):
        del file.attrs["fps"]

    people = read_people(dataset(seconds))
    assert people.listed.image_ids[:3] == (0, "0.04", "0.08")
    assert not people.numbers_are_frames
    assert people.file_names is None


def test_keypoints_of_ones_own_with_a_map_file(dataset, tmp_path):
    toml = tmp_path / "own.toml"
    toml.write_text('joints = ["tail", "snout"]\n[parents]\nsnout = "tail"')

    path = tmp_path / "mouse.nc"
    points = np.arange(2.0 * 3 * 2).reshape(2, 3, 2) + 50  # time, keypoints, space; no individuals
    names = {"space": [b"x", b"y"], "keypoints": [b"Snout", b"corner", b"tail"]}
    with h5py.File(path, "w") as file:
        file["time"] = np.arange(2)
        file["position"] = points
        for name, texts in names.items():
            file[name] = np.array(texts)
        for axis, name in zip(file["position"].dims, ("time", "keypoints", "space"), strict=True):
            file[name].make_scale(name)
            axis.attach_scale(file[name])
    toml.write_text(f'ignore = ["corner"]\n{toml.read_text()}')
    people = read_people(path, map_file=read_map_file(toml))
    assert people.person_ids == (0, 0)
    np.testing.assert_array_equal(people.keypoints_2d, points[:, [2, 0]])
    assert (people.confidence == 1).all()


def remove(name):
    def change(file):
        del file[name]

    return change


BAD = {
    "3D": (rewrite("space", np.array([b"x", b"y", b"z"], "S1")), "x, y, z; .*in 3D already"),
    "names": (rewrite("keypoints", np.arange(17)), "/keypoints holds no list of texts"),
    "counts": (rewrite("individuals", np.array([b"a"], "S1")), "/position has the axes"),
    "axes": (remove("keypoints"), "none of coco"),
    "times": (rewrite("time", np.full(8, np.nan)), "its times are not finite"),
    "far": (rewrite("position", lambda p: p * 1e6), r"joint nose: x = .*e\+08 px"),
    "infinite": (rewrite("position", lambda p: p + np.inf), r"joint nose: x = inf px"),
    "nobody": (rewrite("position", lambda p: p + np.nan), "no body part of any individual"),
    "confidence": (rewrite("confidence", lambda c: c * 100), "joint nose: confidence 90"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_faults_are_named(dataset, change, message):
    path = dataset(change)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


def test_other_files_are_refused_when_forced(dataset, tmp_path):
    with pytest.raises(InputError, match="it has no array position"):
        read_people(dataset(remove("position")), format="movement")
    path = tmp_path / "poses.txt"
    path.write_text("no HDF5")
    with pytest.raises(InputError, match=r"poses\.txt is damaged or not a netCDF4 file"):
        read_people(path, format="movement")
