import numpy as np
import pytest

from posenet3d.lifting.over_time import with_tracks
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


def test_who_is_alone_in_every_image_is_one_person_however_far_the_jump():
    alone = people((0, 0), (1, 9000), (7, 0))
    assert with_tracks(alone).person_ids == (0, 0, 0)
    assert with_tracks(alone, alone=False).person_ids == (0, 1, 0)


def test_nothing_but_the_ids_changes():
    before = people((0, 0), (0, 400))
    after = with_tracks(before)
    assert after.image_ids == before.image_ids
    np.testing.assert_array_equal(before.keypoints_2d, after.keypoints_2d)
