import dataclasses

import numpy as np
import pytest

import posenet3d
from posenet3d.data import synthetic
from posenet3d.evaluation.metrics.jitter import acceleration
from posenet3d.evaluation.metrics.joint_errors import mpjpe, pa_mpjpe
from posenet3d.lifting.scene.by_track import by_track
from posenet3d.motion.mending.exchanged_sides import with_sides
from posenet3d.motion.steady import bone_lengths
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People

FRAMES = 60
HEIGHT_MM = 1750.0


@pytest.fixture(scope="module")
def estimator():
    return posenet3d.load("small")


@pytest.fixture(scope="module")
def poses(estimator):
    """Two people in motion, one after the other."""
    config = synthetic.SyntheticConfig(num_sequences=2, frames_per_sequence=FRAMES, seed=5)
    return synthetic.generate_poses(config).on(estimator.skeleton)


def people_of(keypoints_2d, skeleton, confidence=None):
    """The two side by side in every frame."""
    if confidence is None:
        confidence = np.ones(keypoints_2d.shape[:2])
    return People(
        keypoints_2d.astype(np.float32),
        confidence.astype(np.float32),
        skeleton,
        image_ids=tuple(range(FRAMES)) * 2,
        person_ids=(0,) * FRAMES + (1,) * FRAMES,
        tracked=True,
    )


def lift(estimator, people, mend=True, body=True, height_mm=None, over_time=None):
    def again(keypoints_2d, confidence):
        return estimator.lift(keypoints_2d, confidence, height_mm=height_mm)

    lifted = Lifted(people, again(people.keypoints_2d, people.confidence))
    after, found = by_track(lifted, people, again, mend, body, height_mm, over_time=over_time)
    assert after.people is people
    return lifted.result, after.result, found


def test_exchanged_sides_are_put_right_marked_and_counted(estimator, poses):
    skeleton = estimator.skeleton
    marks = np.zeros((2 * FRAMES, 17), bool)
    marks[20:30] = np.array(skeleton.mirror) != np.arange(17)
    wrong = people_of(with_sides(poses.keypoints_2d, marks, skeleton), skeleton)
    _, after, found = lift(estimator, wrong, body=False)
    right = estimator.lift(poses.keypoints_2d)
    np.testing.assert_array_equal(after.exchanged, marks)
    np.testing.assert_allclose(after.keypoints_3d, right.keypoints_3d, atol=1e-4)
    np.testing.assert_allclose(after.score, right.score, atol=1e-4)
    assert found.exchanged == 10
    assert "put right and marked so: 10 poses" in found.notes()[0]


def test_bridged_joints_count_as_filled(estimator, poses):
    confidence = np.ones((2 * FRAMES, 17))
    elbow = estimator.skeleton.index("left_elbow")
    confidence[12:16, elbow] = 0
    people = people_of(poses.keypoints_2d, estimator.skeleton, confidence)
    before, after, _ = lift(estimator, people, body=False)
    np.testing.assert_array_equal(after.filled, confidence == 0)
    rows = slice(12, 16)
    errors = [
        pa_mpjpe(r.keypoints_3d[rows], poses.keypoints_3d[rows]).mean() for r in (before, after)
    ]
    assert errors[1] < errors[0]
    others = np.delete(np.arange(2 * FRAMES), np.arange(12, 16))
    np.testing.assert_array_equal(after.keypoints_3d[others], before.keypoints_3d[others])


def test_noise_is_smoothed_before_lifting(estimator, poses):
    size = np.linalg.norm(poses.keypoints_2d - poses.keypoints_2d[:, :1], axis=-1).mean()
    noise = np.random.default_rng(0).normal(0, 0.04 * size, poses.keypoints_2d.shape)
    people = people_of(poses.keypoints_2d + noise, estimator.skeleton)
    before, after, found = lift(estimator, people, body=False)
    assert found.calmed == 2
    errors = [pa_mpjpe(r.keypoints_3d, poses.keypoints_3d).mean() for r in (before, after)]
    assert errors[1] < 0.95 * errors[0]
    calm = [acceleration(r.keypoints_3d[:FRAMES]).mean() for r in (before, after)]
    assert calm[1] < 0.5 * calm[0]


@pytest.mark.parametrize("height_mm", [None, HEIGHT_MM])
def test_a_body_has_bones_of_one_length_left_as_long_as_right(estimator, poses, height_mm):
    people = people_of(poses.keypoints_2d, estimator.skeleton)
    before, after, found = lift(estimator, people, height_mm=height_mm)
    assert found.bodies == 2
    lengths = bone_lengths(after.keypoints_3d, estimator.skeleton)
    for own in (slice(0, FRAMES), slice(FRAMES, None)):
        np.testing.assert_allclose(lengths[own], np.tile(lengths[own][0], (FRAMES, 1)), rtol=1e-3)
    mirrored = lengths[:, list(estimator.skeleton.bone_mirror)]
    np.testing.assert_allclose(lengths, mirrored, rtol=0.1)
    errors = [pa_mpjpe(r.keypoints_3d, poses.keypoints_3d).mean() for r in (before, after)]
    assert errors[1] < errors[0]
    if height_mm:
        sizes = [mpjpe(r.keypoints_3d, poses.keypoints_3d).mean() for r in (before, after)]
        assert sizes[1] < sizes[0]
    # What is expected of a pose is in its own unit still.
    others = np.arange(17) != estimator.skeleton.root
    changed = after.expected_error[:, others] / before.expected_error[:, others]
    assert 0.7 < np.median(changed) < 1.3


def test_a_change_of_unit_changes_nothing_else(estimator, poses):
    people = people_of(poses.keypoints_2d, estimator.skeleton)
    ours, mm = (lift(estimator, people, height_mm=h)[1] for h in (None, HEIGHT_MM))
    ratio = np.linalg.norm(mm.keypoints_3d, axis=(1, 2)) / np.linalg.norm(
        ours.keypoints_3d, axis=(1, 2)
    )
    np.testing.assert_allclose(ratio[:FRAMES], ratio[0], rtol=1e-3)
    np.testing.assert_allclose(
        mm.keypoints_3d[:FRAMES], ratio[0] * ours.keypoints_3d[:FRAMES], atol=2.0
    )


def test_short_tracks_and_photographs_stay_as_they_are(estimator, poses):
    few = people_of(poses.keypoints_2d, estimator.skeleton).select(range(20))
    before, after, found = lift(estimator, few)
    assert found.bodies == 0
    assert not found.notes()
    np.testing.assert_array_equal(after.keypoints_3d, before.keypoints_3d)
    config = synthetic.SyntheticConfig(num_sequences=60, frames_per_sequence=2, seed=1)
    photographs = synthetic.generate_poses(config).on(estimator.skeleton)
    people = people_of(poses.keypoints_2d, estimator.skeleton).select(range(60))
    people = dataclasses.replace(people, keypoints_2d=photographs.keypoints_2d[::2])
    before, after, found = lift(estimator, people)
    assert found.tracks == 0
    np.testing.assert_array_equal(after.keypoints_3d, before.keypoints_3d)


def test_who_was_not_lifted_still_is_not(estimator, poses):
    confidence = np.ones((2 * FRAMES, 17))
    confidence[30:33] = 0
    people = people_of(poses.keypoints_2d, estimator.skeleton, confidence)
    before, after, _ = lift(estimator, people)
    assert after.problems == before.problems
    np.testing.assert_array_equal(np.isnan(after.keypoints_3d).any(axis=(1, 2)), ~before.lifted)


def test_without_mending_jitter_keeps_its_own_bones(estimator, poses):
    noise = np.random.default_rng(0).normal(0, 6.0, poses.keypoints_2d.shape)
    people = people_of(poses.keypoints_2d + noise, estimator.skeleton)
    before, after, found = lift(estimator, people, mend=False)
    assert found.bodies == 0
    np.testing.assert_array_equal(after.keypoints_3d, before.keypoints_3d)


def test_tracks_are_lifted_as_sequences_where_there_is_a_lifter_of_them(estimator, poses):
    people = people_of(poses.keypoints_2d, estimator.skeleton)
    seen = []

    def over_time(persons):
        seen.extend(keypoints_2d for keypoints_2d, _ in persons)
        return [
            dataclasses.replace(
                estimator.lift(*person), score=np.full(len(person[0]), 0.123, np.float32)
            )
            for person in persons
        ]

    _, result, found = lift(estimator, people, over_time=over_time, body=False)
    assert found.sequences == 2
    assert "Each frame lifted with those around it (--sequence_model): 2 tracks." in found.notes()
    assert [len(track) for track in seen] == [FRAMES, FRAMES]
    np.testing.assert_allclose(seen[1], poses.keypoints_2d[FRAMES:], atol=1e-3)
    np.testing.assert_array_equal(result.score, np.float32(0.123))


def test_a_sequence_has_the_frames_in_which_its_person_is_away(estimator, poses):
    people = people_of(poses.keypoints_2d, estimator.skeleton)
    kept = [row for row in range(2 * FRAMES) if row not in (10, 11, 12)]
    people = people.select(kept)
    seen = []

    def over_time(persons):
        seen.extend(confidence for _, confidence in persons)
        return [estimator.lift(*person) for person in persons]

    _, result, _ = lift(estimator, people, over_time=over_time)
    assert len(seen[0]) == FRAMES
    assert not seen[0][10:13].any()
    assert result.lifted.all()


def test_few_frames_and_photographs_are_lifted_alone(estimator, poses):
    def never(persons):
        raise AssertionError("this is no sequence")

    people = people_of(poses.keypoints_2d, estimator.skeleton).select([0, 1, 2, FRAMES])
    _, _, found = lift(estimator, people, over_time=never)
    assert found.sequences == 0
    rng = np.random.default_rng(0)
    strangers = poses.keypoints_2d[rng.permutation(FRAMES)] + rng.normal(0, 80, (FRAMES, 17, 2))
    people = people_of(np.concatenate([strangers, strangers]), estimator.skeleton)
    assert lift(estimator, people, over_time=never)[2].sequences == 0
