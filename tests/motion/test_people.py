import dataclasses

import numpy as np
import pytest

from posenet3d.errors import ConfigError, InputError
from posenet3d.models import LiftResult
from posenet3d.motion.config import MotionConfig
from posenet3d.motion.people import smooth_people
from posenet3d.motion.smoothing import one_euro, savgol
from posenet3d.motion.steady import steady_bones
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of
from posenet3d.skeletons.skeleton import H36M_17

FILL = MotionConfig(fill_gaps=5)


@pytest.fixture
def crowd(noisy):
    """Makes people and result of (image id, person id, frame of the motion or None) each."""

    def make(*rows, **fields):
        images, persons, frames = zip(*rows, strict=True)
        lifted = np.array([frame is not None for frame in frames])
        poses = np.array([noisy[frame or 0] for frame in frames], np.float32)
        poses[~lifted] = np.nan
        count = len(rows)
        people = People(
            np.full((count, 17, 2), 5.0, np.float32),
            np.full((count, 17), 0.5, np.float32),
            H36M_17,
            images,
            persons,
            **fields,
        )
        return people, LiftResult(
            poses,
            np.zeros((count, 17), bool),
            lifted,
            tuple("" if yes else "too few joints" for yes in lifted),
            np.where(lifted, 0.5, np.nan).astype(np.float32),
            np.array([np.nan if f is None else 8.0 + f for f in frames], np.float32),
            "mm",
            expected_error=np.where(lifted[:, None], 40.0, np.full(17, np.nan)),
        )

    return make


def test_nothing_is_done_by_default(crowd):
    before = crowd((0, "ann", 0), (0, "ann", 1))  # ids that would make no tracks
    after = smooth_people(*before, MotionConfig(), 30)
    assert after[0] is before[0]
    assert after[1] is before[1]


METHODS = {
    "steady": lambda poses: poses,
    "one_euro": lambda poses: one_euro(poses, 30),
    "savgol": lambda poses: savgol(poses, 30),
}


@pytest.mark.parametrize("method", METHODS)
def test_each_person_is_smoothed_apart(crowd, method):
    """Two persons side by side, the second in the first one's later poses and in other rows."""
    rows = [(i, p, i + 30 * (p == "bob")) for i in range(30) for p in ("ann", "bob")]
    people, result = crowd(*rows)
    same, smooth = smooth_people(people, result, MotionConfig(method=method), 30)
    assert same is people
    for person in (0, 1):
        expected = steady_bones(METHODS[method](result.keypoints_3d[person::2]), H36M_17)
        np.testing.assert_allclose(smooth.keypoints_3d[person::2], expected, atol=1e-3)
    assert smooth.keypoints_3d.dtype == np.float32
    assert smooth.interpolated is None
    for field in ("filled", "lifted", "score", "elevation", "expected_error"):
        np.testing.assert_array_equal(getattr(smooth, field), getattr(result, field))


def test_rows_out_of_order_are_frames_in_order(crowd):
    rows = [(i, 0, i) for i in range(30)]
    order = np.random.default_rng(0).permutation(30)
    config = MotionConfig(method="savgol")
    expected = smooth_people(*crowd(*rows), config, 30)[1].keypoints_3d
    shuffled = smooth_people(*crowd(*(rows[i] for i in order)), config, 30)[1].keypoints_3d
    np.testing.assert_array_equal(shuffled, expected[order])


def test_who_was_not_lifted_gets_a_pose_in_its_place(crowd):
    rows = [(i, 0, None if i in (0, 10, 11, 19) else i) for i in range(20)]
    people, result = crowd(*rows)
    same, filled = smooth_people(people, result, FILL, 30)
    assert same is people
    assert np.flatnonzero(filled.interpolated).tolist() == [10, 11]
    assert np.flatnonzero(~filled.lifted).tolist() == [0, 19]  # the ends stay empty
    assert filled.filled[10:12].all()
    assert not filled.filled[:10].any()
    assert filled.problems == ("too few joints", *[""] * 18, "too few joints")
    assert np.isfinite(filled.keypoints_3d[10:12]).all()
    np.testing.assert_allclose(filled.elevation[10:12], [18, 19])
    kept = ~filled.interpolated
    np.testing.assert_array_equal(filled.keypoints_3d[kept], result.keypoints_3d[kept])
    assert np.isnan(filled.score[10:12]).all()
    assert np.isnan(filled.expected_error[10:12]).all()


def test_who_was_not_detected_gets_a_row_in_its_frame(crowd):
    rows = [(i, p, i) for i in range(20) for p in ("ann", "bob") if not (p == "ann" and i == 7)]
    sizes = [(640, 480)] * len(rows)
    names = [f"{image}.jpg" for image, _, _ in rows]
    people, result = crowd(*rows, image_sizes=tuple(sizes), file_names=tuple(names))
    more, filled = smooth_people(people, result, FILL, 30)
    (row,) = np.flatnonzero(filled.interpolated)
    assert len(more) == len(people) + 1 == len(filled.keypoints_3d)
    assert more.image_ids[row - 1 : row + 2] == (7, 7, 8)
    assert (more.person_ids[row], more.file_names[row]) == ("ann", "7.jpg")
    assert more.image_sizes[row] == (640, 480)
    assert (more.confidence[row] == 0).all()
    assert filled.filled[row].all()
    assert filled.lifted[row]
    assert (filled.problems[row], filled.elevation[row]) == ("", 15)
    assert np.isnan(filled.score[row])
    assert np.isnan(filled.expected_error[row]).all()
    np.testing.assert_array_equal(np.delete(filled.expected_error, row, 0), result.expected_error)
    np.testing.assert_array_equal(np.delete(filled.keypoints_3d, row, 0), result.keypoints_3d)


IMAGES = {
    "numbers": ([1, 2, 3, 4, 5, 8, 9, 10], [6, 7]),
    "every second": ([0, 2, 4, 6, 10, 12], [8]),
    "names": ([f"f_{n:03d}.jpg" for n in (97, 98, 99, 101)], ["f_100.jpg"]),
    "names without zeros": ([f"v2_{n}" for n in (7, 8, 9, 11, 12)], ["v2_10"]),
    "a sequence": (["walk/08", "walk/09", "walk/11"], ["walk/10"]),
}


@pytest.mark.parametrize(("images", "missing"), IMAGES.values(), ids=IMAGES)
def test_images_in_which_nobody_was_found_get_their_id(crowd, images, missing):
    people, result = crowd(*((image, 0, i) for i, image in enumerate(images)))
    more, filled = smooth_people(people, result, FILL, 30)
    assert [more.image_ids[row] for row in np.flatnonzero(filled.interpolated)] == missing
    (track,) = tracks_of(more)
    assert track.rows == tuple(range(len(images) + len(missing)))  # in order, with no gap
    assert tuple(frame - track.frames[0] for frame in track.frames) == track.rows


def test_gaps_longer_than_the_limit_get_no_rows(crowd):
    people, result = crowd(*((i, 0, i) for i in range(30) if not 10 <= i < 16))
    more, filled = smooth_people(people, result, FILL, 30)
    assert len(more) == 24
    assert filled.interpolated is None


def test_images_without_numbers_leave_nothing_out(crowd):
    people, result = crowd(("b.jpg", 0, 0), ("a.jpg", 0, None), ("c.jpg", 0, 2))
    more, filled = smooth_people(people, result, FILL, 30)
    assert more.image_ids == people.image_ids
    assert filled.interpolated.tolist() == [False, True, False]


def test_filled_poses_are_smoothed_like_all(crowd):
    rows = [(i, 0, i) for i in range(40) if i not in (20, 21)]
    config = MotionConfig(method="savgol", fill_gaps=5)
    _, smooth = smooth_people(*crowd(*rows), config, 30)
    jumps = np.linalg.norm(np.diff(smooth.keypoints_3d, n=2, axis=0), axis=-1).mean(axis=1)
    assert jumps[17:23].max() < 2 * jumps.mean()


@pytest.mark.parametrize("method", ["none", *METHODS])
def test_single_frames_and_people_without_any_pose_pass(crowd, method):
    people, result = crowd((0, 0, 0), (0, 1, None), (1, 2, None), (2, 2, None))
    more, smooth = smooth_people(people, result, MotionConfig(method=method, fill_gaps=3), 30)
    assert len(more) == 4
    np.testing.assert_allclose(smooth.keypoints_3d, result.keypoints_3d, atol=1e-3)
    np.testing.assert_array_equal(smooth.lifted, result.lifted)


def test_ids_that_make_no_tracks_are_refused(crowd):
    with pytest.raises(InputError, match="Person ann is in image 0 twice"):
        smooth_people(*crowd((0, "ann", 0), (0, "ann", 1)), FILL, 30)


@pytest.mark.parametrize("fps", [0, np.nan])
def test_a_rate_that_is_none_is_refused(crowd, fps):
    with pytest.raises(InputError, match="fps must be a positive number"):
        smooth_people(*crowd((0, 0, 0)), FILL, fps)


@pytest.mark.parametrize("settings", [{"method": "kalman"}, {"fill_gaps": -1}, {"fill_gaps": 2.0}])
def test_settings_out_of_range_are_named(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        dataclasses.replace(MotionConfig(), **settings)
