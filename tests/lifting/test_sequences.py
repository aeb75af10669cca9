"""Files of people in motion, lifted with the frames around each."""

import dataclasses
import json

import numpy as np
import pytest

from posenet3d.errors import ConfigError, InputError
from posenet3d.formats.detect import read_people
from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.sequences.loading import load_sequence
from posenet3d.sequences.weights_file import save_sequence_file
from posenet3d.serving.remote import RequestConfig
from tests.sequences.small_estimators import sequence_estimator

pytestmark = pytest.mark.eagerly
FRAMES = 12


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The file of a lifter of sequences."""
    path = tmp_path_factory.mktemp("model") / "sequence.npz"
    save_sequence_file(sequence_estimator(seed=0), path)
    return path


@pytest.fixture
def walk(tmp_path, person):
    """One person in twelve images."""
    path = tmp_path / "walk.json"
    path.write_text(json.dumps([person(n, shift=n / 4) for n in range(FRAMES)]))
    return path


@pytest.fixture
def lifted(walk, tmp_path, arrays):
    def lifted(**settings):
        config = LiftConfig(
            str(walk), str(tmp_path / "out.npz"), **{"model": "small", "mend": False} | settings
        )
        return arrays(tmp_path / "out.npz") if lift_file(config) else None

    return lifted


def test_a_track_is_lifted_as_the_lifter_of_sequences_lifts_it(lifted, model, walk):
    estimator = load_sequence(model)
    people = read_people(walk).on(estimator.skeleton)
    expected = estimator.lift_sequence(people.keypoints_2d, people.confidence, frame_rate=25)
    found = lifted(sequence_model=str(model), body="off", fps=25.0)
    np.testing.assert_allclose(found["keypoints_3d"], expected.keypoints_3d, atol=1e-4)
    np.testing.assert_allclose(found["score"], expected.score, atol=1e-4)


def test_no_score_is_given_where_none_is_wanted(lifted, model):
    found = lifted(sequence_model=str(model), score=False)
    assert np.isnan(found["score"]).all()
    assert np.isfinite(found["expected_error"]).all()


def test_off_slow_and_without_one_each_frame_is_lifted_alone(lifted, model):
    alone = lifted(sequence_model="off", body="off")["keypoints_3d"]
    auto = lifted(body="off")["keypoints_3d"]  # "small" has none
    slow = lifted(sequence_model=str(model), body="off", fps=5.0)["keypoints_3d"]
    np.testing.assert_array_equal(auto, alone)
    np.testing.assert_array_equal(slow, alone)
    assert (
        np.abs(lifted(sequence_model=str(model), body="off")["keypoints_3d"] - alone).max() > 0.01
    )


def test_the_summary_says_so(walk, tmp_path, model):
    config = LiftConfig(
        str(walk), str(tmp_path / "out.npz"), model="small", sequence_model=str(model)
    )
    assert any("lifted with those around it" in note for note in lift_file(config).notes)
    for fps in (5.0, 2000.0):
        notes = lift_file(dataclasses.replace(config, fps=fps)).notes
        assert f"Each frame was lifted alone, because of --fps={fps:g}." in notes


def test_heights_focal_lengths_and_smoothing_go_with_it(lifted, model):
    found = lifted(
        sequence_model=str(model), height_mm=1700.0, fov=60.0, image_size="100x140", mend=True,
        smooth="savgol",
    )  # fmt: skip
    assert np.isfinite(found["keypoints_3d"]).all()
    assert np.isfinite(found["root_3d"]).all()
    assert 300 < np.linalg.norm(found["keypoints_3d"], axis=-1).max() < 1700


def test_what_cannot_be_is_refused(lifted, walk, tmp_path, model):
    for fps in (30.0, 5.0):
        with pytest.raises(InputError, match="no lifter of sequences 'nothing'"):
            lifted(sequence_model="nothing", fps=fps)
    other = load_sequence(model)
    with np.load(model) as archive:
        arrays = {name: archive[name] for name in archive.files}
    settings = json.loads(str(arrays["config"]))
    settings["skeleton"]["name"] = "of_my_own"
    arrays["config"] = np.array(json.dumps(settings))
    np.savez(tmp_path / "sequence.npz", **arrays)
    with pytest.raises(InputError, match=f"lifts the skeleton of_my_own.*{other.skeleton.name}"):
        lifted(sequence_model=str(tmp_path / "sequence.npz"))
    with pytest.raises(ConfigError, match="for `posenet3d lift` alone"):
        RequestConfig(str(walk), str(tmp_path / "out.npz"), sequence_model=str(model))
