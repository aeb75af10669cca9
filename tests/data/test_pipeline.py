import dataclasses

import numpy as np
import pytest

from posenet3d.data.pipeline import training_batches, validation_batches
from posenet3d.data.records import Poses2D
from posenet3d.geometry import camera
from posenet3d.skeleton import H36M_17

HEAD = H36M_17.index("head")


@pytest.fixture
def numbered():
    """20 poses in sequences of 1, 4, 9, 1 and 5 frames; the head stands at their number."""
    keypoints_2d = np.zeros((20, 17, 2), np.float32)
    keypoints_2d[:, HEAD, 0] = np.arange(20)
    keypoints_2d += np.random.default_rng(0).uniform(0, 500, (20, 1, 2))  # anywhere in the picture
    return Poses2D(keypoints_2d, H36M_17, lengths=np.array([1, 4, 9, 1, 5]))


def numbers(batch, key="keypoints_2d", scale=1.0):
    """The numbers of a batch's poses, where the scale of all poses is known."""
    return np.rint(batch[key][:, HEAD, 0] * scale).astype(int).tolist()


def order(poses, count, **settings):
    batches = training_batches(poses, scale=1.0, **{"batch_size": 5, "seed": 0} | settings)
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
    (batch,) = training_batches(people, batch_size=8, seed=0).take(1)
    keypoints_2d = batch["keypoints_2d"].numpy()
    assert keypoints_2d.dtype == np.float32
    np.testing.assert_array_equal(keypoints_2d[:, people.skeleton.root], 0)
    size = np.linalg.norm(keypoints_2d, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(size, 1 / camera.DISTANCE, rtol=1e-5)


def test_one_scale_for_the_data_set(numbered):
    (batch,) = training_batches(numbered, 20, seed=0, scale=100.0).take(1)
    assert sorted(numbers(batch, scale=100.0)) == list(range(20))


def test_neighbour_is_the_adjacent_frame_of_the_same_sequence(numbered):
    batches = training_batches(numbered, 6, seed=0, scale=1.0, neighbours=True).take(3)
    neighbour_of = {}
    for batch in batches:
        neighbour_of |= dict(zip(numbers(batch), numbers(batch, "neighbour_2d"), strict=True))
    ends = {4: 3, 13: 12, 19: 18}  # the last of a sequence has the one before it
    alone = {0, 14}
    assert neighbour_of == {n: ends.get(n, n + 1) for n in range(20) if n not in alone}


def test_neighbour_has_the_scale_of_its_pose(people):
    (batch,) = training_batches(people, len(people), seed=0, neighbours=True).take(1)
    pose, neighbour = batch["keypoints_2d"].numpy(), batch["neighbour_2d"].numpy()
    np.testing.assert_array_equal(neighbour[:, people.skeleton.root], 0)
    row_of = {p.tobytes(): i for i, p in enumerate(normalised(people.keypoints_2d))}
    rows = [row_of[p.tobytes()] for p in pose]
    scale = camera.normalise(people.keypoints_2d[rows], 0).scale.numpy()
    frames = np.arange(len(people)).reshape(-1, 12)
    following = np.concatenate([frames[:, 1:], frames[:, -2:-1]], axis=1).ravel()[rows]
    expected = people.keypoints_2d[following]
    np.testing.assert_allclose(neighbour, (expected - expected[:, :1]) / scale, atol=1e-5)


def normalised(keypoints_2d):
    return camera.normalise(keypoints_2d, 0).keypoints_2d.numpy()


@pytest.mark.parametrize(("batch_size", "neighbours", "left"), [(21, False, 20), (19, True, 18)])
def test_too_few_poses_are_refused(numbered, batch_size, neighbours, left):
    with pytest.raises(ValueError, match=f"batch of {batch_size} cannot be filled from {left}"):
        training_batches(numbered, batch_size, seed=0, neighbours=neighbours)


def test_validation_shows_every_pose_once_in_order_with_its_3d(people):
    batches = list(validation_batches(people, batch_size=100))
    assert [len(batch["keypoints_2d"]) for batch in batches] == [100, 100, 100, 100, 80]
    keypoints_2d = np.concatenate([batch["keypoints_2d"] for batch in batches])
    keypoints_3d = np.concatenate([batch["keypoints_3d"] for batch in batches])
    np.testing.assert_allclose(keypoints_2d, normalised(people.keypoints_2d), atol=1e-6)
    np.testing.assert_array_equal(keypoints_3d, people.keypoints_3d)


def test_validation_without_3d(people):
    poses = dataclasses.replace(people, keypoints_3d=None)
    (batch,) = validation_batches(poses, batch_size=1000, scale=100.0)
    assert list(batch) == ["keypoints_2d"]
    expected = (people.keypoints_2d - people.keypoints_2d[:, :1]) / 100
    np.testing.assert_allclose(batch["keypoints_2d"], expected, atol=1e-5)
