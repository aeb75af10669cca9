import pytest

from posenet3d.skeletons.map_files.joint_pairs import pairs_by_name

PAIRS = [
    ("left_hip", "right_hip"), ("l_hip", "r_hip"), ("L_hip", "R_hip"), ("hip_left", "hip_right"),
    ("LHip", "RHip"), ("lHip", "rHip"), ("hipL", "hipR"), ("hip.L", "hip.R"),
    ("Left Hip", "Right Hip"),
    ("leftear", "rightear"), ("LEFT_EYE", "RIGHT_EYE"),
    ("front_left_paw", "front_right_paw"),
    ("L1A", "R1A"), ("left", "right"), ("l", "r"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_partners_are_found_in_either_order(left, right):
    assert pairs_by_name(["nose", right, left]) == {left: right}


@pytest.mark.parametrize(
    "names", [["tail", "tair"], ["Lear", "Rear"], ["left_hip", "hip"], ["collar", "corrar"]]
)
def test_other_names_are_no_partners(names):
    assert pairs_by_name(names) == {}


def test_no_joint_has_two_partners():
    assert pairs_by_name(["left_l", "right_l", "left_r"]) == {"left_l": "right_l"}
