"""The benchmarks of association, jitter and gaps, on motion made here."""

import dataclasses

import numpy as np
import pytest

from posenet3d.data import synthetic


@pytest.fixture(scope="module")
def association(load_benchmark):
    return load_benchmark("motion/association")


@pytest.fixture(scope="module")
def jitter(load_benchmark):
    return load_benchmark("motion/jitter")


@pytest.fixture(scope="module")
def gaps(load_benchmark):
    return load_benchmark("motion/gaps")


@pytest.fixture(scope="module")
def poses():
    """Six sequences of three motions, every joint seen."""
    made = synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=6, frames_per_sequence=60, seed=3)
    )
    return dataclasses.replace(
        made,
        confidence=np.ones(made.keypoints_2d.shape[:2], np.float32),
        sequences=("walk", "walk", "sit", "sit", "run", "run"),
    )


def test_a_scene_holds_each_person_once_a_frame_in_any_order(association, poses):
    rng = np.random.default_rng(0)
    rows = [np.arange(start, start + 60) for start in (0, 120, 240)]
    people, truth = association.put_together(poses, rows, association.Scene(3), rng)
    assert people.image_ids == tuple(np.repeat(range(60), 3))
    order = truth.reshape(60, 3)
    assert (np.sort(order, axis=1) == [0, 1, 2]).all()
    assert len(np.unique(order, axis=0)) == 6
    first = people.keypoints_2d[truth == 0] - poses.keypoints_2d[rows[0]]
    np.testing.assert_allclose(first, np.broadcast_to(first[0, 0], first.shape), atol=1e-3)


def test_who_crosses_changes_sides_and_is_hidden_behind_others(association, poses):
    rng = np.random.default_rng(0)
    rows = [np.arange(60), np.arange(120, 180)]
    scene = association.Scene(2, crossing=True, hidden=0.2)
    people, truth = association.put_together(poses, rows, scene, rng)
    middle = people.keypoints_2d[..., 0].mean(axis=1)
    first, second = middle[truth == 0], middle[truth == 1]
    assert first[0] < second[0]
    assert first[-1] > second[-1]
    assert len(first) == 60 > len(second)


COMPARED = {
    "right": ([5, 6, 5, 6], [0, 1, 0, 1], 4, 0),
    "exchanged half way": ([0, 1, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1], 4, 2),
    "a new number": ([0, 0, 0, 3], [0, 0, 0, 0], 3, 1),
    "two persons with one number": ([0, 0, 0, 0], [0, 1, 0, 1], 2, 0),
}


@pytest.mark.parametrize(("found", "truth", "right", "changes"), COMPARED.values(), ids=COMPARED)
def test_numbers_are_compared_with_persons(association, found, truth, right, changes):
    assert association.compare(np.array(found), np.array(truth)) == (right, changes)


def test_settings_are_chosen_on_other_motions_than_reported(jitter, poses):
    chosen, reported = (jitter.sequences(poses, chosen) for chosen in (True, False))
    assert [own[0] for own in chosen] == [0, 60, 240, 300]
    assert [own[0] for own in reported] == [120, 180]


def test_delay_and_noise_are_measured(jitter, poses):
    true = poses.keypoints_3d[:60]
    late = np.concatenate([true[:1], (0.5 * true[1:] + 0.5 * true[:-1])])
    late = np.concatenate([true[:2], late[:-2]])  # by two and a half frames
    exact = jitter.measure([(0.001 * true, true)], lambda lifted: lifted)
    np.testing.assert_allclose(exact[[0, 1, 3, 4, 5, 6]], 0, atol=1e-2)
    delayed = jitter.measure([(0.001 * true, true)], lambda lifted: late)
    assert delayed[-1] == pytest.approx(2.5, abs=0.11)
    assert delayed[0] > 1.0


def test_what_is_put_into_gaps_is_compared_with_the_truth(gaps, poses):
    true = poses.keypoints_3d[:60].astype(np.float64)

    def perfect(holed):
        assert np.isnan(holed[20:24]).all()
        assert np.isfinite(holed[24:]).all()
        return true[: len(holed)]

    count, errors = gaps.measure([(0.001 * true, true)], 4, [perfect, lambda holed: 0 * true[:44]])
    assert count == 1
    np.testing.assert_allclose(errors[:2], 0, atol=1e-6)
    assert errors[2] > 100  # mm
