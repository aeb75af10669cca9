import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posenet3d.evaluation.metrics import joint_errors
from posenet3d.skeletons.skeleton import COCO_17

ERRORS = (
    joint_errors.mpjpe,
    joint_errors.n_mpjpe,
    joint_errors.pa_mpjpe,
    joint_errors.pa_mpjpe_reflected,
)
SCORES = (joint_errors.pck, joint_errors.auc, joint_errors.cps)


DEPTH = np.array([1.0, 1.0, -1.0])

# A root, one joint 3 m to the right of it, one 4 m below it.
TRIANGLE = np.array([[[0.0, 0.0, 0.0], [3000.0, 0.0, 0.0], [0.0, 4000.0, 0.0]]])


def random_rotations(count, seed):
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(count, 3, 3)))
    return q * np.linalg.det(q)[:, None, None]


@pytest.mark.parametrize("metric", ERRORS)
def test_perfect_prediction_has_no_error(metric, random_poses):
    np.testing.assert_allclose(metric(random_poses(), random_poses()), np.zeros(8), atol=1e-9)


@pytest.mark.parametrize("metric", SCORES)
def test_perfect_prediction_scores_100(metric, random_poses):
    np.testing.assert_allclose(metric(random_poses(), random_poses()), np.full(8, 100.0))


@pytest.mark.parametrize("metric", [*ERRORS, *SCORES, joint_errors.depth_flipped])
def test_where_the_poses_stand_does_not_matter(metric, random_poses):
    predicted, true = random_poses(), random_poses(seed=1)
    moved = predicted + [100.0, -2000.0, 5000.0], true + [-700.0, 30.0, 4000.0]
    np.testing.assert_allclose(metric(*moved), metric(predicted, true), atol=1e-6)


def test_mpjpe_counts_all_joints():
    predicted = TRIANGLE + np.array([[0, 0, 0], [0, 3, 4], [0, 0, 1]])
    np.testing.assert_allclose(joint_errors.mpjpe(predicted, TRIANGLE), [(0 + 5 + 1) / 3])


def test_root_can_be_another_joint():
    predicted = TRIANGLE + np.array([[0, 0, 0], [0, 3, 4], [0, 0, 0]])
    np.testing.assert_allclose(joint_errors.mpjpe(predicted, TRIANGLE, root=1), [(5 + 0 + 5) / 3])


def test_scaled_copy():
    np.testing.assert_allclose(joint_errors.mpjpe(2 * TRIANGLE, TRIANGLE), [7000 / 3])
    np.testing.assert_allclose(joint_errors.n_mpjpe(2 * TRIANGLE, TRIANGLE), [0.0], atol=1e-9)


def test_n_mpjpe_takes_the_least_squares_scale():
    # <p, t> / <p, p> = (1 + 2) / (1 + 1) = 1.5, so each joint is 0.5 away.
    true = np.array([[[0, 0, 0], [1.0, 0, 0], [0, 2.0, 0]]])
    predicted = np.array([[[0, 0, 0], [1.0, 0, 0], [0, 1.0, 0]]])
    np.testing.assert_allclose(joint_errors.n_mpjpe(predicted, true), [1.0 / 3])


def test_n_mpjpe_does_not_turn_the_pose_inside_out():
    np.testing.assert_allclose(joint_errors.n_mpjpe(-TRIANGLE, TRIANGLE), [7000 / 3])


def test_turned_and_scaled_copy():
    quarter_turn = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    predicted = 2 * TRIANGLE @ quarter_turn  # (6, 0) becomes (0, 6) and (0, 8) becomes (-8, 0)
    expected = (0 + np.hypot(3000, 6000) + np.hypot(8000, 4000)) / 3
    np.testing.assert_allclose(joint_errors.mpjpe(predicted, TRIANGLE), [expected])
    np.testing.assert_allclose(joint_errors.pa_mpjpe(predicted, TRIANGLE), [0.0], atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 100.0))
def test_procrustes_metrics_ignore_similarities(seed, scale, random_poses):
    predicted, true = random_poses(4, seed), random_poses(4, seed + 1)
    moved = scale * predicted @ random_rotations(4, seed) + [10.0, -20.0, 30.0]
    for metric in (joint_errors.pa_mpjpe, joint_errors.pa_mpjpe_reflected, joint_errors.cps):
        np.testing.assert_allclose(metric(moved, true), metric(predicted, true), rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000))
def test_more_freedom_never_fits_worse_in_least_squares(seed, random_poses):
    predicted, true = joint_errors.root_relative(
        random_poses(4, seed), random_poses(4, seed + 1), 0
    )
    scaled = joint_errors._fit_scale(predicted, true)
    fits = (
        predicted,
        scaled,
        *(joint_errors._procrustes(predicted, true, r) for r in (False, True)),
    )
    residuals = [((fit - true) ** 2).sum(axis=(-2, -1)) for fit in fits]
    for tighter, freer in itertools.pairwise(residuals):
        assert (freer <= tighter * (1 + 1e-9)).all()


def test_depth_mirrored_pose(random_poses):
    true = random_poses()
    mirrored = true * DEPTH
    assert joint_errors.depth_flipped(mirrored, true).all()
    assert not joint_errors.depth_flipped(true, true).any()
    assert (joint_errors.pa_mpjpe(mirrored, true) > 50.0).all()
    np.testing.assert_allclose(
        joint_errors.pa_mpjpe_reflected(mirrored, true), np.zeros(8), atol=1e-9
    )


def test_flat_pose_is_not_called_flipped(random_poses):
    assert not joint_errors.depth_flipped(random_poses() * [1.0, 1.0, 0.0], random_poses()).any()


def test_pck_counts_joints_within_150_mm_without_the_root():
    predicted = TRIANGLE + np.array([[0, 0, 0], [0, 150.0, 0], [0, 0, 151.0]])
    np.testing.assert_allclose(joint_errors.pck(predicted, TRIANGLE), [50.0])
    np.testing.assert_allclose(joint_errors.pck(predicted, TRIANGLE, threshold_mm=100.0), [0.0])
    np.testing.assert_allclose(joint_errors.pck(predicted, TRIANGLE, threshold_mm=151.0), [100.0])


def test_auc_is_the_mean_pck_over_its_31_thresholds(random_poses):
    # 12 mm: the thresholds 15, 20, ... 150 are met, 28 of 31. 500 mm: none.
    predicted = TRIANGLE + np.array([[0, 0, 0], [0, 12.0, 0], [0, 0, 500.0]])
    np.testing.assert_allclose(joint_errors.auc(predicted, TRIANGLE), [100 * (28 + 0) / 31 / 2])
    pair = random_poses(seed=1) * 0.1 + random_poses(), random_poses()
    curve = [joint_errors.pck(*pair, threshold_mm=t) for t in range(0, 151, 5)]
    np.testing.assert_allclose(joint_errors.auc(*pair), np.mean(curve, axis=0))


def test_cps_is_the_area_under_the_share_of_correct_poses(random_poses):
    true = random_poses(200)
    predicted = true + random_poses(200, seed=1) * np.linspace(0, 1, 200)[:, None, None]
    aligned = joint_errors._procrustes(*joint_errors.root_relative(predicted, true, 0))
    worst = np.linalg.norm(aligned - true, axis=-1).max(axis=-1)
    thresholds = np.linspace(0.0, 300.0, 3001)
    correct = (worst[:, None] < thresholds).mean(axis=0)
    assert 0 < correct[1500] < 1
    area = 100.0 * (correct[1:] + correct[:-1]).sum() / 2 / 3000
    assert joint_errors.cps(predicted, true).mean() == pytest.approx(area, abs=0.02)


def test_cps_is_0_beyond_300_mm(random_poses):
    assert (joint_errors.cps(random_poses(), 10 * random_poses(seed=1)) == 0.0).all()


@pytest.mark.parametrize(
    "metric", [*ERRORS, *SCORES, joint_errors.depth_flipped, joint_errors.match_size]
)
def test_degenerate_poses_give_finite_numbers(metric, random_poses, degenerate_poses):
    poses = np.array([*degenerate_poses, *random_poses(2)])
    predicted = np.repeat(poses, len(poses), axis=0)
    true = np.tile(poses, (len(poses), 1, 1))
    values = metric(predicted, true)
    assert len(values) == len(poses) ** 2
    assert np.isfinite(values).all()


def test_collapsed_prediction_is_as_far_as_the_true_joints_are(random_poses):
    true = random_poses()
    collapsed = np.full_like(true, 7.0)
    distance = np.linalg.norm(true, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(joint_errors.n_mpjpe(collapsed, true), distance)
    from_centre = np.linalg.norm(true - true.mean(axis=1, keepdims=True), axis=-1).mean(axis=-1)
    np.testing.assert_allclose(joint_errors.pa_mpjpe(collapsed, true), from_centre)


def test_match_size_gives_the_true_sum_of_bone_lengths(random_poses):
    true = random_poses()
    np.testing.assert_allclose(joint_errors.match_size(true / 1234.5, true), true)
    other = joint_errors.match_size(random_poses(seed=1), true, COCO_17)
    lengths = [
        sum(np.linalg.norm(pose[:, c] - pose[:, p], axis=-1) for p, c in COCO_17.bones)
        for pose in (other, true)
    ]
    np.testing.assert_allclose(*lengths)


def test_half_precision_is_computed_in_double(random_poses):
    true = random_poses().astype(np.float16)
    predicted = random_poses(seed=1).astype(np.float16)
    exact = joint_errors.mpjpe(predicted.astype(np.float64), true.astype(np.float64))
    assert joint_errors.mpjpe(predicted, true).dtype == np.float64
    np.testing.assert_allclose(joint_errors.mpjpe(predicted, true), exact)


@pytest.mark.parametrize(
    "metric", [*ERRORS, *SCORES, joint_errors.depth_flipped, joint_errors.match_size]
)
def test_wrong_input_is_refused(metric, random_poses):
    good = random_poses()
    with pytest.raises(ValueError, match=r"same shape.*got \[8, 17, 3\] and \[7, 17, 3\]"):
        metric(good, good[1:])
    with pytest.raises(ValueError, match=r"shape \[N, J, 3\].*got \[8, 17, 2\]"):
        metric(good[..., :2], good[..., :2])
    with pytest.raises(ValueError, match="real numbers, got dtype complex128"):
        metric(good + 1j, good)
    bad = good.copy()
    bad[3, 5, 1] = np.nan
    with pytest.raises(ValueError, match=r"predicted_3d holds nan at row 3, joint (5|left_knee)"):
        metric(bad, good)
    bad[3, 5, 1] = np.inf
    with pytest.raises(ValueError, match=r"true_3d holds inf at row 3, joint (5|left_knee)"):
        metric(good, bad)


@pytest.mark.parametrize("root", [-1, 17])
def test_a_root_that_is_no_joint_is_refused(root, random_poses):
    with pytest.raises(ValueError, match=f"one of the 17 joints, got {root}"):
        joint_errors.mpjpe(random_poses(), random_poses(), root)


@pytest.mark.parametrize(
    ("errors", "mean"),
    [
        (joint_errors.n_joint_errors, joint_errors.n_mpjpe),
        (joint_errors.pa_joint_errors, joint_errors.pa_mpjpe),
    ],
)
def test_errors_of_joints_have_the_metric_as_mean_and_tell_the_wrong_joint(
    errors, mean, random_poses
):
    true = random_poses()
    wrong = true.copy()
    wrong[:, 5] += 200.0
    by_joint = errors(wrong, true)
    assert by_joint.shape == true.shape[:2]
    np.testing.assert_allclose(by_joint.mean(axis=1), mean(wrong, true))
    assert (by_joint.argmax(axis=1) == 5).all()
