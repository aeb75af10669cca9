"""Files of flags, by path and by name."""

import pytest

from posenet3d.cli.flagfiles import expanded, find
from posenet3d.errors import ConfigError
from tests.fixtures.checkout import CHECKOUT


def test_flags_of_a_file_stand_in_its_place(tmp_path):
    inner, outer = tmp_path / "inner.flags", tmp_path / "outer.flags"
    inner.write_text("# a comment\n\n--steps=3\n// another\n  --mirror  \n")
    outer.write_text(f"--flagfile={inner}\n--batch_size=8\n")
    words = ["train", "--seed=1", f"--flagfile={outer}", "--steps=5"]
    expected = ["train", "--seed=1", "--steps=3", "--mirror", "--batch_size=8", "--steps=5"]
    assert expanded(words) == expected
    assert expanded(["train", "--seed=1", "--flagfile", str(outer), "--steps=5"]) == expected


@pytest.mark.parametrize("name", ["quickstart", "quickstart.flags", "configs/quickstart.flags"])
def test_those_of_the_package_are_found_from_every_folder(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert find(name).samefile(CHECKOUT / "configs" / "quickstart.flags")
    words = expanded(["train", f"--flagfile={name}"])
    assert any(word.startswith("--run_dir=") for word in words)


def test_files_that_name_others_of_the_package_are_found_as_well(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "--skeleton=cmu17" in expanded(["train", "--flagfile=full_sequence"])


def test_a_file_of_ones_own_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quickstart.flags").write_text("--steps=1\n")
    assert expanded(["train", "--flagfile=quickstart.flags"]) == ["train", "--steps=1"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.flags", r"no flag file 'nowhere\.flags'; the package has .*quickstart"),
        ("", "no flag file ''"),
        ("other/quickstart.flags", "no flag file"),
    ],
)
def test_what_is_not_there_is_said(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=message):
        expanded(["train", f"--flagfile={name}"])


def test_a_circle_and_a_picture_are_refused(tmp_path):
    own = tmp_path / "own.flags"
    own.write_text(f"--flagfile={own}\n")
    with pytest.raises(ConfigError, match="names itself"):
        expanded([f"--flagfile={own}"])
    own.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        expanded([f"--flagfile={own}"])
