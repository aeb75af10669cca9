from pathlib import Path

import numpy as np
import pytest

from posenet3d.data.datasets.mocap.config import MocapConfig
from posenet3d.data.datasets.mocap.files import find
from posenet3d.data.datasets.mocap.person import read_person
from posenet3d.errors import ConfigError, InputError
from posenet3d.skeletons.skeleton import CMU_17

UNIT = 0.0254 / 0.45
LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")


@pytest.fixture
def amc(tmp_path, acclaim):
    """Reads the walk of 24 frames as a person, with settings."""
    (tmp_path / "07.asf").write_text(acclaim.asf_text())
    (tmp_path / "07_01.amc").write_text(acclaim.amc_text(acclaim.walk(24)))

    def amc(**settings):
        return read_person(find(tmp_path)["07_01"], "07_01", MocapConfig(**settings))

    return amc


HAHNE = """Hips 0 0 0
 LHipJoint 0 0 0
  LeftUpLeg 1.5 -1.8 0.8
   LeftLeg 2.4 -6.8 0
    LeftFoot 2.4 -6.7 0
 RHipJoint 0 0 0
  RightUpLeg -1.5 -1.8 0.8
   RightLeg -2.4 -6.8 0
    RightFoot -2.4 -6.7 0
 LowerBack 0 0 0
  Spine 0 2 -0.1
   Spine1 0 2 0
    Neck 0 0 0
     Neck1 0 1.6 0.1
      Head 0 1.6 0
    LeftShoulder 0 0 0
     LeftArm 3.3 1.2 0
      LeftForeArm 5 0 0
       LeftHand 3.4 0 0
    RightShoulder 0 0 0
     RightArm -3.3 1.2 0
      RightForeArm -5 0 0
       RightHand -3.4 0 0"""


def hahne(scale=1.0):
    """A file as B. Hahne's: an added T-pose, then somebody who leans forward and turns."""
    turns, lines, depths = "Zrotation Yrotation Xrotation", ["HIERARCHY"], []
    tree = [(len(row) - len(row.lstrip()), *row.split()) for row in HAHNE.splitlines()]
    for number, (depth, name, *offset) in enumerate(tree):
        while depths and depths[-1] >= depth:
            depths.pop()
            lines.append("}")
        lines += [f"{'JOINT' if depth else 'ROOT'} {name}", "{"]
        lines.append("OFFSET " + " ".join(f"{scale * float(v):.9g}" for v in offset))
        lines.append(f"CHANNELS 3 {turns}" if depth else
                     f"CHANNELS 6 Xposition Yposition Zposition {turns}")  # fmt: skip
        if number + 1 == len(tree) or tree[number + 1][0] <= depth:
            lines += ["End Site", "{", f"OFFSET 0 {1.6 * scale} 0", "}"]
        depths.append(depth)
    lines += ["}"] * len(depths)
    still = " 0" * (3 * len(tree) - 3)
    rows = [f"0 {17 * scale} 0 0 0 0" + still]
    rows += [f"0 {17 * scale} 0 0 {5 * i} 20" + still for i in range(1, 10)]
    lines += ["MOTION", f"Frames: {len(rows)}", "Frame Time: .0083333", *rows]
    return "\n".join(lines) + "\n"


@pytest.fixture
def bvh(tmp_path):
    """Reads a text as the BVH file of a person, with settings."""

    def bvh(text, **settings):
        (tmp_path / "07_02.bvh").write_text(text)
        return read_person(find(tmp_path)["07_02"], "07_02", MocapConfig(**settings))

    return bvh


def joint(positions, name):
    return positions[:, CMU_17.index(name)]


def test_the_joints_of_an_amc_are_the_ends_of_its_bones_in_metres(amc, acclaim):
    person, walk = amc(frame_rate=120), acclaim.walk(24)
    bones = {
        "pelvis": "root", "left_hip": "lhipjoint", "right_knee": "rfemur", "left_ankle": "ltibia",
        "spine": "upperback", "thorax": "thorax", "neck": "upperneck", "head": "head",
        "left_shoulder": "lclavicle", "left_elbow": "lhumerus", "right_wrist": "rradius",
    }  # fmt: skip
    for name, bone in bones.items():
        expected = [acclaim.bone_end(bone, walk, frame) for frame in (0, 23)]
        np.testing.assert_allclose(
            joint(person, name)[[0, 23]], UNIT * np.array(expected), atol=1e-6
        )


@pytest.mark.parametrize(
    ("settings", "step"),
    [
        ({}, 4),
        ({"frame_rate": 60}, 2),
        ({"capture_rate": 60}, 2),
        ({"at_60_hz": ("07",)}, 2),
        ({"at_60_hz": ("07_01",)}, 2),
        ({"at_60_hz": ("08", "07_02")}, 4),
    ],
)
def test_whole_steps_thin_the_frames(amc, settings, step):
    np.testing.assert_array_equal(amc(**settings), amc(frame_rate=120)[::step])


def test_a_bvh_file_at_60_hz_that_says_otherwise(bvh):
    np.testing.assert_array_equal(bvh(hahne(), at_60_hz=("07_02",)), bvh(hahne(), frame_rate=60))


def test_a_frame_rate_that_whole_steps_do_not_give_is_refused(amc):
    with pytest.raises(InputError, match=r"07_01.amc has 120 frames.*not thin to 50; .* to 60,"):
        amc(frame_rate=50)


def test_hahnes_t_pose_is_left_out_and_the_lost_bone_put_back(bvh):
    person = bvh(hahne(), frame_rate=120)
    assert len(person) == 9
    spine = joint(person, "thorax") - joint(person, "spine")
    np.testing.assert_allclose(np.linalg.norm(spine, axis=-1), 2 * UNIT)
    trunk = joint(person, "spine") - joint(person, "pelvis")
    cosine = (
        (spine * trunk).sum(-1) / np.linalg.norm(spine, axis=-1) / np.linalg.norm(trunk, axis=-1)
    )
    np.testing.assert_allclose(cosine, 1, atol=1e-2)  # it goes on upwards in the person's own axes
    arm = joint(person, "left_shoulder") - joint(person, "thorax")
    np.testing.assert_allclose(np.linalg.norm(arm, axis=-1), np.hypot(3.3, 1.2) * UNIT)
    np.testing.assert_allclose(joint(person, "pelvis")[:, 1], 17 * UNIT)


def test_a_file_with_that_bone_is_left_as_it_is(bvh):
    whole = hahne().replace("JOINT Neck\n{\nOFFSET 0 0 0", "JOINT Neck\n{\nOFFSET 0 1 0")
    person = bvh(whole)
    neck = np.linalg.norm(joint(person, "thorax") - joint(person, "spine"), axis=-1)
    np.testing.assert_allclose(neck, 1 * UNIT)


def test_left_is_left_and_the_head_is_up(bvh, amc):
    for person in (bvh(hahne()), amc()):
        forward = np.cross(
            joint(person, "left_hip") - joint(person, "right_hip"),
            joint(person, "spine") - joint(person, "pelvis"),
        )
        toes = joint(person, "left_hip") - joint(person, "pelvis")  # hips lie before the pelvis
        assert ((forward * toes).sum(-1) > 0).all()
        assert (joint(person, "head")[:, 1] > joint(person, "left_ankle")[:, 1] + 1).all()


@pytest.mark.parametrize(
    ("scale", "settings", "said"),
    [
        (10, {}, r"person is 1\d.\d+ m .* with 0.0564444 m a unit; expected 0.7 to 2.0 m"),
        (5.6444, {}, r"With centimetres \(0.01\) it would be. Set unit_m"),
        (1, {"unit_m": 1.0}, r"is 2\d.\d+ m.*With the CMU database's \(0.0564444\)"),
        (1e-5, {}, "No usual unit"),
    ],
)
def test_a_person_of_impossible_height_is_refused(bvh, scale, settings, said):
    with pytest.raises(InputError, match=said):
        bvh(hahne(scale), **settings)


def test_the_unit_can_be_set(bvh):
    expected = bvh(hahne())
    np.testing.assert_allclose(bvh(hahne(5.64444), unit_m=0.01), expected, atol=1e-5)


def test_a_file_that_does_not_say_its_unit_is_asked_for_it(bvh):
    joints = dict(pelvis="Centre", spine="Spine1", thorax="Neck", neck="Head", head="Head_end")
    for side in ("left", "right"):
        names = ("UpLeg", "Leg", "Foot", "Arm", "ForeArm", "Hand")
        joints |= {f"{side}_{j}": side.title() + n for j, n in zip(LIMBS, names, strict=True)}
    text = hahne().replace("Hips", "Centre")
    with pytest.raises(InputError, match="does not say how long its unit is; set unit_m"):
        bvh(text, joints=joints)
    assert bvh(text, joints=joints, unit_m=UNIT).shape == (3, 17, 3)


def test_z_up_is_turned_to_y_up(bvh):
    y_up = bvh(hahne(), frame_rate=120)
    lying = bvh(hahne(), frame_rate=120, up="z")
    np.testing.assert_allclose(
        lying, np.stack([y_up[..., 0], y_up[..., 2], -y_up[..., 1]], axis=-1)
    )


def test_the_skeleton_is_that_of_the_subject(tmp_path, acclaim):
    (tmp_path / "asf").mkdir()
    for folder, name in (("", "08.asf"), ("asf", "07.asf")):
        (tmp_path / folder / name).write_text(acclaim.asf_text())
    (tmp_path / "07_01.amc").write_text("")
    (tmp_path / "09_01.AMC").write_text("")
    found = find(tmp_path)
    assert found["07_01"].skeletons == (tmp_path / "asf" / "07.asf",)
    assert found["09_01"].skeletons == (tmp_path / "08.asf",)  # the only one beside it
    assert found["09_01"].subject == "09"


def test_a_motion_without_skeleton_is_refused(tmp_path, acclaim):
    (tmp_path / "07_01.amc").write_text(acclaim.amc_text(acclaim.walk(4)))
    with pytest.raises(InputError, match=r"expected one skeleton 07.asf .*, found none"):
        read_person(find(tmp_path)["07_01"], "07_01", MocapConfig())


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["a/01_01.amc", "b/01_01.bvh"], "have the same name"),
        (["notes.txt"], "holds no .amc or .bvh file"),
    ],
)
def test_folders_that_do_not_do(tmp_path, files, said):
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    with pytest.raises(InputError, match=said):
        find(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        find(Path(tmp_path) / "gone")


@pytest.mark.parametrize(
    "settings",
    [
        {"cameras": 0}, {"seed": -1}, {"frame_rate": float("nan")}, {"test_share": 2},
        {"unit_m": 0.0}, {"up": "x"}, {"distance_m": (5, 4)}, {"image_size": (1, 1)},
        {"focal_length_px": 0}, {"elevation_std_deg": 90},
    ],
)  # fmt: skip
def test_settings_out_of_range_are_named(settings):
    with pytest.raises(ConfigError, match=f"{next(iter(settings))} must"):
        MocapConfig(**settings)
