import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.joint_rules import Copy, JointMap
from posenet3d.skeletons.skeleton import COCO_17, H36M_17, Skeleton


@pytest.fixture
def arrays():
    """Valid arguments of five poses."""
    rng = np.random.default_rng(0)
    return {
        "keypoints_2d": rng.uniform(0, 1000, (5, 17, 2)).astype(np.float32),
        "skeleton": H36M_17,
        "confidence": np.ones((5, 17), np.float32),
        "keypoints_3d": rng.normal(0, 300, (5, 17, 3)).astype(np.float32),
    }


def with_value(array, index, value):
    array = array.copy()
    array[index] = value
    return array


def test_complete_record(arrays):
    poses = Poses2D(**arrays, lengths=[2, 3], sequences=("walk", "run"))
    assert len(poses) == 5
    assert poses.lengths.tolist() == [2, 3]
    assert poses.sequences == ("walk", "run")


def test_without_lengths_there_is_one_sequence(arrays):
    poses = Poses2D(**arrays)
    assert poses.lengths.tolist() == [5]
    assert poses.sequences == ("0",)


def test_sequences_are_numbered_where_they_have_no_names(arrays):
    assert Poses2D(**arrays, lengths=[2, 3]).sequences == ("0", "1")


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, np.int64, np.uint16, ">f4"])
def test_other_types_of_number_become_float32(arrays, dtype):
    given = (arrays["keypoints_2d"] // 1).astype(dtype)
    poses = Poses2D(given, H36M_17, confidence=np.ones((5, 17), dtype))
    assert poses.keypoints_2d.dtype == poses.confidence.dtype == np.float32
    np.testing.assert_array_equal(poses.keypoints_2d, given.astype(np.float64))


def test_booleans_are_a_confidence(arrays):
    present = np.arange(85).reshape(5, 17) % 2 == 0
    poses = Poses2D(arrays["keypoints_2d"], H36M_17, confidence=present)
    np.testing.assert_array_equal(poses.confidence, present.astype(np.float32))


def test_lists_are_taken(arrays):
    poses = Poses2D(arrays["keypoints_2d"].tolist(), H36M_17)
    np.testing.assert_array_equal(poses.keypoints_2d, arrays["keypoints_2d"])


def test_float32_is_not_copied(arrays):
    assert Poses2D(**arrays).keypoints_2d is arrays["keypoints_2d"]


def test_select_takes_the_same_rows_of_everything(arrays):
    rows = np.array([4, 1])
    poses = Poses2D(**arrays, lengths=[2, 3], image_size=(1000, 800), frame_rate=25.0)
    selected = poses.select(rows)
    for name in ("keypoints_2d", "confidence", "keypoints_3d"):
        np.testing.assert_array_equal(getattr(selected, name), arrays[name][rows])
    assert selected.lengths.tolist() == [2]
    assert (selected.image_size, selected.frame_rate) == ((1000, 800), 25.0)


def test_select_of_incomplete_record(arrays):
    selected = Poses2D(arrays["keypoints_2d"], H36M_17).select(np.array([0]))
    assert selected.confidence is None
    assert selected.keypoints_3d is None


@pytest.mark.parametrize("name", ["keypoints_2d", "keypoints_3d"])
@pytest.mark.parametrize(
    ("value", "shown"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"), (-2e9, "-2e\\+09")]
)
def test_unusable_coordinate_is_named_by_array_row_and_joint(arrays, name, value, shown):
    arrays[name] = with_value(arrays[name], (3, H36M_17.index("neck"), 1), value)
    with pytest.raises(ValueError, match=rf"{name} holds {shown} at row 3, joint neck"):
        Poses2D(**arrays)


def test_unusable_coordinate_is_found_far_down():
    keypoints_2d = np.zeros((70_000, 17, 2), np.float32)
    keypoints_2d[69_999, 16, 0] = np.nan
    with pytest.raises(ValueError, match="at row 69999, joint right_wrist"):
        Poses2D(keypoints_2d, H36M_17)


@pytest.mark.parametrize("value", [-0.25, 1.25, np.nan, np.inf])
def test_confidence_outside_its_range_is_named_by_row_and_joint(arrays, value):
    arrays["confidence"] = with_value(arrays["confidence"], (2, H36M_17.index("head")), value)
    with pytest.raises(ValueError, match=rf"\[0, 1\], got {value} at row 2, joint head"):
        Poses2D(**arrays)


def zeros(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keypoints_2d": zeros(0, 17, 2)}, "keypoints_2d holds no pose at all"),
        ({"keypoints_2d": zeros(5, 16, 2)}, r"keypoints_2d .* \[N, 17, 2\] .*h36m17.* \[5, 16, 2"),
        ({"keypoints_2d": zeros(5, 17, 3)}, r"keypoints_2d .* got \[5, 17, 3\]"),
        ({"keypoints_2d": zeros(17, 2)}, r"keypoints_2d .* got \[17, 2\]"),
        ({"keypoints_2d": zeros()}, r"keypoints_2d .* got \[\]"),
        ({"keypoints_2d": zeros(5, 17, 2, dtype=complex)}, "real numbers, got dtype complex128"),
        ({"keypoints_2d": zeros(5, 17, 2, dtype=bool)}, "real numbers, got dtype bool"),
        ({"keypoints_2d": zeros(5, 17, 2, dtype="U3")}, "real numbers, got dtype <U3"),
        ({"keypoints_2d": zeros(5, 17, 2, dtype=object)}, "real numbers, got dtype object"),
        ({"keypoints_3d": zeros(4, 17, 3)}, r"keypoints_3d .* \[5, 17, 3\], got \[4, 17, 3\]"),
        ({"keypoints_3d": zeros(5, 17, 2)}, r"keypoints_3d .* got \[5, 17, 2\]"),
        ({"confidence": zeros(5, 16)}, r"confidence .* \[5, 17\], got \[5, 16\]"),
        ({"confidence": zeros(5, 17, dtype="U1")}, "confidence .* got dtype <U1"),
        ({"lengths": np.array([2, 2])}, "lengths add up to 4 frames but there are 5"),
        ({"lengths": np.array([7, -2])}, "lengths must be a list of positive whole numbers"),
        ({"lengths": np.array([5, 0])}, "lengths must be a list of positive whole numbers"),
        ({"lengths": np.array([2.0, 3.0])}, "got dtype float64"),
        ({"lengths": np.array([[5]])}, r"shape \(1, 1\)"),
        ({"lengths": np.array(5)}, r"shape \(\)"),
        ({"lengths": np.array([], int)}, "lengths add up to 0"),
        ({"lengths": np.array([2**63, 2**63, 5], np.uint64)}, f"add up to {2**64 + 5}"),
        ({"sequences": ("a", "b")}, "2 sequence names for 1 lengths"),
    ],
)
def test_bad_arrays_are_refused(arrays, changes, message):
    with pytest.raises(ValueError, match=message):
        Poses2D(**arrays | changes)


def test_poses_of_another_skeleton_are_mapped_with_their_3d(people):
    coco = people.on(COCO_17)
    assert coco.skeleton == COCO_17
    back = dataclasses.replace(
        coco,
        confidence=np.ones_like(coco.confidence),  # the face's zeros count as seen
    ).on(H36M_17)
    knees = [H36M_17.index("left_knee"), H36M_17.index("right_knee")]
    np.testing.assert_allclose(back.keypoints_2d[:, knees], people.keypoints_2d[:, knees])
    np.testing.assert_array_equal(back.keypoints_3d[:, H36M_17.root], 0.0)
    assert people.on(H36M_17) is people


def as_frames(poses):
    """(sequence name, first number of the pose) of every row, sequence by sequence."""
    names = np.repeat(poses.sequences, poses.lengths)
    return list(zip(names.tolist(), poses.keypoints_2d[:, 0, 0].astype(int).tolist(), strict=True))


@pytest.fixture
def numbered():
    """Ten poses, each of its own number, in the sequences 0 to 3, 4 to 8 and 9."""
    numbers = np.broadcast_to(np.arange(10.0)[:, None, None], (10, 17, 2))
    return Poses2D(
        numbers,
        H36M_17,
        confidence=np.broadcast_to(np.arange(10)[:, None] / 10, (10, 17)),
        keypoints_3d=np.broadcast_to(np.arange(10.0)[:, None, None], (10, 17, 3)),
        lengths=[4, 5, 1],
        sequences=("walk", "run", "jump"),
        image_size=(1000, 800),
        frame_rate=25.0,
    )


@pytest.mark.parametrize(
    ("rows", "lengths", "sequences"),
    [
        (range(10), [4, 5, 1], ["walk", "run", "jump"]),
        ([0, 1, 3], [2, 1], ["walk", "walk"]),  # split at the gap
        ([2, 3, 4, 5], [2, 2], ["walk", "run"]),  # split where a sequence ends, without a gap
        ([3, 4], [1, 1], ["walk", "run"]),
        ([0, 2, 4, 6], [1, 1, 1, 1], ["walk", "walk", "run", "run"]),
        ([1, 2, 9], [2, 1], ["walk", "jump"]),  # a whole sequence left out
        ([5, 6, 7], [3], ["run"]),
        ([9], [1], ["jump"]),
    ],
)
def test_keep_splits_sequences_where_rows_are_left_out(numbered, rows, lengths, sequences):
    kept = numbered.keep(rows)
    assert kept.lengths.tolist() == lengths
    assert list(kept.sequences) == sequences
    for name in ("keypoints_2d", "confidence", "keypoints_3d"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(numbered, name)[list(rows)])
    assert (kept.image_size, kept.frame_rate) == ((1000, 800), 25.0)


@given(st.sets(st.integers(0, 9), min_size=1))
def test_keep_loses_no_row_and_makes_no_new_neighbours(rows):
    poses = Poses2D(
        np.broadcast_to(np.arange(10.0)[:, None, None], (10, 17, 2)),
        H36M_17,
        lengths=[4, 5, 1],
        sequences=("walk", "run", "jump"),
    )
    kept = poses.keep(np.array(sorted(rows)))
    assert as_frames(kept) == [frame for frame in as_frames(poses) if frame[1] in rows]
    ends = np.cumsum(kept.lengths)[:-1]
    before = {(a, b) for a, b in pairwise(as_frames(poses)) if a[0] == b[0]}
    for start, part in zip([0, *ends], np.split(np.array(sorted(rows)), ends), strict=True):
        assert all(b - a == 1 for a, b in pairwise(part))
        frames = as_frames(kept)[start : start + len(part)]
        assert set(pairwise(frames)) <= before


def test_keep_refuses_to_leave_nothing(numbered):
    with pytest.raises(ValueError, match="holds no pose at all"):
        numbered.keep(np.array([], int))


def test_joints_without_true_3d_are_refused_and_not_measured_at_the_origin():
    own = Skeleton("own", ("a", "b"), (-1, 0), (), ())
    maps = {"h36m17": JointMap(own, H36M_17, {"head": Copy("a"), "pelvis": Copy("b")})}
    points = np.ones((2, 2, 3), np.float32)
    poses = Poses2D(points[..., :2], own, keypoints_3d=points)
    with pytest.raises(InputError, match="own -> h36m17 says nothing of right_hip"):
        poses.on(H36M_17, maps)
    assert dataclasses.replace(poses, keypoints_3d=None).on(H36M_17, maps).confidence.sum() == 4


def test_elevations_go_with_their_poses(arrays):
    poses = Poses2D(**arrays, camera_elevation=[1, 2, 3, 4, 5], lengths=[2, 3])
    assert poses.keep([1, 2, 4]).camera_elevation.tolist() == [2.0, 3.0, 5.0]
    assert poses.select([4, 0]).camera_elevation.tolist() == [5.0, 1.0]
    assert poses.on(COCO_17).camera_elevation.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("elevation", "message"),
    [
        ([1.0, 2.0], r"must be \[5\] real numbers, one a pose, got shape \[2\]"),
        (["a"] * 5, "must be .* real numbers"),
        ([0.0, 0.0, 91.0, 0.0, 0.0], "between -90 and 90 degrees, got 91 at row 2"),
        ([0.0, 0.0, 0.0, -np.inf, 0.0], "between -90 and 90 degrees, got -inf at row 3"),
    ],
)
def test_elevations_that_cannot_be_are_refused(arrays, elevation, message):
    with pytest.raises(ValueError, match=message):
        Poses2D(**arrays, camera_elevation=np.array(elevation))
