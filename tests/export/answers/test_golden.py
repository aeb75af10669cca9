"""The exported files of this repository give their recorded outputs."""

import json

import numpy as np
import pytest

from posenet3d.export.answers import golden
from posenet3d.export.answers.runtimes import tflite_runtime
from posenet3d.export.forms import litert
from posenet3d.export.forms.saved_model import load_signatures
from posenet3d.models import load
from tests.fixtures.checkout import CHECKOUT

SHELF = CHECKOUT / "saved_models"
MODELS = ("full", "small")
RECORDED = {name: json.loads((SHELF / name / golden.GOLDEN_FILE).read_text()) for name in MODELS}


def check(outputs, recorded):
    expected = golden.read_arrays(recorded["outputs"])
    assert set(outputs) == set(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(
            outputs[name], array, atol=recorded["tolerances"].get(name, 0), err_msg=name
        )


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("variant", litert.VARIANTS)
def test_tflite_file(name, variant):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    file = SHELF / name / f"{name}_{variant}.tflite"
    recorded = RECORDED[name][file.name]
    check(tflite_runtime(file.read_bytes())(**golden.read_arrays(recorded["inputs"])), recorded)


@pytest.mark.parametrize("name", MODELS)
def test_saved_model(name):
    functions = load_signatures(SHELF / name / "1")
    recorded = RECORDED[name]["saved_model"]
    assert set(recorded) == set(functions)
    for signature, record in recorded.items():
        inputs = golden.read_arrays(record["inputs"])
        check(golden.run_signature(functions[signature], inputs), record)


@pytest.mark.parametrize("name", MODELS)
def test_estimator_in_the_package_is_the_same_model(name):
    record = RECORDED[name]["saved_model"]["lift_with_confidence"]
    result = load(SHELF / name).lift(**golden.read_arrays(record["inputs"]))
    check({key: getattr(result, key) for key in record["outputs"]}, record)


@pytest.mark.parametrize("name", MODELS)
def test_every_exported_file_is_recorded(name):
    files = {path.name for path in (SHELF / name).glob("*.tflite")}
    assert files == set(RECORDED[name]) - {"model", "saved_model"}
    assert [p.name for p in (SHELF / name).iterdir() if p.name.isdecimal()] == ["1"]
