import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.files.parts import fingerprint, parts_folder, prepared, remove

NAMES = ["S1/Seq1", "S1/Seq2", "S2/Seq1"]
KEY = {"dataset": "made up", "cameras": (0, 2)}


def part_of(name):
    rng = np.random.default_rng(NAMES.index(name))
    return {"keypoints_2d": rng.normal(size=(3, 2)).astype("f4"), "sequences": np.array([name])}


def same(parts, expected):
    assert len(parts) == len(expected)
    for part, other in zip(parts, expected, strict=True):
        assert list(part) == list(other)
        for key, array in part.items():
            assert array.dtype == other[key].dtype
            assert array.tobytes() == other[key].tobytes()


@pytest.fixture
def folder(tmp_path):
    return parts_folder(tmp_path / "poses.npz")


@pytest.fixture
def stopped(folder):
    """A folder that an interrupted run has left two parts in."""

    def make(name):
        if name == NAMES[2]:
            raise KeyboardInterrupt
        return part_of(name)

    with pytest.raises(KeyboardInterrupt):
        prepared(folder, KEY, NAMES, make)
    return folder


def test_parts_come_in_the_order_of_their_names(folder):
    same(prepared(folder, KEY, NAMES, part_of), [part_of(name) for name in NAMES])


def test_nothing_is_kept_without_a_folder(tmp_path):
    same(prepared(None, KEY, NAMES, part_of), [part_of(name) for name in NAMES])
    assert not list(tmp_path.iterdir())


def test_stopped_run_goes_on_with_the_same_bytes(stopped):
    made = []
    parts = prepared(stopped, KEY, NAMES, lambda name: made.append(name) or part_of(name))
    assert made == NAMES[2:]
    same(parts, [part_of(name) for name in NAMES])


def test_killed_run_goes_on_with_the_same_bytes(folder):
    code = (
        "import sys, time, numpy as np\n"
        "from posenet3d.files.parts import prepared\n"
        f"sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from test_parts import KEY, NAMES, part_of\n"
        "def make(name):\n"
        "    if name == NAMES[1]: print('half', flush=True); time.sleep(60)\n"
        "    return part_of(name)\n"
        f"prepared({str(folder)!r}, KEY, NAMES, make)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    made = []
    parts = prepared(folder, KEY, NAMES, lambda name: made.append(name) or part_of(name))
    assert made == NAMES[1:]
    same(parts, [part_of(name) for name in NAMES])


@pytest.mark.parametrize("size", [0, 100])
def test_damaged_part_is_made_anew(stopped, size):
    path = min(stopped.glob("*.npz"))
    path.write_bytes(path.read_bytes()[:size])
    same(prepared(stopped, KEY, NAMES, part_of), [part_of(name) for name in NAMES])


@pytest.mark.parametrize(
    ("key", "names", "message"),
    [
        ({**KEY, "cameras": (0, 1)}, NAMES, r"cameras was \[0, 2\] and is \[0, 1\] now"),
        ({"dataset": "made up"}, NAMES, r"cameras was \[0, 2\] and is None now"),
        (KEY, NAMES[:2], "names was"),
        ({**KEY, "files": {"a.mat": [1, 2]}}, NAMES, r"files was None and is {'a.mat': \[1, 2\]}"),
    ],
)
def test_parts_of_another_run_are_refused_and_stay(stopped, key, names, message):
    with pytest.raises(InputError, match=f"{message}.* Delete the folder"):
        prepared(stopped, key, names, part_of)
    assert len(list(stopped.glob("*.npz"))) == 2


def test_changed_file_is_named(folder, tmp_path):
    file = tmp_path / "annot.mat"
    file.write_bytes(b"12")
    prepared(folder, {"files": fingerprint([file])}, NAMES, part_of)
    file.write_bytes(b"123")
    with pytest.raises(InputError, match=r"annot\.mat was \[2, .* and is \[3, "):
        prepared(folder, {"files": fingerprint([file])}, NAMES, part_of)


def test_missing_file_has_no_fingerprint(tmp_path):
    with pytest.raises(InputError, match=r"absent\.mat: there is no such file"):
        fingerprint([tmp_path / "absent.mat"])


def test_damaged_key_is_refused(stopped):
    (stopped / "made_from.json").write_text("{")
    with pytest.raises(InputError, match=r"unfinished run that was different\. Delete"):
        prepared(stopped, KEY, NAMES, part_of)


def test_folder_of_something_else_is_refused_and_never_removed(folder):
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds something else \(thesis\.txt\)"):
        prepared(folder, KEY, NAMES, part_of)
    remove(folder)
    assert (folder / "thesis.txt").exists()


def test_output_in_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"Cannot keep parts in .*No such file or directory"):
        prepared(parts_folder(tmp_path / "absent" / "poses.npz"), KEY, NAMES, part_of)


def test_removing_leaves_nothing_behind(stopped, tmp_path):
    remove(stopped)
    remove(stopped)
    assert not list(tmp_path.iterdir())


def test_names_pass_the_progress_and_objects_are_refused(folder):
    seen = []

    def progress(names):
        for name in names:
            seen.append(name)
            yield name

    prepared(folder, KEY, NAMES, part_of, progress)
    assert seen == NAMES
    with pytest.raises(ValueError, match="array a holds objects"):
        prepared(parts_folder(folder), KEY, ["x"], lambda name: {"a": np.array([None])})
