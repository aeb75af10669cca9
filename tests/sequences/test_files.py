import json

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import InputError
from posenet3d.models import Lifter
from posenet3d.sequences.lifter import SequenceLifter
from posenet3d.sequences.loading import load_sequence, sequence_of
from posenet3d.sequences.weights_file import save_sequence_file


@pytest.fixture
def file(estimator, tmp_path):
    path = tmp_path / "best" / "sequence.npz"
    path.parent.mkdir()
    save_sequence_file(estimator, path)
    return path


def rewritten(file, change):
    """The same file with other settings or arrays."""
    with np.load(file) as archive:
        arrays = {name: archive[name] for name in archive.files}
    settings = json.loads(str(arrays.pop("config")))
    change(settings, arrays)
    np.savez(file, config=np.array(json.dumps(settings)), **arrays)


@pytest.mark.eagerly
def test_a_file_holds_the_whole_lifter(file, estimator, walk):
    expected = estimator.lift_sequence(*walk).keypoints_3d
    np.testing.assert_array_equal(
        posenet3d.load(file.parent).lift_sequence(*walk).keypoints_3d, expected
    )
    for place in (file, str(file), file.parent, file.parents[1]):
        loaded = load_sequence(place)
        np.testing.assert_array_equal(loaded.lift_sequence(*walk).keypoints_3d, expected)
    np.testing.assert_array_equal(posenet3d.load(file).lift_sequence(*walk).keypoints_3d, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda settings, arrays: settings.update(hidden=10**9), "hidden must lie between"),
        (lambda settings, arrays: settings.update(filtered=0), "filtered must lie between"),
        (lambda settings, arrays: settings.update(dilations=[[1]]), "groups of dilations"),
        (lambda settings, arrays: settings.update(dilations=[[], [0], []]), "whole numbers"),
        (lambda settings, arrays: settings.update(dilations=[1, 2, 3]), "lists"),
        (lambda settings, arrays: settings.pop("hidden"), "its settings lack hidden"),
        (lambda settings, arrays: settings["lifter"].update(completes=False), "not those of"),
        (lambda settings, arrays: settings.update(other=1), "no setting 'other'"),
        (lambda settings, arrays: settings.update(format="x"), "another version"),
        (lambda settings, arrays: settings["lifter"].update(width=7), "must be an array"),
        (lambda settings, arrays: arrays.pop("gap_filler/mean"), "its weights are not those"),
        (lambda settings, arrays: arrays["gap_filler/mean"].fill(np.nan), "nan"),
    ],
)
def test_a_file_that_is_no_lifter_of_sequences_is_refused(file, change, message):
    rewritten(file, change)
    with pytest.raises(InputError, match=message):
        load_sequence(file)


def test_lifters_and_lifters_of_sequences_are_not_taken_for_each_other(file, alone, tmp_path):
    from posenet3d.models import load, save_weights_file

    with pytest.raises(InputError, match="another version"):
        load(file)
    save_weights_file(alone, tmp_path / "sequence.npz")
    with pytest.raises(InputError, match="another version"):
        load_sequence(tmp_path)


def test_a_lifter_has_its_lifter_of_sequences_beside_it_or_none(file, alone):
    from posenet3d.models import save_weights_file

    save_weights_file(alone, file.with_name("estimator.npz"))
    assert sequence_of(file.parents[1]) == file.parent
    assert sequence_of("small") is None
    assert sequence_of("full").name == "full_sequence"


def test_who_needs_a_lifter_of_single_poses_says_so():
    from posenet3d.models import load

    for place in ("full_sequence", "saved_models/full_sequence"):
        with pytest.raises(InputError, match="full_sequence is a lifter of sequences"):
            load(place)


def test_a_lifter_without_all_outputs_cannot_see_sequences():
    lifter = Lifter(width=8, num_blocks=1, completes=True, elevation=0.0)
    with pytest.raises(ValueError, match="estimates its error"):
        SequenceLifter(lifter)


def test_what_there_is_not_is_said_with_what_there_is(tmp_path):
    with pytest.raises(InputError, match=r"no lifter of sequences 'nothing'.*full_sequence"):
        load_sequence("nothing")
    with pytest.raises(InputError, match=r"must end in .npz"):
        save_sequence_file(posenet3d.load("full_sequence"), tmp_path / "sequence.keras")
