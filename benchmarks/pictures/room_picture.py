"""The second picture of docs/motion.md: two people in one room, as one camera saw them.

    python benchmarks/pictures/room_picture.py --motion=cmu17.npz --output=docs/images/room.png

Two people of the CMU test set walk in front of a virtual camera that looks down by 20 degrees.
Their 2D goes through `posenet3d lift` with the height and the focal length. Nobody knows the
stature of CMU's people: the height is what their true joints tell, so the picture does not show how
far off it is for a person of other proportions. Drawn are what the camera saw, and the room from
above and from the front. True ways and poses are grey.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from absl import app, flags

from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.motion.level import levelled
from posenet3d.motion.steady import bone_lengths
from posenet3d.poses.stature import ANKLE_TO_TOP
from posenet3d.skeletons.skeleton import CMU_17
from posenet3d.viz import drawing, figures

_MOTION = flags.DEFINE_string("motion", None, "Motion in the world, y up, m.", required=True)
_OUTPUT = flags.DEFINE_string("output", "docs/images/room.png", "The picture to write.")

_FPS, _FRAMES = 30, 150
_LEAST_WALKED, _LEVEL = 3.0, 0.2  # m; no stairs
_ELEVATION, _AWAY = np.radians(20.0), 5.5
_FOCAL, _CENTRE = 1145.0, 500.0
_MOMENTS = (0, 49, 98, 147)
_SIZE = (11.5, 4.0)  # inches
_BOXES = ((0.2, 3.3), (3.9, 2.4), (6.8, 4.5))  # left edges and widths, inches


def main(_: list[str]) -> None:
    """Sees, lifts, draws."""
    people = [_seen(positions, side) for positions, side in _two()]
    height_mm = float(np.mean([height for _, height in people]))
    joints = [own for own, _ in people]
    lifted = [_lifted(own, height_mm) for own in joints]
    figure = drawing.new_figure(*_SIZE)
    titles = ("what the camera saw", "from above, metres", "from the front: upright, on the floor")
    axes = []
    for (left, width), title in zip(_BOXES, titles, strict=True):
        box = (left / _SIZE[0], 0.09, width / _SIZE[0], 0.8)
        axes.append(figure.add_axes(box))
        axes[-1].set_title(title, size=11, color=drawing.TEXT)
        axes[-1].set_aspect("equal")
    everyone = np.ones(CMU_17.num_joints, bool)
    guessed = np.zeros(CMU_17.num_joints, bool)
    for own, (poses_3d, root_3d, degrees) in zip(joints, lifted, strict=True):
        true_3d = levelled(1000 * own, degrees)
        floor = true_3d[..., 1].max()
        axes[1].plot(true_3d[:, 0, 0] / 1000, true_3d[:, 0, 2] / 1000, color="#bbbbbb", lw=5)
        axes[1].plot(root_3d[:, 0] / 1000, root_3d[:, 2] / 1000, color="#444444", lw=1.5)
        for frame in _MOMENTS:
            seen = _FOCAL * own[frame, :, :2] / own[frame, :, 2:]
            drawing.draw_pose(axes[0], seen * [1, -1], CMU_17, everyone, guessed)
            pose = poses_3d[frame] + root_3d[frame]
            above = pose[:, [0, 2]] / 1000
            drawing.draw_pose(axes[1], above, CMU_17, everyone, guessed)
            side = np.array([1, -1]) / 1000
            truth = (true_3d[frame] - [0, floor, 0])[:, :2] * side
            drawing.draw_truth(axes[2], truth, CMU_17)
            drawing.draw_pose(axes[2], pose[:, :2] * side, CMU_17, everyone, guessed)
    axes[0].set(xlim=(-_CENTRE, _CENTRE), ylim=(-_CENTRE, _CENTRE), xticks=[], yticks=[])
    axes[1].plot(0, 0, marker="^", markersize=9, color="#444444")
    axes[1].annotate("camera", (0.15, 0.0), size=9, color=drawing.TEXT)
    axes[2].axhline(0, color="#bbbbbb", lw=1)
    for one in axes[1:]:
        one.tick_params(labelsize=8, colors=drawing.TEXT)
        one.margins(0.08)
    figures.save_figure(figure, Path(_OUTPUT.value), dpi=90)


def _two() -> list[tuple[np.ndarray, float]]:
    """The first two motions that go far enough, and by how much each is moved to the side, m."""
    found = []
    with np.load(_MOTION.value) as world:
        ends = np.cumsum(world["lengths"])
        for end, length, split in zip(ends, world["lengths"], world["split"], strict=True):
            positions = world["positions"][end - length : end][:_FRAMES].astype(np.float64)
            way = np.linalg.norm(positions[-1, 0, [0, 2]] - positions[0, 0, [0, 2]])
            level = np.ptp(positions[:, 0, 1]) < _LEVEL
            if str(split) == "test" and length >= _FRAMES and way >= _LEAST_WALKED and level:
                found.append(positions)
    return [(found[0], -0.7), (found[len(found) // 2], 0.7)]


def _seen(positions: np.ndarray, side: float) -> tuple[np.ndarray, float]:
    """Joints `[F, J, 3]` m in the frame of the camera, and the person's height in mm."""
    lengths = bone_lengths(positions, CMU_17) @ np.array(CMU_17.stature_weights)
    height_mm = 1000 * float(np.median(lengths)) / ANKLE_TO_TOP
    # Across the picture and towards the camera: nobody only walks along an axis.
    way = positions[-1, 0] - positions[0, 0]
    turn = np.arctan2(way[0], way[2]) + np.copysign(np.radians(55.0), side)
    middle = positions[:, 0].mean(axis=0) * [1, 0, 1]
    cos, sin = np.cos(turn), np.sin(turn)
    across = positions - middle
    x = cos * across[..., 0] - sin * across[..., 2] + side
    z = -sin * across[..., 0] - cos * across[..., 2]  # away from the camera
    down = across[..., 1] - 0.95
    # x right, y down, z forward; the camera looks down at the middle.
    tilted_y = -np.cos(_ELEVATION) * down + np.sin(_ELEVATION) * -z
    tilted_z = np.cos(_ELEVATION) * z - np.sin(_ELEVATION) * down
    return np.stack([x, tilted_y, tilted_z + _AWAY], axis=-1), height_mm


def _lifted(joints: np.ndarray, height_mm: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Poses and ways in mm, upright, and by how many degrees they were turned."""
    keypoints_2d = _FOCAL * joints[..., :2] / joints[..., 2:] + _CENTRE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seen.npz"
        np.savez(path, keypoints_2d=keypoints_2d.astype(np.float32), skeleton="cmu17")
        output = path.with_name("lifted.npz")
        config = LiftConfig(
            str(path), str(output), skeleton="cmu17", height_mm=height_mm, focal_length=_FOCAL,
            image_size="1000x1000", level="on", fps=_FPS,
        )  # fmt: skip
        lift_file(config)
        with np.load(output) as lifted:
            return lifted["keypoints_3d"], lifted["root_3d"], float(lifted["levelled"][0])


if __name__ == "__main__":
    app.run(main)
