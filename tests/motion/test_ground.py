import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.motion.ground import contacts, planted, sliding

HEIGHT, FPS, FRAMES = 1750.0, 30.0, 90


@pytest.fixture
def steps():
    """Two feet `[90, 2, 3]` mm that stand and swing by turns, and when they stand."""
    feet, stands = np.zeros((FRAMES, 2, 3)), np.zeros((FRAMES, 2), bool)
    for foot, offset in ((0, 0), (1, 15)):
        place = 0.0
        for frame in range(FRAMES):
            phase = (frame + offset) % 30
            if phase < 18:
                stands[frame, foot] = True
            else:
                place += 1200 / 12
                feet[frame, foot, 1] = -150 * np.sin(np.pi * (phase - 17) / 13)
            feet[frame, foot, 2] = place
        feet[:, foot, 0] = 200 * foot
    return feet, stands


def test_feet_stand_where_they_are_low_and_slow(steps):
    feet, stands = steps
    found = contacts(feet, HEIGHT, FPS)
    assert (found == stands).mean() > 0.8
    assert not found[~stands].mean() > 0.1


def test_a_foot_in_the_air_does_not_stand(steps):
    feet, _ = steps
    feet[:, 0, 1] -= 300
    assert not contacts(feet, HEIGHT, FPS)[:, 0].any()


def test_a_rate_does_not_matter(steps):
    feet, _ = steps
    one = contacts(feet, HEIGHT, FPS)
    finer = np.stack(
        [
            np.interp(np.arange(0, FRAMES - 0.5, 0.5), np.arange(FRAMES), axis)
            for axis in feet.reshape(FRAMES, -1).T
        ],
        axis=1,
    ).reshape(-1, 2, 3)
    assert (contacts(finer, HEIGHT, 2 * FPS)[::2] == one).mean() > 0.85


def test_planted_feet_do_not_slide_and_the_way_stays(steps):
    feet, stands = steps
    wander = np.cumsum(np.random.default_rng(0).normal(0, 4, (FRAMES, 3)), axis=0)
    wander -= np.linspace(0, 1, FRAMES)[:, None] * wander[-1]
    sliding_feet = feet + wander[:, None]
    change = planted(sliding_feet, stands)
    before, after = (
        sliding(f, stands).mean() for f in (sliding_feet, sliding_feet + change[:, None])
    )
    assert after < 0.2 * before
    assert np.abs(change).max() < 3 * np.abs(wander).max()


def test_without_contact_nothing_changes(steps):
    feet, stands = steps
    assert not planted(feet, np.zeros_like(stands)).any()
    for count in (0, 1, 2, 4):
        assert not contacts(feet[:count], HEIGHT, FPS).any()
        assert planted(feet[:count], stands[:count]).shape == (count, 3)


def test_a_rate_that_is_none_is_refused(steps):
    with pytest.raises(InputError, match="fps"):
        contacts(steps[0], HEIGHT, 0.0)
