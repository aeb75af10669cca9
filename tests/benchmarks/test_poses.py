import re

import keras
import numpy as np
import pytest
from absl import flags

from posenet3d.models import Lifter, PoseEstimator
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import CMU_17, H36M_17


@pytest.fixture(scope="module")
def benchmark(load_benchmark):
    return load_benchmark("poses")


def joints_of(poses, *names):
    return [poses.keypoints_3d[:, poses.skeleton.index(name)] for name in names]


def test_arms_of_a_t_pose_are_level_and_legs_straight(benchmark):
    poses = benchmark.still_poses("T-pose")
    left, right, head, root = joints_of(poses, "left_wrist", "right_wrist", "head", "pelvis")
    up = (head - root) / np.linalg.norm(head - root, axis=-1, keepdims=True)
    along = (left - right) / np.linalg.norm(left - right, axis=-1, keepdims=True)
    assert np.degrees(np.arcsin(np.abs((up * along).sum(-1)).max())) < 5
    assert benchmark.knee_angles(poses.keypoints_3d, poses).max() < 5


@pytest.mark.parametrize("kind", ["back", "belly", "left side", "right side"])
def test_people_who_lie_have_head_and_pelvis_at_one_height(benchmark, kind):
    poses = benchmark.still_poses(f"lying on the {kind}")
    level = [i for i in range(len(poses)) if i // benchmark._SIDES % 3 == 0]  # elevation 0
    head, root = joints_of(poses.select(np.array(level)), "head", "pelvis")
    assert np.abs(head[:, 1] - root[:, 1]).max() < 0.35 * np.linalg.norm(head - root, axis=-1).min()


def test_every_kind_is_seen_from_all_sides_and_elevations(benchmark):
    for kind in benchmark.KINDS:
        poses = benchmark.still_poses(kind)
        assert len(poses) == benchmark._BODIES * benchmark._SIDES * len(benchmark._ELEVATIONS)
        assert ((poses.keypoints_2d > 0) & (poses.keypoints_2d < 1000)).all()
        assert len(np.unique(poses.keypoints_2d.round(2), axis=0)) == len(poses)


def test_knees_are_measured_in_degrees(benchmark):
    keypoints_3d = np.zeros((1, 17, 3))
    for side, bend in (("left", 0.0), ("right", 90.0)):
        hip, knee, ankle = (H36M_17.index(f"{side}_{j}") for j in ("hip", "knee", "ankle"))
        keypoints_3d[0, knee] = keypoints_3d[0, hip] + (0, 400, 0)
        shank = (0, np.cos(np.radians(bend)), np.sin(np.radians(bend)))
        keypoints_3d[0, ankle] = keypoints_3d[0, knee] + 400 * np.array(shank)
    poses = Poses2D(np.zeros((1, 17, 2), np.float32), H36M_17)
    np.testing.assert_allclose(benchmark.knee_angles(keypoints_3d, poses), [[0, 90]], atol=1e-4)


@pytest.mark.parametrize(
    ("name", "kind"), [("HDM_dg_squat1Reps_025_120", "squat1Reps"), ("S9 Walking 1", "Walking")]
)
def test_recordings_are_told_by_the_longest_word(benchmark, name, kind):
    assert benchmark._kind(name) == kind


def test_every_kind_has_a_row_beside_the_flat_pose(
    benchmark, make_poses, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(benchmark, "_SIDES", 2)
    poses = make_poses(3, 10)
    write_archive(tmp_path / "data.npz", poses, "test")
    keras.utils.set_random_seed(0)
    estimator = PoseEstimator(Lifter(width=16, num_blocks=1), CMU_17)
    estimator.gap_filler.adapt(poses.keypoints_2d)
    estimator.save(tmp_path / "estimator.keras")
    flags.FLAGS(
        ["poses", f"--models={tmp_path / 'estimator.keras'}", f"--recordings={tmp_path}/data.npz"]
    )
    benchmark.main([])
    printed = capsys.readouterr().out
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", printed, re.M)
    kinds = [row[0] for row in rows]
    assert kinds[: len(benchmark.KINDS)] == list(benchmark.KINDS)
    assert "all" in kinds
    assert all(10 < float(error) < 400 for row in rows for error in row[2:])
    knees = re.findall(r"^\| ([^|]+) \| ([\d.]+) \|$", printed, re.M)
    assert [row[0] for row in knees] == list(benchmark.STANDING)
