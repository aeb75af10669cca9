import numpy as np
import pytest
import tensorflow as tf

from posenet3d.data import synthetic
from posenet3d.models import GapFiller
from posenet3d.skeletons.skeleton import H36M_17
from tests.fixtures.processes import forked_calls


@pytest.fixture(scope="module")
def filler(people):
    filler = GapFiller()
    filler.adapt(people.keypoints_2d)
    return filler


@pytest.fixture(scope="module")
def strangers():
    """Poses of people that the statistics were not taken from, pixels."""
    config = synthetic.SyntheticConfig(num_sequences=40, frames_per_sequence=4, seed=99)
    return synthetic.generate_poses(config).keypoints_2d


def without(keypoints_2d, *joints):
    present = np.ones(keypoints_2d.shape[:2], bool)
    present[:, [H36M_17.index(joint) for joint in joints]] = False
    return present


def mean_pose_in_place(people, keypoints_2d, present):
    """The mean of other people's poses, moved and scaled to fit the joints that are present."""
    sizes = np.linalg.norm(people - people.mean(axis=1, keepdims=True), axis=(1, 2))
    mean = ((people - people.mean(axis=1, keepdims=True)) / sizes[:, None, None]).mean(axis=0)
    guesses = []
    for pose, known in zip(keypoints_2d, present, strict=True):
        a, b = mean[known] - mean[known].mean(0), pose[known] - pose[known].mean(0)
        scale = (a * b).sum() / (a * a).sum()
        guesses.append((mean - mean[known].mean(0)) * scale + pose[known].mean(0))
    return np.array(guesses)


@pytest.mark.parametrize(
    "joints",
    [("left_wrist",), ("right_ankle",), ("pelvis",), ("head",), ("left_elbow", "left_wrist")],
    ids="+".join,
)
def test_guess_is_better_than_the_mean_pose(filler, people, strangers, joints):
    present = without(strangers, *joints)

    def median_error(guess):
        return np.median(np.linalg.norm(guess - strangers, axis=-1)[~present])

    guess = median_error(filler(strangers, present))
    assert guess < 0.8 * median_error(mean_pose_in_place(people.keypoints_2d, strangers, present))


def test_present_joints_stay_exactly(filler, strangers):
    present = np.random.default_rng(0).random(strangers.shape[:2]) < 0.7
    filled = filler(strangers, present).numpy()
    np.testing.assert_array_equal(filled[present], strangers[present])
    assert np.isfinite(filled).all()


@pytest.mark.parametrize("value", [0.0, 1e6, -1e9, 1e30, np.nan, np.inf])
def test_what_stands_at_a_missing_joint_does_not_matter(filler, strangers, value):
    present = without(strangers, "left_wrist", "pelvis")
    changed = np.where(present[..., None], strangers, np.float32(value))
    np.testing.assert_array_equal(filler(changed, present), filler(strangers, present))


@pytest.mark.parametrize("count", [2, 9])
def test_few_joints_are_enough(filler, strangers, count):
    order = np.random.default_rng(0).permuted(np.tile(np.arange(17), (len(strangers), 1)), axis=1)
    filled = filler(strangers, order < count).numpy()
    far = np.abs(filled - strangers).max(axis=(1, 2))
    assert np.median(far) < 1000  # nothing leaves the picture's order of size


@pytest.mark.parametrize(("factor", "shift"), [(3.0, 0.0), (0.1, 0.0), (1.0, [300.0, -200.0])])
def test_guess_moves_and_grows_with_the_pose(filler, strangers, factor, shift):
    present = without(strangers, "left_wrist", "head")
    moved = (strangers * factor + shift).astype(np.float32)
    expected = filler(strangers, present) * factor + shift
    np.testing.assert_allclose(filler(moved, present), expected, atol=0.05 * factor)


@pytest.mark.parametrize("place", [0.0, 500.0])
def test_present_joints_in_one_point_give_a_finite_pose(filler, strangers, place):
    filled = filler(np.full_like(strangers, place), without(strangers, "head"))
    np.testing.assert_allclose(filled, place, atol=1e-3)


def test_without_statistics_the_guess_is_finite(strangers):
    assert np.isfinite(GapFiller()(strangers, without(strangers, "head"))).all()


def test_compiled_gives_the_same(filler, strangers):
    present = tf.constant(without(strangers, "left_wrist", "pelvis"))
    compiled = forked_calls.by_xla(filler, tf.constant(strangers), present)
    np.testing.assert_allclose(compiled, filler(strangers, present), atol=0.5)  # pixels


def test_config_and_weights_make_the_same_layer(people, strangers):
    filler = GapFiller(root=8)
    filler.adapt(people.keypoints_2d)
    again = GapFiller.from_config(filler.get_config())
    again.set_weights(filler.get_weights())
    present = without(strangers, "left_wrist")
    np.testing.assert_array_equal(again(strangers, present), filler(strangers, present))
