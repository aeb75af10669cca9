"""A student that starts from a saved lifter and keeps what it knows."""

import dataclasses

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import ConfigError
from posenet3d.geometry import camera
from posenet3d.geometry.alignment import procrustes
from posenet3d.training import make_lessons, second_stage, teachers, train_and_evaluate
from posenet3d.training.settings.config import LifterConfig, StudentConfig
from posenet3d.training.student.lessons import DrawnLessons, Lessons
from posenet3d.training.teachers import apart

LIFTER = LifterConfig(width=16, num_blocks=0, completes=True)
STUDENT = StudentConfig(steps=2, batch_size=16)

pytestmark = pytest.mark.eagerly


@pytest.fixture(scope="module")
def saved(small_config, data, tmp_path_factory):
    """The folder of a small run whose lifter is a student."""
    run_dir = str(tmp_path_factory.mktemp("run") / "before")
    config = small_config(
        run_dir=run_dir, train_data=data, steps=2, elevation=5.0, lifter=LIFTER, student=STUDENT
    )
    train_and_evaluate(config)
    return run_dir


def weights(model):
    return np.concatenate([np.asarray(w).ravel() for w in model.lifter.get_weights()])


def going_on(small_config, saved, data, run_dir, **changes):
    student = {"teacher": saved, "init": saved} | changes.pop("student", {})
    student = dataclasses.replace(STUDENT, **student)
    settings = {"lifter": LIFTER, "train_data": data, "elevation": None} | changes
    return small_config(run_dir=str(run_dir), student=student, **settings)


def test_the_student_starts_from_the_saved_lifter(small_config, saved, data, tmp_path, monkeypatch):
    begun, fit = [], second_stage.loop.fit

    def spy(student, *args, **kwargs):
        begun.extend(np.concatenate([np.ravel(w) for w in net.get_weights()]) for net in (
            student.lifter, student.averaged_lifter
        ))  # fmt: skip
        return fit(student, *args, **kwargs)

    monkeypatch.setattr(second_stage.loop, "fit", spy)
    report = train_and_evaluate(going_on(small_config, saved, data, tmp_path / "run"))
    for network in begun:
        np.testing.assert_array_equal(network, weights(posenet3d.load(saved)))
    assert list(report.rows) == ["flat", "before", "final"]
    assert report.rows["before"].overall != report.rows["final"].overall


@pytest.mark.parametrize("kept", [0.25, 1.0])
def test_a_share_of_its_weights_is_kept(small_config, saved, data, tmp_path, kept):
    for name, share in (("none", 0.0), ("some", kept)):
        config = going_on(small_config, saved, data, tmp_path / name, student={"kept": share})
        assert config.elevation is None  # so that it is the saved lifter's
        train_and_evaluate(config)
    before, none, some = (
        weights(posenet3d.load(path)) for path in (saved, tmp_path / "none", tmp_path / "some")
    )
    assert np.abs(none - before).max() > 1e-4
    np.testing.assert_allclose(some, (1 - kept) * none + kept * before, atol=1e-6)


def test_procedural_poses_are_what_the_general_model_says_in_every_round(
    small_config, saved, data, tmp_path, monkeypatch
):
    asked, make = [], second_stage.make_lessons

    def spy(run_data, models, *args):
        asked.append((run_data, models, make(run_data, models, *args)))
        return asked[-1][-1]

    monkeypatch.setattr(second_stage, "make_lessons", spy)
    student = {"general": saved, "rounds": 2, "refine": False}
    config = going_on(
        small_config, saved, data, tmp_path / "run", synthetic_sequences=4, student=student
    )
    train_and_evaluate(config)
    general = posenet3d.load(saved)
    for run_data, _, lessons in asked:
        procedural = np.flatnonzero(run_data.group == 1)
        said = general.lift(run_data.train.read(procedural), score=False).keypoints_3d
        np.testing.assert_allclose(lessons.keypoints_3d[procedural], said, atol=1e-3)
        assert (lessons.kinds == run_data.group).all()
    assert len(asked) == 2
    np.testing.assert_array_equal(weights(asked[0][1][0]), weights(general))
    assert not np.array_equal(weights(asked[1][1][0]), weights(general))


@pytest.mark.parametrize("share", [0.25, 0.9, 1.0])
def test_own_poses_have_their_share_of_the_lessons(small_config, poses, share):
    count = len(poses)
    kinds = np.arange(count) >= count // 20  # few are the archive's own
    keypoints_2d = np.zeros((count, 17, 2), np.float32)
    keypoints_3d = np.ones((count, 17, 3), np.float32) * kinds[:, None, None]
    student = StudentConfig(steps=4, batch_size=4000, own=share, virtual=0.0)
    config = dataclasses.replace(small_config(student=student), mirror=False)
    lessons = Lessons(keypoints_2d, keypoints_3d, kinds=kinds.astype(int))
    drawn = DrawnLessons(config, poses.skeleton, lessons)
    rows = drawn._rows(np.linspace(0, 1, 4000, endpoint=False, dtype=np.float32)).numpy()
    assert np.mean(~kinds[rows]) == pytest.approx(share, abs=0.01)
    assert len(set(rows[~kinds[rows]])) == count // 20  # each of them is drawn


def test_the_elevation_that_is_predicted_does_not_change_with_the_mean(saved, poses):
    lifter = posenet3d.load(saved).lifter
    keypoints_2d = camera.normalise(poses.keypoints_2d, 0).keypoints_2d
    moved = second_stage.about(lifter, 30.0)
    assert moved.elevation == 30.0
    np.testing.assert_allclose(
        moved(keypoints_2d).elevation, lifter(keypoints_2d).elevation, atol=1e-5
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lifter": LifterConfig(width=8, num_blocks=0, completes=True)}, "width 16, not 8"),
        ({"skeleton": "cmu17"}, "lifts the skeleton h36m17"),
        ({"synthetic_sequences": 4, "student": {"teacher": ""}}, "needs student_general"),
        ({"student": {"general": "full"}}, "give train_data and synthetic_sequences"),
    ],
)
def test_what_cannot_be_gone_on_from_is_refused(
    small_config, saved, data, tmp_path, changes, message
):
    with pytest.raises(ConfigError, match=message):
        train_and_evaluate(going_on(small_config, saved, data, tmp_path / "run", **changes))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kept": 0.5}, "student_kept is above 0, but there is no student_init"),
        ({"own": 1.5}, "student_own must"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        StudentConfig(steps=4, **settings)


def test_what_several_cameras_show_is_made_to_agree_if_asked(poses, run_data, monkeypatch):
    asked = []

    def spy(keypoints_2d, keypoints_3d, lengths, sequences):
        asked.append((lengths, sequences))
        return keypoints_3d + 1.0

    monkeypatch.setattr(make_lessons, "agree", spy)

    class Teacher:
        def lift(self, keypoints_2d, score):
            points = np.zeros((*keypoints_2d.shape[:2], 3), np.float32)
            return posenet3d.LiftResult(points, points[..., 0] > 0, (), (), (), (), "pose")

    plain = StudentConfig(refine=False)
    for config in (plain, dataclasses.replace(plain, agree=True)):
        said = make_lessons.make_lessons(run_data(), [Teacher()], None, config).keypoints_3d
        assert (said == float(config.agree)).all()
    ((lengths, sequences),) = asked
    assert lengths.sum() == len(poses)
    assert len(sequences) == len(lengths)


@pytest.mark.parametrize(("limit", "count"), [(100.0, 2), (0.0, 1)])
def test_a_lifter_from_nothing_speaks_too_unless_it_disagrees_too_much(
    small_config, saved, data, tmp_path, monkeypatch, limit, count
):
    monkeypatch.setattr(teachers, "MOST_APART", limit)
    asked, make = [], second_stage.make_lessons

    def spy(run_data, models, *args):
        asked.append((run_data, models, make(run_data, models, *args)))
        return asked[-1][-1]

    monkeypatch.setattr(second_stage, "make_lessons", spy)
    student = {"teacher": "", "refine": False}
    config = going_on(
        small_config, saved, data, tmp_path / "run", student=student, steps=2, elevation=5.0
    )
    said = []
    train_and_evaluate(config, say=said.append)
    ((run_data, _, lessons),) = asked
    poses_2d = run_data.train.read()
    models = [posenet3d.load(saved), posenet3d.load(tmp_path / "run" / "teacher")][:count]
    expected = np.mean([m.lift(poses_2d, score=False).keypoints_3d for m in models], axis=0)
    np.testing.assert_allclose(lessons.keypoints_3d, expected, atol=1e-3)
    assert any("is left out: it disagrees" in line for line in said) == (count == 1)


def test_how_far_lifters_are_apart_is_over_the_error_that_is_expected(saved, poses):
    model = posenet3d.load(saved)
    assert apart(model, model, poses.keypoints_2d) == pytest.approx(0.0, abs=1e-3)
    expected = model.lift(poses.keypoints_2d).expected_error_mm.mean()

    class Flat:
        def lift(self, keypoints_2d, score):
            result = model.lift(keypoints_2d)
            return dataclasses.replace(
                result, keypoints_3d=result.keypoints_3d * np.float32([1, 1, 0])
            )

    other = model.lift(poses.keypoints_2d).keypoints_3d
    moved = np.linalg.norm(
        procrustes(other * np.float32([1, 1, 0]), other).numpy() - other, axis=-1
    )
    assert apart(Flat(), model, poses.keypoints_2d) == pytest.approx(
        moved.mean() / expected, rel=0.02
    )
