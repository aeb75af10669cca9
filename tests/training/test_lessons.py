"""What a student learns: the lessons that a teacher gives of a run's poses."""

import dataclasses

import keras
import numpy as np
import pytest

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.geometry import camera
from posenet3d.models import DomainAdapter
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import make_lessons
from posenet3d.training.build import make_estimator
from posenet3d.training.settings.config import StudentConfig


@pytest.fixture(scope="module")
def teacher(make_trainer, run_data):
    """A lifter that is sure of its depths, right or wrong."""
    trainer = make_trainer()
    head = trainer.averaged_lifter.head
    head.kernel.assign(keras.random.normal(head.kernel.shape, stddev=0.1, seed=1))
    return make_estimator(trainer, run_data())


def normalised(keypoints_2d):
    return camera.normalise(keypoints_2d, H36M_17.root).keypoints_2d.numpy()


@pytest.mark.parametrize(
    ("refined", "sequences", "names"),
    [(True, 2, None), (True, 1, None), (True, 1, ("walk",)), (False, 2, None)],
)
def test_frames_of_one_body_are_made_to_agree_where_the_data_says_whose_they_are(
    run_data, poses, teacher, refined, sequences, names
):
    lengths = np.full(sequences, 200 // sequences)
    taken = dataclasses.replace(poses.select(np.arange(200)), lengths=lengths, sequences=names)
    said = make_lessons.make_lessons(
        run_data(train=taken), [teacher], None, StudentConfig(refine=refined)
    )
    changed = np.abs(said.keypoints_3d - teacher.lift(taken.keypoints_2d).keypoints_3d).max()
    assert (changed > 0.01) == (refined and (sequences > 1 or names is not None))


def test_lessons_are_what_the_teacher_says(run_data, poses, teacher):
    keypoints_2d, keypoints_3d, elevation, true_3d, *_ = make_lessons.make_lessons(
        run_data(), [teacher]
    )
    assert np.isnan(elevation).all()
    assert true_3d is None
    np.testing.assert_allclose(keypoints_2d, normalised(poses.keypoints_2d), atol=1e-6)
    expected = teacher.lift(poses.keypoints_2d).keypoints_3d
    np.testing.assert_allclose(keypoints_3d, expected, atol=1e-3)


def test_lessons_have_the_source_as_the_adapter_carries_it_over(run_data, poses, teacher):
    source = poses.select(np.arange(30))
    adapter = DomainAdapter(width=8)
    adapter.build()
    adapter.head.kernel.assign(keras.random.normal(adapter.head.kernel.shape, seed=1))
    plain_2d = normalised(source.keypoints_2d)
    adapted_2d = adapter(plain_2d).numpy()
    assert np.abs(adapted_2d - plain_2d).max() > 1e-3
    for given, expected in ((None, plain_2d), (adapter, adapted_2d)):
        keypoints_2d, keypoints_3d, *_ = make_lessons.make_lessons(
            run_data(source=source), [teacher], given
        )
        assert len(keypoints_2d) == len(keypoints_3d) == len(poses) + 30
        np.testing.assert_allclose(keypoints_2d[-30:], expected, atol=1e-5)
        said = teacher.lift(expected).keypoints_3d
        np.testing.assert_allclose(keypoints_3d[-30:], said, atol=1e-3)


def test_too_many_poses_are_thinned_evenly(run_data, poses, teacher, monkeypatch):
    monkeypatch.setattr(make_lessons, "_MOST_LESSONS", 150)
    keypoints_2d, *_ = make_lessons.make_lessons(run_data(source=poses), [teacher])
    expected = normalised(np.concatenate([poses.keypoints_2d[::3], poses.keypoints_2d[:150]]))
    np.testing.assert_allclose(keypoints_2d, expected, atol=1e-6)


def test_of_a_source_only_the_best_scored_poses_are_lessons(run_data, poses, teacher):
    source = poses.select(np.arange(40))
    whole = make_lessons.make_lessons(run_data(source=source), [teacher])
    trusted = make_lessons.make_lessons(run_data(source=source), [teacher], trust=0.25)
    scores = teacher.lift(source.keypoints_2d).score
    best = np.sort(np.argsort(-scores)[:10])
    assert scores[best].min() > np.median(scores)
    for some, all_of_them in zip(trusted[:2], whole[:2], strict=True):
        np.testing.assert_array_equal(some[: len(poses)], all_of_them[: len(poses)])
        np.testing.assert_allclose(some[len(poses) :], all_of_them[len(poses) :][best], atol=1e-4)


def test_procedural_truth_is_that_of_the_same_poses(run_data, poses, teacher, monkeypatch):
    monkeypatch.setattr(make_lessons, "_MOST_LESSONS", 150)  # which leaves some out
    group = (np.arange(len(poses)) % 4 == 1).astype(np.int32)
    data = dataclasses.replace(
        run_data(group=group, source=poses), procedural_3d=poses.keypoints_3d[group == 1]
    )
    said = make_lessons.make_lessons(data, [teacher], trust=0.5)
    rows = np.arange(0, len(poses), 3)
    expected = np.where(group[rows, None, None], poses.keypoints_3d[rows], np.nan)
    np.testing.assert_array_equal(said.true_3d[: len(rows)], expected)
    assert np.isnan(said.true_3d[len(rows) :]).all()
    assert len(said.true_3d) == len(said.keypoints_3d) > len(rows)


@pytest.mark.parametrize(
    ("sequences", "kept"),
    [
        (("walk", "sit") * 20, range(0, 40, 2)),  # few motions: some of the sequences
        (tuple(str(n // 2) for n in range(40)), [n for n in range(40) if n // 2 % 2 == 0]),
    ],
)
def test_of_many_poses_whole_sequences_are_taken(poses, sequences, kept, monkeypatch):
    monkeypatch.setattr(make_lessons, "_MOST_LESSONS", 200)
    many = dataclasses.replace(poses, lengths=np.full(40, 10), sequences=sequences)
    rows = make_lessons._rows(NormalisedPoses.of(many))
    assert rows.tolist() == [10 * n + frame for n in kept for frame in range(10)]
