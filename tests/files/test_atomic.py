import os

import pytest

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path


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
