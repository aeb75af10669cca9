import dataclasses
import os
import zipfile

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.writers.npz import write_lifted
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import PER_PERSON, Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17

PEOPLE = People(
    keypoints_2d=np.arange(68, dtype=np.float32).reshape(2, 17, 2),
    confidence=np.full((2, 17), 0.5, np.float32),
    skeleton=H36M_17,
    image_ids=(7, 8),
    person_ids=(100, 2**40),
)


def lifted(**more):
    """A result, without a network to make it."""
    result = dict(
        keypoints_3d=np.ones((2, 17, 3), np.float32),
        filled=np.eye(2, 17, dtype=bool),
        lifted=np.array([True, False]),
        problems=("", "no joint was found"),
        score=np.array([0.25, np.nan], np.float32),
        elevation=np.array([8.0, np.nan], np.float32),
        unit="pose",
        interpolated=None,
        expected_error=np.arange(34, dtype=np.float32).reshape(2, 17),
    )
    result["keypoints_3d"][1] = np.nan
    return LiftResult(**result | more)


def test_everything_comes_back_without_pickles(tmp_path):
    write_lifted(tmp_path / "out.npz", [Lifted(PEOPLE, lifted())])
    with np.load(tmp_path / "out.npz", allow_pickle=False) as read:
        np.testing.assert_array_equal(read["keypoints_3d"], lifted().keypoints_3d)
        np.testing.assert_array_equal(read["keypoints_2d"], PEOPLE.keypoints_2d)
        np.testing.assert_array_equal(read["confidence"], PEOPLE.confidence)
        np.testing.assert_array_equal(read["filled"], lifted().filled)
        assert read["lifted"].tolist() == [True, False]
        assert read["problems"].tolist() == ["", "no joint was found"]
        assert read["score"][0] == 0.25
        assert read["elevation"][0] == 8
        np.testing.assert_array_equal(read["expected_error"], lifted().expected_error)
        assert read["image_ids"].tolist() == [7, 8]
        assert read["person_ids"].tolist() == [100, 2**40]
        assert tuple(read["joints"]) == H36M_17.joint_names
        assert tuple(read["parents"]) == H36M_17.parents
        assert read["unit"] == "pose"


def test_parts_are_one_archive(tmp_path):
    texts = dataclasses.replace(PEOPLE, image_ids=("some_longer_name.jpg", 9))
    marked = lifted(interpolated=np.array([False, True]))
    write_lifted(tmp_path / "out.npz", [Lifted(PEOPLE, lifted()), Lifted(texts, marked)])
    with np.load(tmp_path / "out.npz") as read:
        np.testing.assert_array_equal(read["keypoints_2d"], np.tile(PEOPLE.keypoints_2d, (2, 1, 1)))
        assert read["image_ids"].tolist() == ["7", "8", "some_longer_name.jpg", "9"]
        assert read["person_ids"].tolist() == [100, 2**40] * 2
        assert read["interpolated"].tolist() == [False, False, False, True]
        assert read["unit"] == "pose"


def test_ids_that_are_partly_texts_become_texts(tmp_path):
    people = dataclasses.replace(PEOPLE, image_ids=("a.jpg", 8))
    write_lifted(tmp_path / "out.npz", [Lifted(people, lifted())])
    with np.load(tmp_path / "out.npz") as read:
        assert read["image_ids"].tolist() == ["a.jpg", "8"]


def test_only_what_becomes_much_smaller_is_packed(tmp_path):
    random = np.random.default_rng(0).uniform(0, 1000, (900, 17, 2)).astype(np.float32)
    people = dataclasses.replace(PEOPLE.select([0] * 900), keypoints_2d=random)
    alike = {name: np.repeat(getattr(lifted(), name)[:1], 900, axis=0) for name in PER_PERSON}
    write_lifted(tmp_path / "out.npz", [Lifted(people, lifted(**alike, problems=("",) * 900))])
    with zipfile.ZipFile(tmp_path / "out.npz") as archive:
        packed = {file.filename for file in archive.infolist() if file.compress_type}
    assert "keypoints_3d.npy" in packed
    assert "keypoints_2d.npy" not in packed
    with np.load(tmp_path / "out.npz") as read:
        np.testing.assert_array_equal(read["keypoints_2d"], random)


def test_file_keeps_its_name_and_comes_alone(tmp_path):
    write_lifted(tmp_path / "lifted.out", [Lifted(PEOPLE, lifted())])
    assert os.listdir(tmp_path) == ["lifted.out"]


MISMATCHES = {
    "other people": ({"keypoints_3d": np.ones((3, 17, 3))}, r"\[3, 17, 3\] but .*\[2, 17, 3\]"),
    "rows": ({"problems": ("",)}, "problems has 1 rows for 2 people"),
}


@pytest.mark.parametrize(("change", "message"), MISMATCHES.values(), ids=MISMATCHES)
def test_results_of_other_people_are_refused_and_nothing_is_left(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        write_lifted(tmp_path / "out.npz", [Lifted(PEOPLE, lifted(**change))])
    assert os.listdir(tmp_path) == []


def test_missing_folder_is_the_users_error(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        write_lifted(tmp_path / "gone" / "out.npz", [Lifted(PEOPLE, lifted())])
