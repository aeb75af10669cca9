import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.poses.archives.videopose3d import JOINTS_OF_32, Positions2D, Positions3D
from posenet3d.skeletons.skeleton import COCO_17, H36M_17, MPII_16

SUBJECTS = ("S1", "S9")
MPII = {
    "num_joints": 16,
    "keypoints_symmetry": [[3, 4, 5, 13, 14, 15], [0, 1, 2, 10, 11, 12]],
}


@pytest.fixture
def read_2d(save_npz, metadata):
    def read_2d(values, metadata=metadata, subjects=SUBJECTS):
        path = save_npz("data_2d.npz", positions_2d=values, metadata=metadata)
        return Positions2D(path, subjects, 4)

    return read_2d


@pytest.fixture
def read_3d(save_npz):
    def read_3d(values):
        return Positions3D(save_npz("data_3d.npz", positions_3d=values), SUBJECTS)

    return read_3d


def refusal(function, *args):
    with pytest.raises(InputError) as error:
        list(function(*args))
    return str(error.value)


def test_the_usual_17_of_32_joints_are_kept(read_3d, positions_3d):
    points = positions_3d["S9"]["Walking 1"]
    kept = read_3d(positions_3d).get("S9", "Walking 1")
    assert kept.dtype == np.float32
    removed = [4, 5, 9, 10, 11, 16, 20, 21, 22, 23, 24, 28, 29, 30, 31]
    np.testing.assert_array_equal(kept, np.delete(points, removed, axis=1))
    assert len(JOINTS_OF_32) == 17


def test_views_come_in_the_order_of_the_file(read_2d, positions_2d):
    views = list(read_2d(positions_2d).views("S1", "Directions", None))
    np.testing.assert_array_equal(views, positions_2d["S1"]["Directions"])


def test_views_end_where_the_3d_ends(read_2d, positions_2d):
    views = read_2d(positions_2d).views("S1", "Directions", np.zeros((17, 17, 3)))
    assert [len(view) for view in views] == [17] * 4


def test_actions_are_sorted(read_2d, positions_2d):
    assert read_2d(positions_2d).actions("S9") == ["Directions", "Walking 1"]


def test_layout_is_known_without_its_name(read_2d, positions_2d, metadata):
    unnamed = {key: metadata[key] for key in ("num_joints", "keypoints_symmetry")}
    assert read_2d(positions_2d, unnamed).actions("S1")


def test_coco_keypoints_are_mapped(read_2d, positions_2d):
    symmetry = [list(COCO_17.left), list(COCO_17.right)]
    coco = {"layout_name": "coco", "num_joints": 17, "keypoints_symmetry": symmetry}
    view = next(read_2d(positions_2d, coco).views("S1", "Directions", None))
    hips = positions_2d["S1"]["Directions"][0][:, [11, 12]]
    np.testing.assert_allclose(view[:, 0], hips.mean(axis=1), rtol=1e-5)
    np.testing.assert_array_equal(view[:, 1], hips[:, 1])


@pytest.mark.parametrize("layout", [{}, {"layout_name": "mpii"}])
@pytest.mark.parametrize("mpii", [True, False])
def test_hourglass_joints_are_mapped(read_2d, positions_2d, hourglass, layout, mpii):
    views = list(read_2d(hourglass(mpii), MPII | layout).views("S1", "Directions", None))
    source = hourglass(mpii)["S1"]["Directions"]
    for view, joints, true in zip(views, source, positions_2d["S1"]["Directions"], strict=True):
        for name in H36M_17.joint_names:
            j = H36M_17.index(name)
            if name not in ("spine", "neck"):
                np.testing.assert_array_equal(view[:, j], true[:, j])
        spine = joints[:, [6, 7]].mean(axis=1) if mpii else joints[:, 7]
        np.testing.assert_allclose(view[:, H36M_17.index("spine")], spine, rtol=1e-5)
        neck = view[:, H36M_17.index("neck")]
        if mpii:
            np.testing.assert_array_equal(neck, joints[:, MPII_16.index("upper_neck")])
        else:  # on the way from the thorax to the top of the head
            way = joints[:, 9] - joints[:, 8]
            share = ((neck - joints[:, 8]) * way).sum(axis=1) / (way**2).sum(axis=1)
            np.testing.assert_allclose(share, (0.925 - 0.818) / (1 - 0.818), rtol=1e-3)


def test_other_joints_are_refused_with_what_is_supported(read_2d, positions_2d):
    other = {"layout_name": "humaneva15", "num_joints": 15, "keypoints_symmetry": [[1], [2]]}
    message = refusal(read_2d, positions_2d, other)
    assert "15 joints (layout humaneva15" in message
    assert "Supported are the 17 joints of Human3.6M" in message
    assert "the 16 of MPII" in message


def test_other_order_of_17_joints_is_refused(read_2d, positions_2d):
    other = {"num_joints": 17, "keypoints_symmetry": [[1, 2, 3, 14, 15, 16], [4, 5, 6, 11, 12, 13]]}
    assert "layout unnamed" in refusal(read_2d, positions_2d, other)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {"num_joints": 17},
        {"keypoints_symmetry": [[1], [2]]},
        {"num_joints": 17, "keypoints_symmetry": [[1, "a"], [2]]},
    ],
)
def test_bad_metadata_is_refused(read_2d, positions_2d, bad):
    assert "metadata must give num_joints" in refusal(read_2d, positions_2d, bad)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (np.zeros((5, 16, 2), np.float32), "got [5, 16, 2]"),
        (np.zeros((5, 17, 3), np.float32), "got [5, 17, 3]"),
        (np.zeros((0, 17, 2), np.float32), "got [0, 17, 2]"),
        (np.zeros((17, 2), np.float32), "got [17, 2]"),
        (np.zeros((5, 17, 2), np.int64), "got int64"),
        (None, "got NoneType"),
        ("text", "got str"),
    ],
)
def test_bad_view_is_named(read_2d, positions_2d, bad, named):
    positions_2d["S9"]["Walking 1"][2] = bad
    positions = read_2d(positions_2d)
    message = refusal(positions.views, "S9", "Walking 1", None)
    assert "S9 Walking 1, camera 2" in message
    assert named in message


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1e10])
def test_unusable_number_is_named(read_2d, positions_2d, bad):
    positions_2d["S9"]["Walking 1"][3][7, 13, 1] = bad
    message = refusal(read_2d(positions_2d).views, "S9", "Walking 1", None)
    assert "S9 Walking 1, camera 3" in message
    assert "frame 7, joint left_wrist" in message


def test_fewer_frames_than_the_3d_are_named(read_2d, positions_2d):
    positions = read_2d(positions_2d)
    message = refusal(positions.views, "S9", "Walking 1", np.zeros((21, 17, 3)))
    assert "S9 Walking 1, camera 0: 20 frames of 2D are fewer than the 21 of 3D" in message


@pytest.mark.parametrize("views", [[], [np.zeros((5, 17, 2))] * 3, None])
def test_wrong_number_of_cameras_is_named(read_2d, positions_2d, views):
    positions_2d["S1"]["Directions"] = views
    message = refusal(read_2d(positions_2d).views, "S1", "Directions", None)
    assert "S1 Directions: needs the 2D of 4 cameras" in message


def test_missing_recording_is_named(read_2d, positions_2d):
    del positions_2d["S9"]["Directions"]
    message = refusal(read_2d(positions_2d).views, "S9", "Directions", None)
    assert "S9 Directions is missing" in message


def test_missing_subject_is_named(read_2d, positions_2d):
    del positions_2d["S9"]
    assert "no actions of subject S9" in refusal(read_2d, positions_2d)


@pytest.mark.parametrize("bad", [None, {"S1": [1], "S9": {}}, {1: {"a": []}}])
def test_other_layout_is_refused(read_2d, bad):
    assert "a dict of subjects with dicts of actions" in refusal(read_2d, bad)


def test_3d_in_millimetres_is_refused(read_3d, positions_3d):
    positions_3d["S1"]["Directions"] *= 1000
    message = refusal(read_3d(positions_3d).get, "S1", "Directions")
    assert "S1 Directions" in message
    assert "must be in metres" in message


def test_wrong_joint_count_and_nan_in_3d_are_named(read_3d, positions_3d):
    positions_3d["S1"]["Directions"] = positions_3d["S1"]["Directions"][:, :17]
    positions_3d["S1"]["Walking 1"][4, 31, 0] = np.nan
    positions = read_3d(positions_3d)
    assert "[frames, 32, 3]" in refusal(positions.get, "S1", "Directions")
    assert "nan at frame 4, joint 31 of 32" in refusal(positions.get, "S1", "Walking 1")
