import time

import pytest

from posenet3d.errors import InputError
from posenet3d.formats.parsing.csv_text import csv_rows

ROWS = [(1, ("frame", "joint", "x")), (2, ("0", "nose", "629.1")), (4, ("1", "a,b", "-1.5e3"))]
COMMAS = 'frame,joint,x\n0,nose,629.1\n\n1,"a,b",-1.5e3\n'
GERMAN = "frame;joint;x\r\n0;nose;629,1\r\n\r\n1;a,b;-1,5e3\r\n"
WAYS = {
    "commas": COMMAS.encode(),
    "semicolons and decimal commas": GERMAN.encode(),
    "semicolons and decimal points": GERMAN.replace("9,1", "9.1").replace("1,5", "1.5").encode(),
    "tabs": GERMAN.replace(";", "\t").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + GERMAN.encode(),
    "UTF-16 little": b"\xff\xfe" + GERMAN.replace(";", "\t").encode("utf-16-le"),
    "UTF-16 big": b"\xfe\xff" + GERMAN.encode("utf-16-be"),
}


@pytest.mark.parametrize("content", WAYS.values(), ids=WAYS)
def test_ways_of_spreadsheets_give_the_same_rows(tmp_path, content):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    assert csv_rows(path) == ROWS


def test_other_encodings_are_told(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes("frame;joint\n0;Füße\n".encode("cp1252"))
    with pytest.raises(InputError, match=r"people\.csv is not UTF-8 text .*; save it as UTF-8"):
        csv_rows(path)
    path.write_bytes(b"\xff\xfea\0;")
    with pytest.raises(InputError, match=r"is not UTF-16 text"):
        csv_rows(path)


def test_a_name_is_no_number_with_a_decimal_comma(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("frame;joint\n1,2,3;a,5\n")
    assert csv_rows(path)[1] == (2, ("1,2,3", "a,5"))


def test_time_grows_with_the_size_alone(tmp_path):
    """A header of many columns was once compared with itself, column by column."""
    from posenet3d.formats.parsing.table import load_table

    path = tmp_path / "people.csv"
    path.write_text(",".join(f"c{i}" for i in range(100_000)) + "\n" + "1," * 99_999 + "1\n")
    start = time.process_time()
    assert len(load_table(path).columns) == 100_000
    assert time.process_time() - start < 5
