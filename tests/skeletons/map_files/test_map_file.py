import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.poses.people import People
from posenet3d.skeletons.joint_rules import Copy, Extrapolate, Mean
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import CMU_17, H36M_17
from tests.fixtures.damage import fuzz

LAB = """
name = "lab"
joints = ["Head", "Neck", "RSho", "LSho", "RHip", "LHip"]
ignore = ["corner 1"]
[parents]
Head = "Neck"
RSho = "Neck"
LSho = "Neck"
RHip = "Neck"
LHip = "Neck"
[aliases]
"right shoulder" = "RSho"
[to.h36m17]
right_hip = "RHip"
left_hip = "LHip"
pelvis = ["RHip", "LHip"]
thorax = {from = ["RHip", "LHip"], through = ["RSho", "LSho"], factor = 1}
head = {from = "Neck", through = "Head", factor = 1.6}
neck = {first_of = ["Neck", ["RSho", "LSho"]]}
"""


@pytest.fixture
def read(tmp_path):
    def read(content, name="lab.toml"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_map_file(path)

    return read


def test_skeleton_is_the_tree_of_the_file_with_its_pairs(read):
    skeleton = read(LAB).skeleton
    assert skeleton.name == "lab"
    assert skeleton.joint_names[skeleton.root] == "Neck"
    assert skeleton.parents == (1, -1, 1, 1, 1, 1)
    assert skeleton.mirror == (0, 1, 3, 2, 5, 4)
    assert skeleton.left == (3, 5)


def test_rules_are_written_as_a_user_would(read):
    rules = read(LAB).maps["h36m17"].rules
    shoulders, hips = Mean(("RSho", "LSho")), Mean(("RHip", "LHip"))
    assert rules == {
        "right_hip": Copy("RHip"),
        "left_hip": Copy("LHip"),
        "pelvis": hips,
        "thorax": Extrapolate(hips, shoulders, 1.0),
        "head": Extrapolate(Copy("Neck"), Copy("Head"), 1.6),
        "neck": (Copy("Neck"), shoulders),
    }


def test_names_in_files_are_found_whatever_their_case_or_by_an_alias(read):
    lab = read(LAB)
    names = ["HEAD", "neck", "Right  Shoulder", "lsho", "corner 1", "RHip"]
    assert lab.places(names, "people.csv") == (0, 1, 2, 3, None, 4)


def test_arrays_are_brought_into_the_skeletons_order(read):
    lab = read(LAB)
    places = lab.places(["LHip", "corner 1", "Head"], "a.csv")
    keypoints = np.arange(12.0).reshape(2, 3, 2)
    arranged, confidence = lab.arrange(places, keypoints, None)
    np.testing.assert_array_equal(arranged[:, 5], keypoints[:, 0])
    np.testing.assert_array_equal(arranged[:, 0], keypoints[:, 2])
    np.testing.assert_array_equal(confidence, [[1, 0, 0, 0, 0, 1]] * 2)
    whole = np.zeros((3, 6, 2))
    assert lab.arrange(range(6), whole, None) == (whole, None)  # not even copied


def test_pairs_that_are_given_go_before_those_by_name(read):
    text = 'joints = ["root", "left_a", "right_a", "b", "c"]\n[mirror]\nb = "c"\n[parents]\n'
    text += "".join(f'{joint} = "root"\n' for joint in ("left_a", "right_a", "b", "c"))
    skeleton = read(text).skeleton
    assert (skeleton.left, skeleton.right) == ((3, 1), (4, 2))
    assert skeleton.name == "lab"  # the file's


def test_without_parents_all_hang_from_the_first_and_the_file_says_so(read):
    lab = read('joints = ["a", "b", "c"]\n[to.coco17]\nnose = "b"')
    assert lab.skeleton.parents == (-1, 0, 0)
    assert not lab.has_parents
    assert read(LAB).has_parents


def test_bones_that_make_up_the_height_are_given_by_their_lower_joints(read):
    skeleton = read(LAB + "[stature]\nHead = 1\nLHip = 0.5\nrhip = 0.5").skeleton
    assert skeleton.stature_weights == (1.0, 0.0, 0.0, 0.5, 0.5)
    assert read(LAB).skeleton.stature_weights == ()


BAD = {
    "stature": (LAB + "[stature]\nHead = -1", "stature.Head must be a number above 0.*got -1"),
    "stature joint": (LAB + "[stature]\nHad = 1", "'Had' is not one of the joints; did you mean"),
    "stature root": (LAB + "[stature]\nNeck = 1", "stature.Neck: no bone leads to this joint"),
    "syntax": ('joints = ["a"]\nname = lab', "not valid TOML.*line 2"),
    "no joints": ("", "is empty"),
    "nothing": ("name = 'a'", "has no 'joints'; it must list"),
    "key": ('joint = ["a"]', "unknown key 'joint'; did you mean 'joints'"),
    "twice": ('joints = ["a", "a"]', "joints names 'a' twice"),
    "not names": ('joints = ["a", 1]', r"joints must be a list of .* names, got \['a', 1\]"),
    "line break": ('joints = ["a\\nb"]', "joints must be a list of .* names, got"),
    "own name": ('name = "coco17"\njoints = ["a"]', "'coco17', a skeleton of the package"),
    "name": ('name = 3\njoints = ["a"]', "name must be a text in one line, got 3"),
    "neither": ('joints = ["a", "b"]', r"neither \[parents\], .* nor \[to"),
    "parent": (LAB.replace('RHip = "Neck"', 'RHip = "Nack"'),
               "parents.RHip: 'Nack' is not one .*; did you mean 'Neck'.*There are Head"),
    "child": (LAB.replace('RHip = "Neck"', 'Rip = "Neck"'), "parents.Rip: 'Rip' is not one"),
    "two roots": (LAB.replace('RHip = "Neck"', ""), r"exactly one joint.* they are Neck, RHip"),
    "no root": (LAB.replace("[aliases]", 'Neck = "RHip"\n[aliases]'), "exactly one .*none is"),
    "circle": (LAB.replace('RHip = "Neck"', 'RHip = "LHip"').replace('LHip = "Neck"',
               'LHip = "RHip"'), "in a circle: RHip -> LHip -> RHip"),
    "parents": ('joints = ["a"]\nparents = "a"', "parents must be a table, got 'a'"),
    "dotted": ('joints = ["a.b", "c"]\n[parents]\na.b = "c"', "parents.a must be the name.*quotes"),
    "mirror": (LAB + '[mirror]\nHead = "Head"', "mirror.Head: 'Head' can be the partner of one"),
    "mirror again": (LAB + '[mirror]\nHead = "Neck"\nRHip = "Head"', "mirror.RHip: 'Head' can be"),
    "alias": (LAB.replace('" = "RSho"', '" = "Tail"'), "aliases.right shoulder: 'Tail' is not one"),
    "ignored": (LAB.replace("corner 1", "rhip"), "'RHip' is in ignore and also"),
    "target": (LAB.replace("to.h36m17", "to.h36m"), "to.h36m is no skeleton; .* 'h36m17'"),
    "target joint": (LAB.replace("pelvis =", "pelvs ="),
                     "to.h36m17.pelvs: 'pelvs' is not a joint of h36m17; did you mean 'pelvis'"),
    "source joint": (LAB.replace('"RHip"\n', '"Hip"\n'), "to.h36m17.right_hip: 'Hip' is not one"),
    "rule": (LAB.replace('"RHip"\n', "3\n"), "to.h36m17.right_hip must be the name .*, got 3"),
    "same twice": (LAB.replace('["RHip", "LHip"]\n', '["RHip", "rhip"]\n'), "names a joint twice"),
    "factor": (LAB.replace("1.6", "nan"), "to.h36m17.head: factor must be a number.*got nan"),
    "truth": (LAB.replace("1.6", "true"), "factor must be a number.*got True"),
    "no factor": (LAB.replace(", factor = 1.6", ""), "to.h36m17.head must be the name"),
    "choice": (LAB.replace("first_of =", "first = 1, first_of ="), "must be {first_of = "),
    "number": (f"joints = [0x{'f' * 9000}]", "got a number that is far too large"),
    "deep": ("joints = " + "[" * 9000, "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_name_file_and_key(read, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read(content)
    assert "lab.toml" in str(caught.value)


def test_joints_in_files_that_the_skeleton_lacks_are_named(read):
    lab = read(LAB)
    with pytest.raises(InputError, match=r"a\.csv: .*lab\.toml has no joint 'RHop'; did you mean"):
        lab.places(["RHop"], "a.csv")
    with pytest.raises(InputError, match="'rsho' and 'right shoulder' are both the joint 'RSho'"):
        lab.places(["right shoulder", "rsho"], "a.csv")


FUZZ = fuzz(150)


def is_read_or_refused(read, content):
    with contextlib.suppress(InputError):  # anything else is a fault
        lab = read(content)
        poses = np.ones((2, lab.skeleton.num_joints, 2))
        for joint_map in lab.maps.values():
            assert np.isfinite(joint_map.apply(poses)[0]).all()


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_a_map_file_or_refused(read, content):
    is_read_or_refused(read, content)


@FUZZ
@given(st.data())
def test_any_change_of_a_map_file_is_read_or_refused(read, data):
    lines = LAB.splitlines()
    values = st.sampled_from(
        ['"Neck"', '"RHip"', "[]", "{}", "1", "-0.5", "inf", '["RHip", "Neck"]',
         '{first_of = ["Neck"]}',
         '{from = "Neck", through = {from = "RHip", through = "LHip", factor = 2}, factor = -1}',
         "1979-05-27", '""', '"h36m17"']
    )  # fmt: skip
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key = lines[at].partition("=")[0]
        change = data.draw(st.sampled_from(["drop", "twice", "value", "move"]))
        if change == "value" and "=" in lines[at]:
            lines[at] = f"{key}= {data.draw(values)}"
        elif change == "drop":
            lines[at] = ""
        else:
            lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
    is_read_or_refused(read, "\n".join(lines))


def test_a_map_reaches_skeletons_to_which_a_declared_one_leads_on(read, people):
    """The pretrained lifters' skeleton is cmu17, but users write for h36m17."""
    names = H36M_17.joint_names
    lines = "".join(f'{name} = "my {name}"\n' for name in names)
    own = read(f"joints = {[f'my {name}' for name in names]}\n[to.h36m17]\n{lines}")
    poses = people.keypoints_2d[:5]
    mine = People(poses, np.ones((5, 17), np.float32), own.skeleton, (0,) * 5, tuple(range(5)))
    known = People(poses, np.ones((5, 17), np.float32), H36M_17, (0,) * 5, tuple(range(5)))
    for target in (H36M_17, CMU_17):
        mapped, expected = mine.on(target, own.maps), known.on(target)
        assert mapped.skeleton is target
        np.testing.assert_array_equal(mapped.keypoints_2d, expected.keypoints_2d)
    with pytest.raises(InputError, match=r"from the skeleton 'lab' to 'cmu17'.*\[to.cmu17\]"):
        mine.on(CMU_17)
