import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.skeletons.skeleton import MEDIAPIPE_33

SIZE = (640, 480)
NAMES = MEDIAPIPE_33.joint_names
WAYS = {
    "numbered": [f"{q}{j}" for j in range(33) for q in ("x", "y", "z", "visibility")],
    "underscored": [f"{q}_{j}" for j in range(33) for q in ("x", "y", "z", "v")],
    "from 1": [f"{q}{j}" for j in range(1, 34) for q in ("x", "y", "z", "v")],
    "named": [f"{n}_{q}" for n in NAMES for q in ("x", "y", "z", "visibility")],
    "as the enum": [
        f"{'MOUTH_' + n[:-6] if 'mouth' in n else n}_{q}".upper()
        for n in NAMES
        for q in ("x", "y", "z", "visibility")
    ],
}
LANDMARKS = [str(v) for j in range(33) for v in (0.5, j / 100, -0.1, 0.25)]


@pytest.fixture
def write(tmp_path):
    def write(header, *rows):
        path = tmp_path / "landmarks.csv"
        path.write_text("\n".join(",".join(cells) for cells in (header, *rows)) + "\n")
        return path

    return write


@pytest.mark.parametrize("columns", WAYS.values(), ids=WAYS)
def test_ways_to_name_the_columns_give_the_same_people(write, columns):
    header = ["frame", "person", "label", *columns]
    path = write(header, ["3", "7", "wave", *LANDMARKS], ["a.png", "B", "", *LANDMARKS])
    assert detect_format(path) == "mediapipe"
    people = read_people(path, image_size=SIZE)
    assert people.image_ids == (3, "a.png")
    assert people.person_ids == (7, "B")
    np.testing.assert_allclose(people.keypoints_2d[0, 10], [320, 48], rtol=1e-6)
    np.testing.assert_array_equal(people.confidence, 0.25)


def test_rows_are_frames_where_no_column_says_so(write):
    empty = [""] * len(LANDMARKS)
    people = read_people(write(WAYS["numbered"], LANDMARKS, empty, LANDMARKS), image_size=SIZE)
    assert people.image_ids == (0, 2)
    assert people.person_ids == (0, 0)


def test_all_rows_are_listed_also_those_with_nobody(write):
    empty = [""] * len(LANDMARKS)
    rows = [empty, LANDMARKS, empty]
    for column, ids, are_frames in (
        ("frame", ("0.0", "1.0", "4.0"), True),
        ("image", ("0", "1", "4"), False),
    ):
        cells = [[name, *row] for name, row in zip(ids, rows, strict=True)]
        people = read_people(write([column, *WAYS["numbered"]], *cells), image_size=SIZE)
        assert people.image_ids == (1,)
        assert people.listed.image_ids == (0, 1, 4)
        assert people.numbers_are_frames == are_frames
    people = read_people(write(WAYS["numbered"], *rows), image_size=SIZE)
    assert people.listed.image_ids == (0, 1, 2)
    assert people.numbers_are_frames


def test_tables_of_a_spreadsheet_that_writes_decimal_commas(tmp_path):
    path = tmp_path / "landmarks.csv"
    rows = (WAYS["numbered"], [cell.replace(".", ",") for cell in LANDMARKS])
    path.write_text("\n".join(";".join(cells) for cells in rows) + "\n")
    people = read_people(path, image_size=SIZE)
    np.testing.assert_allclose(people.keypoints_2d[0, 10], [320, 48], rtol=1e-6)
    np.testing.assert_array_equal(people.confidence, 0.25)


def test_landmarks_left_empty_are_missing_and_visibility_may_be(write):
    header = [f"{q}{j}" for j in range(33) for q in "xy"]
    cells = ["", "", *(["0.5", "0.25"] * 32)]
    people = read_people(write(header, cells), image_size=SIZE)
    assert people.confidence[0].tolist() == [0] + [1] * 32


def test_people_arrive_on_the_lifters_skeletons(write, detected):
    seen = detected(MEDIAPIPE_33)
    header = [f"{q}{j}" for j in range(33) for q in ("x", "y", "v")]
    rows = [
        [repr(v) for x, y in person for v in (x, y, 0.9)]
        for person in (seen.keypoints_2d / [1920, 1080]).tolist()
    ]
    seen.check(read_people(write(header, *rows), image_size=(1920, 1080)), atol=0.1)


def with_cell(number, cell):
    return [*LANDMARKS[:number], cell, *LANDMARKS[number + 1 :]]


BAD = {
    "text": (with_cell(4, "left"), "line 3: x of left_eye_inner is 'left', which is not a number"),
    "nan": (with_cell(5, "nan"), "line 3: y of left_eye_inner is 'nan'"),
    "one empty": (with_cell(4, ""), "line 3: x of left_eye_inner is ''"),
    "visibility": (with_cell(7, "9"), "person 0 .image 1., joint left_eye_inner: confidence 9"),
    "pixels": (with_cell(0, "320"), "joint nose: x = 320 is no part of the image's size"),
    "short": (LANDMARKS[:-1], "line 3: 131 cells for the 132 columns"),
}


@pytest.mark.parametrize(("row", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_line_and_landmark(write, row, message):
    path = write(WAYS["numbered"], LANDMARKS, row)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path, image_size=SIZE)
    assert str(path) in str(caught.value)


def test_visibility_that_is_0_in_the_whole_table_says_nothing(write):
    header = [f"{q}{j}" for j in range(33) for q in ("x", "y", "v")]
    row = ["", "", "0", *(["0.5", "0.25", "0"] * 32)]
    people = read_people(write(header, row, row), image_size=SIZE)
    assert people.confidence[1].tolist() == [0] + [1] * 32
    people = read_people(write(header, row, [*row[:-1], "0.5"]), image_size=SIZE)
    assert people.confidence.sum() == 0.5


@pytest.mark.parametrize(
    ("column", "images", "declared"),
    [(None, (0, 1, 2), True), ("frame", (3, 4, 5), True), ("image_id", (3, 4, 5), False)],
)
def test_rows_without_people_are_listed(write, column, images, declared):
    empty = [""] * len(LANDMARKS)
    rows = [empty, LANDMARKS, empty]
    if column:
        rows = [[str(number), *row] for number, row in zip(images, rows, strict=True)]
    people = read_people(write([column] * bool(column) + WAYS["numbered"], *rows), image_size=SIZE)
    assert people.image_ids == images[1:2]
    assert people.listed.image_ids == images
    assert people.numbers_are_frames is declared
