import json

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers.tables.csv_file import read_csv
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, H36M_17, HALPE_26, SKELETONS

HEADER = "frame,person,joint,x,y,confidence"


@pytest.fixture
def write(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "people.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


def rows_of(keypoints, skeleton, confidence=0.9):
    return [
        f"{frame},0,{name},{x!r},{y!r},{confidence}"
        for frame, pose in enumerate(keypoints.tolist())
        for name, (x, y) in zip(skeleton.joint_names, pose, strict=True)
    ]


def test_persons_come_in_the_order_in_which_they_appear(write):
    path = write(
        "a.png,7,nose,10,20,0.5", "a.png,B,nose,30,40,", "2,7,left_eye,50,60,1", "2,7,nose,1,2,0.25"
    )
    assert detect_format(path) == "csv"
    people = read_people(path)
    assert people.skeleton is COCO_17
    assert people.image_ids == ("a.png", "a.png", 2)
    assert people.person_ids == (7, "B", 7)
    np.testing.assert_array_equal(people.keypoints_2d[:, 0], [[10, 20], [30, 40], [1, 2]])
    np.testing.assert_array_equal(people.confidence[:, 0], [0.5, 1, 0.25])
    assert people.confidence[:, 1].tolist() == [0, 0, 1]


def test_person_and_confidence_may_be_left_out_and_columns_come_in_any_order(write):
    path = write("20,10,nose,3,yes", ",,left_eye,3,no", header="Y,X,Joint,Frame,seen")
    people = read_people(path)
    assert (people.image_ids, people.person_ids) == ((3,), (0,))
    np.testing.assert_array_equal(people.keypoints_2d[0, 0], [10, 20])
    assert people.confidence[0].tolist() == [1] + [0] * 16


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=lambda s: s.name)
def test_names_tell_the_skeleton(write, skeleton):
    keypoints = np.random.default_rng(0).uniform(0, 500, (2, skeleton.num_joints, 2))
    path = write(*rows_of(keypoints, skeleton))
    people = read_people(path, placement="cmu17" if skeleton is CMU_17 else "h36m17")
    assert people.skeleton is skeleton
    np.testing.assert_allclose(people.keypoints_2d, keypoints, rtol=1e-6)


def test_limbs_alone_are_cocos_so_that_the_trunk_is_found(write, detected):
    seen = detected(COCO_17)
    limbs = [r for r in rows_of(seen.keypoints_2d, COCO_17) if "_e" not in r or "elbow" in r]
    people = read_people(write(*(row for row in limbs if "nose" not in row)))
    assert people.skeleton is COCO_17
    mapped = people.on(H36M_17)
    np.testing.assert_allclose(mapped.keypoints_2d[:, 0], seen.true[:, 0], atol=0.01)
    assert (mapped.confidence[:, H36M_17.index("head")] == 0).all()


@pytest.mark.parametrize("skeleton", [COCO_17, HALPE_26], ids=lambda s: s.name)
def test_people_arrive_on_the_lifters_skeletons(write, detected, skeleton):
    seen = detected(skeleton)
    seen.check(read_people(write(*rows_of(seen.keypoints_2d, skeleton))))


BAD = {
    "text": ("2,0,nose,left,4,1", "line 3: x of nose is 'left', which is not a number"),
    "nan": ("2,0,nose,3,nan,1", "line 3: y of nose is 'nan'.* leave the cells .* empty"),
    "half a joint": ("2,0,nose,3,,1", "line 3: y of nose is ''"),
    "confidence": ("2,0,nose,3,4,95", "person 0 .image 2., joint nose: confidence 95"),
    "far": ("2,0,nose,3e7,4,1", r"joint nose: x = 3e\+07 px"),
    "joint": ("2,0,snout,3,4,1", "no joint 'snout'; there are chest, head, head_top, hip"),
    "twice": ("1,0,nose,3,4,1", "line 3: nose of person 0 in frame 1 is in line 2 already"),
    "skeletons": ("2,0,spine,3,4,1\n2,0,left_mouth,3,4,1", "no skeleton has all of the joints"),
    "cells": ("2,0,nose,3,4", "line 3: 5 cells for the 6 columns"),
}


@pytest.mark.parametrize(("row", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_line_and_joint(write, row, message):
    path = write("1,0,nose,10,20,1", row)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


def test_parts_of_the_image_are_no_pixels(write):
    with pytest.raises(InputError, match=r"not pixels; give its size"):
        read_people(write("1,0,nose,0.5,0.25,1", "1,0,left_eye,0.5,0.2,1"))


def test_other_files_are_refused_when_forced(write, tmp_path):
    with pytest.raises(InputError, match=r"expected the columns frame, .* the columns frame, nose"):
        read_csv(write("1,2", header="frame,nose"))
    path = tmp_path / "people.json"
    path.write_text(json.dumps([{"image_id": 1, "keypoints": [1, 2, 0.5] * 17}]))
    with pytest.raises(InputError, match=r"people\.json"):
        read_people(path, format="csv")


def test_frames_and_persons_that_pandas_wrote_as_floats_are_whole_numbers(write):
    rows = ("10.0,1.0,nose,10,20,1", "2.0,1.0,nose,3,4,1", "2.5,1.0,nose,5,6,1")
    people = read_csv(write(*rows))
    assert people.image_ids == (10, 2, "2.5")
    assert people.person_ids == (1, 1, 1)
    assert people.numbers_are_frames


def test_tables_of_a_spreadsheet_that_writes_decimal_commas(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(
        b"\xff\xfe" + "frame\tjoint\tx\ty\r\n0\tnose\t629,1\t182,8\r\n".encode("utf-16-le")
    )
    assert detect_format(path) == "csv"
    np.testing.assert_allclose(read_people(path).keypoints_2d[0, 0], [629.1, 182.8], rtol=1e-6)
    path.write_text("frame;joint;x;y;confidence\n0;nose;629,1;182,8;0,5\n")
    assert detect_format(path) == "csv"
    people = read_people(path)
    np.testing.assert_allclose(people.keypoints_2d[0, 0], [629.1, 182.8], rtol=1e-6)
    assert people.confidence[0, 0] == 0.5


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        'joints = ["Snout", "tail base"]\nignore = ["corner"]\n[parents]\nSnout = "tail base"'
    )
    return read_map_file(path)


def test_joints_of_ones_own_are_those_of_the_map_file(write, own):
    rows = ("1,0,snout,3,4,0.5", "1,0,corner,0,0,1", "2,0,corner,0,0,1", "1,0,Tail  Base,50,60,")
    people = read_csv(write(*rows), map_file=own)
    assert people.skeleton is own.skeleton
    assert people.image_ids == (1,)
    np.testing.assert_array_equal(people.keypoints_2d, [[[3, 4], [50, 60]]])
    np.testing.assert_array_equal(people.confidence, [[0.5, 1]])


def test_a_lifters_own_skeleton_needs_no_map_file(write, own):
    people = read_csv(write("1,0,snout,3,4,0.5", "1,0,tail base,50,60,1"), own.skeleton)
    assert people.skeleton is own.skeleton
    np.testing.assert_array_equal(people.keypoints_2d, [[[3, 4], [50, 60]]])
    assert read_csv(write("1,0,nose,3,4,0.5"), own.skeleton).skeleton is COCO_17


def test_faults_of_joints_of_ones_own_are_named(write, own):
    with pytest.raises(InputError, match=r"people\.csv: .*own\.toml has no joint 'snot'; did you"):
        read_csv(write("1,0,snot,3,4,1"), map_file=own)
    with pytest.raises(InputError, match=r"no joint but those that .* says to ignore"):
        read_csv(write("1,0,corner,3,4,1"), map_file=own)
    with pytest.raises(InputError, match=r'begins with joints = \["snout", "tail"\]'):
        read_csv(write("1,0,snout,3,4,1", "1,0,tail,3,4,1"))
