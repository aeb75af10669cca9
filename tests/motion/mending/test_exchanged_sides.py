import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.motion.mending.exchanged_sides import exchanged_sides, with_sides
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

MIRROR = list(H36M_17.mirror)
SIDED = [j for j, partner in enumerate(MIRROR) if j != partner]
FRAMES = 60


def joints(*parts):
    return [H36M_17.index(f"{side}_{part}") for part in parts for side in ("left", "right")]


MISTAKES = {
    "everything": SIDED,
    "legs": joints("hip", "knee", "ankle"),
    "arms": joints("shoulder", "elbow", "wrist"),
    "lower legs": joints("knee", "ankle"),
    "ankles": joints("ankle"),
}


@pytest.fixture(scope="module")
def people():
    """`[8, 60, 17, 2]` pixels: people in motion, seen by cameras."""
    config = synthetic.SyntheticConfig(num_sequences=8, frames_per_sequence=FRAMES, seed=11)
    return synthetic.generate_poses(config).keypoints_2d.reshape(8, FRAMES, 17, 2).astype(float)


def size(keypoints_2d):
    return np.linalg.norm(keypoints_2d - keypoints_2d[:, :1], axis=-1).mean(axis=1)


def found_in(keypoints_2d, confidence=None):
    if confidence is None:
        confidence = np.ones(keypoints_2d.shape[:2])
    return exchanged_sides(keypoints_2d, confidence, size(keypoints_2d), H36M_17)


def marked(frames, which):
    marks = np.zeros((FRAMES, 17), bool)
    marks[np.ix_(np.arange(FRAMES)[frames], which)] = True
    return marks


def test_nothing_is_found_in_true_motion(people):
    assert not any(found_in(person).any() for person in people)
    assert not any(found_in(person[::3]).any() for person in people)  # 10 frames a second


@pytest.mark.parametrize("frames", [slice(20, 21), slice(17, 29), slice(0, 6), slice(50, None)])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_was_exchanged_is_found(people, mistake, frames):
    marks = marked(frames, MISTAKES[mistake])
    found = np.stack([found_in(with_sides(person, marks, H36M_17)) for person in people])
    # Where both joints are in one place nobody can tell, and nobody needs to.
    apart = np.linalg.norm(people - people[:, :, MIRROR], axis=-1)
    apart /= np.stack([size(person) for person in people])[..., None]
    assert found[:, marks][apart[:, marks] > 0.1].mean() > 0.95
    assert found[:, ~marks].mean() < 0.002


def test_noise_and_missing_joints_hide_little(people):
    rng = np.random.default_rng(0)
    marks = marked(slice(25, 32), SIDED)
    for person in people:
        noisy = person + 0.02 * size(person)[:, None, None] * rng.normal(size=person.shape)
        confidence = (rng.random(person.shape[:2]) > 0.06).astype(float)
        seen = with_sides(confidence, marks, H36M_17)
        found = found_in(with_sides(noisy, marks, H36M_17), seen)
        assert not found[~marks].any()
        assert found[marks & ((seen > 0) | (seen[:, MIRROR] > 0))].all()
        assert not found[(seen == 0) & (seen[:, MIRROR] == 0)].any()


def test_the_rarer_way_is_the_wrong_one(people):
    mostly = marked(slice(10, None), SIDED)
    found = found_in(with_sides(people[0], mostly, H36M_17))
    np.testing.assert_array_equal(found.any(axis=1), np.arange(FRAMES) < 10)


@pytest.mark.parametrize("empty", [(500, 0), (0, 500), (60, 60)])
def test_frames_without_the_person_tell_nothing_of_what_is_rare(people, empty):
    wrong = with_sides(people[0], marked(slice(0, 20), SIDED), H36M_17)
    before, after = (np.zeros((count, 17, 2)) for count in empty)
    keypoints_2d = np.concatenate([before, wrong, after])
    confidence = np.pad(np.ones((FRAMES, 17)), (empty, (0, 0)))
    sizes = np.pad(size(wrong), empty, constant_values=1e-9)
    found = exchanged_sides(keypoints_2d, confidence, sizes, H36M_17)
    own = found[empty[0] : empty[0] + FRAMES]
    np.testing.assert_array_equal(own.any(axis=1), np.arange(FRAMES) < 20)
    assert found.sum() == own.sum()


def test_a_cut_between_poses_that_differ_is_no_mistake(people):
    """Nothing goes on, whatever the names; a front view and a back view may seem to."""
    standing, lying = people[0][:30], people[0][30:][..., ::-1] * [1.0, 0.5]
    assert not found_in(np.concatenate([standing, lying])).any()
    shares = [
        found_in(np.concatenate([one[:30], other[30:]])).any(axis=1).mean()
        for one in people
        for other in people
    ]
    assert np.median(shares) == 0


def test_sides_are_put_right_by_what_was_found(people):
    marks = marked(slice(30, 40), MISTAKES["legs"])
    wrong = with_sides(people[2], marks, H36M_17)
    assert np.abs(wrong - people[2]).max() > 1
    np.testing.assert_array_equal(with_sides(wrong, found_in(wrong), H36M_17), people[2])


def test_a_joint_that_is_away_for_long_is_no_mistake(people):
    for person in people:
        for joint in SIDED:
            confidence = np.ones((FRAMES, 17))
            confidence[10:20, joint] = 0
            confidence[40:, joint] = 0
            assert not found_in(person, confidence).any()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_few_frames_tell_nothing(people, count):
    assert found_in(people[0][:count]).shape == (count, 17)
    assert not found_in(people[0][:count]).any()


def test_a_skeleton_without_sides_has_none_to_exchange(people):
    chain = Skeleton("chain", tuple("abc"), (-1, 0, 1), (), ())
    keypoints_2d = people[0][:, :3]
    found = exchanged_sides(keypoints_2d, np.ones((FRAMES, 3)), size(keypoints_2d), chain)
    assert not found.any()
