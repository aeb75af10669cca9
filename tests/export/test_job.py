import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.errors import ConfigError, ExportError, InputError
from posenet3d.export import ExportConfig, job
from posenet3d.export.answers import golden
from posenet3d.export.forms import litert, warmup
from posenet3d.export.forms.saved_model import load_signatures
from posenet3d.export.job import export
from posenet3d.poses.archives.archive_writer import write_archive
from tests.fixtures import forked_scripts


@pytest.fixture
def model(saved):
    return str(saved.parent / "estimator.keras")


def test_versions_count_up_and_nothing_is_overwritten(model, tmp_path):
    output = tmp_path / "mine"
    (output / "9").mkdir(parents=True)
    (output / "10").mkdir()
    (output / "10" / "saved_model.pb").write_text("the last one")
    (output / "notes").mkdir()
    config = ExportConfig(model=model, output=str(output), licence="MIT", warmup=False)
    assert export(config) == [output / "11"]
    assert (output / "10" / "saved_model.pb").read_text() == "the last one"
    assert {p.name for p in output.iterdir()} == {"9", "10", "11", "notes"}
    # It was also told to do without warmup, and the licence.
    assert not (output / "11" / warmup.WARMUP_FILE).exists()
    found = json.loads((output / "11" / "assets.extra" / "posenet3d.json").read_text())
    assert (found["licence"], found["training_data"]) == ("MIT", "ten poses of people.")


def test_version_made_at_the_same_moment_is_not_touched(saved, tmp_path, monkeypatch):
    from posenet3d.export.forms import saved_model

    (tmp_path / "staged").mkdir()
    rename, taken = saved_model.os.rename, []

    def late(source, target):
        if not taken:
            taken.append(target)
            target.mkdir()
            (target / "saved_model.pb").write_text("another's")
        rename(source, target)

    monkeypatch.setattr(saved_model.os, "rename", late)
    folder = tmp_path / "mine"
    folder.mkdir()
    assert saved_model.add_version(tmp_path / "staged", folder) == folder / "2"
    assert (folder / "1" / "saved_model.pb").read_text() == "another's"


@pytest.mark.parametrize("there_before", [False, True])
def test_failed_export_leaves_nothing(model, tmp_path, monkeypatch, there_before):
    output = tmp_path / "new" / "mine"
    if there_before:
        output.mkdir(parents=True)

    def fail(*args):
        raise ExportError("no")

    monkeypatch.setattr(job, "write_saved_model", lambda _, folder, *args: folder.mkdir())
    monkeypatch.setattr(job, "check_same", lambda *args: None)
    monkeypatch.setattr(job, "saved_model_runtime", lambda *args: None)
    monkeypatch.setattr(job, "describe_saved_model", lambda *args: {})
    monkeypatch.setattr(job.litert, "convert", fail)
    with pytest.raises(ExportError):
        export(ExportConfig(model=model, output=str(output), tflite=True, warmup=False))
    assert list(tmp_path.rglob("*")) == ([output.parent, output] if there_before else [])


def test_a_full_disk_ends_in_one_clear_line(model, tmp_path):
    """A limit on the size of files stands in for the disk."""
    script = tmp_path / "script.py"
    script.write_text(
        "import resource, sys\n"
        "from posenet3d.export import ExportConfig, job\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "job.export(ExportConfig(model=sys.argv[1], output=sys.argv[2]))\n"
    )
    output = tmp_path / "mine"
    ended = forked_scripts.run(script, model, output)
    last = ended.stderr.strip().splitlines()[-1]
    assert last.endswith(f"InputError: Cannot export to {output}: File too large.")
    assert not output.exists()


def test_warmup_has_every_signature_at_both_batches(saved):
    from tensorflow_serving.apis import prediction_log_pb2

    functions = load_signatures(saved / "1")
    seen = []
    for record in tf.data.TFRecordDataset(str(saved / "1" / warmup.WARMUP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "saved"
        inputs = {k: tf.constant(tf.make_ndarray(v)) for k, v in request.inputs.items()}
        name, batch = request.model_spec.signature_name, len(inputs["keypoints_2d"])
        lifted = functions[name](**inputs)["keypoints_3d"]
        assert np.isfinite(lifted).all(axis=(1, 2)).mean() > 0.9
        seen.append((name, batch))
    assert sorted(seen) == [(name, batch) for name in sorted(functions) for batch in (1, 64)]


def test_without_the_extra_the_message_names_it(model, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    output = tmp_path / "mine"
    with pytest.raises(ImportError, match=r"posenet3d\[serving\].*--nowarmup"):
        export(ExportConfig(model=model, output=str(output)))
    assert not output.exists()


@pytest.mark.parametrize(
    ("form", "module", "extra"),
    [("onnx", "onnx", "onnx"), ("onnx", "tf2onnx", "onnx")],
)
def test_other_forms_name_their_extra(model, tmp_path, monkeypatch, form, module, extra):
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    config = ExportConfig(
        model=model, output=str(tmp_path / "m"), saved_model=False, **{form: True}
    )
    with pytest.raises(ImportError, match=rf"posenet3d\[{extra}\]"):
        export(config)


def test_metadata_lies_beside_the_graph(saved, estimator):
    found = json.loads((saved / "1" / "assets.extra" / "posenet3d.json").read_text())
    assert tuple(found["joint_names"]) == estimator.skeleton.joint_names
    assert tuple(found["parents"]) == estimator.skeleton.parents
    assert found["least_joints"] == 9
    assert found["licence"] == "Public domain."


def test_weights_are_written_once(saved, estimator):
    weights = sum(map(np.size, estimator.get_weights()))
    size = sum(p.stat().st_size for p in (saved / "1" / "variables").iterdir())
    assert 4 * weights < size < 4 * weights + 5000


def test_onnx_file_says_what_it_is(saved, estimator):
    import onnx

    model = onnx.load(saved / "saved.onnx")
    entries = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert tuple(entries["joint_names"]) == estimator.skeleton.joint_names
    shapes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {
        "keypoints_2d": ["N", 17, 2],
        "confidence": ["N", 17],
        "keypoints_3d": ["N", 17, 3],
        "elevation": ["N"],
        "expected_error": ["N", 17],
    }


def test_int8_is_calibrated_on_the_poses_of_a_file(model, people, tmp_path, monkeypatch):
    monkeypatch.setattr(litert, "BATCHES", (1,))
    monkeypatch.setattr(litert, "COMPLETE_BATCHES", ())
    write_archive(tmp_path / "poses.npz", people)
    config = ExportConfig(
        model=model, output=str(tmp_path / "m"), saved_model=False, tflite=True,
        calibration_data=str(tmp_path / "poses.npz"),
    )  # fmt: skip
    estimator = keras.saving.load_model(model)
    poses = job._calibration_poses(estimator, config)
    assert len(poses) == len(people)
    assert poses.skeleton == estimator.skeleton
    ((_, one),) = litert.convert(estimator, ["int8"], {}, poses)
    drawn = job._calibration_poses(estimator, ExportConfig("m"))
    ((_, other),) = litert.convert(estimator, ["int8"], {}, drawn)
    assert one != other


def test_calibration_data_that_nobody_can_be_lifted_from_is_refused(model, tmp_path):
    people = {"keypoints_2d": np.full((3, 17, 2), 40, np.float32)}
    np.savez(tmp_path / "poses.npz", **people)
    config = ExportConfig(
        model=model, output=str(tmp_path / "m"), tflite=True,
        calibration_data=str(tmp_path / "poses.npz"),
    )  # fmt: skip
    with pytest.raises(InputError, match=r"poses.npz holds no pose .* at the same place"):
        export(config)
    assert not (tmp_path / "m").exists()


def test_output_that_is_a_file_is_refused(model, tmp_path):
    (tmp_path / "m").write_text("mine")
    with pytest.raises(InputError, match="it is a file"):
        export(ExportConfig(model=model, output=str(tmp_path / "m"), warmup=False))
    assert (tmp_path / "m").read_text() == "mine"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "output is empty"),
        ({"output": "m", "saved_model": False}, "Nothing to export"),
        ({"output": "m", "labelled_data": "poses.npz"}, "give --tflite as well"),
    ],
)
def test_settings_that_contradict_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        ExportConfig(**settings)


def test_golden_outputs_are_strict_json_and_have_every_form(saved):
    def fail(word):
        raise AssertionError(word)

    found = json.loads((saved / golden.GOLDEN_FILE).read_text(), parse_constant=fail)
    assert set(found) == {
        "model", "saved_model", *(f"saved_{variant}.tflite" for variant in litert.VARIANTS)
    }  # fmt: skip
    poses = found["saved_float32.tflite"]
    assert None in poses["outputs"]["elevation"]
    assert poses["tolerances"]["expected_error"] == 1e-4
    assert np.shape(poses["outputs"]["expected_error"]) == np.shape(poses["inputs"]["confidence"])
    assert 0 in np.ravel(poses["inputs"]["confidence"])
