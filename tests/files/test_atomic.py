import os

import pytest

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path, staging_folder
from tests.fixtures.holding import holding


def test_file_appears_at_the_end_under_its_name(tmp_path):
    target = tmp_path / "out.npz"
    with atomic_path(target) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".npz"
        assert temporary.parent == tmp_path
        assert not target.exists()
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["out.npz"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "out.npz"
    target.write_text("old")

    def write_half():
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.npz"]


def test_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with atomic_path(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize(
    ("name", "message"), [("gone/out.npz", "there is no folder"), ("", "it is a folder")]
)
def test_impossible_places_are_refused_before_any_work(tmp_path, name, message):
    with pytest.raises(InputError, match=message), atomic_path(tmp_path / name):
        pytest.fail("the block must not run")


LEAVE = """
import pathlib, sys
from posenet3d.files.atomic import atomic_path, staging_folder
folder = pathlib.Path(sys.argv[1])
with atomic_path(folder / "out.npz") as temporary, staging_folder(folder) as staged:
    temporary.write_text("half")
    (staged / "half").mkdir()
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path):
    with holding(LEAVE, tmp_path) as process:
        yield process


def write_anew(folder):
    with atomic_path(folder / "out.npz") as temporary:
        temporary.write_text("whole")
    with staging_folder(folder):
        pass


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, writer):
    writer.kill()
    writer.wait()
    assert len(os.listdir(tmp_path)) == 2
    write_anew(tmp_path)
    assert os.listdir(tmp_path) == ["out.npz"]


def test_what_another_process_still_writes_is_left_alone(tmp_path, writer):
    before = set(os.listdir(tmp_path))
    write_anew(tmp_path)
    assert set(os.listdir(tmp_path)) == before | {"out.npz"}
    writer.stdin.close()
    assert writer.wait() == 0
    assert (tmp_path / "out.npz").read_text() == "half"
    assert os.listdir(tmp_path) == ["out.npz"]


def test_other_hidden_files_are_nobodys_business(tmp_path):
    names = {".out.npz.lock", ".out.npz.0123", ".other.npz.0123456789abcdef.npz"}
    for name in names:
        (tmp_path / name).touch()
    write_anew(tmp_path)
    assert set(os.listdir(tmp_path)) == names | {"out.npz"}


def test_content_is_on_the_disk_before_the_name(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr(os, "fsync", lambda file: done.append(os.readlink(f"/proc/self/fd/{file}")))
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda *paths: (done.append("renamed"), replace(*paths)))
    with atomic_path(tmp_path / "out.npz") as temporary:
        temporary.write_text("new")
    assert done == [str(temporary), "renamed", str(tmp_path)]


def test_the_longest_names_can_be_written(tmp_path):
    target = tmp_path / ("x" * 251 + ".npz")
    with atomic_path(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"
