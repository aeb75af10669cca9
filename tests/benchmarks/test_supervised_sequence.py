"""The lifter of sequences that is trained with true 3D, for comparison."""

import dataclasses

import numpy as np
import pytest

import posenet3d
from posenet3d.poses.archives.archive_writer import write_archive
from tests.fixtures.checkout import refusal, run_script

SCRIPT = "benchmarks/motion/supervised_sequence.py"
SMALL = (
    "--skeleton=cmu17", "--sequence_teacher=small", "--sequence_steps=8", "--steps_per_epoch=4",
    "--sequence_batch_size=4", "--sequence_frames=10", "--batch_size=64",
)  # fmt: skip


@pytest.fixture(scope="module")
def files(make_poses, tmp_path_factory):
    """An archive without 3D to train on, and beside it the truth in metres, of the same rows."""
    folder, poses = tmp_path_factory.mktemp("files"), make_poses(20, 20)
    train, test = poses.keep(np.arange(300)), poses.keep(np.arange(300, 400))
    arrays = {}
    for name, part in (("train", dataclasses.replace(train, keypoints_3d=None)), ("test", test)):
        write_archive(folder / "part.npz", part, name)
        with np.load(folder / "part.npz") as archive:
            arrays |= dict(archive)
    np.savez(folder / "poses.npz", **arrays)
    truth = train.keypoints_3d / 1000.0 + [1, 2, 5]
    np.savez(folder / "truth.npz", train_keypoints_3d=truth)
    np.savez(folder / "other.npz", train_keypoints_3d=truth[::-1])
    return folder


def flags(folder, run_dir, truth="truth"):
    data = [f"--train_data={folder / 'poses.npz'}", f"--train_3d={folder / f'{truth}.npz'}"]
    return [*data, f"--run_dir={run_dir}", *SMALL]


def test_it_leaves_a_lifter_of_sequences_and_goes_on_where_it_stopped(files, tmp_path):
    process = run_script(SCRIPT, *flags(files, tmp_path / "run"))
    assert process.returncode == 0, process.stderr
    kept = tmp_path / "run" / "best" / "sequence.npz"
    frames = np.random.default_rng(0).uniform(100, 500, (6, 17, 2))
    assert np.isfinite(posenet3d.load(kept).lift_sequence(frames).keypoints_3d).all()
    before = kept.read_bytes()
    assert run_script(SCRIPT, *flags(files, tmp_path / "run")).returncode == 0
    assert kept.read_bytes() == before  # it had ended


def test_truth_of_other_rows_and_settings_without_a_teacher_are_refused(files, tmp_path):
    line = refusal(SCRIPT, *flags(files, tmp_path / "run", "other"))
    assert "its rows are other poses" in line
    line = refusal(SCRIPT, *flags(files, tmp_path / "run"), "--sequence_teacher=")
    assert "sequence_teacher" in line
