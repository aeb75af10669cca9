import pytest

from posenet3d.data import synthetic
from posenet3d.poses.archives.archive_writer import write_archive


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """An archive of ten people in motion."""
    path = tmp_path_factory.mktemp("recordings") / "walk.npz"
    config = synthetic.SyntheticConfig(num_sequences=10, frames_per_sequence=40, seed=3)
    write_archive(path, synthetic.generate_poses(config))
    return path


def test_what_is_missing_is_said_in_one_line(refused, tmp_path):
    assert "Nothing to adapt to: give --input" in refused("adapt")
    assert "no such file" in refused("adapt", "--input=away.json", f"--output={tmp_path / 'run'}")


def test_a_model_that_says_too_little_is_refused(refused, trained, recordings, tmp_path):
    flags = (f"--input={recordings}", f"--model={trained}", f"--output={tmp_path / 'run'}")
    assert "take a pretrained one, or one with a second stage" in refused("adapt", *flags)
    assert not (tmp_path / "run").exists()


def test_two_commands_lead_from_recordings_to_a_motion(script, recordings, tmp_path):
    run, motion = tmp_path / "run", tmp_path / "new.npz"
    flags = ("--steps=10", "--nokeep_general", "--nofigures", "--model=small")
    process = script("adapt", f"--input={recordings}", f"--output={run}", *flags)
    assert process.returncode == 0, process.stderr
    assert "walk.npz: 400 poses in 10 tracks" in process.stdout
    assert "Step 10 of 10" in process.stdout
    assert f"posenet3d lift --model={run}" in process.stdout
    process = script("lift", f"--model={run}", f"--input={recordings}", f"--output={motion}")
    assert process.returncode == 0, process.stderr
    assert "Lifted 400 of 400 people" in process.stdout
