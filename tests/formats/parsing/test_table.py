import pytest

from posenet3d.errors import InputError
from posenet3d.formats.parsing.table import identifier_of, load_table

BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "latin-1": ("a,é\n1,2".encode("latin-1"), "not UTF-8"),
    "header only": (b"a,b\n", "a header and no rows"),
    "cells": (b"a,b\n1,2\n\n3\n", "line 4: 1 cells for the 2 columns"),
    "quote": (b'a,b\n1,"2\n', "line 2: not valid CSV"),
    "twice": (b"a,B,b\n1,2,3\n", "names the column 'b' twice"),
    "huge cell": (b"a,b\n" + b"1" * 200_000 + b",2\n", "not valid CSV"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_say_what_and_where(tmp_path, content, message):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load_table(path)
    assert str(path) in str(caught.value)


def test_spaces_capitals_quotes_and_marks_make_no_difference(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(b'\xef\xbb\xbfFrame , X\r\n"1", 2.5 \r\n')
    table = load_table(path)
    assert table.columns == {"frame": 0, "x": 1}
    assert table.rows == ((2, ("1", "2.5")),)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        ("-1", -1),
        ("a 1", "a 1"),
        ("1.5", "1.5"),
        ("9" * 19,) * 2,
        ("12.0", 12),
        ("12.", 12),
        ("-3.000", -3),
        ("12.50", "12.50"),
        ("1.0.0", "1.0.0"),
        (".0", ".0"),
        ("9" * 19 + ".0",) * 2,
    ],
)
def test_ids_are_numbers_where_they_can_be(cell, value):
    assert identifier_of(cell) == value
