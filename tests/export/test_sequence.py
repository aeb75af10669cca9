import json

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.errors import ConfigError, ExportError, InputError
from posenet3d.export.answers.golden import read_arrays
from posenet3d.export.config import ExportConfig
from posenet3d.export.forms.saved_model import load_signatures
from posenet3d.export.job import export
from posenet3d.export.sequence import VARIANTS, example_sequence
from posenet3d.lite.estimator import LiteEstimator
from posenet3d.lite.sequence import LiteSequenceEstimator
from posenet3d.lite.stream import LiteStream
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.sequences.loading import load_sequence
from posenet3d.sequences.weights_file import save_sequence_file
from posenet3d.serving.model.servable import Servable
from tests.sequences.small_estimators import sequence_estimator


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A lifter of sequences and all that can be exported of it."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    folder = tmp_path_factory.mktemp("exported") / "waltz"
    folder.mkdir()
    save_sequence_file(sequence_estimator(seed=0), folder / "sequence.npz")
    (folder / "MODEL_CARD.md").write_text("- **Trained on**, in 2D: dances.\n\n## Use\n")
    export(
        ExportConfig(
            output=str(folder),
            model=str(folder / "sequence.npz"),
            tflite=True,
            golden=True,
            weights=True,
            licence="Apache-2.0",
        )
    )
    return folder


@pytest.fixture(scope="module")
def estimator(folder):
    return load_sequence(folder)


@pytest.fixture(scope="module")
def tried(estimator):
    return example_sequence(estimator)


def test_all_forms_are_there_under_the_folders_name(folder):
    files = {path.name for path in folder.iterdir()}
    tflite = {f"waltz_{variant}.tflite" for variant in VARIANTS}
    assert files == {"1", "MODEL_CARD.md", "golden.json", "sequence.npz", *tflite}
    metadata = json.loads((folder / "1" / "assets.extra" / "posenet3d.json").read_text())
    assert metadata["name"] == "waltz"
    assert metadata["licence"] == "Apache-2.0"
    assert metadata["training_data"] == "dances."
    assert metadata["frames_seen"] == load_sequence(folder).lifter.reach


def test_the_saved_model_lifts_sequences_of_any_length_and_rate(folder, estimator, tried):
    function = load_signatures(folder / "1")["lift_sequence"]
    for frames, rate in ((24, 30.0), (5, 60.0), (1, 15.0), (24, 3.0)):
        poses, seen = tried["keypoints_2d"][:frames], tried["confidence"][:frames]
        answer = function(
            keypoints_2d=tf.constant(poses),
            confidence=tf.constant(seen),
            frame_rate=tf.constant(rate),
        )
        expected = estimator.lift_sequence(poses, seen, rate)
        np.testing.assert_allclose(answer["keypoints_3d"], expected.keypoints_3d, atol=1e-4)
        np.testing.assert_allclose(answer["score"], expected.score, atol=1e-4)


def test_the_saved_model_refuses_what_is_no_sequence(folder, tried):
    function = load_signatures(folder / "1")["lift_sequence"]
    inputs = {name: tf.constant(array) for name, array in tried.items()}
    with pytest.raises(tf.errors.InvalidArgumentError, match="keypoints_2d holds nan"):
        function(**inputs | {"keypoints_2d": inputs["keypoints_2d"] * np.nan})
    with pytest.raises(tf.errors.InvalidArgumentError, match="confidence must lie in"):
        function(**inputs | {"confidence": 2 * inputs["confidence"]})
    for rate in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(tf.errors.InvalidArgumentError, match="frame_rate must lie in"):
            function(**inputs | {"frame_rate": tf.constant(rate)})


def test_the_server_runs_a_request_a_person(folder, estimator, tried):
    servable = Servable(folder / "1", 1)
    try:
        assert not servable.signatures["lift_sequence"].batched
        answer = servable.run(servable.signatures["lift_sequence"], tried)
    finally:
        servable.close()
    expected = estimator.lift_sequence(*tried.values()).keypoints_3d
    np.testing.assert_allclose(answer["keypoints_3d"], expected, atol=1e-4)


@pytest.mark.parametrize(("variant", "atol"), [("float32", 1e-3), ("float16", 0.02)])
def test_frame_after_frame_a_tflite_file_lifts_as_a_causal_sequence(
    folder, estimator, tried, variant, atol
):
    whole = estimator.lift_sequence(*tried.values(), causal=True)
    stream = LiteStream(folder / f"waltz_{variant}.tflite")
    for frame, (pose, seen) in enumerate(
        zip(tried["keypoints_2d"], tried["confidence"], strict=True)
    ):
        result = stream.lift(pose, seen)
        assert result.problems[0] == whole.problems[frame]
        np.testing.assert_allclose(result.keypoints_3d[0], whole.keypoints_3d[frame], atol=atol)
        np.testing.assert_allclose(result.score[0], whole.score[frame], atol=atol)


@pytest.mark.parametrize("frame_rate", [2, 30, 75])
@pytest.mark.parametrize(("variant", "atol"), [("float32", 1e-4), ("float16", 0.02)])
def test_by_windows_a_tflite_file_lifts_as_a_whole_sequence(
    folder, estimator, tried, variant, atol, frame_rate
):
    poses, seen = (np.concatenate([tried[name]] * 9) for name in ("keypoints_2d", "confidence"))
    expected = estimator.lift_sequence(poses, seen, frame_rate)
    lite = LiteSequenceEstimator(folder / f"waltz_{variant}.tflite")
    result = lite.lift_sequence(poses, seen, frame_rate)
    assert result.problems == expected.problems
    np.testing.assert_allclose(result.keypoints_3d, expected.keypoints_3d, atol=atol)
    np.testing.assert_allclose(result.score, expected.score, atol=atol)


@pytest.mark.eagerly
def test_windows_that_lift_otherwise_are_not_exported(folder, tmp_path, monkeypatch):
    def without_future(self, inputs, fill=None):
        return told(self, inputs | {"future": 0.0 * inputs["future"]}, fill)

    told = SequenceEstimator.window_tensors
    monkeypatch.setattr(SequenceEstimator, "window_tensors", without_future)
    config = ExportConfig(
        output=str(tmp_path / "waltz"), model=str(folder / "sequence.npz"), tflite=True,
        saved_model=False,
    )  # fmt: skip
    with pytest.raises(ExportError, match=r"\(float32\) lifts .* off the estimator"):
        export(config)
    assert not list(tmp_path.iterdir())


def test_a_golden_file_has_inputs_and_answers_of_every_form(folder, tried):
    golden = json.loads((folder / "golden.json").read_text())
    assert golden.keys() == {
        "model",
        "saved_model",
        *(f"waltz_{variant}.tflite" for variant in VARIANTS),
    }
    described = golden["waltz_float32.tflite"]
    inputs, outputs = (read_arrays(described[key]) for key in ("inputs", "outputs"))
    np.testing.assert_allclose(inputs["keypoints_2d"], tried["keypoints_2d"], rtol=1e-6)
    stream = LiteStream(folder / "waltz_float32.tflite")
    for frame in range(len(inputs["confidence"])):
        answer = stream.step(inputs["keypoints_2d"][frame], inputs["confidence"][frame])
        for name, tolerance in described["tolerances"].items():
            np.testing.assert_allclose(answer[name], outputs[name][frame], atol=tolerance)


def test_what_is_no_stream_is_refused_in_words(folder, tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        LiteStream(tmp_path / "none.tflite")
    (tmp_path / "text.tflite").write_text("this is no model at all")
    with pytest.raises(InputError, match=r"not a \.tflite file"):
        LiteStream(tmp_path / "text.tflite")
    alone = "saved_models/small/small_float32.tflite"
    with pytest.raises(InputError, match="no lifter of sequences"):
        LiteStream(alone)
    with pytest.raises(InputError, match="is a lifter of sequences"):
        LiteEstimator(folder / "waltz_float32.tflite")
    with pytest.raises(InputError, match="frame_rate"):
        LiteStream(folder / "waltz_float32.tflite", frame_rate=0)


def test_a_form_that_it_does_not_have_is_refused(folder, tmp_path):
    config = ExportConfig(output=str(tmp_path), model=str(folder / "sequence.npz"), onnx=True)
    with pytest.raises(ConfigError, match="no ONNX form"):
        export(config)
    assert not list(tmp_path.iterdir())
