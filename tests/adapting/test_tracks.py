import dataclasses

import numpy as np
import pytest

from posenet3d.adapting.tracks import frames_of
from posenet3d.motion.mending.mended_2d import LONGEST_GAP
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17

FRAMES = 60
ELBOW = H36M_17.index("left_elbow")
GAP = round(LONGEST_GAP * 30)  # frames


@pytest.fixture
def make_people(poses):
    """One person in 60 frames, of whom some joints were not seen."""

    def make(confidence=None, frames=range(FRAMES), names=None):
        rows = list(frames)
        seen = np.ones((FRAMES, 17), np.float32) if confidence is None else confidence
        ids = [f"walk/{frame}" for frame in rows] if names is None else names
        keypoints_2d = poses.keypoints_2d[:FRAMES].copy()
        keypoints_2d[seen == 0] = 0.0
        return People(
            keypoints_2d[rows], seen[rows], H36M_17, tuple(ids), (3,) * len(rows), tracked=True
        )

    return make


def test_a_whole_track_stays_as_it_is(make_people, poses):
    (part,) = frames_of(make_people(), "day1")
    np.testing.assert_array_equal(part.keypoints_2d, poses.keypoints_2d[:FRAMES])
    assert part.name == "day1/walk/3"


def test_joints_that_are_away_for_a_short_time_are_between_before_and_after(make_people, poses):
    confidence = np.ones((FRAMES, 17), np.float32)
    confidence[10 : 10 + GAP, ELBOW] = 0
    (part,) = frames_of(make_people(confidence), "")
    before, after = poses.keypoints_2d[[9, 10 + GAP], ELBOW]
    middle = part.keypoints_2d[10 : 10 + GAP, ELBOW]
    assert ((middle - before) * (middle - after) <= 0).all()
    assert (part.confidence[10 : 10 + GAP, ELBOW] == 0.5).all()


def test_joints_that_are_away_for_long_stay_missing(make_people):
    confidence = np.ones((FRAMES, 17), np.float32)
    confidence[10 : 11 + GAP, ELBOW] = 0
    confidence[40:, ELBOW] = 0  # nothing comes after
    (part,) = frames_of(make_people(confidence), "")
    assert (part.confidence[10 : 11 + GAP, ELBOW] == 0).all()
    assert (part.confidence[40:, ELBOW] == 0).all()
    assert len(part.keypoints_2d) == FRAMES


def test_frames_with_too_few_joints_cut_the_track(make_people):
    confidence = np.ones((FRAMES, 17), np.float32)
    confidence[20:40, :10] = 0
    parts = frames_of(make_people(confidence), "")
    assert [len(part.keypoints_2d) for part in parts] == [20, 20]
    assert [part.name for part in parts] == [
        "walk/3/0",
        "walk/3/40",
    ]  # no two cameras of one motion


def test_missing_frames_are_bridged_or_cut(make_people):
    few = frames_of(make_people(frames=[*range(20), *range(25, FRAMES)]), "")
    assert [len(part.keypoints_2d) for part in few] == [FRAMES]
    many = frames_of(make_people(frames=[*range(20), *range(45, FRAMES)]), "")
    assert [len(part.keypoints_2d) for part in many] == [20, 15]


def test_takes_of_one_name_are_one_motion_seen_by_several_cameras(make_people):
    ids = [f"walk/{frame}" for frame in range(30)] + [f"walk#2/{frame}" for frame in range(30)]
    parts = frames_of(make_people(names=ids), "")
    assert [(part.name, len(part.keypoints_2d)) for part in parts] == [("walk/3", 30)] * 2


def test_a_name_with_a_hash_of_its_own_is_kept(make_people):
    ids = [f"take #7/{frame}" for frame in range(30)] + [f"take#8/{frame}" for frame in range(30)]
    parts = frames_of(make_people(names=ids), "")
    assert [part.name for part in parts] == ["take #7/3", "take#8/3"]


def test_photographs_are_no_motion(make_people, poses):
    (part,) = frames_of(make_people(), "")
    assert part.is_motion
    order = np.random.default_rng(0).permutation(len(poses))[:FRAMES]
    others = People(
        poses.keypoints_2d[order] * np.linspace(0.5, 2, FRAMES, dtype=np.float32)[:, None, None],
        np.ones((FRAMES, 17), np.float32),
        H36M_17,
        tuple(f"photographs/{number}" for number in range(FRAMES)),
        (0,) * FRAMES,
        tracked=True,
    )
    (part,) = frames_of(others, "")
    assert not part.is_motion
    confidence = others.confidence.copy()
    confidence[::2, ELBOW] = 0
    (part,) = frames_of(dataclasses.replace(others, confidence=confidence), "")
    np.testing.assert_array_equal(part.confidence, confidence)  # nothing lies between strangers


def test_a_camera_that_moves_or_comes_nearer_does_not_make_jumps(make_people):
    people = make_people()
    shift = np.random.default_rng(0).uniform(-500, 500, (FRAMES, 1, 2))
    zoom = np.random.default_rng(1).uniform(0.5, 2, (FRAMES, 1, 1))
    moved = dataclasses.replace(
        people, keypoints_2d=(people.keypoints_2d * zoom + shift).astype(np.float32)
    )
    (part,) = frames_of(moved, "")
    assert part.is_motion
