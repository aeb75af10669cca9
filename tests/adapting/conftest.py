"""A small lifter, and recordings in several formats."""

import json

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.adapting import plan
from posenet3d.data import synthetic
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.training import TrainingConfig, train_and_evaluate
from posenet3d.training.settings.config import FlowConfig, LifterConfig, StudentConfig


@pytest.fixture(scope="session")
def poses():
    """400 poses of 10 people who move, 40 frames each."""
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=10, frames_per_sequence=40, seed=3)
    )


@pytest.fixture(scope="session")
def model(poses, tmp_path_factory):
    """The folder of a small run whose lifter estimates elevation and error."""
    folder = tmp_path_factory.mktemp("model")
    write_archive(folder / "poses.npz", poses)
    config = TrainingConfig(
        run_dir=str(folder / "run"),
        train_data=str(folder / "poses.npz"),
        lifter=LifterConfig(width=16, num_blocks=1, completes=True),
        student=StudentConfig(steps=2, batch_size=16),
        steps=2,
        steps_per_epoch=2,
        batch_size=32,
        elevation=5.0,
        figures=False,
    )
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)  # tracing would take most of the time
    train_and_evaluate(config)
    tf.config.run_functions_eagerly(before)
    return str(folder / "run")


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """Little procedural motion, and a small flow, so that a test takes seconds."""
    monkeypatch.setattr(plan, "_PROCEDURAL", 4)
    monkeypatch.setattr(plan, "_FLOW", FlowConfig(steps=4, num_blocks=1, width=8))


@pytest.fixture(scope="session")
def recordings(poses, tmp_path_factory):
    """A folder: an archive, a folder of OpenPose's frames, a table, notes, and a damaged file."""
    folder = tmp_path_factory.mktemp("recordings")
    write_archive(folder / "walk.npz", poses.keep(np.arange(200)))
    frames = folder / "camera" / "openpose"
    frames.mkdir(parents=True)
    for number, pose in enumerate(poses.keypoints_2d[200:280]):
        joints = np.zeros((25, 3))
        # BODY_25: nose, neck, right arm, left arm, mid hip, right leg, left leg
        names = (9, 8, 14, 15, 16, 11, 12, 13, 0, 1, 2, 3, 4, 5, 6)
        joints[: len(names), :2], joints[: len(names), 2] = pose[list(names)], 0.9
        joints[15:19] = [*(pose[10]), 0.8]
        person = {"person_id": [-1], "pose_keypoints_2d": joints.ravel().tolist()}
        text = json.dumps({"version": 1.3, "people": [person]})
        (frames / f"take_{number:012d}_keypoints.json").write_text(text)
    (folder / "notes.md").write_text("Filmed on a Monday.\n")
    (folder / "broken.json").write_text('{"people": [')
    return folder
