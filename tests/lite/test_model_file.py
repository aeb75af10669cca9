"""Where a lifter's .tflite file is looked for."""

import shutil

import pytest

from posenet3d.errors import InputError
from posenet3d.lite.model_file import VARIANTS, find, read_metadata, skeleton_of
from posenet3d.skeletons.skeleton import CMU_17


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_pretrained_model_is_found_by_name_from_anywhere(file, tmp_path, monkeypatch, variant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small").mkdir()  # ./small would be this one
    assert find("small", variant) == file.with_name(f"small_{variant}.tflite")


def test_a_file_and_an_exported_folder_are_found_by_path(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    shutil.copy(file, tmp_path / "mine" / "mine_int8.tflite")
    assert find("mine", "int8").samefile(tmp_path / "mine" / "mine_int8.tflite")
    assert find("mine/mine_int8.tflite").is_file()
    monkeypatch.chdir(tmp_path / "mine")
    assert find(".", "int8").is_file()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", r"There is no model 'nowhere'.*\(full, full_sequence, small\)"),
        ("nowhere.tflite", "There is no model 'nowhere.tflite'"),
        ("", r"There is no file .*_float32\.tflite"),
        ("model.keras", r"model\.keras is no \.tflite file; Keras lifts with"),
        (
            "empty",
            r"no file empty/empty_float32\.tflite; .posenet3d export --tflite --model=empty",
        ),
    ],
)
def test_what_is_not_there_is_said(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.keras").write_text("")
    with pytest.raises(InputError, match=message):
        find(name)


def test_metadata_say_the_skeleton(content):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    about = read_metadata(content)
    assert skeleton_of(about) is CMU_17
    moved = about | {"joint_names": about["joint_names"][::-1]}
    assert skeleton_of(moved).joint_names == CMU_17.joint_names[::-1]
