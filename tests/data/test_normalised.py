import dataclasses

import numpy as np
import pytest

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.geometry import camera
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.archives.archive_writer import write_archive

ROWS = np.array([3, 0, 77])


def expected(poses, rows=slice(None), scale=None):
    return camera.normalise(poses.keypoints_2d[rows], poses.skeleton.root, scale).keypoints_2d


@pytest.mark.parametrize("rows", [slice(None), slice(None, None, 7), ROWS])
@pytest.mark.parametrize("scale", [None, 314.15926])
def test_poses_are_those_of_the_normalised_camera_to_the_bit(people, rows, scale):
    read = NormalisedPoses.of(people, scale).read(rows)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, expected(people, rows, scale))


def test_prepared_in_parts_they_are_the_same(people, monkeypatch):
    whole = NormalisedPoses.of(people).read()
    monkeypatch.setattr("posenet3d.data.normalised._ROWS_A_PART", 7)
    np.testing.assert_array_equal(NormalisedPoses.of(people).read(), whole)


def test_a_pose_can_be_had_at_the_scale_of_another(people):
    read = NormalisedPoses.of(people).read(ROWS, scale_of=ROWS + 1)
    scale = camera.normalise(people.keypoints_2d[ROWS + 1], people.skeleton.root).scale
    np.testing.assert_array_equal(read, expected(people, ROWS, scale))


def test_kept_rows_keep_their_scale_and_their_sequences(people):
    rows = np.array([0, 1, 5, 6, 7])
    kept = NormalisedPoses.of(people).keep(rows)
    np.testing.assert_array_equal(kept.read(), expected(people, rows))
    assert kept.lengths.tolist() == [2, 3]
    selected = NormalisedPoses.of(people).select(rows)
    np.testing.assert_array_equal(selected.read(), expected(people, rows))
    assert selected.lengths.tolist() == [5]


def test_an_archive_stays_on_disk(people, tmp_path):
    write_archive(tmp_path / "poses.npz", dataclasses.replace(people, keypoints_3d=None))
    poses = NormalisedPoses.of(read_archive(tmp_path / "poses.npz"))
    assert isinstance(poses.pixels.keypoints_2d, np.memmap)
    np.testing.assert_array_equal(poses.read(ROWS), expected(people, ROWS))
