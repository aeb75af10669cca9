"""A .tflite file in the place of the estimator that it was made of."""

import inspect
import json

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import InputError
from posenet3d.export.forms import litert
from posenet3d.lite import LiteEstimator
from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures.checkout import CHECKOUT

pytest.importorskip("ai_edge_litert", reason="LiteRT")


@pytest.fixture(scope="module")
def estimator():
    return LiteEstimator("small")


@pytest.mark.parametrize("count", [0, 1, 5, 16, 17, 35])
def test_it_lifts_as_keras_does(estimator, poses, count):
    some = {name: array[:count] for name, array in poses.items()}
    expected = posenet3d.load("small").lift(**some, score=False)
    found = estimator.lift(**some)
    for name in ("keypoints_3d", "elevation"):
        wanted = getattr(expected, name)
        np.testing.assert_allclose(
            getattr(found, name), wanted, atol=1e-3 if wanted.ndim == 1 else 1e-4
        )
    np.testing.assert_array_equal(found.filled, expected.filled)
    np.testing.assert_array_equal(found.lifted, expected.lifted)
    assert found.problems == expected.problems
    assert found.unit == expected.unit == "pose"


def test_who_cannot_be_lifted_is_told_and_takes_nobody_along(estimator, poses):
    result = estimator.lift(**poses)
    assert result.lifted.sum() >= 30
    assert "of 17 joints are present, 9 are needed" in result.problems[-2]
    assert "same place" in result.problems[-1]
    assert np.isnan(result.keypoints_3d[~result.lifted]).all()
    assert np.isfinite(result.keypoints_3d[result.lifted]).all()
    assert np.isnan(result.score[~result.lifted]).all()
    assert np.isfinite(result.score[result.lifted]).all()


def test_its_file_may_go_and_must_not_change(tmp_path, poses):
    content = (CHECKOUT / "saved_models" / "small" / "small_float32.tflite").read_bytes()
    for name in ("gone", "changed"):
        (tmp_path / f"{name}.tflite").write_bytes(content)
    gone, changed = (LiteEstimator(tmp_path / f"{name}.tflite") for name in ("gone", "changed"))
    with open(tmp_path / "changed.tflite", "ab") as file:
        file.write(bytes(64))
    with pytest.raises(InputError, match="has changed since it was loaded"):
        changed.lift(poses["keypoints_2d"][:1])
    (tmp_path / "gone.tflite").unlink()
    found = gone.lift(poses["keypoints_2d"][:1])
    expected = LiteEstimator("small").lift(poses["keypoints_2d"][:1])
    np.testing.assert_array_equal(found.keypoints_3d, expected.keypoints_3d)


def test_it_is_called_as_the_keras_one(estimator):
    keras = inspect.signature(posenet3d.PoseEstimator.lift).parameters
    assert list(inspect.signature(LiteEstimator.lift).parameters) == list(keras)
    result = estimator.lift(np.ones((1, 17, 2)) * np.arange(17)[:, None], None, 64, 1700)
    assert result.unit == "mm"


def test_damage_that_shows_only_when_it_lifts_is_one_line(monkeypatch):
    from posenet3d.lite import runtime

    estimator = LiteEstimator("small")  # by the graph of 16

    def broken(*args):
        raise ValueError("The model is not a valid Flatbuffer buffer")

    monkeypatch.setattr(runtime, "make_interpreter", broken)
    with pytest.raises(InputError, match="or damaged: The model is not a valid Flatbuffer"):
        estimator.lift(np.random.default_rng(0).uniform(0, 500, (300, 17, 2)))


def test_a_lifter_of_sequences_is_told_from_a_damaged_file():
    with pytest.raises(InputError, match=r"is a lifter of sequences: .*--sequence_model"):
        LiteEstimator("full_sequence")
    loaded = posenet3d.load(
        CHECKOUT / "saved_models" / "full_sequence" / "full_sequence_float32.tflite"
    )
    assert type(loaded).__name__ == "LiteSequenceEstimator"


def test_height_gives_mm(estimator, poses):
    heights = np.linspace(1500, 1900, len(poses["confidence"]))
    expected = posenet3d.load("small").lift(**poses, height_mm=heights, score=False)
    found = estimator.lift(**poses, height_mm=heights)
    assert found.unit == "mm"
    np.testing.assert_allclose(found.keypoints_3d, expected.keypoints_3d, atol=0.05)


@pytest.mark.parametrize("variant", litert.VARIANTS)
def test_every_variant_can_be_named(poses, variant):
    result = LiteEstimator("small", variant).lift(**poses)
    float32 = LiteEstimator("small").lift(**poses)
    apart = np.linalg.norm(result.keypoints_3d - float32.keypoints_3d, axis=-1)
    assert np.nanmean(apart) < 0.05
    assert (variant == "float32") == (np.nanmax(apart) == 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"keypoints_2d": np.zeros((2, 16, 2))}, r"keypoints_2d must have the shape \[N, 17, 2\]"),
        ({"keypoints_2d": np.full((2, 17, 2), np.nan)}, "joint pelvis"),
        ({"keypoints_2d": np.ones((2, 17, 2)), "confidence": np.ones((3, 17))}, "confidence"),
        ({"keypoints_2d": np.ones((2, 17, 2)), "confidence": np.full((2, 17), 2)}, r"\[0, 1\]"),
        ({"keypoints_2d": np.ones((2, 17, 2)), "height_mm": -1}, "height_mm"),
        ({"keypoints_2d": np.ones((2, 17, 2)), "height_mm": 1.75}, "did you mean 1750"),
    ],
)
def test_what_cannot_be_lifted_is_refused(estimator, given, message):
    with pytest.raises(InputError, match=message):
        estimator.lift(**given)


def test_a_file_that_does_not_estimate_its_error_gives_no_score(estimator, poses, monkeypatch):
    monkeypatch.setattr(estimator, "estimates_error", False)
    with pytest.raises(InputError, match="gives no score, for it does not estimate its error"):
        estimator.lift(**poses, score=True)


def test_another_file_is_another_model_for_work_that_goes_on(estimator):
    assert LiteEstimator("small").get_config() == estimator.get_config()
    assert LiteEstimator("small", "float16").get_config() != estimator.get_config()


def test_joints_of_ones_own_are_told_by_the_file(altered):
    def rename(model):
        (entry,) = (e for e in model.metadata if e.name.decode() == litert.METADATA_KEY)
        about = json.loads(bytes(model.buffers[entry.buffer].data))
        about |= {"skeleton": "mine", "joint_names": [f"joint {n}" for n in range(17)]}
        model.buffers[entry.buffer].data = np.frombuffer(json.dumps(about).encode(), np.uint8)

    skeleton = LiteEstimator(altered(rename)).skeleton
    assert skeleton.name == "mine"
    assert skeleton.joint_names[3] == "joint 3"
    assert (skeleton.parents, skeleton.left) == (CMU_17.parents, CMU_17.left)


def drop_metadata(model):
    model.metadata = []


def spoil_metadata(model):
    for entry in model.metadata:
        model.buffers[entry.buffer].data = np.frombuffer(b"[1, 2]", np.uint8)


def drop_a_joint(model):
    (entry,) = (e for e in model.metadata if e.name.decode() == litert.METADATA_KEY)
    about = json.loads(bytes(model.buffers[entry.buffer].data))
    about |= {"joint_names": about["joint_names"][:-1], "parents": about["parents"][:-1]}
    about |= {"skeleton": "mine", "left": [], "right": []}
    model.buffers[entry.buffer].data = np.frombuffer(json.dumps(about).encode(), np.uint8)


def rename_outputs(model):
    for signature in model.signatureDefs:
        for output in signature.outputs:
            output.name = b"output_of_" + output.name


def break_a_node(model):
    """What only shows when the file is run."""
    for graph in model.subgraphs:
        node = graph.operators[5]
        node.inputs = np.array([100_000, *node.inputs[1:]], np.int32)


def rename_signatures(model):
    for signature in model.signatureDefs:
        signature.signatureKey = b"serving_default"


@pytest.mark.parametrize(
    "change",
    [drop_metadata, spoil_metadata, drop_a_joint, rename_signatures, rename_outputs, break_a_node],
)
def test_the_model_of_another_program_is_refused(altered, change):
    path = altered(change)
    with pytest.raises(
        InputError, match=rf"{path} is no lifter of posenet3d, or damaged: "
    ) as error:
        LiteEstimator(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("end", [8, 100, 50_000, -100])
def test_a_truncated_file_is_refused(content, tmp_path, end):
    path = tmp_path / "cut.tflite"
    path.write_bytes(content[:end])
    with pytest.raises(InputError, match=r"cut\.tflite"):
        LiteEstimator(path)


@pytest.mark.parametrize("text", [b"", b"TFL3", b"a text, not a model"])
def test_what_is_no_tflite_file_is_refused(tmp_path, text):
    path = tmp_path / "model.tflite"
    path.write_bytes(text)
    with pytest.raises(InputError, match=r"is not a \.tflite file"):
        LiteEstimator(path)


def test_the_extra_is_named_where_it_is_missing(monkeypatch, file):
    monkeypatch.setitem(__import__("sys").modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(ImportError, match=r"pip install ai-edge-litert"):
        LiteEstimator(file)
