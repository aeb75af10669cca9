import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.geometry import bones, camera
from posenet3d.motion import refine as module
from posenet3d.motion.refine import MIN_FRAMES, body_ratios, refine
from posenet3d.skeletons.skeleton import H36M_17

FRAMES, BODIES = 60, 4


@pytest.fixture(scope="module")
def truth():
    """Some bodies in motion: normalised 2D, and the 3D in its units that projects to it."""
    poses = synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=BODIES, frames_per_sequence=FRAMES, seed=5)
    )
    size = np.linalg.norm(poses.keypoints_3d, axis=-1).mean(axis=(0, 1))
    depth = poses.keypoints_3d[..., 2] / size
    keypoints_2d = poses.keypoints_3d[..., :2] / size / (camera.DISTANCE + depth)[..., None]
    keypoints_3d = camera.unproject(keypoints_2d.astype(np.float32), depth.astype(np.float32))
    return keypoints_2d.astype(np.float32), keypoints_3d.numpy()


def damaged(keypoints_2d, keypoints_3d, noise=0.1):
    """The same with noise on every depth but the root's, as of a lifter that sees single frames."""
    wrong = np.random.default_rng(0).normal(0.0, noise, keypoints_3d.shape[:2])
    wrong[:, H36M_17.root] = 0.0
    depth = keypoints_3d[..., 2] + wrong
    return camera.unproject(keypoints_2d, depth.astype(np.float32)).numpy()


def names(count=BODIES):
    return [f"body {i}" for i in range(count)]


def depth_error(keypoints_3d, truth):
    return np.abs(keypoints_3d[..., 2] - truth[1][..., 2]).mean()


def test_noisy_depths_become_better_and_bones_agree(truth):
    noisy = damaged(*truth)
    lengths = np.full(BODIES, FRAMES)
    refined = refine(truth[0], noisy, lengths, names(), H36M_17)
    assert depth_error(refined, truth) < 0.6 * depth_error(noisy, truth)
    for body in np.split(np.arange(BODIES * FRAMES), BODIES):
        spread = [
            bones.bone_ratios(points[body], H36M_17).numpy().std(axis=0).mean()
            for points in (refined, noisy)
        ]
        assert spread[0] < 0.4 * spread[1]


def test_the_2d_poses_stay_as_they_are(truth):
    refined = refine(truth[0], damaged(*truth), np.full(BODIES, FRAMES), names(), H36M_17)
    np.testing.assert_allclose(camera.project(refined), truth[0], atol=1e-5)
    np.testing.assert_array_equal(refined[:, H36M_17.root], 0.0)


def test_true_poses_hardly_change(truth):
    refined = refine(truth[0], truth[1], np.full(BODIES, FRAMES), names(), H36M_17)
    assert np.linalg.norm(refined - truth[1], axis=-1).mean() < 0.03  # of a pose's size


def test_bodies_of_few_frames_stay_as_they_are(truth):
    noisy = damaged(*truth)
    few = MIN_FRAMES - 1
    lengths = [few, BODIES * FRAMES - few]
    refined = refine(truth[0], noisy, np.array(lengths), names(2), H36M_17)
    np.testing.assert_array_equal(refined[:few], noisy[:few])
    assert np.abs(refined[few:] - noisy[few:]).max() > 0.01


def test_sequences_of_one_name_are_one_body(truth):
    """Takes too short by themselves are enough together."""
    noisy, take = damaged(*truth), FRAMES // 3
    lengths = np.full(3 * BODIES, take)
    assert take < MIN_FRAMES
    apart = refine(truth[0], noisy, lengths, names(3 * BODIES), H36M_17)
    together = refine(truth[0], noisy, lengths, np.repeat(names(), 3).tolist(), H36M_17)
    np.testing.assert_array_equal(apart, noisy)
    assert depth_error(together, truth) < 0.7 * depth_error(noisy, truth)


def test_neighbours_that_look_different_count_for_little(truth, monkeypatch):
    """Frames of two bodies in turn, as if every cut of a film were in one sequence."""
    rows = np.arange(2 * FRAMES).reshape(2, FRAMES).T.ravel()
    keypoints_2d, keypoints_3d = (part[rows] for part in truth)

    def change():
        depth = module._smoothed(keypoints_3d[..., 2], keypoints_2d, np.array([2 * FRAMES]), 4)
        return np.abs(depth - keypoints_3d[..., 2]).mean()

    careful = change()
    monkeypatch.setattr(module, "_ALIKE", 1e6)
    assert careful < 0.7 * change()


def test_ratios_of_a_body_are_found_under_noise(truth):
    true = bones.bone_ratios(truth[1][:FRAMES], H36M_17).numpy()[0]
    found = body_ratios(damaged(*truth)[:FRAMES], H36M_17)
    assert np.sqrt(np.mean((found - true) ** 2)) < 0.06
    np.testing.assert_allclose(found.mean(), 1.0, rtol=1e-6)
    np.testing.assert_allclose(found[list(H36M_17.bone_mirror)], found, rtol=1e-6)


def test_a_bone_that_always_points_along_the_line_of_sight_has_a_ratio_too(truth):
    keypoints_3d = truth[1].copy()
    wrist, elbow = H36M_17.index("left_wrist"), H36M_17.index("left_elbow")
    keypoints_3d[:, wrist] = keypoints_3d[:, elbow] + [0.0, 0.0, 0.5]
    ratios = body_ratios(keypoints_3d.astype(np.float32), H36M_17)
    assert np.isfinite(ratios).all()
    assert (ratios > 0).all()
