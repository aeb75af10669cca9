import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.data.datasets.mocap.parsers.asf import read_asf
from posenet3d.errors import InputError
from tests.fixtures.damage import damaged, fuzz


@pytest.fixture
def read(tmp_path):
    """Reads a text as a skeleton."""

    def read(text):
        (tmp_path / "01.asf").write_text(text)
        return read_asf(tmp_path / "01.asf")

    return read


def one_bone(direction, axis, channels):
    return {"bone": ("root", direction, 2.0, axis, channels)}


def ends(skeleton, *values):
    return skeleton.ends([np.array([v], float) for v in values], degrees=True)[0]


def test_a_skeleton_has_the_bones_lengths_and_unit_of_its_file(read, acclaim):
    skeleton = read(acclaim.asf_text())
    names = [bone.name for bone in skeleton.bones]
    assert set(names) == {"root", *acclaim.BONES}
    for bone, parent in zip(skeleton.bones[1:], skeleton.parents[1:], strict=True):
        expected = acclaim.BONES[bone.name]
        assert names[parent] == expected[0]
        assert np.linalg.norm(bone.offset) == pytest.approx(expected[2])
        assert bone.channels == tuple(expected[4].split())
    assert skeleton.unit_m == pytest.approx(0.056444, abs=1e-6)  # the database's FAQ says it


# direction, axis (XYZ), channels, values, where the bone of length 2 ends
TURNS = {
    "nothing turned": ((0, 1, 0), (0, 0, 40), "rx", [0], (0, 2, 0)),
    "about x": ((0, 1, 0), (0, 0, 0), "rx", [90], (0, 0, 2)),
    "about an x that is y": ((0, 0, 1), (0, 0, 90), "rx", [90], (2, 0, 0)),
    "about an x that is -z": ((1, 0, 0), (0, 90, 0), "rx", [90], (0, -2, 0)),
    "x before y": ((0, 1, 0), (0, 0, 0), "rx ry", [90, 90], (2, 0, 0)),
    "y before x": ((0, 1, 0), (0, 0, 0), "ry rx", [90, 90], (0, 0, 2)),
    "axis in the order XYZ": ((0, 0, 1), (90, 90, 0), "rz", [90], (-2, 0, 0)),
    "moved": ((0, 1, 0), (0, 0, 0), "tx", [3], (3, 2, 0)),
    "longer": ((0, 1, 0), (0, 0, 0), "l", [3], (0, 5, 0)),
}


@pytest.mark.parametrize(
    ("direction", "axis", "channels", "values", "end"), TURNS.values(), ids=TURNS
)
def test_where_a_bone_ends(read, acclaim, direction, axis, channels, values, end):
    skeleton = read(acclaim.asf_text(one_bone(direction, axis, channels)))
    found = ends(skeleton, [0] * 6, values)
    np.testing.assert_allclose(found, [(0, 0, 0), end], atol=1e-9)


def test_a_whole_motion_is_as_the_definition_has_it(read, acclaim):
    motion = acclaim.walk(3)
    skeleton = read(acclaim.asf_text())
    values = [motion.get(bone.name, np.zeros((3, 0))) for bone in skeleton.bones]
    found = skeleton.ends(values, degrees=True)
    for frame in range(3):
        for index, bone in enumerate(skeleton.bones):
            expected = acclaim.bone_end(bone.name, motion, frame)
            np.testing.assert_allclose(found[frame, index], expected, atol=1e-9)


@fuzz(30)
@given(st.lists(st.floats(-360, 360), min_size=60, max_size=60), st.integers(0, 1000))
def test_bones_are_rigid_and_the_root_moves_all(read, acclaim, angles, seed):
    skeleton = read(acclaim.asf_text())
    rows = iter(angles * 2)
    values = [np.array([[next(rows) for _ in bone.channels]]) for bone in skeleton.bones]
    found = skeleton.ends(values, degrees=True)[0]
    bones = np.linalg.norm(found[1:] - found[list(skeleton.parents[1:])], axis=-1)
    np.testing.assert_allclose(bones, [acclaim.BONES[b.name][2] for b in skeleton.bones[1:]])
    moved = np.random.default_rng(seed).normal(0, 100, 3)
    values[0][0, :3] += moved
    np.testing.assert_allclose(skeleton.ends(values, degrees=True)[0], found + moved, atol=1e-9)


def test_radians_are_the_same_skeleton(read, acclaim):
    first, second = read(acclaim.asf_text()), read(acclaim.asf_text(degrees=False))
    assert (first.degrees, second.degrees) == (True, False)
    for bone, other in zip(first.bones, second.bones, strict=True):
        np.testing.assert_allclose(bone.axis, other.axis, atol=1e-12)


def test_the_root_is_put_where_position_and_orientation_say(read, acclaim):
    text = acclaim.asf_text(one_bone((0, 1, 0), (0, 0, 0), ""))
    text = text.replace("position 0 0 0", "position 1 2 3").replace(
        "orientation 0 0 0", "orientation 0 0 90"
    )
    found = ends(read(text), [10, 0, 0, 0, 0, 0], [])
    np.testing.assert_allclose(found, [(11, 2, 3), (9, 2, 3)], atol=1e-9)


@pytest.mark.parametrize("order", ["TX TY TZ RX RY RZ", "RX RY RZ TX TY TZ", "RZ RX RY TZ TX TY"])
def test_the_order_of_the_roots_channels_is_free(read, acclaim, order):
    skeleton = read(acclaim.asf_text(one_bone((0, 1, 0), (0, 0, 0), ""), root_order=order))
    values = {"tx": 5, "ty": 6, "tz": 7, "rx": 0, "ry": 0, "rz": 90}
    found = ends(skeleton, [values[c] for c in skeleton.bones[0].channels], [])
    np.testing.assert_allclose(found, [(5, 6, 7), (3, 6, 7)], atol=1e-9)


def test_commas_parentheses_and_comments_count_as_spaces(read, acclaim):
    text = acclaim.asf_text().replace("position 0 0 0", "position (1, 2, 3) # here")
    np.testing.assert_array_equal(read(text).bones[0].offset, [1, 2, 3])


# what stands there, what it is replaced by, what is said of it
BAD = [
    (":bonedata", ":bones", "there is none named lhipjoint"),
    ("length 7.2", "length long", r"line \d+: found 'length long', expected the bone's length"),
    ("length 7.2", "length nan", r"line \d+: found 'length nan'.*finite"),
    ("length 7.2", "length 1e300", r"line \d+: found 'length 1e300'.*1e\+06"),
    ("length 7.2", "length -1", r"lfemur in line \d+ has the length -1"),
    ("length 7.2", "", r"bone that begins in line \d+ has no length"),
    ("direction 0.34 -0.94 0\n", "direction 0.34 -0.94\n", "expected the bone's direction"),
    ("direction 0.34 -0.94 0\n", "direction 0 0 0\n", "and a direction"),
    ("axis 0 0 20   XYZ", "axis 0 0 20 XYX", "an order of axes like XYZ"),
    ("axis 0 0 20   XYZ", "axis 0 XYZ", "three angles and their order"),
    ("dof rx ry rz", "dof rx rx", "channels, each once, of tx"),
    ("dof rx ry rz", "dof rw", "channels, each once, of tx"),
    ("name lfemur", "name ltibia", "second bone is named ltibia"),
    ("    lfemur ltibia", "    lfemur leg", "none named leg"),
    ("    lfemur ltibia", "    lfemur lhipjoint", "lhipjoint has a parent already"),
    ("    lhipjoint lfemur\n", "", "expected a bone that is itself a child"),
    ("angle deg", "angle grad", "'angle deg' or 'angle rad'"),
    ("length 0.45", "length 0", "a unit of length above 0"),
    ("order TX", "order QX", "channels, each once"),
    ("position 0 0 0", "position 0 0", "the root's position"),
    (":root", ":roof", "has no section :root"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BAD)
def test_what_is_wrong_is_named(read, tmp_path, acclaim, old, new, said):
    text = acclaim.asf_text()
    assert old in text
    with pytest.raises(InputError, match=said) as error:
        read(text.replace(old, new, 1))
    assert str(tmp_path / "01.asf") in str(error.value)


def test_a_file_that_is_none_is_refused(read, tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_asf(tmp_path / "none.asf")
    with pytest.raises(InputError, match=r"line 1: found 'HIERARCHY', expected a section"):
        read("HIERARCHY\nROOT Hips\n")


@fuzz(150)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["", "nan", "-inf", "1e999", "begin", "end", "root", ":root", "(", "\0", "é"]),
    st.booleans(),
)  # fmt: skip
def test_damage_is_an_input_error_or_none(read, acclaim, position, word, cut):
    try:
        skeleton = read(damaged(acclaim.asf_text(), position, word, cut))
    except InputError as error:
        said = str(error)
    else:
        still = [np.zeros((1, len(bone.channels))) for bone in skeleton.bones]
        said = "01.asf" if np.isfinite(skeleton.ends(still, degrees=True)).all() else "NaN"
    assert "01.asf" in said
