import dataclasses
import json

import numpy as np
import pytest

from posenet3d.evaluation import evaluate
from posenet3d.evaluation.evaluate import Evaluation
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

KEYS = {
    "mpjpe",
    "n_mpjpe",
    "pa_mpjpe",
    "pa_mpjpe_reflected",
    "pck150",
    "auc",
    "pck150_14",
    "auc_14",
    "cps",
    "depth_flip_rate",
    "num_poses",
}


def noisy(true, share=0.3):
    return true + np.random.default_rng(9).normal(scale=300.0 * share, size=true.shape)


def test_overall_is_the_mean_of_each_metric(random_poses):
    true = random_poses(20)
    predicted = noisy(true)
    overall = evaluate(predicted, true, match_size=False).overall
    assert set(overall) == KEYS
    assert overall["num_poses"] == 20
    assert overall["mpjpe"] == pytest.approx(joint_errors.mpjpe(predicted, true).mean())
    assert overall["n_mpjpe"] == pytest.approx(joint_errors.n_mpjpe(predicted, true).mean())
    assert overall["pa_mpjpe"] == pytest.approx(joint_errors.pa_mpjpe(predicted, true).mean())
    assert overall["pck150"] == pytest.approx(joint_errors.pck(predicted, true).mean())
    assert overall["auc"] == pytest.approx(joint_errors.auc(predicted, true).mean())
    assert overall["cps"] == pytest.approx(joint_errors.cps(predicted, true).mean())
    assert overall["pa_mpjpe_reflected"] == pytest.approx(
        joint_errors.pa_mpjpe_reflected(predicted, true).mean()
    )


def test_perfect_prediction(random_poses):
    overall = evaluate(random_poses(), random_poses()).overall
    for key in ("mpjpe", "n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflected", "depth_flip_rate"):
        assert overall[key] == pytest.approx(0.0, abs=1e-9)
    for key in ("pck150", "auc", "cps"):
        assert overall[key] == pytest.approx(100.0)


def test_one_pose_in_four_flipped_in_depth(random_poses):
    true = random_poses(8)
    predicted = true.copy()
    predicted[:2] *= [1.0, 1.0, -1.0]
    overall = evaluate(predicted, true).overall
    assert overall["depth_flip_rate"] == pytest.approx(25.0)
    assert overall["pa_mpjpe"] > 10.0
    assert overall["pa_mpjpe_reflected"] == pytest.approx(0.0, abs=1e-9)


def test_match_size_makes_the_unit_of_the_prediction_irrelevant(random_poses):
    true = random_poses()
    in_mm, in_units = (evaluate(noisy(true) * s, true).overall for s in (1.0, 1e-3))
    assert in_units == pytest.approx(in_mm)


def test_without_match_size_mm_are_taken_as_given(random_poses):
    true = random_poses()
    evaluation = evaluate(1.1 * true, true, match_size=False)
    distance = np.linalg.norm(true, axis=-1).mean()
    assert evaluation.overall["mpjpe"] == pytest.approx(0.1 * distance)
    assert evaluation.overall["n_mpjpe"] == pytest.approx(0.0, abs=1e-9)
    assert evaluate(1.1 * true, true).overall["mpjpe"] == pytest.approx(0.0, abs=1e-9)


def test_sequences_weighted_by_their_frames_give_the_overall(random_poses):
    true = random_poses(10)
    evaluation = evaluate(noisy(true), true, lengths=[2, 5, 3], sequences=["walk", "run", "walk"])
    assert list(evaluation.per_sequence) == ["walk", "run"]
    parts = evaluation.per_sequence.values()
    assert [part["num_poses"] for part in parts] == [5, 5]
    assert evaluation.per_sequence["run"] == pytest.approx(
        evaluate(noisy(true)[2:7], true[2:7]).overall
    )
    for key in KEYS - {"num_poses"}:
        mean = sum(part[key] * part["num_poses"] for part in parts) / 10
        assert evaluation.overall[key] == pytest.approx(mean)


def test_sequences_without_names_are_numbered(random_poses):
    evaluation = evaluate(random_poses(5), random_poses(5), lengths=np.array([2, 3]))
    assert {k: v["num_poses"] for k, v in evaluation.per_sequence.items()} == {"0": 2, "1": 3}
    assert evaluate(random_poses(5), random_poses(5)).per_sequence == {}


@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_chunks_do_not_change_the_result(monkeypatch, chunk, random_poses):
    true = random_poses(50)
    arguments = {"lengths": [20, 30], "sequences": ["a", "b"]}
    whole = evaluate(noisy(true), true, **arguments)
    monkeypatch.setitem(evaluate.__globals__, "_CHUNK", chunk)
    parts = evaluate(noisy(true), true, **arguments)
    assert parts.overall == pytest.approx(whole.overall, rel=1e-12)
    for name in ("a", "b"):
        assert parts.per_sequence[name] == pytest.approx(whole.per_sequence[name], rel=1e-12)


def test_skeleton_decides_the_root_and_the_bones(random_poses):
    true = random_poses()
    as_h36m, as_coco = (
        evaluate(noisy(true), true, skeleton=s).overall["mpjpe"] for s in (H36M_17, COCO_17)
    )
    assert as_h36m != pytest.approx(as_coco)
    at_the_neck = evaluate(noisy(true), true, root=H36M_17.index("neck")).overall
    assert at_the_neck["mpjpe"] != pytest.approx(as_h36m)
    assert at_the_neck["pa_mpjpe"] == pytest.approx(evaluate(noisy(true), true).overall["pa_mpjpe"])


def test_json_round_trip(random_poses):
    evaluation = evaluate(random_poses(5), random_poses(5, seed=1), lengths=[2, 3])
    again = Evaluation(**json.loads(json.dumps(evaluation.to_json())))
    assert again == evaluation
    assert again.match_size is True
    assert again.skeleton == "h36m17"


def test_evaluation_is_frozen(random_poses):
    with pytest.raises(dataclasses.FrozenInstanceError):
        evaluate(random_poses(), random_poses()).overall = {}


def test_nan_is_named_by_row_and_joint(random_poses):
    bad = random_poses()
    bad[6, H36M_17.index("left_wrist"), 2] = np.nan
    with pytest.raises(ValueError, match="predicted_3d holds nan at row 6, joint left_wrist"):
        evaluate(bad, random_poses())
    with pytest.raises(ValueError, match="true_3d holds nan at row 6, joint left_wrist"):
        evaluate(random_poses(), bad)


def test_shapes_that_do_not_fit_are_named(random_poses):
    with pytest.raises(ValueError, match=r"got \[7, 17, 3\] and \[8, 17, 3\]"):
        evaluate(random_poses(7), random_poses(8))
    with pytest.raises(ValueError, match="have 16 joints but skeleton h36m17 has 17"):
        evaluate(random_poses()[:, :16], random_poses()[:, :16])
    with pytest.raises(ValueError, match="no pose at all"):
        evaluate(random_poses(0), random_poses(0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lengths": [3, 4]}, "add up to 7 frames but there are 8 poses"),
        ({"lengths": [8, 0]}, "positive whole numbers"),
        ({"lengths": [4.0, 4.0]}, "positive whole numbers"),
        ({"lengths": [4, 4], "sequences": ["a"]}, "1 sequence names for 2 lengths"),
        ({"sequences": ["a"]}, "give their lengths"),
    ],
)
def test_sequences_that_do_not_fit_are_refused(arguments, message, random_poses):
    with pytest.raises(ValueError, match=message):
        evaluate(random_poses(), random_poses(), **arguments)
