import pickle
import zipfile

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.readers.arrays.videopose3d import read_videopose3d
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import COCO_17, H36M_17, MPII_16

COCO = {
    "layout_name": "coco",
    "num_joints": 17,
    "keypoints_symmetry": [[1, 3, 5, 7, 9, 11, 13, 15], [2, 4, 6, 8, 10, 12, 14, 16]],
}
H36M = {
    "layout_name": "h36m",
    "num_joints": 17,
    "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]],
}
VIDEOS = {"video_metadata": {"street.mp4": {"w": 640, "h": 480, "fps": 25.0}}}
KEYPOINTS = np.arange(3 * 17 * 2, dtype=np.float32).reshape(3, 17, 2)


@pytest.fixture
def save(tmp_path):
    """Writes an archive as VideoPose3D does; returns its path."""

    def save(positions_2d, metadata=COCO):
        path = tmp_path / "data_2d_custom_mine.npz"
        np.savez_compressed(path, positions_2d=positions_2d, metadata=metadata)
        return path

    return save


def test_hourglass_keypoints_are_mpiis_joints(save):
    symmetry = [[3, 4, 5, 13, 14, 15], [0, 1, 2, 10, 11, 12]]
    metadata = {"num_joints": 16, "keypoints_symmetry": symmetry}
    people = read_videopose3d(save({"a.mp4": {"custom": [KEYPOINTS[:, :16]]}}, metadata))
    assert people.skeleton == MPII_16
    np.testing.assert_array_equal(people.keypoints_2d, KEYPOINTS[:, :16])
    assert people.on(H36M_17).confidence.min() == 1


def test_cameras_that_were_not_used_are_no_views(save):
    """Archives in the layout of Human3.6M keep four places; None stands where there is no video."""
    people = read_videopose3d(save({"S1": {"Walk": [None, KEYPOINTS, None, None]}, "S2": {}}))
    assert people.image_ids == ("S1/Walk/1/0", "S1/Walk/1/1", "S1/Walk/1/2")
    np.testing.assert_array_equal(people.keypoints_2d, KEYPOINTS)
    with pytest.raises(InputError, match="positions_2d holds no video"):
        read_videopose3d(save({"S1": {"Walk": [None] * 4}}))


@pytest.mark.parametrize(("metadata", "skeleton"), [(COCO, COCO_17), (H36M, H36M_17)])
def test_every_frame_of_every_video_is_a_person(save, metadata, skeleton):
    videos = {"street.mp4": {"custom": [KEYPOINTS]}, "b.mp4": {"custom": [KEYPOINTS[:1]]}}
    path = save(videos, metadata | VIDEOS)
    assert detect_format(path) == "videopose3d"
    people = read_people(path)
    assert people.skeleton is skeleton
    assert people.image_ids == (*(f"street.mp4/custom/{i}" for i in range(3)), "b.mp4/custom/0")
    assert people.person_ids == (0, 0, 0, 0)
    assert people.image_sizes == ((640, 480),) * 3 + (None,)
    np.testing.assert_array_equal(people.keypoints_2d[:3], KEYPOINTS)
    np.testing.assert_array_equal(people.confidence, 1)


def test_several_cameras_have_numbers_and_sizes_may_be_given(save):
    path = save({"S9": {"Walking 1": [KEYPOINTS[:1], KEYPOINTS[:2]]}}, H36M)
    people = read_people(path, image_size=(1000, 1002))
    assert people.image_ids == ("S9/Walking 1/0/0", "S9/Walking 1/1/0", "S9/Walking 1/1/1")
    assert people.image_sizes == ((1000, 1002),) * 3


def test_people_arrive_on_the_lifters_skeletons(save, detected):
    seen = detected(COCO_17)
    keypoints = seen.keypoints_2d.astype(np.float32)
    seen.check(read_people(save({"a": {"custom": [keypoints]}})), confidence=1)


def with_value(value):
    keypoints = KEYPOINTS.copy()
    keypoints[1, 2, 0] = value
    return {"a": {"custom": [keypoints]}}


BAD = {
    "nan": (with_value(np.nan), COCO, "a/custom: nan at frame 1, joint right_eye"),
    "infinity": (with_value(np.inf), COCO, "inf at frame 1"),
    "joints": ({"a": {"custom": [KEYPOINTS[:, :16]]}}, COCO, r"\[frames, 17, 2\], got \[3, 16, 2"),
    "text": ({"a": {"custom": ["x"]}}, COCO, "an array of real numbers, got str"),
    "no list": ({"a": {"custom": 3}}, COCO, "a custom must be a list .* got a int"),
    "no dict": ({"a": [KEYPOINTS]}, COCO, "a must be a dict of names, got a list"),
    "no video": ({}, COCO, "positions_2d holds no video"),
    "layout": (
        {"a": {"custom": [KEYPOINTS]}}, COCO | {"num_joints": 16}, "no map is declared from its 16"
    ),
    "metadata": ({"a": {"custom": [KEYPOINTS]}}, {"fps": 3}, "metadata must give num_joints"),
}  # fmt: skip


@pytest.mark.parametrize(("positions", "metadata", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_video_frame_and_joint(save, positions, metadata, message):
    path = save(positions, metadata)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)


class Evil:
    def __reduce__(self):
        return (print, ("run",))


def test_nothing_in_the_file_is_run(save, capsys):
    path = save({"a": Evil()})
    with pytest.raises(InputError, match=r"print, which may run code; nothing was run"):
        read_people(path)
    assert capsys.readouterr().out == ""
    assert pickle.loads(pickle.dumps(Evil())) is None  # it would run if it could
    assert capsys.readouterr().out == "run\n"


def test_damaged_files_are_refused(save):
    path = save({"a": {"custom": [KEYPOINTS]}})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"mine\.npz"):
        read_people(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("positions_2d.npy", b"\x93NUMPY")
        archive.writestr("metadata.npy", b"\x93NUMPY")
    with pytest.raises(InputError, match="is damaged"):
        read_people(path)


def test_other_archives_are_refused_when_forced(tmp_path):
    path = tmp_path / "poses.npz"
    np.savez(path, keypoints_2d=KEYPOINTS)
    with pytest.raises(InputError, match="holds no array positions_2d"):
        read_videopose3d(path)


def test_joints_of_ones_own_are_in_the_order_of_the_map_file(save, tmp_path):
    toml = tmp_path / "own.toml"
    toml.write_text('joints = ["a", "b", "c"]\n[to.coco17]\nnose = "a"')
    own = read_map_file(toml)
    path = save({"a.mp4": {"custom": [KEYPOINTS[:, :3]]}}, {"num_joints": 3})
    people = read_videopose3d(path, own)
    assert people.skeleton is own.skeleton
    np.testing.assert_array_equal(people.keypoints_2d, KEYPOINTS[:, :3])
    with pytest.raises(InputError, match=r"shape \[frames, 3, 2\], got \[3, 17, 2\]"):
        read_videopose3d(save({"a.mp4": {"custom": [KEYPOINTS]}}, None), own)
