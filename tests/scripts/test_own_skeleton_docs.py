"""What docs/own_skeleton.md shows can be done."""

import re

import numpy as np
import pytest

from posenet3d.formats.readers.tables.csv_file import read_csv
from posenet3d.formats.readers.tables.deeplabcut import read_deeplabcut
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, H36M_17


@pytest.fixture(scope="module")
def text(checkout):
    return (checkout / "docs" / "own_skeleton.md").read_text()


@pytest.fixture
def samples(checkout):
    return checkout / "docs" / "samples"


def test_map_file_shown_is_the_sample(text, samples):
    shown = re.search(r'```toml\n(name = "own_detector".*?)```', text, re.DOTALL)[1]
    sample = (samples / "own_detector.toml").read_text()
    assert sample.partition("\nname")[2] == shown.removeprefix("name")


def test_people_of_the_sample_stand_upright_on_the_lifters_skeletons(samples):
    own = read_map_file(samples / "own_detector.toml")
    people = read_csv(samples / "own_detector.csv", map_file=own)
    assert len(people) == 6
    for target in (H36M_17, CMU_17):
        mapped = people.on(target, own.maps)
        assert (mapped.confidence == 0).sum() == 1  # the wrist that the sample lacks
        assert own.maps["h36m17"].absent == ()
        downwards = ("head", "neck", "thorax", "spine", "pelvis", "left_knee", "left_ankle")
        heights = [mapped.keypoints_2d[:, target.index(name), 1] for name in downwards]
        assert (np.diff(heights, axis=0) > 0).all()


def test_skeleton_to_train_on_has_its_pairs_and_root(text, tmp_path):
    shown = re.search(r'```toml\n(name = "mouse12".*?)```', text, re.DOTALL)[1]
    path = tmp_path / "mouse12.toml"
    path.write_text(shown)
    skeleton = read_map_file(path).skeleton
    assert skeleton.num_joints == 12
    assert skeleton.joint_names[skeleton.root] == "spine"
    assert len(skeleton.left) == 4
    assert skeleton.can_be_mirrored


def test_table_of_deeplabcut_shown_is_read(text, tmp_path):
    path = tmp_path / "video.csv"
    path.write_text(re.search(r"```text\n(scorer,.*?)```", text, re.DOTALL)[1])
    people = read_deeplabcut(path)
    joints = [COCO_17.index("nose"), COCO_17.index("left_ear")]
    np.testing.assert_allclose(people.confidence[:, joints], [[0.98, 0.91], [0.97, 0]])


def test_every_key_and_rule_is_explained(text):
    from posenet3d.skeletons.map_files import map_file

    for key in map_file._KEYS:
        assert f"`{key}`" in text or f"`[{key}" in text
