import numpy as np

from posenet3d.lifting.parts.odd_joints import notes_on_joints, odd_joints
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import COCO_17


def people(count, **more):
    keypoints_2d = np.random.default_rng(2).uniform(100, 700, (count, 17, 2)).astype(np.float32)
    confidence = np.ones((count, 17), np.float32)
    ids = tuple(range(count))
    return People(keypoints_2d, confidence, COCO_17, ids, (0,) * count, **more)


def notes(people, guessed=None):
    none = np.zeros(people.confidence.shape, bool)
    return notes_on_joints(odd_joints(people, none if guessed is None else guessed), 0.1)


def test_a_usual_pose_needs_no_note():
    assert notes(people(5, image_sizes=((1280, 720),) * 5)) == []


def test_guessed_joints_are_named_and_counted():
    guessed = np.zeros((4, 17), bool)
    guessed[:3, 15], guessed[:2, 9] = True, True
    (note,) = notes(people(4), guessed)
    assert note == (
        "Of a confidence below 0.1 (--min_confidence), so taken for missing: left_ankle 3, "
        "left_wrist 2."
    )


def test_joints_that_always_lie_on_the_border_are_named():
    some = people(3, image_sizes=((1280, 720), None, (1280, 720)))
    some.keypoints_2d[:, 15] = [(300, 720), (0, 300), (1279, 40)]
    some.keypoints_2d[:2, 16] = [(300, 719), (310, 720)]
    some.keypoints_2d[2, 16] = (300, 600)  # not always
    (note,) = notes(some)
    assert "On the border of the image" in note
    assert "left_ankle 3" in note
    assert "right_ankle" not in note


def test_joints_in_the_corner_are_named():
    (note,) = notes_on_joints({"corner": {"left_wrist": 3}}, 0.1)
    assert note == "At exactly (0, 0), so taken for missing: left_wrist 3."
