import dataclasses

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import ConfigError
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.training import train_and_evaluate
from posenet3d.training.settings.config import AugmentConfig, LifterConfig, StudentConfig
from posenet3d.training.settings.sequence_settings import SequenceConfig

pytestmark = pytest.mark.eagerly

SEQUENCE = SequenceConfig(steps=4, batch_size=6, frames=10, hidden=8, filtered=2)
DAMAGE = AugmentConfig(placements=4, hide=0.2, noise=0.05, swap=0.02)


@pytest.fixture(scope="module")
def settings(small_config, data):
    """A run of a second and a third stage, without its folder."""
    return small_config(
        train_data=data,
        steps=2,
        elevation=5.0,
        lifter=LifterConfig(width=16, num_blocks=0, completes=True),
        augment=DAMAGE,
        student=StudentConfig(steps=2, batch_size=16),
        sequence=SEQUENCE,
    )


@pytest.fixture(scope="module")
def finished(settings, tmp_path_factory):
    """The folder of the finished run, and its report."""
    run_dir = tmp_path_factory.mktemp("run") / "finished"
    report = train_and_evaluate(dataclasses.replace(settings, run_dir=str(run_dir)))
    return run_dir, report


class StoppedError(Exception):
    """What ends a run in the middle."""


def weights(path):
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files if name not in ("config", "progress")}


def test_a_run_leaves_a_lifter_of_sequences_beside_its_lifter(finished, poses):
    run_dir, report = finished
    estimator = posenet3d.load(run_dir / "best" / "sequence.npz")
    result = estimator.lift_sequence(poses.keypoints_2d[:20], frame_rate=30)
    alone = posenet3d.load(run_dir).lift(poses.keypoints_2d[:20])
    assert result.lifted.all()
    assert np.isfinite(result.keypoints_3d).all()
    assert np.abs(result.keypoints_3d - alone.keypoints_3d).max() > 1e-4  # it has learned something
    assert report.training["sequence_steps"] == 4
    lines = (run_dir / "sequence.jsonl").read_text().splitlines()
    assert len(lines) == 2
    assert '"motion"' in lines[0]


def test_a_run_that_was_stopped_ends_with_the_same_weights(settings, finished, tmp_path):
    run_dir = tmp_path / "stopped"
    config = dataclasses.replace(settings, run_dir=str(run_dir))

    def stop(stage, steps, _):
        if stage == "sequence":
            raise StoppedError

    with pytest.raises(StoppedError):
        train_and_evaluate(config, progress=stop)
    assert not (run_dir / "checkpoints" / "sequence.npz").exists()

    def stop_later(stage, steps, _):
        if stage == "sequence" and steps == 4:
            raise StoppedError

    with pytest.raises(StoppedError):
        train_and_evaluate(config, progress=stop_later)
    assert (run_dir / "checkpoints" / "sequence.npz").exists()
    train_and_evaluate(config)
    whole = weights(finished[0] / "best" / "sequence.npz")
    again = weights(run_dir / "best" / "sequence.npz")
    assert whole.keys() == again.keys()
    for name, array in whole.items():
        np.testing.assert_array_equal(array, again[name], name)


def test_a_saved_model_can_be_the_teacher(settings, finished, tmp_path, in_graphs):
    teacher = finished[0] / "best" / "estimator.keras"
    config = dataclasses.replace(
        settings,
        run_dir=str(tmp_path / "run"),
        student=StudentConfig(),
        sequence=dataclasses.replace(SEQUENCE, teacher=str(teacher)),
    )
    train_and_evaluate(config)
    given, kept = posenet3d.load(teacher), posenet3d.load(tmp_path / "run")
    for before, after in zip(given.get_weights(), kept.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert (tmp_path / "run" / "best" / "sequence.npz").is_file()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"student": StudentConfig()}, "sequence_steps needs student_steps or sequence_teacher"),
        ({"lifter": LifterConfig(16, 2)}, "sequence_steps needs lifter_completes"),
        ({"sequence": dataclasses.replace(SEQUENCE, steps=3)}, "multiple of steps_per_epoch"),
        ({"sequence": dataclasses.replace(SEQUENCE, teacher="full")}, "set student_steps=0"),
        ({"strategy": "mirrored"}, "one device"),
        ({"mixed_precision": "float16"}, "computes in float32"),
    ],
)
def test_what_cannot_be_is_refused_before_training(settings, changes, message):
    with pytest.raises(ConfigError, match=message):
        dataclasses.replace(settings, **changes)


def test_a_teacher_that_completes_nothing_is_refused(settings, small_config, data, tmp_path):
    plain = small_config(run_dir=str(tmp_path / "plain"), train_data=data, steps=2)
    train_and_evaluate(plain)
    config = dataclasses.replace(
        settings,
        run_dir=str(tmp_path / "run"),
        student=StudentConfig(),
        sequence=dataclasses.replace(SEQUENCE, teacher=str(tmp_path / "plain")),
    )
    with pytest.raises(ConfigError, match="completes poses and estimates its error"):
        train_and_evaluate(config)


def altered(poses, path, **changes):
    write_archive(path, dataclasses.replace(poses, **changes))
    return str(path)


def test_recordings_of_another_frame_rate_are_refused(settings, poses, tmp_path):
    data = altered(poses, tmp_path / "fast.npz", frame_rate=50.0)
    config = dataclasses.replace(settings, run_dir=str(tmp_path / "run"), train_data=data)
    with pytest.raises(ConfigError, match=r"train_data has 50: keep every 2\. frame"):
        train_and_evaluate(config)


def test_single_images_are_no_sequences(settings, finished, poses, tmp_path):
    rows = len(poses.keypoints_2d)
    lengths = np.ones(rows, int)
    names = tuple(map(str, range(rows)))
    data = altered(poses, tmp_path / "single.npz", lengths=lengths, sequences=names)
    config = dataclasses.replace(
        settings,
        run_dir=str(tmp_path / "run"),
        train_data=data,
        student=StudentConfig(),
        sequence=dataclasses.replace(SEQUENCE, teacher=str(finished[0] / "best")),
    )
    with pytest.raises(ConfigError, match="No sequence to train on has 5 frames"):
        train_and_evaluate(config)
