import itertools
import json

import pytest

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.json_items import open_items

ENTRIES = [{"image_id": n, "keypoints": [1, 2.5, None, True, "é", 1e-5]} for n in range(300)]


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "big.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


@pytest.mark.parametrize("key", [None, "annotations", "instance_info"])
def test_entries_are_those_of_the_file_read_whole(write, key):
    path = write({"info": {"a": [1]}, key: ENTRIES, "more": 3} if key else ENTRIES)
    items = open_items(path)
    assert items.key == key
    content = load_json(path)
    assert list(items) == (content[key] if key else content)
    assert list(items) == list(items)


def test_other_values_of_an_object_stand_before_and_behind_the_list(write):
    items = open_items(write({"images": [{"id": 1}], "annotations": ENTRIES, "categories": [3]}))
    assert items.value("images") == [{"id": 1}]
    assert items.value("categories") == [3]
    assert items.value("gone") is None


def test_sample_is_the_content_with_few_entries(write):
    assert open_items(write(ENTRIES)).sample() == ENTRIES[:100]
    assert open_items(write({"annotations": ENTRIES})).sample() == {"annotations": ENTRIES[:100]}


def test_a_byte_order_mark_is_passed_over(write):
    assert list(open_items(write(b"\xef\xbb\xbf[1, 2]"))) == [1, 2]


BAD = {
    "cut short": (b'[{"a": 1}, {"b"', "probably cut short"),
    "no number": (b"[1, nan]", "not valid JSON"),
    "more behind it": (b"[1] 2", "trailing garbage"),
    "not UTF-8": (b'["\xff"]', "invalid bytes in UTF8"),
    "endless number": (b"[" + b"9" * 400 + b"]", "overflow"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_where_it_stops_being_json_is_said(write, content, message):
    path = write(content)
    with pytest.raises(InputError, match=message) as caught:
        list(open_items(path))
    assert str(caught.value).startswith(f"{path} is not valid JSON")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_the_parser_does_not_know_is_named(write, constant):
    path = write(f'[{{"NaN": [1, 2.5{" " * 3000}, {constant}, 3]}}]'.encode())
    with pytest.raises(InputError, match=f"holds {constant} before byte .* write null"):
        list(open_items(path))


@pytest.mark.parametrize("content", [b"[" * 300_000, b'[{"a":' * 300, b'["' + b"x" * 3_000_000])
def test_what_would_fill_the_memory_is_refused(write, content):
    with pytest.raises(InputError, match="too deeply"):
        list(open_items(write(content)))


def test_brackets_in_texts_are_not_lists(write):
    entries = [{"image_id": '[[{{"\\' * 9, "a": [[[1]]]} for _ in range(9_000)]
    assert list(open_items(write(entries))) == entries


def test_entries_before_the_fault_are_given(write):
    items = open_items(write(b"[1, 2, x]"))
    assert list(itertools.islice(items, 2)) == [1, 2]


@pytest.mark.parametrize(
    ("content", "found"), [({"a": 1, "b": [2]}, "the keys 'a', 'b'"), (3, "neither a list")]
)
def test_files_without_a_list_are_refused(write, content, found):
    with pytest.raises(InputError, match=f"no list to read .* got .*{found}"):
        open_items(write(content))
