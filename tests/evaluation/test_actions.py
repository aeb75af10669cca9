import numpy as np
import pytest

from posenet3d.evaluation import evaluate
from posenet3d.evaluation.actions import MEAN, action_of, per_action


@pytest.mark.parametrize(
    ("sequence", "action"),
    [
        ("S9 Walking 1", "Walking"),
        ("S11 Walking", "Walking"),
        ("S9 WalkTogether 2", "WalkTogether"),
        ("S9 SittingDown 1", "SittingDown"),
        ("TS1 On The Floor", "On The Floor"),
        ("TS3 Standing/Walking", "Standing/Walking"),
        ("basketball/test/basketball_1", None),
        ("S9", None),
        ("S9 1", None),
        ("17", None),
        ("000000000139.jpg", None),
    ],
)
def test_names_tell_the_action(sequence, action):
    assert action_of(sequence) == action


def test_actions_join_subjects_and_takes_by_their_poses(random_poses):
    predicted, true = random_poses(20, seed=1), random_poses(20, seed=2)
    names = ["S9 Walking 1", "S9 Directions", "S11 Walking", "S9 Walking 1"]
    scored = evaluate(predicted, true, lengths=[3, 8, 4, 5], sequences=names)
    actions = per_action(scored.per_sequence)
    assert list(actions) == ["Directions", "Walking", MEAN]
    walking = np.r_[0:3, 11:20]
    alone = evaluate(predicted[walking], true[walking]).overall
    assert actions["Walking"] == pytest.approx(alone)
    directions = scored.per_sequence["S9 Directions"]
    for key in ("mpjpe", "pa_mpjpe", "pck150_14", "auc_14"):
        assert actions[MEAN][key] == pytest.approx((alone[key] + directions[key]) / 2)
    assert actions[MEAN]["num_poses"] == 20
    assert actions[MEAN]["mpjpe"] != pytest.approx(scored.overall["mpjpe"])


def test_names_without_actions_have_no_table(random_poses):
    poses = random_poses(4)
    scored = evaluate(poses, poses, lengths=[2, 2], sequences=["S9 Walking", "jump"])
    assert per_action(scored.per_sequence) == {}
    assert per_action({}) == {}
