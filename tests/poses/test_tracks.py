import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of
from posenet3d.skeletons.skeleton import H36M_17


def people(image_ids, person_ids):
    count = len(image_ids)
    return People(
        np.zeros((count, 17, 2), np.float32),
        np.ones((count, 17), np.float32),
        H36M_17,
        tuple(image_ids),
        tuple(person_ids),
    )


def test_one_person_is_one_track_without_a_name():
    (track,) = tracks_of(people([5, 6, 7], [0, 0, 0]))
    assert (track.name, track.frames, track.rows, track.num_frames) == ("", (5, 6, 7), (0, 1, 2), 8)


def test_rows_follow_the_images_not_the_file():
    (track,) = tracks_of(people([7, 5, 6], [0, 0, 0]))
    assert track.rows == (1, 2, 0)


def test_persons_side_by_side_share_their_frames():
    first, second = tracks_of(people([0, 0, 1, 2, 2], ["ann", "bob", "ann", "ann", "bob"]))
    assert (first.name, first.frames) == ("ann", (0, 1, 2))
    assert (second.name, second.frames) == ("bob", (0, 2))
    assert first.num_frames == second.num_frames == 3
    over_time = second.over_time(np.arange(5.0)[:, None])
    np.testing.assert_array_equal(over_time, [[1], [np.nan], [4]])


def test_sequences_of_an_archive_are_tracks_of_their_own():
    ids = ["walk/0", "walk/1", "walk#2/0", "sit/0"]
    tracks = tracks_of(people(ids, [0] * 4))
    assert [t.name for t in tracks] == ["walk", "walk_2", "sit"]
    assert [t.num_frames for t in tracks] == [2, 1, 1]


def test_sequence_and_person_are_both_named_where_both_differ():
    tracks = tracks_of(people(["a/0", "a/0", "b/0"], [1, 2, 1]))
    assert [t.name for t in tracks] == ["a_1", "a_2", "b_1"]


def test_names_are_safe_and_differ_on_every_file_system():
    names = [t.name for t in tracks_of(people([0] * 4, ["../etc", "A", "a", "a_2"]))]
    assert len({name.lower() for name in names}) == 4
    assert not any("/" in name for name in names)


def test_a_person_twice_in_an_image_is_refused():
    with pytest.raises(InputError, match=r"Person 4 is in image 7 twice.*--associate=always"):
        tracks_of(people([7, 7], [4, 4]))
