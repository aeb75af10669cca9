import dataclasses

import numpy as np
import pytest

from posenet3d.poses.people import Listed, People
from posenet3d.poses.timeline import MAX_FRAMES, notes_of, timelines_of
from posenet3d.skeletons.skeleton import H36M_17


def people(image_ids, **values):
    count = len(image_ids)
    return People(
        np.zeros((count, 17, 2), np.float32),
        np.ones((count, 17), np.float32),
        H36M_17,
        tuple(image_ids),
        (0,) * count,
        **values,
    )


def frames(people):
    (timeline,) = timelines_of(people).values()
    return tuple(timeline.frames[image] for image in people.image_ids), timeline.num_frames


HASHES = [f"walk_{n:04d}_jpg.rf.{(n * 2654435761) % 2**32:08x}.jpg" for n in range(12)]

IDS = {
    "a frame in which nobody was found": ([0, 1, 3], (0, 1, 3)),
    "counted from 1": ([1, 2, 4], (0, 1, 3)),
    "somebody comes after twelve frames": ([12, 13, 14], (12, 13, 14)),
    "every second frame": ([10, 12, 14, 20], (5, 6, 7, 10)),
    "two images tell no step": ([10, 12], (10, 12)),
    "numbers that do not count": ([397133, 12, 285], (2, 0, 1)),
    "numbers that count from far away": ([4512, 4513, 4514], (0, 1, 2)),
    "names in the order of the file": (["b.jpg", "a.jpg"], (0, 1)),
    "numbered names": (["f10.jpg", "f9.jpg", "f12.jpg"], (10, 9, 12)),
    "a number that is not the last": (["f3_crop2.jpg", "f5_crop2.jpg"], (3, 5)),
    "numbered names without an ending": (["v2_0004", "v2_0001", "v2_0002"], (3, 0, 1)),
    "hashes behind the number": (HASHES[::-1], tuple(range(12))[::-1]),
    "hashes alone": (["5a08.jpg", "9e1.jpg", "77.jpg"], (0, 1, 2)),
    "seconds": (["0.000.jpg", "0.033.jpg", "0.100.jpg", "0.067.jpg"], (0, 1, 3, 2)),
    "seconds that begin later": (["1.000.jpg", "1.500.jpg", "2.500.jpg"], (2, 3, 5)),
    "seconds that count in steps": (["0.40", "0.44", "0.48", "0.60"], (10, 11, 12, 15)),
    "seconds in a table": (["0.04", "0.08", 1], (1, 2, 25)),
    "a take and its frames": (["shot1.0001.png", "shot1.0002.png"], (0, 1)),
    "a number twice": (["07", "7", "9"], (0, 1, 2)),
    "numbers in the ending alone": (["b.mp4", "a.mp4"], (0, 1)),
    "names and numbers": (["b.jpg", 3], (0, 1)),
    "a number without end": (["9" * 5000, "9" * 5001], (0, 1)),
    "far apart": ([-(2**63), 2**63 - 1], (0, 1)),
    "a single image": ([9], (0,)),
}


@pytest.mark.parametrize(("image_ids", "expected"), IDS.values(), ids=IDS)
def test_image_ids_become_frames(image_ids, expected):
    assert frames(people(image_ids))[0] == expected


def test_seconds_stay_in_step_over_hours():
    """Rounded to milliseconds, 30 a second: no step is exactly the mean one."""
    names = [f"{n / 30:.3f}.jpg" for n in range(100_000)]
    assert frames(people(names))[0] == tuple(range(100_000))
    (note,) = notes_of(people(names))
    assert "--fps=30" in note


def test_the_rate_of_seconds_is_said():
    (note,) = notes_of(people(["0.40", "0.44", "0.48", "0.60"]))
    assert note == "The images are called by seconds, 0.04 apart, which is --fps=25."


def test_declared_numbers_are_frames_however_few_occur():
    some = people([0, 1, 60, 61], numbers_are_frames=True)
    assert frames(some) == ((0, 1, 60, 61), 62)
    assert notes_of(some) == []
    assert frames(people([31], numbers_are_frames=True)) == ((31,), 32)
    assert frames(people(["walk/7"])) == ((7,), 8)


def test_numbers_that_only_name_images_are_consecutive_where_few_occur_and_a_note_says_so():
    some = people([31, 48, 66])
    assert frames(some) == ((0, 1, 2), 3)
    assert notes_of(some) == [
        "The 3 image numbers are taken for consecutive frames, though they run from 31 to 66."
    ]


def test_declared_numbers_may_be_too_far_apart_for_frames():
    some = people([0, 1, MAX_FRAMES * 10], numbers_are_frames=True)
    assert frames(some) == ((0, 1, 2), 3)
    assert "from 0 to 10000000" in notes_of(some)[0]


@pytest.mark.parametrize("declared", [False, True])
def test_images_that_are_listed_count_though_nobody_is_in_them(declared):
    names = [f"clip_{n:012d}" for n in range(24)]
    some = people([names[12], names[13]], listed=Listed(tuple(names)), numbers_are_frames=declared)
    assert frames(some) == ((12, 13), 24)
    assert notes_of(some) == []
    (timeline,) = timelines_of(some).values()
    assert [timeline.image_ids[frame] for frame in range(24)] == names


def test_listed_images_need_no_number():
    some = people(["b", "d"], listed=Listed(("a", "b", "c", "d", "e")))
    assert frames(some) == ((1, 3), 5)


def test_file_names_number_the_images_before_their_ids_do():
    ids, names = (3, 1, 2, 0), tuple(f"frame_{n:06d}.png" for n in range(4))
    some = people(ids, file_names=names)
    assert frames(some) == ((0, 1, 2, 3), 4)
    assert "different orders" in notes_of(some)[0]
    same = people((0, 1, 2, 3), file_names=names)
    assert notes_of(same) == []
    unnumbered = people(ids, file_names=("a.png", "b.png", "c.png", "d.png"))
    assert frames(unnumbered) == ((3, 1, 2, 0), 4)


def test_file_names_of_images_without_people_count():
    names = tuple(f"frame_{n:06d}.png" for n in range(6))
    some = people((14, 12), file_names=(names[4], names[5]))
    listed = Listed((10, 11, 13, 15, 14, 12), names)
    assert frames(dataclasses.replace(some, listed=listed)) == ((4, 5), 6)


def test_what_comes_before_the_first_number_is_said():
    assert (
        "The first image is number 12: frames are counted from 0" in notes_of(people([12, 13]))[0]
    )
    assert "number 4512; it is taken for the first frame" in notes_of(people([4512, 4513]))[0]
    assert notes_of(people([0, 1])) == notes_of(people([1, 2])) == []


def test_frames_between_have_the_names_that_their_numbers_give_them():
    (timeline,) = timelines_of(people(["f08.jpg", "f11.jpg", "f10.jpg"])).values()
    assert timeline.image_ids[9] == "f09.jpg"
    assert timeline.numbers[9] == 9
    (timeline,) = timelines_of(people(["walk/0", "walk/2", "walk/3"])).values()
    assert timeline.image_ids[1] == "walk/1"
    (timeline,) = timelines_of(people(HASHES[:3] + HASHES[4:])).values()
    assert 3 not in timeline.image_ids


def test_a_step_of_the_numbers_is_said():
    some = people([0, 10, 20], numbers_are_frames=True)
    assert frames(some) == ((0, 1, 2), 3)
    assert "in steps of 10" in notes_of(some)[0]


def test_every_sequence_has_its_own_frames():
    timelines = timelines_of(people(["a/0", "a/1", "b/0"]))
    assert {name: t.num_frames for name, t in timelines.items()} == {"a": 2, "b": 1}
