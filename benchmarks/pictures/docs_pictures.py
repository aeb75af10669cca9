"""The pictures of the axes in docs/numbers.md and of docs/seeing.md.

    python benchmarks/pictures/docs_pictures.py --data=cmu17_bench.npz --output_dir=docs/images

`axes.png`: the frames of `--up`. `video.png` and `page.png`: a frame of the video, and the page as
Chromium shows it, of people of a pose archive, lifted. Without `--data` the people are synthetic.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from absl import app, flags
from chromium import screenshot

import posenet3d
from posenet3d.data import synthetic
from posenet3d.formats.detect import read_people
from posenet3d.geometry.axes import MATRICES
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.viz import drawing, figures
from posenet3d.viz.page import Page
from posenet3d.viz.scene import scene_of
from posenet3d.viz.video.frames import FrameArtist

_DATA = flags.DEFINE_string("data", None, "Pose archive with a split test, joints of cmu17.")
_OUTPUT_DIR = flags.DEFINE_string("output_dir", "docs/images", "Folder of the pictures.")
_MODEL = flags.DEFINE_string("model", "full", "Pretrained model's name, or a path.")

_FRAMES, _SHOWN = 90, 60
_LARGER = 1.8  # so that the people fill the image that they are put in
_LATER = 150  # frames after the start, where motion capture has its T-pose
_WAVING = {  # mm, camera frame, facing the camera: the person's left is on the picture's right
    "pelvis": (0, 0, 0),
    "right_hip": (-130, 10, 0), "right_knee": (-150, 440, -30), "right_ankle": (-160, 860, 30),
    "left_hip": (130, 10, 0), "left_knee": (150, 440, -30), "left_ankle": (160, 860, 30),
    "spine": (0, -240, 10), "thorax": (0, -490, 10),
    "neck": (0, -570, -30), "head": (0, -690, -10),
    "left_shoulder": (170, -450, 10), "left_elbow": (390, -560, -60),
    "left_wrist": (450, -800, -90),
    "right_shoulder": (-170, -450, 10), "right_elbow": (-260, -190, 40),
    "right_wrist": (-280, 40, -60),
}  # fmt: skip
_TOWARDS = {"camera": ("right", "down", "away"), "y": ("right", "up", "near"),
            "z": ("right", "away", "up")}  # fmt: skip


def axes_picture(path: Path) -> None:
    """A person and the three frames in which outputs tell where the joints are."""
    pose = np.array([_WAVING[name] for name in H36M_17.joint_names], float)
    wrist = H36M_17.index("left_wrist")
    view = drawing.View("", 35, 18)
    eye = view.see(np.array([[0.0, -200.0, -1900.0]]))[0, :2]
    figure = drawing.new_figure(10.5, 4.3)
    box = (3.4, 3.6)
    for number, (up, matrix) in enumerate(MATRICES.items()):
        axes = figure.add_axes((0.005 + number / 3, 0.09, 0.324, 0.82))
        ground = np.array([0.0, 860.0, 0.0])
        drawing.draw_ground(axes, view, ground, 700)
        everybody = np.ones(len(pose), bool)
        seen = view.see(pose)
        drawing.draw_pose(axes, seen[:, :2], H36M_17, everybody, ~everybody, seen[:, 2])
        tips = []
        for name, way, direction in zip("xyz", _TOWARDS[up], matrix, strict=True):
            tip = view.see(560 * direction)[:2]
            tips.append(tip)
            axes.annotate(
                "", tip, (0, 0), zorder=6,
                arrowprops={"arrowstyle": "-|>", "color": "#009E73", "linewidth": 2.2,
                            "shrinkA": 0, "shrinkB": 0, "mutation_scale": 16},
            )  # fmt: skip
            upright = abs(tip[0]) < 50
            reach = tip - (35, 30) if upright else tip + 30 * tip / np.linalg.norm(tip)
            side = "right" if upright or tip[0] < 0 else "left"
            axes.text(
                *reach, f"{name} {way}", color="#00654A", ha=side, va="center", size=10,
                weight="bold", zorder=7,
                bbox={"facecolor": drawing.PANEL, "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
        _draw_camera(axes, view)
        axes.text(eye[0], eye[1] - 190, "camera", ha="center", size=9, color=drawing.TEXT)
        place = ", ".join(f"{value:.0f}" for value in matrix @ pose[wrist])
        axes.annotate(
            f"left wrist\n({place})", seen[wrist, :2], seen[wrist, :2] + (20, 190), ha="center",
            size=9, color=drawing.TEXT, zorder=7,
            arrowprops={"arrowstyle": "-", "color": drawing.TEXT, "linewidth": 0.8},
        )  # fmt: skip
        corners = view.see(
            ground + 700 * np.array([[-1, 0, -1], [-1, 0, 1], [1, 0, -1], [1, 0, 1]])
        )
        shown = np.concatenate([seen[:, :2], corners[:, :2], [eye], tips, [(0, 1150)]])
        drawing.frame(axes, shown, box)
        axes.set_title(f"--up={up}", size=12, family="monospace", color=drawing.TEXT)
    figure.text(
        0.5, 0.03, "mm, from the pelvis; all three are right-handed; the left arm is blue",
        ha="center", size=9, color=drawing.TEXT,
    )  # fmt: skip
    figures.save_figure(figure, path, dpi=95)


def _draw_camera(axes: object, view: drawing.View) -> None:
    """A pyramid whose point is the camera and whose base is on the side of the person."""
    eye = np.array([0.0, -200.0, -1900.0])
    base = eye + np.array([[-130, -90, 230], [130, -90, 230], [130, 90, 230], [-130, 90, 230]])
    for start, end in zip(base, np.roll(base, 1, axis=0), strict=True):
        for a, b in ((eye, start), (start, end)):
            line = view.see(np.stack([a, b]))[:, :2]
            axes.plot(*line.T, color=drawing.TEXT, linewidth=1.4, zorder=5)


def three_people(data: str | None) -> People:
    """Three persons of different sequences side by side in one image."""
    if data is None:
        config = synthetic.SyntheticConfig(num_sequences=3, frames_per_sequence=_FRAMES, seed=5)
        poses = synthetic.generate_poses(config)
        keypoints_2d, skeleton = poses.keypoints_2d, poses.skeleton
    else:
        people = read_people(data, split="test", placement="cmu17")
        names = np.array([image_id.rpartition("/")[0] for image_id in people.image_ids])
        found, starts, counts = np.unique(names, return_index=True, return_counts=True)
        one_camera = [i for i, name in enumerate(found) if "#" not in name]
        long = [starts[i] + _LATER for i in one_camera if counts[i] >= _LATER + _FRAMES]
        chosen = long[:: len(long) // 3][:3]
        rows = np.concatenate([np.arange(row, row + _FRAMES) for row in chosen])
        keypoints_2d, skeleton = people.keypoints_2d[rows], people.skeleton
    keypoints_2d = _LARGER * np.array(keypoints_2d, np.float32)
    for person in range(3):
        own = keypoints_2d[person * _FRAMES : (person + 1) * _FRAMES]
        own += (400 + 600 * person, 450) - own.mean(axis=(0, 1))
    return People(
        keypoints_2d,
        np.ones(keypoints_2d.shape[:2], np.float32),
        skeleton,
        tuple(range(_FRAMES)) * 3,
        tuple(np.repeat(["A", "B", "C"], _FRAMES).tolist()),
        ((2000, 900),) * len(keypoints_2d),
    )


def main(_: list[str]) -> None:
    """All three pictures."""
    folder = Path(_OUTPUT_DIR.value)
    axes_picture(folder / "axes.png")
    estimator = posenet3d.load(_MODEL.value)
    people = three_people(_DATA.value).on(estimator.skeleton)
    result = estimator.lift(people.keypoints_2d, people.confidence)
    artist = FrameArtist(scene_of(people, result), (1120, 560), fps=30)
    artist.draw(_SHOWN).quantize(64).save(folder / "video.png", optimize=True)
    with tempfile.TemporaryDirectory() as temporary:
        page = Path(temporary) / "lifted.html"
        Page(page).write(people, result)
        screenshot(page, folder / "page.png", (1100, 720))


if __name__ == "__main__":
    app.run(main)
