import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.poses.archives.archived_skeleton import archived_skeleton, skeleton_arrays
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, H36M_17, Skeleton

MOUSE = Skeleton("mouse", ("snout", "left_ear", "right_ear", "tail"), (3, 0, 0, -1), (1,), (2,))
POINTS = np.arange(3 * 4 * 2, dtype=np.float32).reshape(3, 4, 2)


@pytest.mark.parametrize(
    "skeleton", [MOUSE, dataclasses.replace(MOUSE, left=(), right=())], ids=["pairs", "no pairs"]
)
def test_own_skeleton_is_read_back_from_an_archive(tmp_path, skeleton):
    points_3d = np.ones((3, 4, 3), np.float32)
    write_archive(tmp_path / "a.npz", Poses2D(POINTS, skeleton, keypoints_3d=points_3d))
    poses = read_archive(tmp_path / "a.npz")
    assert poses.skeleton == skeleton
    np.testing.assert_array_equal(poses.keypoints_2d, POINTS)


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
def test_known_skeletons_are_written_by_their_names_alone(skeleton):
    arrays = skeleton_arrays(skeleton)
    assert list(arrays) == ["joints"]
    assert archived_skeleton(arrays, H36M_17) == skeleton


def test_known_joints_stay_known_and_an_archive_may_name_its_placement():
    arrays = skeleton_arrays(COCO_17) | {"parents": np.array(COCO_17.parents)}
    assert archived_skeleton(arrays, H36M_17) is COCO_17
    arrays = skeleton_arrays(H36M_17) | {"skeleton": np.array("cmu17")}
    assert archived_skeleton(arrays, H36M_17) is CMU_17


def test_joints_and_parents_are_enough(tmp_path):
    np.savez(
        tmp_path / "a.npz", keypoints_2d=POINTS, joints=MOUSE.joint_names, parents=MOUSE.parents
    )
    skeleton = read_archive(tmp_path / "a.npz").skeleton
    assert (skeleton.name, skeleton.parents, skeleton.left) == ("own", MOUSE.parents, ())


BAD = {
    "unknown": ({"parents": None}, "No known skeleton has the 4 joints.*parents .* map file"),
    "no joints": ({"joints": None}, "parents but no joints"),
    "no root": ({"parents": [3, 0, 0, 0]}, "exactly one root"),
    "circle": ({"parents": [1, 0, 0, -1]}, "not a tree"),
    "outside": ({"parents": [4, 0, 0, -1]}, "parents must be indices of the 4 joints, got -1 to 4"),
    "below": ({"left": [-1]}, "left must be indices"),
    "count": ({"parents": [-1, 0]}, "4 joint names but 2 parents"),
    "empty": ({"joints": ["a", "b", "c", " "]}, "none of them empty or broken"),
    "text": ({"parents": ["a"] * 4}, "parents must be a list of whole numbers"),
    "pairs": ({"left": [1, 2], "right": [0]}, "left and right"),
    "name": ({"skeleton": "coco17"}, "skeleton is 'coco17', which has other joints"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_arrays_that_are_no_skeleton_are_refused(tmp_path, change, message):
    arrays = {k: np.array(v) for k, v in (skeleton_arrays(MOUSE) | change).items() if v is not None}
    np.savez(tmp_path / "a.npz", keypoints_2d=POINTS, **arrays)
    with pytest.raises(InputError, match=message) as caught:
        read_archive(tmp_path / "a.npz")
    assert "a.npz" in str(caught.value)


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        'joints = ["tail", "snout", "ear"]\nignore = ["left_ear"]\naliases = {right_ear = "ear"}\n'
        '[parents]\nsnout = "tail"\near = "snout"'
    )
    return read_map_file(path)


def test_map_file_says_what_the_joints_of_an_archive_are(tmp_path, own):
    np.savez(tmp_path / "bare.npz", keypoints_2d=POINTS[:, :3])
    bare = read_archive(tmp_path / "bare.npz", map_file=own)
    assert bare.skeleton is own.skeleton
    np.testing.assert_array_equal(bare.keypoints_2d, POINTS[:, :3])
    assert isinstance(bare.keypoints_2d, np.memmap)

    points_3d = np.random.default_rng(0).normal(size=(3, 4, 3)).astype(np.float32)
    write_archive(tmp_path / "named.npz", Poses2D(POINTS, MOUSE, keypoints_3d=points_3d))
    named = read_archive(tmp_path / "named.npz", map_file=own)
    np.testing.assert_array_equal(named.keypoints_2d, POINTS[:, [3, 0, 2]])
    np.testing.assert_array_equal(named.keypoints_3d, points_3d[:, [3, 0, 2]])


def test_joints_that_an_archive_lacks_are_missing(tmp_path, own):
    np.savez(tmp_path / "a.npz", keypoints_2d=POINTS[:, :2], joints=["snout", "tail"])
    poses = read_archive(tmp_path / "a.npz", map_file=own)
    np.testing.assert_array_equal(poses.confidence, [[1, 1, 0]] * 3)
    np.testing.assert_array_equal(poses.keypoints_2d[:, 0], POINTS[:, 1])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"joints": ["snout", "hat"]}, r"own\.toml has no joint 'hat'"),
        ({"joints": ["snout"]}, r"shape \[3, 2, 2\], but joints has 1 names"),
        ({}, r"must have the shape \[N, 3, 2\] \(skeleton own\)"),
    ],
)
def test_archives_that_do_not_fit_the_map_file_are_refused(tmp_path, own, arrays, message):
    np.savez(tmp_path / "a.npz", keypoints_2d=POINTS[:, :2], **arrays)
    with pytest.raises(InputError, match=message):
        read_archive(tmp_path / "a.npz", map_file=own)
