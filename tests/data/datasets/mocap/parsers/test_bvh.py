import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.data.datasets.mocap.parsers.bvh import read_bvh
from posenet3d.errors import InputError
from posenet3d.formats.writers.bvh import write_bvh
from posenet3d.geometry import inverse_kinematics
from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures.damage import damaged, fuzz

OFFSETS = {  # mm, y up, facing z; bones as the writer's rest pose has them
    "right_hip": (-100, -60, 0), "right_knee": (0, -430, 0), "right_ankle": (0, -410, 0),
    "left_hip": (100, -60, 0), "left_knee": (0, -430, 0), "left_ankle": (0, -410, 0),
    "spine": (0, 230, 0), "thorax": (0, 120, 0), "neck": (0, 180, 0), "head": (0, 90, 0),
    "left_shoulder": (190, 60, -10), "left_elbow": (280, 0, 0), "left_wrist": (190, 0, 0),
    "right_shoulder": (-190, 60, -10), "right_elbow": (-280, 0, 0), "right_wrist": (-190, 0, 0),
}  # fmt: skip

ARM = """HIERARCHY
ROOT Hips
{
  OFFSET 1 2 3
  CHANNELS 6 Xposition Yposition Zposition %s
  JOINT Arm
  {
    OFFSET 0 5 0
    CHANNELS 3 %s
    End Site
    {
      OFFSET 2 0 0
    }
  }
  JOINT Leg {
    OFFSET 0 -5 0
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -1 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0083333
%s
"""
TURNS = ("Zrotation Xrotation Yrotation", "Xrotation Yrotation Zrotation")


def text(root=TURNS[0], arm=TURNS[1], frames=("0 " * 15, "0 " * 15)):
    return ARM % (root, arm, "\n".join(frames))


def test_names_may_be_in_an_old_encoding(tmp_path):
    (tmp_path / "old.bvh").write_bytes(text().replace("Arm", "Ärmel").encode("latin-1"))
    names = [joint.name for joint in read_bvh(tmp_path / "old.bvh").joints]
    assert names == ["Hips", "Ärmel", "Ärmel_end", "Leg", "Leg_end"]


def about(axis, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"X": (1, 2), "Y": (2, 0), "Z": (0, 1)}[axis]
    turned = np.eye(3)
    turned[[i, j], [i, j]] = c
    turned[i, j], turned[j, i] = -s, s
    return turned


@pytest.fixture
def read(tmp_path):
    """Reads a text as a BVH file."""

    def read(content):
        (tmp_path / "arm.bvh").write_text(content)
        return read_bvh(tmp_path / "arm.bvh")

    return read


@fuzz(15)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_what_the_package_writes_is_read_back(tmp_path, seed, frames):
    rng = np.random.default_rng(seed)
    offsets = np.array([OFFSETS.get(name, (0, 0, 0)) for name in CMU_17.joint_names], float)
    axes = [[rng.choice(list("XYZ")) for _ in range(17)] for _ in range(frames)]
    rotations = np.array([[about(a, rng.uniform(-80, 80)) for a in row] for row in axes])
    places = rng.uniform(-3000, 3000, (frames, 3))
    expected = inverse_kinematics.forward_kinematics(places, rotations, offsets, CMU_17)
    write_bvh(tmp_path / "out.bvh", expected * [1, -1, -1], CMU_17, fps=25)
    motion = read_bvh(tmp_path / "out.bvh").motion()
    order = [motion.names.index(name) for name in CMU_17.joint_names]
    np.testing.assert_allclose(motion.positions[:, order] * 10, expected, atol=0.1, rtol=0)  # mm
    assert motion.frame_rate == pytest.approx(25)
    assert motion.unit_m is None


@pytest.mark.parametrize("order", list(itertools.permutations("XYZ")))
def test_channels_turn_in_their_order(read, order):
    channels = " ".join(f"{axis}rotation" for axis in order)
    angles = {"X": 30, "Y": -50, "Z": 110}
    row = "7 8 9 " + " ".join(str(angles[axis]) for axis in order) + " 0 0 40" + " 0" * 6
    motion = read(text(root=channels, frames=(row, row))).motion()
    turned = np.linalg.multi_dot([about(axis, angles[axis]) for axis in order])
    hips = np.array([7, 8, 9])
    arm = hips + turned @ [0, 5, 0]
    tip = arm + turned @ about("Z", 40) @ [2, 0, 0]
    assert motion.names == ("Hips", "Arm", "Arm_end", "Leg", "Leg_end")
    np.testing.assert_allclose(motion.positions[0, :3], [hips, arm, tip], atol=1e-9)


def test_positions_of_a_joint_stand_in_for_its_offset_unless_all_are_zero(read):
    still, moved = "0 " * 15, "0 " * 9 + "1 -4 0 0 0 0"
    leg = read(text(frames=(still, still))).motion().positions[:, 3]
    np.testing.assert_allclose(leg, [(1, -3, 3)] * 2)
    motion = read(text(frames=(moved, moved))).motion()
    np.testing.assert_allclose(motion.positions[:, 3] - motion.positions[:, 0], [(1, -4, 0)] * 2)


def test_frames_are_left_out_at_the_start_and_between(read):
    rows = [f"{i} " + "0 " * 14 for i in range(2, 9)]
    bvh = read(text(frames=rows).replace("Frames: 2", "Frames: 7"))
    assert bvh.motion(start=1, step=3).positions[:, 0, 0].tolist() == [3, 6]
    assert bvh.frame_rate == pytest.approx(120, abs=0.01)


def test_names_may_have_any_characters(read):
    assert (
        read(text().replace("JOINT Arm", "JOINT rig:Arm #1 (é)")).joints[1].name == "rig:Arm_#1_(é)"
    )


def test_a_rest_pose_in_front_is_seen(read):
    still, turned = "0 " * 15, "0 0 0 5 " + "0 " * 11
    assert read(text(frames=(still, turned))).rest_first
    assert not read(text(frames=(turned, still))).rest_first
    assert not read(text(frames=(still, still))).rest_first


BAD = [
    ("HIERARCHY", "HIER", "line 1: found 'HIER', expected HIERARCHY"),
    ("ROOT Hips", "JOINT Hips", "line 2: found 'JOINT Hips', expected ROOT and a name"),
    ("JOINT Arm", "JOINT", "line 6: found 'JOINT', expected a name"),
    ("JOINT Leg", "JOINT Arm", "each name once"),
    ("OFFSET 0 5 0", "OFFSET 0 5", "line 8: found 'OFFSET 0 5', expected OFFSET x y z"),
    ("OFFSET 0 5 0", "OFFSET 0 nan 0", "line 8: .*finite"),
    ("OFFSET 0 5 0\n", "\n", "the OFFSET of Arm first"),
    ("CHANNELS 3 X", "CHANNELS 4 X", "expected CHANNELS, their number"),
    ("CHANNELS 3 Xrotation", "CHANNELS 3 Wrotation", "each once of Xposition"),
    ("CHANNELS 3 Xrotation", "CHANNELS 3 Yrotation", "each once of Xposition"),
    ("MOTION", "}\nMOTION", "found '}', expected MOTION"),
    ("MOTION", "ROOT Other\nMOTION", "found 'ROOT Other', expected MOTION"),
    (
        "}\nMOTION",
        "MOTION",
        "found 'MOTION', expected OFFSET, CHANNELS, JOINT, End Site or } of Hips",
    ),
    ("Frames: 2", "Frames: 3", "has 2 frames, but says 'Frames: 3'"),
    ("Frames: 2", "Frames: two", "expected Frames: and their number"),
    ("Frame Time: 0.0083333", "Frame Time: 0", "a frame time above 0"),
    ("Frame Time: 0.0083333", "Frames 0", "expected Frame Time: and seconds"),
    ("0 \n", "0 0\n", "15 numbers, one a channel; got 16"),
    ("0 \n", "x \n", "expected 15 numbers"),
    ("0 \n", "inf \n", "finite numbers of at most 1e"),
]


@pytest.mark.parametrize(("old", "new", "said"), BAD)
def test_what_is_wrong_is_named(read, tmp_path, old, new, said):
    assert old in text()
    with pytest.raises(InputError, match=said) as error:
        read(text().replace(old, new, 1))
    assert str(tmp_path / "arm.bvh") in str(error.value)


@fuzz(200)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["", "nan", "-1e999", "1e5", "{", "}", "JOINT", "End", "MOTION", "\0", "²"]),
    st.booleans(),
)  # fmt: skip
def test_damage_is_an_input_error_or_none(read, position, word, cut):
    try:
        motion = read(damaged(text(), position, word, cut)).motion()
    except InputError as error:
        said = str(error)
    else:
        said = str(motion.path) if np.isfinite(motion.positions).all() else "NaN"
    assert "arm.bvh" in said
