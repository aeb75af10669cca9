import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.motion.level import camera_elevation, levelled
from posenet3d.skeletons.skeleton import H36M_17, Skeleton


@pytest.fixture(scope="module")
def seen():
    """Somebody who stands and bends by turns, `[120, 17, 3]`, from 25 degrees above."""
    config = synthetic.SyntheticConfig(
        num_sequences=2,
        frames_per_sequence=60,
        activities=("standing", "bending_forward"),
        elevation_mean_deg=25.0,
        elevation_std_deg=0.0,
        seed=4,
    )
    return synthetic.generate_poses(config).keypoints_3d


def test_a_levelled_body_stands_upright(seen):
    ankles, neck = H36M_17.index("left_ankle"), H36M_17.index("neck")
    standing = slice(0, 60)
    lean = [
        np.degrees(np.arctan2(*(pose[standing, ankles] - pose[standing, neck]).T[[2, 1]])).mean()
        for pose in (seen, levelled(seen, 25.0))
    ]
    assert abs(lean[0]) > 15
    assert abs(lean[1]) < 8


def test_levelling_turns_and_nothing_else(seen):
    turned = levelled(seen, 25.0)
    assert turned.dtype == seen.dtype
    np.testing.assert_allclose(
        np.linalg.norm(turned, axis=-1), np.linalg.norm(seen, axis=-1), rtol=1e-5
    )
    np.testing.assert_array_equal(turned[..., 0], seen[..., 0])
    np.testing.assert_allclose(levelled(turned, -25.0), seen, atol=1e-2)
    each = levelled(seen, np.linspace(-10, 10, len(seen)))
    np.testing.assert_allclose(each[7], levelled(seen[7:8], np.linspace(-10, 10, len(seen))[7])[0])


def test_frames_in_which_somebody_stands_count(seen):
    """The lifter is wrong by far where the person bends, and that is most of the time."""
    said = np.where(np.arange(120) < 40, 24.0, 80.0)
    assert camera_elevation(seen, said, H36M_17) == pytest.approx(25.0, abs=3.0)
    assert np.median(said) == 80.0


def test_without_anybody_standing_the_lifter_counts(seen):
    assert camera_elevation(seen[60:], np.full(60, 70.0), H36M_17) == pytest.approx(70.0)


def test_poses_of_which_nothing_is_known_take_no_part(seen):
    poses, said = seen.copy(), np.full(120, 25.0)
    poses[::2], said[1::4] = np.nan, np.nan
    assert camera_elevation(poses, said, H36M_17) == pytest.approx(25.0, abs=3.0)
    assert np.isnan(camera_elevation(seen, np.full(120, np.nan), H36M_17))


def test_another_skeleton_has_what_its_lifter_says():
    chain = Skeleton("chain", tuple("abc"), (-1, 0, 1), (), ())
    poses = np.random.default_rng(0).normal(size=(9, 3, 3))
    assert camera_elevation(poses, np.arange(9.0), chain) == 4.0
