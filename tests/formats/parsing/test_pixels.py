import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.parsing.pixels import Pixels
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import COCO_17

SIZE = (1280, 720)
PIXELS = np.random.default_rng(1).uniform(100, 700, (2, 17, 2)).astype(np.float32)


def people(keypoints_2d, **more):
    count = len(keypoints_2d)
    return People(
        np.asarray(keypoints_2d, np.float32),
        np.ones((count, 17), np.float32),
        COCO_17,
        tuple(range(count)),
        (0,) * count,
        **more,
    )


def test_parts_of_a_known_size_become_pixels():
    some = people(PIXELS / SIZE, image_sizes=(SIZE, SIZE))
    np.testing.assert_allclose(Pixels("a.json").of(some).keypoints_2d, PIXELS, rtol=1e-5)


def test_parts_of_an_unknown_size_are_refused_with_what_to_give():
    with pytest.raises(InputError, match=r"^a\.json: .* not pixels; .*--image_size=\d+x\d+"):
        Pixels("a.json").of(people(PIXELS / SIZE))
    with pytest.raises(InputError, match="give its size"):
        Pixels("a.json").of(people(PIXELS / SIZE, image_sizes=(SIZE, None)))


def test_people_half_out_of_the_picture_are_parts_too():
    some = people((PIXELS - 300) / SIZE, image_sizes=(SIZE, SIZE))
    np.testing.assert_allclose(Pixels("a").of(some).keypoints_2d, PIXELS - 300, atol=1e-3)


def test_missing_joints_say_nothing():
    confidence = np.ones((2, 17), np.float32)
    confidence[:, 3] = 0
    keypoints_2d = PIXELS / SIZE
    keypoints_2d[:, 3] = 5000
    some = dataclasses.replace(people(keypoints_2d), confidence=confidence)
    with pytest.raises(InputError, match="not pixels"):
        Pixels("a").of(some)
    nobody = dataclasses.replace(some, confidence=np.zeros_like(confidence))
    assert Pixels("a").of(nobody) is nobody


def test_the_first_part_decides_for_all():
    pixels = Pixels("a.json")
    some = people(PIXELS)
    assert pixels.of(some) is some
    tiny = people(PIXELS / 1000)
    assert pixels.of(tiny) is tiny
    parts = Pixels("a.json")
    parts.of(people(PIXELS / SIZE, image_sizes=(SIZE, SIZE)))
    with pytest.raises(InputError, match="others are pixels"):
        parts.of(some)


def test_coordinates_around_the_middle_are_refused_where_pixels_are_expected():
    around = PIXELS / 400 - 1
    with pytest.raises(InputError, match="around 0, so they are no pixels"):
        Pixels("a.json").of(people(around, image_sizes=(SIZE, SIZE)))
    archive = people(around)
    assert Pixels("a.npz", any_unit=True).of(archive) is archive
