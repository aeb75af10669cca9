"""A person made up: a skeleton with the CMU database's names, and motions for it."""

from types import SimpleNamespace

import numpy as np
import pytest

# name: (parent, direction, length, axis, channels); y up, facing z, the left hand at +x.
BONES = {
    "lhipjoint": ("root", (0.6, -0.75, 0.3), 2.4, (0, 0, 0), ""),
    "lfemur": ("lhipjoint", (0.34, -0.94, 0), 7.2, (0, 0, 20), "rx ry rz"),
    "ltibia": ("lfemur", (0.34, -0.94, 0), 7.1, (0, 0, 20), "rx"),
    "lfoot": ("ltibia", (0.07, -0.2, 1), 2.3, (-90, 0, 20), "rx rz"),
    "rhipjoint": ("root", (-0.6, -0.75, 0.3), 2.4, (0, 0, 0), ""),
    "rfemur": ("rhipjoint", (-0.34, -0.94, 0), 7.2, (0, 0, -20), "rx ry rz"),
    "rtibia": ("rfemur", (-0.34, -0.94, 0), 7.1, (0, 0, -20), "rx"),
    "rfoot": ("rtibia", (-0.07, -0.2, 1), 2.3, (-90, 0, -20), "rx rz"),
    "lowerback": ("root", (0, 1, -0.07), 2.0, (0, 0, 0), "rx ry rz"),
    "upperback": ("lowerback", (0, 1, -0.02), 2.0, (0, 0, 0), "rx ry rz"),
    "thorax": ("upperback", (0, 1, 0), 2.0, (0, 0, 0), "rx ry rz"),
    "lowerneck": ("thorax", (0, 1, 0.1), 1.6, (0, 0, 0), "rx ry rz"),
    "upperneck": ("lowerneck", (0, 1, -0.05), 1.6, (0, 0, 0), "rx ry rz"),
    "head": ("upperneck", (0, 1, -0.05), 1.6, (0, 0, 0), "rx ry rz"),
    "lclavicle": ("thorax", (0.95, 0.3, -0.05), 3.5, (0, 0, 0), "ry rz"),
    "lhumerus": ("lclavicle", (1, 0, 0), 5.0, (180, -30, -90), "rx ry rz"),
    "lradius": ("lhumerus", (1, 0, 0), 3.4, (180, -30, -90), "rx"),
    "lwrist": ("lradius", (1, 0, 0), 1.7, (0, 90, 90), "ry"),
    "rclavicle": ("thorax", (-0.95, 0.3, -0.05), 3.5, (0, 0, 0), "ry rz"),
    "rhumerus": ("rclavicle", (-1, 0, 0), 5.0, (180, 30, 90), "rx ry rz"),
    "rradius": ("rhumerus", (-1, 0, 0), 3.4, (180, 30, 90), "rx"),
    "rwrist": ("rradius", (-1, 0, 0), 1.7, (0, -90, -90), "ry"),
}
ROOT_CHANNELS = "tx ty tz rx ry rz"


def asf_text(bones=BONES, degrees=True, root_order="TX TY TZ RX RY RZ"):
    """The text of a skeleton."""
    angle = (lambda v: v) if degrees else np.radians
    lines = ["# made up", ":version 1.10", ":name VICON", ":units", "  mass 1.0", "  length 0.45",
             f"  angle {'deg' if degrees else 'rad'}", ":documentation", "   begin of a text: end",
             ":root", f"   order {root_order}", "   axis XYZ", "   position 0 0 0  ",
             "   orientation 0 0 0 ", ":bonedata"]  # fmt: skip
    for number, (name, (_, direction, length, axis, channels)) in enumerate(bones.items(), 1):
        lines += ["  begin", f"     id {number} ", f"     name {name}",
                  f"     direction {' '.join(map(str, direction))}", f"     length {length} ",
                  f"     axis {' '.join(str(angle(a)) for a in axis)}   XYZ"]  # fmt: skip
        if channels:
            lines.append(f"    dof {channels}")
            lines += ["    limits (-160.0 20.0)"] + ["           (-inf inf)"] * channels.count(" ")
        lines.append("  end")
    lines += [":hierarchy", "  begin"]
    for parent in ("root", *bones):
        children = [name for name, bone in bones.items() if bone[0] == parent]
        if children:
            lines.append(f"    {parent} {' '.join(children)}")
    return "\n".join([*lines, "  end"]) + "\n"


def amc_text(motion, degrees=True):
    """The text of `{bone: [F, channels]}`, angles in degrees."""
    lines = ["#!OML:ASF made up", ":FULLY-SPECIFIED", ":DEGREES" if degrees else ":RADIANS"]
    for frame in range(len(motion["root"])):
        lines.append(str(frame + 1))
        for name, values in motion.items():
            row = np.array(values[frame], float)
            if not degrees:
                turns = slice(3, None) if name == "root" else slice(None)
                row[turns] = np.radians(row[turns])
            lines.append(f"{name} {' '.join(f'{v:.9g}' for v in row)}")
    return "\n".join(lines) + "\n"


def walk(frames, seed=0, rate=120.0):
    """`{bone: [F, channels]}` of somebody who walks along z, each a little otherwise."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / rate
    motion = {}
    for name, bone in BONES.items():
        if bone[4]:
            phase, speed = rng.uniform([[0], [3]], [[6], [6]], (2, len(bone[4].split())))
            motion[name] = 3 * np.sin(phase + speed * time[:, None])
    swing = 25 * np.sin(2 * np.pi * time)
    motion["lfemur"][:, 0] += swing
    motion["rfemur"][:, 0] -= swing
    motion["ltibia"][:, 0] = 20 + swing
    motion["rtibia"][:, 0] = 20 - swing
    motion["lhumerus"][:, 2] += 60  # arms down
    motion["rhumerus"][:, 2] -= 60
    root = np.zeros((frames, 6))
    root[:, 1], root[:, 2] = 17.0, 20 * time
    root[:, 3:] = [0, rng.uniform(-20, 20), 0]
    return {"root": root, **motion}


def matrix(axis, degrees):
    """`[4, 4]` of a turn about x, y or z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    turned = np.eye(4)
    turned[i, i] = turned[j, j] = c
    turned[i, j], turned[j, i] = -s, s
    return turned


def bone_end(name, motion, frame, bones=BONES):
    """Where a bone ends, `[3]`: from the definition, by 4 x 4 matrices down from the root."""

    def whole(name):
        parent, direction, length, axis, channels = bones.get(
            name, (None, (0, 0, 0), 0, (0, 0, 0), ROOT_CHANNELS)
        )
        c, m = np.eye(4), np.eye(4)
        for letter, angle in zip("xyz", axis, strict=True):
            c = matrix(letter, angle) @ c
        move = np.eye(4)
        for channel, value in zip(
            channels.split(), motion.get(name, [()] * 999)[frame], strict=True
        ):
            if channel[0] == "r":
                m = matrix(channel[1], value) @ m
            else:
                move["xyz".index(channel[1]), 3] = value
        if parent is None:
            return move @ m
        offset = np.eye(4)
        offset[:3, 3] = length * np.array(direction) / np.linalg.norm(direction)
        return whole(parent) @ c @ m @ np.linalg.inv(c) @ offset

    return whole(name)[:3, 3]


@pytest.fixture(scope="session")
def acclaim():
    """What makes skeletons and motions, and says where their bones end."""
    return SimpleNamespace(
        BONES=BONES, asf_text=asf_text, amc_text=amc_text, walk=walk, bone_end=bone_end
    )
