from collections import Counter

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.persons import Place
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26

PLACE = Place("a.json", 3, 7)


def people_of(values):
    return persons.make_people([values], [PLACE], COCO_17, [7], [0])


def test_joints_without_confidence_lie_at_the_origin_and_others_are_clipped():
    values = np.tile([5.0, 6.0, 0.5], (17, 1))
    values[0, 2], values[1, 2] = -0.05, 1.05
    people = people_of(values)
    assert people.confidence[0, :3].tolist() == [0, 1, 0.5]
    assert people.keypoints_2d[0, :2].tolist() == [[0, 0], [5, 6]]


def test_numbers_start_anew_in_each_image_even_where_images_alternate():
    images = ["a", "b", "a", "b", "b"]
    values = [np.ones((17, 3))] * 5
    people = persons.make_people(values, [PLACE] * 5, COCO_17, images, [None, None, 9, None, None])
    seen = Counter()
    assert persons.numbered(people, seen).person_ids == (0, 0, 9, 1, 2)
    assert persons.numbered(people, seen).person_ids == (2, 3, 9, 4, 5)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0, 1), (0, 2), (1, 1)], True),
        ([(0, 1), (0, 1)], False),
        ([(0, 1), (1, None)], False),
    ],
)
def test_ids_are_tracks_if_they_tell_the_persons_of_an_image_apart(pairs, expected):
    assert persons.are_tracks(pairs) is expected


def test_one_file_has_one_skeleton():
    assert persons.one_skeleton([COCO_17] * 2, [PLACE] * 2) is COCO_17
    with pytest.raises(InputError, match=r"person 3 \(image 7\) has the 26 .* separately"):
        persons.one_skeleton([COCO_17, HALPE_26], [PLACE] * 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "the keys (none)"),
        ({"a": 1, "b": 2}, "the keys 'a', 'b'"),
        ([], "an empty list"),
        ([[[]], 1], "a list of 2"),
        (None, "a single NoneType"),
    ],
)
def test_kinds_of_content_are_said_in_words(content, words):
    assert words in persons.kind_of(content)
