"""What the summary says where the lifter expects its own poses to be wrong."""

import dataclasses

import numpy as np
import pytest

from posenet3d.lifting.high_errors import HIGH_ERROR, LONG_STRETCH, relative_errors
from posenet3d.lifting.summary import Summary
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17

GOOD, BAD = 0.5 * HIGH_ERROR, 1.5 * HIGH_ERROR


def part(errors, first=0, persons=None, unit="pose", mm=1.0):
    """People of whom these errors are expected, in images from `first` on."""
    count = len(errors)
    people = People(
        np.ones((count, 17, 2), np.float32),
        np.ones((count, 17), np.float32),
        H36M_17,
        tuple(range(first, first + count)),
        tuple(persons or [7] * count),
    )
    keypoints_3d = np.zeros((count, 17, 3), np.float32)
    keypoints_3d[:, :, 0] = mm * np.array([0.0, 2.0] + [1.0] * 15)  # 1 from the root, on average
    joints = np.outer(np.asarray(errors, np.float32) * mm, np.arange(17) > 0)
    scores = np.full(count, 0.1, np.float32)
    result = LiftResult(
        keypoints_3d, np.zeros((count, 17), bool), np.ones(count, bool), ("",) * count, scores,
        scores, unit, expected_error=joints,
    )  # fmt: skip
    return Lifted(people, result)


def text_of(*parts):
    summary = Summary()
    for one in parts:
        summary.add(one)
    return str(summary)


def test_a_long_stretch_is_told_with_its_images_across_parts():
    text = text_of(part([GOOD] * 90 + [BAD] * 10), part([BAD] * 10 + [GOOD] * 90, first=100))
    assert "above 25 % of the pose's size: 20 of 200 poses, 20 of them in a row" in text
    assert "(person 7, images 90 to 109)" in text
    for help_ in (
        "more joints in view",
        "another side",
        "adapted to such footage",
        "left and right",
    ):
        assert help_ in text


def test_a_person_most_of_whose_poses_are_bad_is_told():
    errors = [GOOD, GOOD, BAD] * 4
    assert "Expected error" not in text_of(part(errors, persons=[1, 2, 1] * 4))
    text = text_of(part(errors, persons=[1, 1, 2] * 4))
    assert "4 of 12 poses, 4 of them in a row (person 2, images 2 to 11)" in text


@pytest.mark.parametrize(
    "errors",
    [
        [GOOD] * 200,
        ([BAD] * (LONG_STRETCH - 1) + [GOOD] * LONG_STRETCH) * 3,
        [np.nan] * 200,
    ],
    ids=["good", "short stretches", "not known"],
)
def test_nothing_is_said_without_need(errors):
    assert "Expected error" not in text_of(part(errors))


def test_a_low_score_alone_is_told_where_no_error_is_expected():
    assert "A score below" in text_of(part([np.nan] * 3))
    assert "A score below" not in text_of(part([BAD] * 3))


def test_errors_in_mm_are_over_the_size_as_well():
    errors = [0.1, 0.3]
    np.testing.assert_allclose(relative_errors(part(errors).result), errors, rtol=1e-5)
    tall = part(errors, unit="mm", mm=400.0).result
    np.testing.assert_allclose(tall.expected_error_mm, [40.0, 120.0], rtol=1e-5)
    np.testing.assert_allclose(relative_errors(tall), errors, rtol=1e-5)


def test_joints_that_were_not_seen_do_not_count():
    """Made-up legs are no reason to warn of an upper body."""
    whole = part([GOOD, GOOD]).result
    filled = np.zeros_like(whole.filled)
    filled[:, 4:8] = True
    errors = np.where(filled, 10.0, whole.expected_error).astype(np.float32)
    upper = dataclasses.replace(whole, filled=filled, expected_error=errors)
    np.testing.assert_allclose(relative_errors(upper), [GOOD, GOOD], rtol=1e-5)


def test_of_a_pose_between_frames_nothing_is_known():
    """All its joints are filled in, and nothing is expected of it."""
    whole = part([GOOD, GOOD]).result
    filled, errors = np.zeros_like(whole.filled), whole.expected_error.copy()
    filled[1], errors[1] = True, np.nan
    between = dataclasses.replace(whole, filled=filled, expected_error=errors)
    np.testing.assert_allclose(relative_errors(between), [GOOD, np.nan], rtol=1e-5)
