"""What docs/mobile.md, mobile_apps.md and lite.md show is so."""

import json
import re

import numpy as np
import pytest

from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import CMU_17, MEDIAPIPE_33
from tests.fixtures.checkout import load_module


@pytest.fixture(scope="module")
def page(checkout):
    """The three pages in the order in which their code builds on each other."""
    pages = ("mobile.md", "mobile_apps.md", "lite.md")
    return "\n".join((checkout / "docs" / name).read_text() for name in pages)


def test_tables_of_joints_are_those_of_the_package(page):
    tables = load_module("docs/mobile_tables.py")
    for table in (tables.joints_table(), tables.formulas_table()):
        assert table in page, f"docs/mobile.md must have this table:\n{table}"


def test_formulas_are_the_map():
    tables = load_module("docs/mobile_tables.py")
    rng = np.random.default_rng(0)
    points = rng.normal(size=(33, 2)).astype(np.float64)
    at = dict(zip(MEDIAPIPE_33.joint_names, points, strict=True))
    mapped, _ = joint_maps.get("mediapipe33", "cmu17").apply(points[None])
    for line in tables.formulas_table().splitlines()[2:]:
        joint, choice, formula = (cell.strip(" `") for cell in line.strip("|").split("|"))
        if choice == "1":
            code = re.sub(r"(?<=[0-9]) (?=[a-z(])", " * ", formula)
            np.testing.assert_allclose(
                eval(code, dict(at)), mapped[0, CMU_17.index(joint)], atol=1e-3
            )


def test_numbers_of_the_kotlin_map_are_those_of_the_package(page):
    copied, computed = (
        re.search(rf"val {name} = mapOf\((.*?)\n\)", page, re.DOTALL)[1]
        for name in ("COPIED", "COMPUTED")
    )
    pairs = re.findall(r"(\d+) to (\d+)", copied.split("\n", 1)[1])
    found = {int(joint): {int(landmark): 1.0} for joint, landmark in pairs}
    for joint, inner in re.findall(r"(\d+) to mapOf\((.*?)\)", computed):
        weights = re.findall(r"(\d+) to (-?[\d.]+)f", inner)
        found[int(joint)] = {int(landmark): float(weight) for landmark, weight in weights}
    declared = joint_maps.get("mediapipe33", "cmu17")
    expected = {
        CMU_17.index(joint): {
            MEDIAPIPE_33.index(name): round(weight, 4)
            for name, weight in declared.alternatives(joint)[0].weights().items()
        }
        for joint in declared.rules
    }
    assert found == expected


def test_python_shown_runs(page, checkout, monkeypatch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    monkeypatch.chdir(checkout)
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    *of_single_poses, of_a_track, of_a_stream = blocks
    assert len(of_single_poses) == 4
    names = {}
    for code in of_single_poses:
        exec(code, names)
    compared = {"keypoints_3d", "elevation", "expected_error"}  # the golden outputs
    assert names["together"].keys() == compared
    assert names["about"]["least_joints"] == 9
    assert names["result"].keypoints_3d.shape == (3, 17, 3)
    names |= {"keypoints_2d": np.stack([seen(n)[0] for n in range(6)]), "confidence": None}
    exec(of_a_track, names)
    assert np.isfinite(names["result"].keypoints_3d).all()
    names["camera"] = [(np.full((17, 2), 200.0), np.zeros(17)), seen(7), seen(8)]
    exec(of_a_stream, names)
    assert np.isfinite(names["result"].keypoints_3d).all()


def seen(seed):
    """Somebody, in pixels `[17, 2]`, and their confidence `[17]`."""
    return np.random.default_rng(seed).uniform(100, 500, (17, 2)), np.ones(17)


def test_tensors_by_position_are_in_the_order_that_is_told(checkout):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason="LiteRT")
    for name in ("full", "small"):  # a lifter of sequences has another signature
        check_order(interpreter, list(checkout.glob(f"saved_models/{name}/*.tflite")))


def check_order(interpreter, files):
    assert len(files) == 4
    for file in files:
        signatures = interpreter.Interpreter(str(file)).get_signature_list()
        assert signatures.keys() == {
            "lift_1", "lift_16", "lift_128", "lift_complete_1", "lift_complete_128"
        }  # fmt: skip
        for signature in signatures.values():
            assert signature["inputs"] == ["confidence", "keypoints_2d"]
            assert signature["outputs"] == ["elevation", "expected_error", "keypoints_3d"]


def test_the_calls_of_the_kotlin_code_give_the_golden_outputs(checkout):
    """By the same names through the same API, `CompiledModel`, from Python."""
    compiled = pytest.importorskip("ai_edge_litert.compiled_model", reason="LiteRT")
    folder = checkout / "saved_models" / "small"
    golden = json.loads((folder / "golden.json").read_text())["small_float32.tflite"]
    model = compiled.CompiledModel.from_file(str(folder / "small_float32.tflite"))
    names = ("keypoints_2d", "confidence"), ("keypoints_3d", "elevation", "expected_error")
    inputs = {name: model.create_input_buffer_by_name("lift_1", name) for name in names[0]}
    outputs = {name: model.create_output_buffer_by_name("lift_1", name) for name in names[1]}
    for row in range(16):
        for name, buffer in inputs.items():
            buffer.write(np.array(golden["inputs"][name][row], np.float32).reshape(-1))
        model.run_by_name("lift_1", inputs, outputs)
        for name, buffer in outputs.items():
            expected = np.array(golden["outputs"][name][row], np.float32).reshape(-1)
            found = buffer.read(expected.size, np.float32)
            np.testing.assert_allclose(found, expected, atol=golden["tolerances"][name])


def test_commands_shown_lift_everybody(page, checkout, tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    monkeypatch.chdir(checkout)
    text = page.replace("\\\n", " ")
    lines = re.findall(r"^posenet3d lift (.*)$", text, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        values = dict(flag.removeprefix("--").split("=", 1) for flag in line.split())
        values["output"] = str(tmp_path / values["output"])
        summary = lift_file(LiftConfig(**values))
        assert summary.lifted == summary.people == 16


def test_the_pose_stands_upright_after_the_turn_that_is_told(people):
    """Procedural cameras look down by about 8 degrees; so tilted is what they see."""
    from posenet3d.lite import LiteEstimator

    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    elevation = LiteEstimator("small").lift(people.keypoints_2d).elevation
    index = CMU_17.index
    feet = people.keypoints_3d[:, [index("left_ankle"), index("right_ankle")]].mean(axis=1)
    _, y, z = (people.keypoints_3d[:, index("thorax")] - feet).T
    c, s = np.cos(np.radians(elevation)), np.sin(np.radians(elevation))
    before = np.degrees(np.arctan2(z.mean(), -y.mean()))
    after = np.degrees(np.arctan2((c * z - s * y).mean(), -(c * y + s * z).mean()))
    assert abs(after) < abs(before) / 2
