"""What DeepLabCut 3 and other tools write in DeepLabCut's layout, and spreadsheets save."""

import numpy as np
import pytest

from posenet3d.formats.readers.tables.deeplabcut import is_deeplabcut, read_deeplabcut
from tests.fixtures.labelled_csv import MULTI, PARTS, XYL, csv_of, single


def test_minus_one_everywhere_is_not_there(write):
    """DeepLabCut 3 fills frames up so to the project's number of individuals."""
    labels = [("s", who, part, c) for who in "ab" for part in PARTS for c in XYL]
    padded = [-1.0] * 9
    one_part = [5, 6, 0.5, *[-1.0] * 3, 5, 6, 0.5]
    rows = [([0], one_part + padded), ([1], padded + padded), ([2], padded + [7, 8, 1] * 3)]
    people = read_deeplabcut(write(csv_of(MULTI, labels, rows)))
    assert (people.image_ids, people.person_ids) == ((0, 2), ("a", "b"))
    assert people.confidence[0, :3].tolist() == [0.5, 0, 0.5]
    assert people.listed.image_ids == (0, 1, 2)
    # A median filter takes x and y of other frames, and leaves the likelihood.
    for odd in ([5, 6, -1], [-1, -1, 0.9]):
        rows = [([0], [3, 4, 1] * 3), ([1], odd + [7, 8, 1] * 2)]
        assert read_deeplabcut(write(single(rows))).confidence[1, :3].tolist() == [0, 1, 1]


def test_one_animal_that_was_not_found_is_a_frame_without_a_pose(write):
    people = read_deeplabcut(write(single([([4], [3, 4, 1] * 3), ([5], [-1] * 9)])))
    assert people.image_ids == people.listed.image_ids == (4, 5)
    assert people.numbers_are_frames
    assert people.confidence[1].tolist() == [0] * 17


def test_columns_that_are_no_coordinates_are_left_out(write):
    """The column `set` of Lightning Pose, and medians and variances of EKS."""
    labels = [("net", part, coord) for part in PARTS for coord in XYL]
    labels += [("net", "nose", "x_ens_median"), ("set", "", "")]
    rows = [(["labeled-data/vid/img0.png"], [3, 4, 0.5] * 3 + ["", "train"]),
            (["labeled-data/vid/img7.png"], [3, 4, 0.5] * 3 + [9.5, "unused"])]  # fmt: skip
    people = read_deeplabcut(write(csv_of(("scorer", "bodyparts", "coords"), labels, rows)))
    assert people.confidence[:, :3].tolist() == [[0.5] * 3] * 2
    assert people.file_names == ("labeled-data/vid/img0.png", "labeled-data/vid/img7.png")
    assert not people.numbers_are_frames


def test_a_likelihood_of_0_throughout_says_nothing(write):
    rows = [([0], [3, 4, 0] * 3), ([1], [None] * 9)]
    assert read_deeplabcut(write(single(rows))).confidence[:, :3].tolist() == [[1] * 3, [0] * 3]
    rows = [([0], [3, 4, 0] * 2 + [3, 4, 0.5])]
    assert read_deeplabcut(write(single(rows))).confidence[0, :3].tolist() == [0, 0, 0.5]


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_spreadsheet_adds_empty_columns_and_writes_decimal_commas(write, separator):
    rows = [([0], [3.5, 4, 0.5] * 3), ([1.0], [5.5, 6, 1] * 3)]
    lines = single(rows).splitlines()
    text = "\n".join(f"{line},," for line in lines)
    if separator == ";":
        text = text.replace(",", ";").replace(".", ",")
    people = read_deeplabcut(write(text))
    assert is_deeplabcut(write(text))
    assert people.image_ids == (0, 1)
    np.testing.assert_array_equal(people.keypoints_2d[:, 0], [[3.5, 4], [5.5, 6]])
    assert people.confidence[:, 2].tolist() == [0.5, 1]
