"""Which variant lifts where none is named."""

import shutil
import sys

import pytest

from posenet3d.export.forms import litert
from posenet3d.lite import model_file
from posenet3d.lite.choice import EQUAL, MEASURED, PA_MPJPE, PA_MPJPE_KERAS, as_good, chosen

pytest.importorskip("ai_edge_litert", reason="LiteRT")


def measured(*errors, own=(30.0, 40.0)):
    names = ("keypoints_2d", "keypoints_2d_noisy")
    return {
        MEASURED: {
            PA_MPJPE: dict(zip(names, errors, strict=False)),
            PA_MPJPE_KERAS: dict(zip(names, own, strict=True)),
        }
    }


@pytest.fixture
def folder(file, tmp_path):
    """A model's folder, `mine`, whose dynamic_int8 says these metadata."""

    def folder(metadata):
        path = tmp_path / "mine"
        path.mkdir()
        shutil.copy(file, path / "mine_float32.tflite")
        content = file.with_name("small_dynamic_int8.tflite").read_bytes()
        about = model_file.read_metadata(content)
        about.pop(MEASURED)
        (path / "mine_dynamic_int8.tflite").write_bytes(
            litert.with_metadata(content, about | metadata)
        )
        return path

    return folder


@pytest.mark.parametrize("name", ["full", "small"])
def test_much_is_lifted_by_int8_whose_error_is_the_same(name):
    assert chosen(name, "auto") == "float32"
    assert chosen(name, "auto", much=True) == "dynamic_int8"


def test_what_the_user_names_is_taken():
    for variant in model_file.VARIANTS:
        assert chosen("small", variant, much=True) == variant


@pytest.mark.parametrize(
    ("metadata", "variant"),
    [
        (measured(30.0 * EQUAL, 39.0), "dynamic_int8"),
        (measured(30.1), "dynamic_int8"),  # an archive without noisy 2D
        (measured(30.0 * EQUAL + 0.01, 39.0), "float32"),
        (measured(30.0, 45.0), "float32"),
        ({}, "float32"),
    ],
)
def test_int8_that_is_not_proven_lifts_nothing_unasked(folder, metadata, variant):
    assert chosen(folder(metadata), "auto", much=True) == variant


@pytest.mark.parametrize(
    "metadata",
    [
        {}, {MEASURED: None}, {MEASURED: {}}, {MEASURED: "yes"}, measured(),
        measured(None, 40.0), measured("30", 40.0), measured(float("nan"), 40.0), measured(-1, 40),
        measured(30.0, 40.0, own=(float("inf"), 40.0)), {MEASURED: {PA_MPJPE: {"a": 1.0}}},
        {MEASURED: {PA_MPJPE: {"a": 1.0}, PA_MPJPE_KERAS: {"b": 1.0}}},
        {MEASURED: {PA_MPJPE: [1], PA_MPJPE_KERAS: [1]}}, [], None,
    ],
)  # fmt: skip
def test_metadata_that_say_something_else_prove_nothing(metadata):
    assert not as_good(metadata)


def test_a_damaged_or_missing_file_is_not_chosen(folder, tmp_path):
    path = folder(measured(30.0, 40.0))
    assert chosen(path, "auto", much=True) == "dynamic_int8"
    file = path / "mine_dynamic_int8.tflite"
    file.write_bytes(file.read_bytes()[:5000])
    assert chosen(path, "auto", much=True) == "float32"
    file.unlink()
    assert chosen(path, "auto", much=True) == "float32"
    assert chosen(tmp_path / "nowhere", "auto", much=True) == "float32"


def test_a_file_that_is_named_is_the_one(file):
    assert chosen(file, "auto", much=True) == "float32"


def test_without_litert_nothing_can_be_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.schema_py_generated", None)
    assert chosen("small", "auto", much=True) == "float32"
