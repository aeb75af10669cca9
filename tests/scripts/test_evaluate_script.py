import json

import numpy as np

from posenet3d.poses.archives.archive import read_archive

SPLIT = ("keypoints_2d", "keypoints_3d", "confidence", "lengths", "sequences")


def test_prints_the_table_and_writes_the_report(script, trained, archive, tmp_path):
    process = script(
        "evaluate", f"--model={trained}", f"--data={archive}", f"--output={tmp_path / 'report'}"
    )
    assert process.returncode == 0, process.stderr
    assert "| flat pose" in process.stdout
    assert "| lifted" in process.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["final"]["num_poses"] == 400
    assert (tmp_path / "report" / "lifted.png").exists()


def test_actions_of_the_standard_protocol_have_a_table(script, trained, archive, tmp_path):
    with np.load(archive) as arrays:
        arrays = dict(arrays)
    takes = [f"S{9 + 2 * (i % 2)} {a}" for i in range(10) for a in ("Walking 1", "Sitting")]
    path = tmp_path / "h36m.npz"
    np.savez(path, **{f"test_{k}" if k in SPLIT else k: v for k, v in arrays.items()} | {
        "test_sequences": np.array(takes)})  # fmt: skip
    process = script("evaluate", f"--model={trained}", f"--data={path}")
    assert process.returncode == 0, process.stderr
    rows = [line.split("|")[1].strip() for line in process.stdout.splitlines() if "|" in line]
    assert rows[-4:] == ["Sitting", "Walking", "mean over actions", "all poses"]


def test_archive_without_3d_is_refused(refused, trained, tmp_path):
    path = tmp_path / "flat.npz"
    poses = np.random.default_rng(0).normal(size=(3, 17, 2)).astype(np.float32)
    np.savez(path, keypoints_2d=poses)
    line = refused("evaluate", f"--model={trained}", f"--data={path}")
    assert "has no keypoints_3d" in line


def test_missing_model_is_refused_with_those_there_are(refused, archive, tmp_path):
    line = refused("evaluate", "--model=nothing", f"--data={archive}", cwd=tmp_path)
    assert "There is no model 'nothing'" in line


def test_joints_of_ones_own_are_mapped_by_a_map_file(script, trained, archive, tmp_path):
    poses = read_archive(archive)
    names = [f"my {name}" for name in poses.skeleton.joint_names]
    arrays = {"keypoints_2d": poses.keypoints_2d, "keypoints_3d": poses.keypoints_3d}
    np.savez(tmp_path / "own.npz", **arrays, joints=names)
    np.savez(tmp_path / "known.npz", **arrays)
    rules = "".join(f'{name} = "my {name}"\n' for name in poses.skeleton.joint_names)
    (tmp_path / "own.toml").write_text(f"joints = {names}\n[to.h36m17]\n{rules}")
    own = script(
        "evaluate", f"--model={trained}", "--data=own.npz", "--map_file=own.toml", cwd=tmp_path
    )
    known = script("evaluate", f"--model={trained}", "--data=known.npz", cwd=tmp_path)
    assert own.returncode == known.returncode == 0, own.stderr
    assert "| lifted" in own.stdout
    assert own.stdout == known.stdout
