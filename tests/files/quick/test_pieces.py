"""The long list in pieces: whatever their length, the entries and faults of the slow parser."""

import json

import pytest

from posenet3d.errors import InputError
from posenet3d.files.json_items import JsonItems, open_items
from posenet3d.files.quick import pieces

LISTS = {
    "people": [{"image_id": f"{n}.jpg", "keypoints": [n, 0.5, 1e22]} for n in range(20)],
    # Brackets and quotes in texts, and in entries what looks like the list's own.
    "odd": [
        {"a": n, "b": '}, {"a": 1}, {"a"\\', "c": [{"a": [{"a": "é\u2028"}]}, {}, None, -0.5e-3]}
        for n in range(6)
    ],
    "lists in lists": [[], [[{"x": 1, "y": 2}, {"x": 3}]], [], [[{"x": 4}], [{"x": 5}]]] * 3,
    "other first keys": [{"a": 1}, {"b": {"a": 2}}, {"a": 3}, 7, "text", None, {"a": 4}],
    "one long entry": [{"a": 1}, {"a": "x" * 900, "b": list(range(200))}, {"a": 2}],
    "numbers": list(range(50)),
    "nothing": [],
    "without keys": [{}, {}, {}],
}
WRITTEN = {
    "as json writes it": {},
    "without spaces": {"separators": (",", ":")},
    "pretty": {"indent": 2},
    "spaces before commas": {"separators": (" \r\n, ", "\t: ")},
}
SIZES = (1, 2, 3, 5, 8, 13, 40, 41, 42, 100, 333, 5000)


def entries_of(items):
    """The entries, and what is wrong behind them: how far it had read does not matter."""
    found = []
    try:
        for entry in items:
            found.append(repr(entry))
    except InputError as error:
        return found, str(error).partition(" before byte ")[0]
    return found, ""


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """Gives entries and fault, which are the same in pieces of all sizes."""

    def compare(content):
        path = tmp_path / "list.json"
        path.write_bytes(content)
        with open(path, "rb") as file:
            key, place = pieces.find_list(file, ("annotations", "frames"))
        slow = entries_of(JsonItems(path, key))
        with monkeypatch.context() as patch:
            for size in SIZES:
                patch.setattr(pieces, "PIECE", size)
                assert entries_of(JsonItems(path, key, place)) == slow
        return slow

    return compare


@pytest.mark.parametrize("how", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("entries", LISTS.values(), ids=LISTS)
def test_entries_are_those_of_the_slow_parser(compare, entries, how):
    text = json.dumps(entries, **how)
    expected = [repr(entry) for entry in entries]
    assert compare(text.encode()) == (expected, "")
    assert compare(b"\xef\xbb\xbf \n" + text.encode() + b"\n ") == (expected, "")
    behind = {"annotations": entries, "images": entries, "c": '], "a": {'}
    for content in (behind, {"info": {"frames": [1]}, "annotations": entries}):
        assert compare(json.dumps(content, **how).encode()) == (expected, "")


def test_all_is_read_quickly_that_is_as_it_should_be(tmp_path, monkeypatch):
    entries = [{"image_id": n, "people": [{"image_id": 1}] * (n % 3)} for n in range(200)]
    monkeypatch.setattr(pieces, "PIECE", 300)
    for content in (entries, {"annotations": entries, "more": entries}):
        (tmp_path / "list.json").write_text(json.dumps(content))
        items = open_items(tmp_path / "list.json")
        monkeypatch.setattr(items, "_parsed", None)
        assert list(items) == entries
        assert items.count() == 200
        if items.key:
            assert items.value("more") == entries


PEOPLE = json.dumps(LISTS["people"][:6]).encode()
WRONG = {
    "NaN": PEOPLE.replace(b"1e+22", b"NaN", 3).replace(b"NaN", b"1e+22", 2),
    "no comma": PEOPLE.replace(b"}, {", b"} {", 3).replace(b"} {", b"}, {", 2),
    "two commas": PEOPLE.replace(b"}, {", b"},, {"),
    "a comma at the end": PEOPLE[:-1] + b" , ]",
    "a comma at the beginning": b"[," + PEOPLE[1:],
    "more behind it": PEOPLE + b" 1",
    "a bracket too many": PEOPLE[:-1] + b"]]",
    "another list": PEOPLE.replace(b"}, {", b"}], [{"),
    "not UTF-8": PEOPLE.replace(b".jpg", b".\xff", 3).replace(b".\xff", b".jpg", 2),
    "a whole number too wide": PEOPLE.replace(b"[3,", b"[18446744073709551616,"),
    "half a surrogate": PEOPLE.replace(b"3.jpg", b"\\ud800"),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_faults_are_those_of_the_slow_parser(compare, content):
    compare(content)
    compare(b'{"annotations":' + content + b', "images": []}')
    compare(b'{"annotations":' + content[:-1])


def test_a_file_that_is_cut_short_gives_what_is_before_the_cut(compare):
    for content in (PEOPLE, b'{"info": 1, "annotations": ' + PEOPLE + b', "images": [{"id": 1}]}'):
        for end in range(30 + content.index(b"["), len(content), 7):
            _, fault = compare(content[:end])
            assert fault


@pytest.mark.parametrize("most", [1, 100])
def test_entries_longer_than_a_piece_may_be_are_read(compare, monkeypatch, most):
    monkeypatch.setattr(pieces, "_MOST", most)
    for content in (LISTS["one long entry"], {"annotations": LISTS["people"], "b": [1] * 300}):
        _, fault = compare(json.dumps(content).encode())
        assert not fault


def test_a_list_that_stands_there_twice_is_read_as_before(compare):
    found, _ = compare(b'{"annotations": [{"a": 1}, {"a": 2}], "annotations": [{"a": 3}]}')
    assert len(found) == 3


def test_a_key_in_a_text_or_deeper_is_not_the_list(tmp_path):
    path = tmp_path / "list.json"
    path.write_bytes(b'{"a": "\\"frames\\": [", "b": {"frames": [1]}, "frames" : [2, 3], "c": 4}')
    items = open_items(path)
    assert (list(items), items.value("b"), items.value("c")) == ([2, 3], {"frames": [1]}, 4)
