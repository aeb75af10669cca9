"""The pictures of docs/motion.md: two people in a room in the page, video, Rerun and BVH.

    python benchmarks/pictures/looking_pictures.py --output_dir=docs/images

Two procedural people walk past each other, seen by one camera. `posenet3d lift` with the height,
the focal length and `--ground` makes all four files; the pictures are made of these files:
`room_page.png` by Chromium, `room_video.png` of frames that are decoded, `room_rerun.png` by
Rerun's viewer without a window (it needs a Vulkan driver, such as Mesa's lavapipe), and
`room_bvh.png` of joints that are read back. `exchanged.png`: what `--mend` makes of a detector's
exchanged sides.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
import walkers
from absl import app, flags
from bvh import read_bvh
from chromium import screenshot
from PIL import Image

from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.skeletons.skeleton import CMU_17, H36M_17
from posenet3d.viz import drawing, figures
from posenet3d.viz.room import ground_of

_OUTPUT_DIR = flags.DEFINE_string("output_dir", "docs/images", "Folder of the pictures.")
_ONLY = flags.DEFINE_list("only", [], "Names of pictures without ending; empty: all.")

_SHOWN = 100  # the frame of the still pictures
_STRIP = (20, 65, 105)  # frames of the video
_PARTS = ((110, 540), (642, 1240))  # columns of its pixels with the input, and with the room
_ROWS = (140, 510)
_RERUN_PORT = 19876
_BVH_FRAMES, _BVH_VIEW = (0, 50, 100, 149), drawing.View("", 20, 20)
_EXCHANGED, _COLUMNS = slice(60, 68), (56, 59, 62, 65, 68, 71)
_BOX = (1.55, 1.9)  # inches


def main(_: list[str]) -> None:
    """Lifts once, and draws what is asked for."""
    folder = Path(_OUTPUT_DIR.value).resolve()
    joints = walkers.seen()
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary)
        _lift(made, walkers.projected(joints), output="walk.bvh", html="walk.html",
              video="walk.mp4", rerun="walk.rrd", ground=True)  # fmt: skip
        pictures = {
            "room_page": lambda path: _page(made / "walk.html", path),
            "room_video": lambda path: _video(made / "walk.mp4", path),
            "room_rerun": lambda path: _rerun(made / "walk.rrd", path),
            "room_bvh": lambda path: _bvh([made / f"walk_{i}.bvh" for i in (0, 1)], path),
            "exchanged": lambda path: _exchanged(joints[:1], made, path),
        }
        for name, draw in pictures.items():
            if not _ONLY.value or name in _ONLY.value:
                draw(folder / f"{name}.png")


def _lift(folder: Path, keypoints_2d: np.ndarray, **settings: object) -> None:
    walkers.write_table(folder / "seen.csv", keypoints_2d)
    files = {name: str(folder / value) if "." in str(value) else value
             for name, value in settings.items()}  # fmt: skip
    width, height = walkers.IMAGE
    lift_file(
        LiftConfig(
            str(folder / "seen.csv"), skeleton=H36M_17.name, height_mm=walkers.HEIGHT_MM,
            focal_length=walkers.FOCAL, image_size=f"{width}x{height}", fps=walkers.FPS, **files,
        )
    )  # fmt: skip


def _page(page: Path, path: Path) -> None:
    later = page.with_name("later.html")
    script = f"<script>posenet3d.setFrame({_SHOWN})</script>"
    later.write_text(page.read_text("utf-8") + script, encoding="utf-8")
    screenshot(later, path, (1100, 640))
    _smaller(Image.open(path), path)


def _video(video: Path, path: Path) -> None:
    with av.open(str(video)) as container:
        frames = [frame.to_image() for frame in container.decode(video=0)]
    (start, middle), (right, end) = _PARTS
    high = _ROWS[1] - _ROWS[0]
    strip = Image.new("RGB", (end - right + middle - start + 4, 3 * (high + 6) - 6), "#dadde0")
    for number, frame in enumerate(_STRIP):
        for left, at, to in ((0, start, middle), (middle - start + 4, right, end)):
            part = frames[frame].crop((at, _ROWS[0], to, _ROWS[1]))
            strip.paste(part, (left, number * (high + 6)))
    _smaller(strip, path)


def _rerun(log: Path, path: Path) -> None:
    from rerun.experimental import ViewerClient

    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with ViewerClient.spawn(headless=True, port=_RERUN_PORT, hide_welcome_screen=True) as viewer:
        viewer.open(str(log))
        viewer.set_time("frame", sequence=_SHOWN, play_state="paused")
        time.sleep(9)  # until its messages at the start have gone
        viewer.save_screenshot(str(path))
    image = Image.open(path)
    bar = round(0.033 * image.height)  # the menu, with what it says of this machine
    image = image.convert("RGB").crop((0, bar, image.width, image.height))
    _smaller(image.resize((1100, round(1100 / image.width * image.height))), path)


def _bvh(files: list[Path], path: Path) -> None:
    figure = drawing.new_figure(9.5, 4.2)
    axes = figure.add_axes((0, 0, 1, 1))
    people = []
    for file in files:
        names, parents, positions = read_bvh(file)
        # The file has y up, z near and cm; what draws has y down, z away and mm. End sites are
        # none of the joints that were lifted.
        joints = [i for i, name in enumerate(names) if name != "Site"]
        moved = 10 * positions[:, joints] * (1, -1, -1)
        parents = [joints.index(parents[i]) if parents[i] >= 0 else -1 for i in joints]
        people.append(([names[i] for i in joints], parents, moved))
    walked = np.concatenate([positions[:, 0] for _, _, positions in people])
    ground = ground_of(walked, half_width=300)
    for line in _BVH_VIEW.see(ground.lines())[..., :2]:
        axes.plot(*line.T, color=drawing.GROUND, lw=0.8, zorder=1)
    for names, parents, positions in people:
        way = _BVH_VIEW.see(positions[:, 0] * (1, 0, 1))
        axes.plot(*way[:, :2].T, color=drawing.TEXT, lw=1.6, zorder=2)
        # The end of the way is where the person stands in the last frame.
        axes.annotate("start", way[0, :2] - (0, 190), color=drawing.TEXT, ha="center", size=10)
        colours = [drawing.LEFT if name.startswith("left") else
                   drawing.RIGHT if name.startswith("right") else drawing.MIDDLE
                   for name in names]  # fmt: skip
        for frame in _BVH_FRAMES:
            points = _BVH_VIEW.see(positions[frame])[:, :2]
            for joint, parent in enumerate(parents):
                if parent >= 0:
                    style = dict(color=colours[joint], lw=2.0, solid_capstyle="round")
                    axes.plot(*points[[parent, joint]].T, zorder=3, **style)
    feet = np.concatenate([positions[..., 1].max(axis=1) for _, _, positions in people])
    low, high = np.percentile(-feet, [5, 95])
    print(f"Lowest joint above the floor in 9 of 10 frames of the BVH: {low:.0f} to {high:.0f} mm")
    everything = np.concatenate([p[list(_BVH_FRAMES)].reshape(-1, 3) for _, _, p in people])
    shown = np.concatenate([_BVH_VIEW.see(part.reshape(-1, 3))[:, :2]
                            for part in (everything, ground.lines())])  # fmt: skip
    drawing.frame(axes, shown, (9.5, 4.2))
    figures.save_figure(figure, path, dpi=100)


def _exchanged(joints: np.ndarray, folder: Path, path: Path) -> None:
    keypoints_2d = walkers.projected(joints)
    keypoints_2d[:, _EXCHANGED] = keypoints_2d[:, _EXCHANGED][:, :, list(H36M_17.mirror)]
    rows = [("2D as detected", H36M_17, keypoints_2d[0] * [1, -1])]
    side = drawing.View("", 60, 0)
    for title, mend in (("lifted, --nomend", False), ("lifted, --mend", True)):
        _lift(folder, keypoints_2d, output="lifted.npz", mend=mend, level="on")
        with np.load(folder / "lifted.npz") as lifted:
            rows.append((title, CMU_17, side.see(lifted["keypoints_3d"])[..., :2]))
            marks = lifted["exchanged"].any(axis=1)
    print(f"Frames with exchanged joints: {np.flatnonzero(marks).tolist()}")
    size = (0.4 + len(_COLUMNS) * (_BOX[0] + 0.03), 0.35 + len(rows) * (_BOX[1] + 0.05))
    figure = drawing.new_figure(*size)
    for row, (title, skeleton, points) in enumerate(rows):
        half = max(drawing.half_size_of(points[frame], _BOX) for frame in _COLUMNS)
        for column, frame in enumerate(_COLUMNS):
            left = 0.4 + column * (_BOX[0] + 0.03)
            bottom = size[1] - 0.3 - (row + 1) * (_BOX[1] + 0.05) + 0.05
            axes = figure.add_axes(
                (left / size[0], bottom / size[1], _BOX[0] / size[0], _BOX[1] / size[1])
            )
            everyone = np.ones(skeleton.num_joints, bool)
            drawing.draw_pose(axes, points[frame], skeleton, everyone, ~everyone)
            drawing.frame(axes, points[frame], _BOX, half)
            if not column:
                axes.set_ylabel(title, size=10, color=drawing.TEXT)
            if not row:
                within = _EXCHANGED.start <= frame < _EXCHANGED.stop
                words = f"frame {frame}" + ", exchanged" * within
                axes.set_title(words, size=10, color=drawing.TEXT)
    figures.save_figure(figure, path, dpi=90)


def _smaller(image: Image.Image, path: Path) -> None:
    """Few colours are enough for skeletons."""
    few = image.convert("RGB").quantize(128, kmeans=2, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    app.run(main)
