import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.poses.archives.archive_writer import write_splits
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import CMU_17, H36M_17


@pytest.fixture
def splits():
    rng = np.random.default_rng(0)

    def poses(rows, **others):
        keypoints_2d = rng.uniform(0, 1000, (rows, 17, 2)).astype(np.float32)
        return Poses2D(keypoints_2d, H36M_17, frame_rate=50.0, **others)

    return {
        "train": poses(6, lengths=np.array([2, 4]), sequences=("a", "b")),
        "test": poses(3, keypoints_3d=rng.normal(0, 300, (3, 17, 3)).astype(np.float32)),
    }


def test_splits_are_read_back_as_they_were(splits, tmp_path):
    path = tmp_path / "poses.npz"
    write_splits(path, splits)
    assert archive_splits(path) == ("train", "test")
    for split, poses in splits.items():
        read = read_archive(path, split)
        np.testing.assert_array_equal(read.keypoints_2d, poses.keypoints_2d)
        assert isinstance(read.keypoints_2d, np.memmap)
        assert (read.sequences, read.frame_rate) == (poses.sequences, 50.0)
        np.testing.assert_array_equal(read.lengths, poses.lengths)
        assert (read.keypoints_3d is None) == (poses.keypoints_3d is None)
    np.testing.assert_array_equal(read.keypoints_3d, splits["test"].keypoints_3d)


def test_labels_stand_beside_the_poses(splits, tmp_path):
    path = tmp_path / "poses.npz"
    write_splits(path, splits, {"train_cameras": np.array([0, 1])})
    with np.load(path) as archive:
        assert archive["train_cameras"].tolist() == [0, 1]
    assert len(read_archive(path, "train")) == 6


def test_splits_that_differ_and_taken_labels_are_refused(splits, tmp_path):
    path = tmp_path / "poses.npz"
    other = splits | {"test": dataclasses.replace(splits["test"], skeleton=CMU_17)}
    for bad in ({}, other):
        with pytest.raises(ValueError, match="must be of one skeleton"):
            write_splits(path, bad)
    with pytest.raises(ValueError, match="train_lengths"):
        write_splits(path, splits, {"train_lengths": np.array([6])})
    assert not list(tmp_path.iterdir())


def test_missing_folder_is_named(splits, tmp_path):
    with pytest.raises(InputError, match="no folder"):
        write_splits(tmp_path / "absent" / "poses.npz", splits)


def test_failure_leaves_the_old_file(splits, tmp_path, monkeypatch):
    path = tmp_path / "poses.npz"
    path.write_bytes(b"old")

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        write_splits(path, splits)
    assert [p.name for p in tmp_path.iterdir()] == ["poses.npz"]
    assert path.read_bytes() == b"old"


def test_elevations_of_cameras_are_read_back(splits, tmp_path):
    known = np.array([0.0, -20.0, np.nan, 35.0, 90.0, 8.0], np.float32)
    splits["train"] = dataclasses.replace(splits["train"], camera_elevation=known)
    write_splits(tmp_path / "poses.npz", splits)
    read = read_archive(tmp_path / "poses.npz", "train")
    np.testing.assert_array_equal(read.camera_elevation, known)
    assert read_archive(tmp_path / "poses.npz", "test").camera_elevation is None
