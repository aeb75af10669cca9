import copy
import dataclasses

import numpy as np
import pytest

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.data.pipeline import Share, training_batches, validation_batches, with_source
from posenet3d.geometry import camera
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import H36M_17

HEAD = H36M_17.index("head")
LENGTHS = np.array([1, 4, 9, 1, 5])


@pytest.fixture
def numbered():
    """20 poses in sequences of 1, 4, 9, 1 and 5 frames; the head stands at their number."""
    keypoints_2d = np.zeros((20, 17, 2), np.float32)
    keypoints_2d[:, HEAD, 0] = np.arange(20)
    keypoints_2d += np.random.default_rng(0).uniform(0, 500, (20, 1, 2))  # anywhere in the picture
    return Poses2D(keypoints_2d, H36M_17, lengths=LENGTHS)


def numbers(batch, key="keypoints_2d", scale=1.0):
    """The numbers of a batch's poses, where the scale of all poses is known."""
    return np.rint(batch[key][:, HEAD, 0] * scale).astype(int).tolist()


def order(poses, count, **settings):
    batches = training_batches(
        NormalisedPoses.of(poses, 1.0), **{"batch_size": 5, "seed": 0} | settings
    )
    return [numbers(batch) for batch in batches.take(count)]


@pytest.mark.parametrize("batch_size", [5, 6])
def test_no_pose_comes_twice_in_a_pass(numbered, batch_size):
    a_pass = 20 // batch_size
    batches = order(numbered, 2 * a_pass, batch_size=batch_size)
    for part in (batches[:a_pass], batches[a_pass:]):
        assert len(set(np.ravel(part))) == a_pass * batch_size


def test_passes_differ_in_order(numbered):
    batches = order(numbered, 8)
    assert sorted(np.ravel(batches[:4])) == sorted(np.ravel(batches[4:]))
    assert batches[:4] != batches[4:]


@pytest.mark.parametrize("start", [0, 1, 3, 4, 7])
def test_starting_late_is_skipping(numbered, start):
    assert order(numbered, 5, start_step=start) == order(numbered, 5 + start)[start:]


def test_seed_decides_the_order(numbered):
    assert order(numbered, 4) == order(numbered, 4)
    assert order(numbered, 4) != order(numbered, 4, seed=1)


def test_poses_are_normalised(people):
    (batch,) = training_batches(NormalisedPoses.of(people), batch_size=8, seed=0).take(1)
    keypoints_2d = batch["keypoints_2d"].numpy()
    assert keypoints_2d.dtype == np.float32
    np.testing.assert_array_equal(keypoints_2d[:, people.skeleton.root], 0)
    size = np.linalg.norm(keypoints_2d, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(size, 1 / camera.DISTANCE, rtol=1e-5)


def test_one_scale_for_the_data_set(numbered):
    (batch,) = training_batches(NormalisedPoses.of(numbered, 100.0), 20, seed=0).take(1)
    assert sorted(numbers(batch, scale=100.0)) == list(range(20))


def test_neighbour_is_the_adjacent_frame_of_the_same_sequence(numbered):
    batches = training_batches(NormalisedPoses.of(numbered, 1.0), 6, seed=0, neighbours=True).take(
        3
    )
    neighbour_of = {}
    for batch in batches:
        neighbour_of |= dict(zip(numbers(batch), numbers(batch, "neighbour_2d"), strict=True))
    ends = {4: 3, 13: 12, 19: 18}  # the last of a sequence has the one before it
    alone = {0, 14}
    assert neighbour_of == {n: ends.get(n, n + 1) for n in range(20) if n not in alone}


def test_neighbour_has_the_scale_of_its_pose(people):
    (batch,) = training_batches(
        NormalisedPoses.of(people), len(people), seed=0, neighbours=True
    ).take(1)
    pose, neighbour = batch["keypoints_2d"].numpy(), batch["neighbour_2d"].numpy()
    np.testing.assert_array_equal(neighbour[:, people.skeleton.root], 0)
    row_of = {p.tobytes(): i for i, p in enumerate(normalised(people.keypoints_2d))}
    rows = [row_of[p.tobytes()] for p in pose]
    scale = camera.normalise(people.keypoints_2d[rows], 0).scale.numpy()
    frames = np.arange(len(people)).reshape(-1, 12)
    following = np.concatenate([frames[:, 1:], frames[:, -2:-1]], axis=1).ravel()[rows]
    expected = people.keypoints_2d[following]
    np.testing.assert_allclose(neighbour, (expected - expected[:, :1]) / scale, atol=1e-5)


def test_same_body_is_any_frame_of_the_same_sequence(numbered):
    batches = training_batches(NormalisedPoses.of(numbered, 1.0), 5, seed=0, same_body=True).take(
        400
    )
    others_of = {number: set() for number in range(20)}
    for batch in batches:
        for number, other in zip(numbers(batch), numbers(batch, "same_body_2d"), strict=True):
            others_of[number].add(other)
    sequences = np.split(np.arange(20), np.cumsum(LENGTHS)[:-1])
    assert others_of == {n: set(frames) for frames in sequences for n in frames.tolist()}


def test_same_body_is_normalised_by_its_own_size(people):
    (batch,) = training_batches(NormalisedPoses.of(people), 64, seed=0, same_body=True).take(1)
    given = {pose.tobytes() for pose in normalised(people.keypoints_2d)}
    assert all(pose.tobytes() in given for pose in batch["same_body_2d"].numpy())


@pytest.mark.parametrize("start", [1, 5])
def test_starting_late_draws_the_same_other_frames(numbered, start):
    def others(count, start_step=0):
        batches = training_batches(
            NormalisedPoses.of(numbered, 1.0), 5, 0, start_step, same_body=True
        )
        return [numbers(batch, "same_body_2d") for batch in batches.take(count)]

    assert others(3, start) == others(3 + start)[start:]


@pytest.mark.parametrize("neighbours", [False, True])
def test_group_goes_with_its_pose(numbered, neighbours):
    group = np.arange(20) % 3
    batches = training_batches(
        NormalisedPoses.of(numbered, 1.0), 6, seed=0, neighbours=neighbours, group=group
    ).take(6)
    for batch in batches:
        assert batch["group"].dtype == "int32"
        np.testing.assert_array_equal(batch["group"], group[numbers(batch)])


def test_batches_hold_what_was_asked_for_alone(numbered):
    (plain,) = training_batches(NormalisedPoses.of(numbered), 5, seed=0).take(1)
    assert set(plain) == {"keypoints_2d"}
    asked = {"neighbours": True, "same_body": True, "group": np.zeros(20, int)}
    batches = training_batches(NormalisedPoses.of(numbered), 5, seed=0, **asked)
    shapes = {name: tuple(spec.shape) for name, spec in batches.element_spec.items()}
    poses = ("keypoints_2d", "neighbour_2d", "same_body_2d")
    assert shapes == {name: (5, 17, 2) for name in poses} | {"group": (5,)}


def test_source_comes_beside_the_batch_normalised_and_in_its_own_number(numbered, people):
    batches = training_batches(NormalisedPoses.of(numbered, 1.0), 5, seed=0)
    batches = with_source(batches, NormalisedPoses.of(people), batch_size=3, seed=0)
    assert batches.element_spec["source_2d"].shape == (3, 17, 2)
    (batch,) = batches.take(1)
    assert numbers(batch) == order(numbered, 1)[0]
    given = {pose.tobytes() for pose in normalised(people.keypoints_2d)}
    assert all(pose.tobytes() in given for pose in batch["source_2d"].numpy())


def test_source_starts_late_as_the_batches_do(numbered, people):
    def sources(count, start_step=0, seed=0):
        batches = training_batches(NormalisedPoses.of(numbered), 5, 0, start_step)
        both = with_source(batches, NormalisedPoses.of(people), 3, seed, start_step)
        return [batch["source_2d"].numpy() for batch in both.take(count)]

    whole = sources(6)
    np.testing.assert_array_equal(sources(3, start_step=3), whole[3:])
    assert np.abs(whole[0] - whole[1]).max() > 0
    assert np.abs(sources(1, seed=1)[0] - whole[0]).max() > 0


def test_too_small_a_source_is_refused(numbered, people):
    with pytest.raises(ValueError, match="batch of 21 cannot be filled from 20"):
        with_source(
            training_batches(NormalisedPoses.of(people), 5, seed=0),
            NormalisedPoses.of(numbered),
            batch_size=21,
            seed=0,
        )


def normalised(keypoints_2d):
    return camera.normalise(keypoints_2d, 0).keypoints_2d.numpy()


@pytest.mark.parametrize(("batch_size", "neighbours", "left"), [(21, False, 20), (19, True, 18)])
def test_too_few_poses_are_refused(numbered, batch_size, neighbours, left):
    with pytest.raises(ValueError, match=f"batch of {batch_size} cannot be filled from {left}"):
        training_batches(NormalisedPoses.of(numbered), batch_size, seed=0, neighbours=neighbours)


def test_validation_shows_every_pose_once_in_order_with_its_3d(people):
    batches = list(validation_batches(NormalisedPoses.of(people), batch_size=100))
    assert [len(batch["keypoints_2d"]) for batch in batches] == [100, 100, 100, 100, 80]
    keypoints_2d = np.concatenate([batch["keypoints_2d"] for batch in batches])
    keypoints_3d = np.concatenate([batch["keypoints_3d"] for batch in batches])
    np.testing.assert_allclose(keypoints_2d, normalised(people.keypoints_2d), atol=1e-6)
    np.testing.assert_array_equal(keypoints_3d, people.keypoints_3d)


def test_validation_without_3d(people):
    poses = dataclasses.replace(people, keypoints_3d=None)
    (batch,) = validation_batches(NormalisedPoses.of(poses, 100.0), batch_size=1000)
    assert list(batch) == ["keypoints_2d"]
    expected = (people.keypoints_2d - people.keypoints_2d[:, :1]) / 100
    np.testing.assert_allclose(batch["keypoints_2d"], expected, atol=1e-5)


@pytest.mark.parametrize("workers", [1, 2])
def test_shares_of_replicas_make_up_the_batches_of_one_device(people, workers):
    """Four replicas, of one process or of two that have two each."""
    group = np.arange(len(people), dtype=np.int32)
    settings = {"seed": 3, "start_step": 5, "neighbours": True, "same_body": True, "group": group}
    expected = list(training_batches(NormalisedPoses.of(people), 64, **settings).take(3))
    local = 4 // workers
    shares = [Share(4, worker * local, local) for worker in range(workers)]
    read = [
        list(
            training_batches(NormalisedPoses.of(people), 64, share=share, **settings).take(
                3 * local
            )
        )
        for share in shares
    ]
    for step, batch in enumerate(expected):
        parts = [part for elements in read for part in elements[step * local : (step + 1) * local]]
        assert len(parts) == 4
        for name, value in batch.items():
            np.testing.assert_array_equal(np.concatenate([p[name] for p in parts]), value)


def test_a_process_reads_no_rows_but_its_own(people):
    class Watched(np.ndarray):
        """2D poses that note which rows are read."""

        def __getitem__(self, rows):
            if isinstance(rows, np.ndarray):
                self.rows.extend(rows)
            return np.asarray(self)[rows]

    read = []
    for first in range(2):
        watched = people.keypoints_2d.view(Watched)
        watched.rows = []
        poses = copy.copy(people)
        object.__setattr__(poses, "keypoints_2d", watched)
        batches = training_batches(NormalisedPoses.of(poses), 64, seed=0, share=Share(2, first))
        next(iter(batches))
        read.append(watched.rows[:32])
    assert not set(read[0]) & set(read[1])
    assert len(set(read[0]) | set(read[1])) == 64


def test_a_batch_without_equal_shares_is_refused(people):
    with pytest.raises(ValueError, match="A batch of 64 has no 3 equal shares"):
        training_batches(NormalisedPoses.of(people), 64, seed=0, share=Share(3))
