"""Damaged files of every format give people or one clear error, read whole or in parts."""

import contextlib
import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.formats import detect
from posenet3d.formats.detect import open_people, read_people
from posenet3d.formats.parsing.persons import NobodyError
from tests.fixtures.checkout import SAMPLES

FILES = sorted(
    path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix not in (".py", ".toml")
)
JSON = [path for path in FILES if path.suffix == ".json"]
TABLES = [path for path in FILES if path.suffix in (".csv", ".trc")]
SIZE = (1280, 720)
FUZZ = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

DEEP = json.loads("[" * 60 + "]" * 60)
ODD = st.sampled_from(
    [None, True, "", "12", "zoë", "\ud800", -1, 0, 10**30, -(2**63) - 1, 1e308, -1e308, 1e7, 0.5,
     float("nan"), float("inf"),
     [], {}, [[]], [1.0] * 51, [1.0] * 54, [1.0] * 50, DEEP, {"x": 1}, [None] * 51, [["a"]]]
)  # fmt: skip


def outcome(path):
    """The error that reading the file gives, or None; people must be as they are documented."""
    try:
        people = read_people(path, image_size=SIZE)
    except InputError as error:
        text = str(error)
        assert str(path) in text
        text.encode("utf-8")
        assert "\n" not in text
        assert len(text) - len(str(path)) < 1500
        return text
    assert ((people.confidence >= 0) & (people.confidence <= 1)).all()
    assert (abs(people.keypoints_2d) < 1e9).all()
    json.dumps([people.image_ids, people.person_ids], ensure_ascii=False).encode("utf-8")
    return None


def fresh(path):
    """The path, with no file there: some file systems wait for the disk to write over one."""
    path.unlink(missing_ok=True)
    return path


def in_parts(source, skip_bad):
    """The same in parts of two units; returns what was left out."""
    faults = []
    try:
        for part in source.parts(skip_bad, size=2):
            with contextlib.suppress(NobodyError):
                part.read()
            faults += part.faults
    except InputError as error:
        return str(error)
    return faults


def check(path):
    whole = outcome(path)
    try:
        source = open_people(path, image_size=SIZE)
    except InputError as error:
        cut = left_out = str(error)
    else:
        cut, left_out = in_parts(source, skip_bad=False), in_parts(source, skip_bad=True)
    assert isinstance(cut, str) == (whole is not None) or "nobody" in str(whole) + str(cut)
    for fault in left_out if isinstance(left_out, list) else [left_out]:
        assert str(path) in fault


@pytest.mark.parametrize("sample", FILES, ids=lambda path: path.name)
@FUZZ
@given(data=st.data())
def test_files_cut_short_or_with_other_bytes(tmp_path, sample, data):
    content = sample.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.sampled_from([start, start + 1, start + 40, len(content)]))
    path = tmp_path / "people"
    fresh(path).write_bytes(content[:start] + data.draw(st.binary(max_size=6)) + content[end:])
    outcome(path)


def replaced(content, data):
    """The content with one value somewhere in it replaced by an odd one."""
    if not isinstance(content, dict | list) or not content or data.draw(st.integers(0, 7)) == 0:
        return data.draw(ODD)
    if isinstance(content, dict):
        key = data.draw(st.sampled_from(sorted(content)))
        if data.draw(st.integers(0, 9)) == 0:
            return {k: v for k, v in content.items() if k != key}
        return content | {key: replaced(content[key], data)}
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.integers(0, 9)) == 0:
        return content[:place] + content[place + 1 :]
    return [*content[:place], replaced(content[place], data), *content[place + 1 :]]


@pytest.mark.parametrize("large", [False, True], ids=["in memory", "entry by entry"])
@pytest.mark.parametrize("sample", JSON, ids=lambda path: path.name)
@FUZZ
@given(data=st.data())
def test_values_that_cannot_be(tmp_path, monkeypatch, sample, large, data):
    path = tmp_path / "people.json"
    fresh(path).write_text(json.dumps(replaced(json.loads(sample.read_text()), data)))
    with monkeypatch.context() as patch:
        if large and sample.parent == SAMPLES:  # files of folders hold no long list
            patch.setattr(detect, "LARGE_BYTES", 0)
        check(path)


FRAMES = [json.loads(path.read_text()) for path in JSON if path.parent.name == "openpose"][:3]


@pytest.mark.parametrize("large", [False, True], ids=["in memory", "entry by entry"])
@pytest.mark.parametrize("frames", [FRAMES, dict(zip("abc", FRAMES, strict=True))], ids=type)
@FUZZ
@given(data=st.data())
def test_frames_in_one_file_of_which_a_value_cannot_be(tmp_path, monkeypatch, frames, large, data):
    path = tmp_path / "people.json"
    fresh(path).write_text(json.dumps(replaced(frames, data)))
    with monkeypatch.context() as patch:
        if large and isinstance(frames, list):
            patch.setattr(detect, "LARGE_BYTES", 0)
        check(path)


FOLDERS = sorted({path.parent for path in JSON if path.parent != SAMPLES})


@pytest.mark.parametrize("sample", FOLDERS, ids=lambda path: path.name)
@FUZZ
@given(data=st.data())
def test_folders_of_which_a_file_is_damaged(tmp_path, sample, data):
    folder = tmp_path / "images"
    if not folder.exists():
        shutil.copytree(sample, folder)
    whole = data.draw(st.sampled_from(sorted(sample.iterdir())))
    content = whole.read_bytes()
    if data.draw(st.booleans()):
        content = json.dumps(replaced(json.loads(content), data)).encode()
    else:
        content = content[: data.draw(st.integers(0, len(content)))]
    damaged = folder / whole.name
    fresh(damaged).write_bytes(content)
    try:
        check(folder)
    finally:
        shutil.copy(whole, fresh(damaged))


CELL = st.sampled_from(["", "nan", "inf", "1e999", "-1e9", "x", '"', "0,1", "\0", "zoë", "9" * 400])


@pytest.mark.parametrize("sample", TABLES, ids=lambda path: path.name)
@FUZZ
@given(data=st.data())
def test_cells_that_cannot_be(tmp_path, sample, data):
    lines = sample.read_text().split("\n")
    row = data.draw(st.integers(0, len(lines) - 1))
    separator = "," if sample.suffix == ".csv" else "\t"
    cells = lines[row].split(separator)
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(CELL)
    lines[row] = separator.join(cells)
    path = tmp_path / "people.csv"
    fresh(path).write_text("\n".join(lines))
    check(path)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 900 + b"1" + b"]" * 900,
        b"\xff\xfe[1]",
        b"\0" * 99,
    ],
    ids=["open lists", "open objects", "deep", "UTF-16", "zeros"],
)
@pytest.mark.parametrize("large", [False, True])
def test_files_that_are_no_keypoints_at_all(tmp_path, monkeypatch, content, large):
    if large:
        monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    path = tmp_path / "people.json"
    path.write_bytes(content)
    assert outcome(path)


@pytest.mark.parametrize(
    ("sample", "path_to", "named"),
    [
        ("coco_results.json", (3, "keypoints", 3 * 9), ("person 3", "left_wrist")),
        ("alphapose-results.json", (5, "keypoints", 3 * 9), ("person 5", "left_wrist")),
        ("openpose/walk_000000000002_keypoints.json", ("people", 1, "pose_keypoints_2d", 21),
         ("person 1", "left_wrist")),
        ("mmpose.json", ("instance_info", 4, "instances", 1, "keypoints", 9, 0),
         ("person 1 (image 4)", "left_wrist")),
        ("mediapipe.json", (2, 1, 15, "x"), ("person 1 (image 2)", "left_wrist")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [1e12, "12", None, [1]], ids=str)
def test_faults_name_file_person_and_joint(tmp_path, sample, path_to, named, value):
    content = json.loads((SAMPLES / sample).read_text())
    place = content
    for key in path_to[:-1]:
        place = place[key]
    place[path_to[-1]] = value
    path = tmp_path / "people.json"
    path.write_text(json.dumps(content))
    text = outcome(path)
    for name in named:
        assert name in text
