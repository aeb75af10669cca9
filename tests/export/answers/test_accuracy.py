"""What a file's metadata say of its error, and labelled data that are none."""

import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.export.answers.accuracy import Accuracy
from posenet3d.export.answers.runtimes import keras_runtime
from posenet3d.lite.choice import as_good
from posenet3d.poses.archives.archive_writer import write_archive


@pytest.fixture
def labelled(people, tmp_path):
    """Writes people as an archive, as they are or changed, with a detector's 2D if it is given."""

    def labelled(noisy=None, **change):
        path = tmp_path / "labelled.npz"
        write_archive(path, dataclasses.replace(people, **change))
        if noisy is not None:
            with np.load(path) as read:
                arrays = dict(read)
            np.savez(path, **arrays, keypoints_2d_noisy=noisy)
        return str(path)

    return labelled


def off(estimator, share):
    """Lifts as the estimator does, with errors that are so much larger."""

    def lift(keypoints_2d, confidence):
        lifted = keras_runtime(estimator)(keypoints_2d, confidence)["keypoints_3d"]
        noise = np.random.default_rng(0).normal(size=lifted.shape).astype(np.float32)
        return {"keypoints_3d": lifted + share * noise}

    return lift


def test_the_lifter_itself_is_as_good_and_a_worse_one_is_not(estimator, labelled, people):
    accuracy = Accuracy(estimator, labelled(noisy=people.keypoints_2d + 2))
    own, worse = (accuracy.of(off(estimator, share)) for share in (0, 0.2))
    assert own["poses"] == {name: len(people) for name in ("keypoints_2d", "keypoints_2d_noisy")}
    assert own["split"] == ""
    assert own["pa_mpjpe"] == own["pa_mpjpe_keras"] == worse["pa_mpjpe_keras"]
    assert as_good({"measured": own})
    assert not as_good({"measured": worse})


def test_who_leaves_people_out_is_not_as_good(estimator, labelled):
    def lift(keypoints_2d, confidence):
        answer = keras_runtime(estimator)(keypoints_2d, confidence)
        answer["keypoints_3d"][3] = np.nan
        return answer

    found = Accuracy(estimator, labelled()).of(lift)
    assert found["pa_mpjpe"] == {"keypoints_2d": None}
    assert not as_good({"measured": found})


def test_poses_that_cannot_be_lifted_do_not_count(estimator, labelled, people):
    confidence = np.ones(people.keypoints_2d.shape[:2], np.float32)
    confidence[:7, 4:] = 0
    accuracy = Accuracy(estimator, labelled(confidence=confidence))
    assert accuracy.of(keras_runtime(estimator))["poses"] == {"keypoints_2d": len(people) - 7}


def test_data_without_3d_or_people_is_refused(estimator, labelled, people, tmp_path):
    with pytest.raises(InputError, match=r"labelled\.npz has no keypoints_3d to measure"):
        Accuracy(estimator, labelled(keypoints_3d=None))
    nobody = np.zeros(people.keypoints_2d.shape[:2], np.float32)
    with pytest.raises(InputError, match="none of its 480 poses can be lifted"):
        Accuracy(estimator, labelled(confidence=nobody))
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(InputError, match=r"text\.npz"):
        Accuracy(estimator, str(tmp_path / "text.npz"))
    with pytest.raises(InputError, match=r"nowhere\.npz"):
        Accuracy(estimator, str(tmp_path / "nowhere.npz"))
