import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posenet3d.errors import ConfigError
from posenet3d.motion.association import AssociationConfig, Associator
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of
from posenet3d.skeletons.skeleton import H36M_17

POSE = np.random.default_rng(0).uniform([-60, -150], [60, 150], (17, 2))  # pixels
SIZE = np.linalg.norm(np.ptp(POSE, axis=0))


def people(*rows):
    """Of (image id, keypoints `[17, 2]`) each; a joint that is NaN is missing."""
    image_ids, keypoints_2d = zip(*rows, strict=True)
    keypoints_2d = np.array(keypoints_2d, np.float32)
    confidence = np.isfinite(keypoints_2d).all(axis=-1).astype(np.float32)
    keypoints_2d = np.nan_to_num(keypoints_2d)
    return People(keypoints_2d, confidence, H36M_17, image_ids, (0,) * len(rows))


def ids(*rows, **config):
    return Associator(AssociationConfig(**config)).associate(people(*rows)).person_ids


def at(x, y=0.0, pose=POSE):
    return pose + (x, y)


def test_persons_keep_their_number_whatever_their_order():
    assert ids(
        (0, at(100)), (0, at(500)), (1, at(505)), (1, at(103)), (2, at(106)), (2, at(510))
    ) == (0, 1, 1, 0, 0, 1)


def test_only_the_ids_change():
    before = people((0, at(100)), (0, at(500)))
    after = Associator().associate(before)
    assert dataclasses.replace(after, person_ids=before.person_ids, tracked=False) == before


def test_numbers_count_in_order_of_appearance_and_from_left_to_right():
    assert ids((0, at(900)), (1, at(500)), (1, at(100)), (1, at(900))) == (0, 2, 1, 0)


def test_persons_who_cross_go_on_on_their_ways():
    steps = [(i, at(x)) for i in range(31) for x in (20.0 * i, 600 - 20.0 * i)]
    assert ids(*steps) == (0, 1) * 31


def test_who_is_hidden_while_crossing_comes_out_on_the_other_side():
    rows = [
        (i, at(x))
        for i in range(31)
        for person, x in enumerate((20.0 * i, 600 - 20.0 * i))
        if not (person and 12 <= i <= 18)
    ]
    assert ids(*rows)[-2:] == (0, 1)


GAPS = {"few frames": (5, 0), "as many as allowed": (10, 0), "too many": (11, 1)}


@pytest.mark.parametrize(("missed", "number"), GAPS.values(), ids=GAPS)
def test_one_who_was_not_detected_for(missed, number):
    other = [(i, at(900)) for i in range(1 + missed + 1)]
    first, last = (0, at(100)), (missed + 1, at(102))
    assert ids(first, *other, last, max_missed=10)[-1] == {0: 0, 1: 2}[number]


def test_frames_in_which_nobody_was_found_count_where_images_are_numbered():
    names = [f"video_{number:04d}.jpg" for number in (0, 1, 2, 40)]
    assert ids(*((name, at(100)) for name in names), max_missed=10) == (0, 0, 0, 1)
    assert ids(*((name, at(100)) for name in names), max_missed=40) == (0, 0, 0, 0)
    assert ids(*((number, at(100)) for number in (0, 20, 40, 60)), max_missed=0) == (0,) * 4


def test_one_who_leaves_and_comes_back_at_the_other_side_is_somebody_new():
    assert ids((0, at(100)), (0, at(500)), (1, at(500)), (2, at(500)), (2, at(1500))) == (
        *(0, 1, 1, 1),
        2,
    )


def test_nobody_jumps():
    assert ids((0, at(0)), (1, at(0.9 * SIZE)), gate=1.0) == (0, 0)
    assert ids((0, at(0)), (1, at(1.1 * SIZE)), gate=1.0) == (0, 1)


def test_zooming_in_changes_nobody():
    rows = [
        (i, 1.04**i * place)
        for i in range(40)  # to nearly five times the size
        for place in (at(-200), at(200))
    ]
    assert ids(*rows) == (0, 1) * 40


def test_left_taken_for_right_is_still_the_same_person():
    wide = POSE.copy()
    wide[list(H36M_17.left), 0], wide[list(H36M_17.right), 0] = -300.0, 300.0
    swapped = wide[list(H36M_17.mirror)]
    assert ids((0, at(0, pose=wide)), (1, at(0, pose=swapped)), gate=0.1) == (0, 0)


def test_missing_joints_are_remembered():
    upper, lower = POSE.copy(), POSE.copy()
    upper[:7], lower[7:] = np.nan, np.nan
    assert ids((0, at(0)), (1, upper + (10, 0)), (2, lower + (20, 0))) == (0, 0, 0)
    assert ids((0, upper), (1, lower)) == (0, 1)  # nothing in common


def test_who_has_no_joint_is_a_track_alone():
    nothing = np.full((17, 2), np.nan)
    assert ids((0, nothing), (0, at(0)), (1, at(0)), (1, nothing)) == (1, 0, 0, 2)


def test_sequences_do_not_touch():
    rows = [("a/0", at(0)), ("b/0", at(0)), ("b/0", at(500)), ("b/1", at(500)), ("a/1", at(0))]
    assert ids(*rows) == (0, 0, 1, 1, 0)


def test_a_frame_in_two_parts_is_refused():
    associator = Associator()
    associator.associate(people((7, at(0))))
    with pytest.raises(ValueError, match="Image 7 is in two parts"):
        associator.associate(people((7, at(500))))


@pytest.mark.parametrize(
    "settings", [{"gate": 0}, {"gate": np.nan}, {"max_missed": -1}, {"max_missed": 1.5}]
)
def test_settings_out_of_range_are_named(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        AssociationConfig(**settings)


@st.composite
def streams(draw):
    """Rows of up to four persons who walk about, some of whose joints and selves go missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames, persons = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    places = rng.uniform(0, 800, (persons, 2))
    rows = []
    for frame in range(frames):
        places = places + rng.normal(0, 30, places.shape)
        for place in places[rng.random(persons) < 0.8]:
            pose = POSE + place + rng.normal(0, 5, POSE.shape)
            rows.append((frame, np.where(rng.random((17, 1)) < 0.2, np.nan, pose)))
    return rows or [(0, POSE)]


@settings(max_examples=40, deadline=None)
@given(streams(), st.data())
def test_how_the_stream_is_cut_and_ordered_changes_nothing(rows, data):
    whole = ids(*rows)
    order = sorted(
        data.draw(st.permutations(range(len(rows)))), key=lambda row: rows[row][0]
    )  # persons change places within their frames
    between = [i for i in range(1, len(rows)) if rows[i][0] != rows[i - 1][0]]
    cuts = sorted(data.draw(st.sets(st.sampled_from(between)))) if between else []
    associator, found = Associator(), []
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        part = people(*(rows[row] for row in order[start:end]))
        found += associator.associate(part).person_ids
    assert [whole[row] for row in order] == found


@settings(max_examples=40, deadline=None)
@given(streams())
def test_what_comes_out_makes_tracks(rows):
    tracks = tracks_of(Associator().associate(people(*rows)))
    assert sorted(row for track in tracks for row in track.rows) == list(range(len(rows)))


@settings(max_examples=20, deadline=None)
@given(streams(), st.sampled_from([0.25, 2.0]))
def test_resolution_does_not_matter(rows, scale):
    assert ids(*rows) == ids(*((frame, scale * pose) for frame, pose in rows))
