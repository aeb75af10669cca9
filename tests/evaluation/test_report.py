import dataclasses
import json

import keras
import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.evaluation import report
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.evaluation.ranking import error_of_best, spearman
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.skeletons.skeleton import H36M_17

pytestmark = pytest.mark.eagerly

TRIALS = (
    {"elevation": 0.0, "view_distance": 0.9, "seconds": 2.0},
    {"elevation": 8.0, "view_distance": 0.2, "seconds": 2.0},
)
SEARCH = "![The search for the cameras' elevation](elevation.png)"


@pytest.fixture(scope="module")
def estimator(people):
    """An estimator that has learned nothing, but fills gaps."""
    keras.utils.set_random_seed(0)
    made = PoseEstimator(Lifter(width=16, num_blocks=1), H36M_17, elevation=8.0)
    made.gap_filler.adapt(people.keypoints_2d)
    return made


@pytest.fixture(scope="module")
def made(estimator, people):
    """The report of two whole sequences' poses and one of which a row cannot be lifted."""
    confidence = np.ones(people.keypoints_2d.shape[:2], np.float32)
    confidence[25, 1:] = 0.0
    poses = dataclasses.replace(people, confidence=confidence).keep(np.arange(36))
    return report.make_report(estimator, poses, elevation_trials=TRIALS)


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    """The folder of the written report, with its pictures."""
    folder = tmp_path_factory.mktemp("report")
    report.write_report(made, folder)
    return folder


@pytest.fixture
def known(made):
    """A lifted result with these scores, whose PA-MPJPE is about as given."""

    def make(scores, errors):
        poses = made.poses.select(np.arange(len(scores)))
        moved = poses.keypoints_3d.copy()
        moved[:, -1, 0] += 17.0 * np.asarray(errors)
        result = dataclasses.make_dataclass("Result", ["keypoints_3d", "lifted", "score"])
        return result(moved, np.isfinite(scores), np.asarray(scores, float)), poses

    return make


def test_scores_rank_the_lifted_poses_by_their_error(made, estimator):
    lifted = np.delete(np.arange(36), 25)
    score = estimator.lift(made.poses.keypoints_2d, made.poses.confidence).score[lifted]
    errors = joint_errors.pa_mpjpe(made.keypoints_3d[lifted], made.poses.keypoints_3d[lifted])
    assert made.not_lifted == 1
    assert made.scores["spearman"] == pytest.approx(spearman(score, errors))
    assert made.scores["pa_mpjpe"] == pytest.approx(made.rows["final"].overall["pa_mpjpe"])
    assert made.scores["pa_mpjpe_of_best_80_percent"] == pytest.approx(
        error_of_best(score, errors, 0.8)
    )


def test_a_score_that_knows_the_order_keeps_the_best(known):
    worth = report._worth_of_scores(*known([0.9, 0.7, 0.5, 0.3, 0.1], [1, 2, 3, 4, 50]))
    assert worth["spearman"] == -1.0
    assert worth["pa_mpjpe_of_best_80_percent"] < 0.5 * worth["pa_mpjpe"]


def test_poses_without_a_score_do_not_count(known):
    scores, errors = [0.9, np.nan, 0.5, 0.3], [1, 900, 3, 4]
    with_gap = report._worth_of_scores(*known(scores, errors))
    assert with_gap["spearman"] == -1.0
    assert with_gap["pa_mpjpe"] < 10.0


@pytest.mark.parametrize(
    ("scores", "errors"),
    [
        ([0.5, 0.5, 0.5], [1, 2, 3]),
        ([0.5, np.nan], [1, 2]),
        ([np.nan, np.nan], [1, 2]),
    ],
    ids=["equal", "one", "none"],
)
def test_scores_that_rank_nothing_are_left_out(known, scores, errors):
    assert report._worth_of_scores(*known(scores, errors)) == {}


def test_scores_and_trials_are_in_the_files(written, made):
    saved = json.loads((written / "report.json").read_text())
    assert saved == made.to_json()
    assert saved["elevation_trials"] == list(TRIALS)
    assert saved["scores"] == made.scores
    text = (written / "report.md").read_text()
    assert f"Spearman correlation with the error {made.scores['spearman']:.2f}" in text
    assert f"of all {made.scores['pa_mpjpe']:.1f} mm" in text
    assert "36 poses, 1 of them not lifted." in text
    assert SEARCH in text


def test_pictures_are_written_where_the_text_says(written):
    for name in ("lifted.png", "errors.png", "elevation.png"):
        assert (written / name).read_bytes().startswith(b"\x89PNG")
        assert f"({name})" in (written / "report.md").read_text()
    assert not (written / "training.png").exists()  # there is no history


def test_without_figures_the_trials_are_still_on_record(made, tmp_path):
    report.write_report(made, tmp_path, figures=False)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.md"}
    assert SEARCH not in (tmp_path / "report.md").read_text()
    assert len(json.loads((tmp_path / "report.json").read_text())["elevation_trials"]) == 2


def test_what_was_not_done_is_not_mentioned(estimator, people, tmp_path):
    poses = dataclasses.replace(people, keypoints_3d=None).keep(np.arange(12))
    plain = report.make_report(estimator, poses)
    report.write_report(plain, tmp_path)
    assert json.loads((tmp_path / "report.json").read_text()) == {"not_lifted": 0}
    text = (tmp_path / "report.md").read_text()
    assert "no error to measure" in text
    assert "Spearman" not in text
    assert {path.name for path in tmp_path.glob("*.png")} == {"lifted.png"}


def test_actions_have_a_table_where_the_names_tell_them(estimator, people, tmp_path):
    poses = people.keep(np.arange(36))
    assert report.make_report(estimator, poses).by_action() == ""
    names = ("S9 Walking", "S9 Sitting 1", "S11 Walking 1")
    made = report.make_report(estimator, dataclasses.replace(poses, sequences=names))
    lines = made.by_action().splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "Sitting", "Walking", "mean over actions", "all poses"
    ]  # fmt: skip
    assert made.to_json()["per_action"]["Walking"]["num_poses"] == 24
    report.write_report(made, tmp_path, figures=False)
    assert f"## By action\n\n{made.by_action()}" in (tmp_path / "report.md").read_text()


def test_rows_by_sequence_leave_out_what_was_not_lifted(made, people):
    by_sequence = made.rows["final"].per_sequence
    assert {name: row["num_poses"] for name, row in by_sequence.items()} == dict(
        zip(people.sequences[:3], (12, 12, 11), strict=True)
    )
    assert "before" not in made.rows
    assert "flat pose" in str(made)


def test_the_untrained_lifters_row_is_between_flat_and_final(estimator, people):
    poses = people.keep(np.arange(12))
    made = report.make_report(estimator, poses, untrained=estimator)
    assert list(made.rows) == ["flat", "before", "final"]
    assert made.rows["before"] == made.rows["final"]
    assert "after training" in str(made)


def test_poses_of_whom_nobody_can_be_lifted_are_refused(estimator, people):
    nobody = dataclasses.replace(people, confidence=np.zeros(people.keypoints_2d.shape[:2]))
    with pytest.raises(InputError, match="None of the 480 poses can be lifted"):
        report.make_report(estimator, nobody)
