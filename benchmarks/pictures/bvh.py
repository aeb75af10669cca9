"""A BVH file read back: where its joints are in every frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation


def read_bvh(path: Path) -> tuple[list[str], list[int], np.ndarray]:
    """Names, parents (-1: the root) and positions `[F, J, 3]` in the file's unit and axes.

    End sites are joints, too. Rotations are turned as the channels say, from left to right.
    """
    words = path.read_text("utf-8").split()
    names, parents, offsets, channels = [], [], [], []
    above: list[int] = []
    at = 0
    while words[at] != "MOTION":
        word = words[at]
        if word in ("ROOT", "JOINT", "End"):
            names.append(words[at + 1])
            parents.append(above[-1] if above else -1)
            above.append(len(names) - 1)
            channels.append([])
            at += 2
        elif word == "OFFSET":
            offsets.append([float(value) for value in words[at + 1 : at + 4]])
            at += 4
        elif word == "CHANNELS":
            count = int(words[at + 1])
            channels[-1] = words[at + 2 : at + 2 + count]
            at += 2 + count
        else:
            if word == "}":
                above.pop()
            at += 1
    frames = int(words[words.index("Frames:") + 1])
    values = np.array(words[words.index("Time:") + 2 :], float).reshape(frames, -1)
    return names, parents, _positions(values, parents, np.array(offsets), channels)


def _positions(
    values: np.ndarray, parents: list[int], offsets: np.ndarray, channels: list[list[str]]
) -> np.ndarray:
    positions = np.zeros((len(values), len(parents), 3))
    turns: list[Rotation] = []
    column = 0
    for joint, parent in enumerate(parents):
        own = {name: values[:, column + i] for i, name in enumerate(channels[joint])}
        column += len(own)
        moved = np.stack([own.get(f"{a}position", np.zeros(len(values))) for a in "XYZ"], axis=1)
        order = "".join(name[0] for name in own if name.endswith("rotation"))
        turn = Rotation.identity(len(values))
        if order:
            angles = np.stack([own[f"{axis}rotation"] for axis in order], axis=1)
            turn = Rotation.from_euler(order, angles, degrees=True)  # capitals: each about its own
        if parent < 0:
            positions[:, joint] = moved if moved.any() else offsets[joint]
        else:
            positions[:, joint] = positions[:, parent] + turns[parent].apply(offsets[joint]) + moved
            turn = turns[parent] * turn
        turns.append(turn)
    return positions
