import json
import math
import os

import pytest

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json

BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n ", "is empty"),
    "truncated": (b'[{"image_id": 1,\n "keypoints": [1, 2', "line 2, column 20.*cut short"),
    "syntax": (b"[1,\n 2,, 3]", r"line 2, column 4\."),
    "latin-1": ('["é"]'.encode("latin-1"), "not UTF-8 text .byte 2 is 0xe9"),
    "utf-16": ("[1]".encode("utf-16"), "not UTF-8"),
    "deep": (b"[" * 200_000, "too deeply"),
    "digits": (b"[" + b"1" * 5000 + b"]", "not valid JSON"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_say_what_and_where(tmp_path, content, message):
    path = tmp_path / "people.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load_json(path)
    assert str(path) in str(caught.value)


def test_byte_order_mark_is_ignored(tmp_path):
    path = tmp_path / "people.json"
    path.write_bytes('["é", 1.5]'.encode("utf-8-sig"))
    assert load_json(path) == ["é", 1.5]


def test_what_python_writes_beyond_json_is_read(tmp_path):
    path = tmp_path / "people.json"
    path.write_text("[NaN, Infinity, -Infinity]")
    nan, *infinities = load_json(path)
    assert math.isnan(nan)
    assert infinities == [math.inf, -math.inf]


NUMBERS = [f"{sign}{n}" for n in (2**63 - 1, 2**63, 2**64, 10**19, 10**300) for sign in ("", "-")]
NUMBERS += ["-0", "-0.0", "1e400", "1E5", "0.00012345678901234567", "1700000000000000000"]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_those_that_python_reads(tmp_path, number):
    path = tmp_path / "people.json"
    path.write_text(f'[{number}, {{"a": 1, "a": "\\ud800 \\n"}}]')
    assert repr(load_json(path)) == repr(json.loads(path.read_text()))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe"):
        load_json(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("name", "message"), [("gone.json", "no such file"), ("", "is a folder"), ("\0", "cannot be")]
)
def test_what_is_no_file_is_refused(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        load_json(f"{tmp_path}/{name}")
