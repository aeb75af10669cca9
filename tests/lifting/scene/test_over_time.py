import dataclasses

import numpy as np
import pytest

from posenet3d.lifting.scene.by_track import Found
from posenet3d.lifting.scene.over_time import in_context, tracked, with_tracks
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17

BODY = np.random.default_rng(0).uniform(-50, 50, (17, 2))


def people(*seen):
    """Persons (image id, x of the pelvis); the ids are their numbers in the image."""
    images = [image for image, _ in seen]
    return People(
        np.array([BODY + (x, 0) for _, x in seen], np.float32),
        np.ones((len(seen), 17), np.float32),
        H36M_17,
        tuple(images),
        tuple(images[:row].count(image) for row, image in enumerate(images)),
    )


def test_two_who_change_places_in_the_file_keep_their_ids():
    tracked = with_tracks(people((0, 0), (0, 400), (1, 402), (1, 3), (2, 6), (2, 404)))
    assert tracked.person_ids == (0, 1, 1, 0, 0, 1)
    assert tracked.tracked


@pytest.mark.parametrize("name", ["{}", "a_{:02d}.jpg", "video/{}"])
def test_images_in_another_order_are_frames_by_their_numbers(name):
    seen = [(0, 0), (0, 400), (1, 20), (1, 380), (2, 40), (2, 360), (3, 60), (3, 340)]
    named = [(int(name.format(i)) if name == "{}" else name.format(i), x) for i, x in seen]
    ordered = with_tracks(people(*named))
    shuffled = [named[row] for row in (6, 0, 3, 5, 1, 7, 2, 4)]
    ids = dict(zip(named, ordered.person_ids, strict=True))
    assert with_tracks(people(*shuffled)).person_ids == tuple(ids[person] for person in shuffled)


def test_who_is_alone_is_one_person_however_fast():
    alone = people((0, 0), (1, 9000), (2, 18000), (3, 9000))
    assert with_tracks(alone).person_ids == (0, 0, 0, 0)
    assert with_tracks(alone, alone=False).person_ids == (0, 1, 2, 1)


def test_a_detector_that_jumps_between_two_people_gives_two_tracks():
    """It sees one person at a time: ten frames here, five there, and so on."""
    seen = [(n, 4 * n) if n % 15 < 10 else (n, 700 - 4 * n) for n in range(60)]
    expected = tuple(0 if n % 15 < 10 else 1 for n in range(60))
    assert with_tracks(people(*seen)).person_ids == expected


def test_a_jump_of_one_frame_is_not_the_person():
    assert with_tracks(people(*[(n, 500 if n == 7 else 3 * n) for n in range(20)])).person_ids == (
        *(0,) * 7, 1, *(0,) * 12
    )  # fmt: skip


def test_who_comes_back_elsewhere_after_long_is_the_same():
    seen = [*((n, 3 * n) for n in range(20)), *((n, 900 + 3 * n) for n in range(60, 80))]
    assert with_tracks(people(*seen)).person_ids == (0,) * 40
    soon = [*((n, 3 * n) for n in range(20)), *((n, 900 + 3 * n) for n in range(22, 42))]
    assert with_tracks(people(*soon)).person_ids == (0,) * 20 + (1,) * 20


def test_frames_without_a_joint_are_of_who_was_there_before():
    alone = people(*[(n, 3 * n) for n in range(20)])
    alone.confidence[[0, 7, 8]] = 0
    assert with_tracks(alone).person_ids == (0,) * 20


def test_photographs_of_one_person_each_stay_together():
    places = np.random.default_rng(0).uniform(0, 2000, 30)
    assert set(with_tracks(people(*enumerate(places))).person_ids) == {0}


def test_nothing_but_the_ids_changes():
    before = people((0, 0), (0, 400))
    after = with_tracks(before)
    assert after.image_ids == before.image_ids
    np.testing.assert_array_equal(before.keypoints_2d, after.keypoints_2d)


def lifted(these):
    count = len(these)
    return Lifted(
        these,
        LiftResult(
            keypoints_3d=np.ones((count, 17, 3), np.float32),
            filled=np.zeros((count, 17), bool),
            lifted=np.ones(count, bool),
            problems=("",) * count,
            score=np.ones(count, np.float32),
            elevation=np.zeros(count, np.float32),
            unit="pose",
        ),
    )


def no_lift(keypoints_2d, confidence):
    raise AssertionError("nobody is to be lifted anew")


def test_ids_that_do_not_last_are_not_mended_by():
    """Two who change places in the file: joined by their numbers they would be one mixed person."""
    crowd = people(*[(n, 400 * ((n + k) % 2)) for n in range(40) for k in (0, 1)])
    after, found = in_context(
        lifted(crowd), tracked(crowd, "never"), no_lift, True, True, None, 30.0
    )
    assert found == Found()
    np.testing.assert_array_equal(after.result.keypoints_3d, 1)


def test_a_person_twice_in_an_image_is_told():
    twice = dataclasses.replace(
        people((0, 0), (0, 400), (1, 0)), person_ids=(0, 0, 0), tracked=True
    )
    _, found = in_context(lifted(twice), twice, no_lift, True, True, None, 30.0)
    assert "twice" in found.notes()[0]
    assert "--associate=always" in found.notes()[0]
