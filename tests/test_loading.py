"""Which runtime lifts."""

import shutil
import sys

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.lite import LiteEstimator, LiteSequenceEstimator
from posenet3d.loading import file_of, load, load_lifter, load_over_time
from posenet3d.models import PoseEstimator
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.sequences.loading import sequence_of
from tests.fixtures.checkout import CHECKOUT

pytest.importorskip("ai_edge_litert", reason="LiteRT")
SHELF = CHECKOUT / "saved_models"


def test_a_pretrained_model_runs_on_litert_unless_keras_is_asked_for():
    assert isinstance(load_lifter("small"), LiteEstimator)
    assert isinstance(load_lifter("small", "keras"), PoseEstimator)
    assert isinstance(load_over_time("full_sequence"), LiteSequenceEstimator)
    assert isinstance(load_over_time("full_sequence", "keras"), SequenceEstimator)
    assert isinstance(load("small"), PoseEstimator)  # in Python, where TensorFlow is installed
    assert isinstance(load(SHELF / "small" / "small_float32.tflite"), LiteEstimator)


def test_a_folder_of_keras_alone_runs_on_keras(tmp_path):
    shutil.copy(SHELF / "small" / "estimator.npz", tmp_path)
    assert isinstance(load_lifter(tmp_path), PoseEstimator)
    with pytest.raises(InputError, match=r"no file .*posenet3d export --tflite --model="):
        load_lifter(tmp_path, "litert")


def test_a_folder_of_tflite_files_alone_lifts_a_file(tmp_path):
    """What `posenet3d export --nosaved_model --tflite` leaves."""
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(SHELF / "small" / "small_float32.tflite", folder / "mine_float32.tflite")
    assert sequence_of(str(folder)) is None
    sample = CHECKOUT / "docs" / "samples" / "openpose"
    summary = lift_file(LiftConfig(str(sample), str(tmp_path / "out.npz"), model=str(folder)))
    assert summary.lifted == 16


def test_a_lifter_of_sequences_beside_a_tflite_file_of_single_poses(tmp_path):
    """A run's folder in which both lifters lie, and the export of one."""
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(SHELF / "small" / "small_float32.tflite", folder / "mine_float32.tflite")
    shutil.copy(SHELF / "full_sequence" / "sequence.npz", folder)
    assert isinstance(load_lifter(folder), LiteEstimator)
    assert isinstance(load_over_time(folder), SequenceEstimator)


def test_models_in_runs_are_found(tmp_path, monkeypatch):
    folder = tmp_path / "runs" / "mine"
    folder.mkdir(parents=True)
    shutil.copy(SHELF / "small" / "small_float32.tflite", folder / "mine_float32.tflite")
    monkeypatch.chdir(tmp_path)
    assert file_of("mine").samefile(folder / "mine_float32.tflite")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "small_float32.tflite"),
        ({"much": True}, "small_dynamic_int8.tflite"),
        ({"much": True, "runtime": "litert"}, "small_dynamic_int8.tflite"),
        ({"much": True, "runtime": "keras"}, "estimator.keras"),
        ({"much": True, "variant": "float16"}, "small_float16.tflite"),
        ({"variant": "int8"}, "small_int8.tflite"),
    ],
)
def test_the_variant_goes_by_how_much_is_lifted(settings, name):
    assert file_of("small", **settings).name == name


def test_much_is_lifted_by_keras_where_litert_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    assert file_of("small", much=True).name == "estimator.keras"


def test_much_is_lifted_by_int8_without_tensorflow(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert file_of("small", much=True).name == "small_dynamic_int8.tflite"


def test_auto_is_float32_for_a_lifter_of_sequences():
    assert load_over_time("full_sequence").get_config() == (
        LiteSequenceEstimator("full_sequence", "float32").get_config()
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("small", "keras", "int8"), "Keras has no variant int8"),
        ((SHELF / "small" / "small_float32.tflite", "keras"), r"Keras has no \.tflite"),
        (("nowhere",), "There is no model 'nowhere'"),
        (("nowhere", "litert"), "There is no model 'nowhere'"),
    ],
)
def test_what_cannot_be_is_said(settings, message):
    with pytest.raises(InputError, match=message):
        load_lifter(*settings)


def test_int8_has_no_lifter_of_sequences_and_takes_the_nearest():
    frames = np.random.default_rng(0).uniform(100, 500, (6, 17, 2))
    found = load_over_time("full_sequence", "auto", "int8").lift_sequence(frames)
    expected = LiteSequenceEstimator("full_sequence", "dynamic_int8").lift_sequence(frames)
    np.testing.assert_array_equal(found.keypoints_3d, expected.keypoints_3d)
