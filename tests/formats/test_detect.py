import io
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.formats.detect import FORMATS, detect_format, read_people
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

POSES = np.random.default_rng(0).uniform(0, 500, (5, 17, 2)).astype(np.float32)
RESULTS = json.dumps([{"image_id": 3, "keypoints": [1.0, 2.0, 0.5] * 17}]).encode()


def archive_bytes(**more) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, keypoints_2d=POSES, joints=np.array(H36M_17.joint_names), **more)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [(RESULTS, "coco"), (b"\xef\xbb\xbf \n" + RESULTS, "coco"), (archive_bytes(), "npz")],
)
def test_content_tells_the_format_whatever_the_name(tmp_path, content, expected):
    path = tmp_path / "people.dat"
    path.write_bytes(content)
    assert detect_format(path) == expected
    people = read_people(path)
    assert people.skeleton is {"coco": COCO_17, "npz": H36M_17}[expected]


def test_archive_names_its_persons_by_sequence_and_frame(tmp_path):
    path = tmp_path / "poses.npz"
    names = np.array(["walk", "run", "walk"])
    path.write_bytes(archive_bytes(lengths=np.array([2, 1, 2]), sequences=names, image_size=[9, 8]))
    people = read_people(path)
    assert people.image_ids == ("walk/0", "walk/1", "run/0", "walk#2/0", "walk#2/1")
    assert people.person_ids == (0,) * 5
    assert people.image_sizes == ((9, 8),) * 5
    np.testing.assert_array_equal(people.keypoints_2d, POSES)
    np.testing.assert_array_equal(people.confidence, 1)


def test_split_of_an_archive(tmp_path):
    np.savez(tmp_path / "a.npz", test_keypoints_2d=POSES, test_confidence=np.zeros((5, 17)))
    people = read_people(tmp_path / "a.npz", split="test")
    assert people.confidence.max() == 0
    with pytest.raises(InputError, match="splits test"):
        read_people(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"hello", "none of coco, .* b'hello'"),
        (b"PK\x03\x04oops", "not a read"),
        (b'{"a": 1}', "none of the formats known .* an object with the keys 'a'"),
        (b"[[[[[[[[1]]]]]]]]", "none of the formats known .* a list of 1"),
        (b"a,b\n1,2\n", "none of the formats known .* a table with the columns a, b"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    (tmp_path / "people.json").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_people(tmp_path / "people.json")


def test_what_is_no_file_or_no_format_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_people(tmp_path / "gone.json")
    with pytest.raises(InputError, match="is a folder"):
        read_people(tmp_path)
    with pytest.raises(ValueError, match="Unknown format 'bvh'; known are auto, coco, openpose, "):
        read_people(tmp_path, format="bvh")


SIZE = (640, 480)
LANDMARKS = json.dumps([[[{"x": 0.5, "y": 0.5, "visibility": 0.5}] * 33]]).encode()
TABLE = b"frame,person,joint,x,y,confidence\n1,0,nose,10,20,0.5\n"
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check_people_or_input_error(path):
    for format in ("auto", *FORMATS):
        try:
            outcome = str(path) * len(read_people(path, format, image_size=SIZE))
        except InputError as error:
            outcome = str(error)
            outcome.encode("utf-8")
        assert str(path) in outcome


@FUZZ
@given(st.data())
def test_any_bytes_give_people_or_an_input_error(tmp_path, data):
    content = data.draw(st.sampled_from([b"", RESULTS, archive_bytes(), LANDMARKS, TABLE]))
    cut = data.draw(st.integers(0, len(content)))
    kept = data.draw(st.integers(cut, min(len(content), cut + 40)))
    path = tmp_path / "people"
    path.write_bytes(content[:cut] + data.draw(st.binary(max_size=20)) + content[kept:])
    check_people_or_input_error(path)


KEYS = st.sampled_from(
    ["people", "pose_keypoints_2d", "person_id", "image_id", "keypoints", "idx", "annotations",
     "id", "instance_info", "meta_info", "keypoint_id2name", "instances", "keypoint_scores",
     "frame_id", "track_id", "pose_landmarks", "landmark", "frame", "x", "y", "visibility",
     "annots", "personID", "bodies", "joints", "canvas_width", "canvas_height"]
)  # fmt: skip
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NUMBERS = st.sampled_from([17, 18, 25, 26]).map(lambda joints: [1.5] * (3 * joints))
ANYTHING = st.recursive(
    LEAF | NUMBERS | st.just([[1.0, 2.0]] * 17) | st.just([{"x": 0.5, "y": 0.5}] * 33),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@FUZZ
@given(ANYTHING)
def test_any_json_gives_people_or_an_input_error(tmp_path, content):
    path = tmp_path / "people.json"
    path.write_text(json.dumps(content))
    check_people_or_input_error(path)


CELLS = st.sampled_from(["", "0", "1", "nose", "left_hip", "x", "1e400", "-5", '"'])
COLUMNS = st.sampled_from(["frame", "person", "joint", "x", "y", "confidence", "z"])


@FUZZ
@given(st.lists(COLUMNS, min_size=4, max_size=7), st.lists(st.lists(CELLS, max_size=7), max_size=3))
def test_any_table_gives_people_or_an_input_error(tmp_path, header, rows):
    path = tmp_path / "people.csv"
    path.write_text("\n".join(",".join(cells) for cells in (header, *rows)))
    check_people_or_input_error(path)
