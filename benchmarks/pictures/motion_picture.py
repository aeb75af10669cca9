"""The picture of docs/motion.md: what a track's other frames tell about each pose.

    python benchmarks/pictures/motion_picture.py --output=docs/images/motion.png

A virtual camera that looks down by 20 degrees sees a procedural person walk. The 2D is made worse:
noise of 4 % of the pose's size, 6 % of the joints missing, and sides exchanged in six frames. True
poses are grey.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.evaluation.metrics.jitter import match_sequence_size
from posenet3d.lifting.scene.by_track import by_track
from posenet3d.lifting.scene.upright import Level
from posenet3d.motion.level import levelled
from posenet3d.motion.mending.exchanged_sides import with_sides
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.sequences.loading import load_sequence
from posenet3d.viz import drawing, figures

_OUTPUT = flags.DEFINE_string("output", "docs/images/motion.png", "The picture to write.")

_ELEVATION, _FRAMES = 20.0, 60
_WALK = synthetic.SyntheticConfig(
    num_sequences=1,
    frames_per_sequence=_FRAMES,
    activities=("walking",),
    elevation_mean_deg=_ELEVATION,
    elevation_std_deg=0.0,
    seed=9,
)
_EXCHANGED = slice(26, 32)
_SHOWN = (20, 23, 26, 29, 32, 35)
_NOISE, _MISSING = 0.04, 0.06
_SIZE, _BOX = (11.0, 7.0), (1.62, 2.1)  # inches
_FROM_THE_SIDE = drawing.View("", 60, 0)


def main(_: list[str]) -> None:
    """Damages the 2D, lifts it both ways, and draws."""
    estimator = posenet3d.load()
    skeleton = estimator.skeleton
    poses = synthetic.generate_poses(_WALK).on(skeleton)
    rng = np.random.default_rng(0)
    size = np.linalg.norm(poses.keypoints_2d - poses.keypoints_2d[:, :1], axis=-1).mean()
    noisy = poses.keypoints_2d + rng.normal(0, _NOISE * size, poses.keypoints_2d.shape)
    seen = (rng.random(noisy.shape[:2]) >= _MISSING).astype(np.float32)
    exchanged = np.zeros(seen.shape, bool)
    exchanged[_EXCHANGED] = np.array(skeleton.mirror) != np.arange(skeleton.num_joints)
    people = People(
        with_sides(noisy, exchanged, skeleton).astype(np.float32),
        with_sides(seen, exchanged, skeleton),
        skeleton,
        image_ids=tuple(range(_FRAMES)),
        person_ids=(0,) * _FRAMES,
        tracked=True,
    )
    alone = Lifted(people, estimator.lift(people.keypoints_2d, people.confidence))
    over_time = load_sequence("full_sequence").lift_sequences
    track, _ = by_track(alone, people, estimator.lift, True, True, None, over_time=over_time)
    upright, _ = Level("on").upright(track)
    true = poses.keypoints_3d
    rows = (
        ("each pose alone", alone, true),
        ("with the frames around it,\nand level", upright, levelled(true, _ELEVATION)),
    )
    figure = drawing.new_figure(*_SIZE)
    _draw_input(figure, people)
    for number, (title, lifted, truth) in enumerate(rows, start=1):
        sized = match_sequence_size(lifted.result.keypoints_3d, truth)
        for column, frame in enumerate(_SHOWN):
            axes = _axes(figure, number, column, title)
            points, true_points = (_FROM_THE_SIDE.see(p[frame])[:, :2] for p in (sized, truth))
            drawing.draw_truth(axes, true_points, skeleton)
            present = np.ones(len(points), bool)
            drawing.draw_pose(axes, points, skeleton, present, lifted.result.filled[frame])
            drawing.frame(axes, np.concatenate([points, true_points]), _BOX, 1050.0)
    figures.save_figure(figure, Path(_OUTPUT.value), dpi=90)


def _draw_input(figure: drawing.Figure, people: People) -> None:
    for column, frame in enumerate(_SHOWN):
        axes = _axes(figure, 0, column, "2D of a bad detector")
        points = people.keypoints_2d[frame] * [1, -1]
        present = people.confidence[frame] > 0
        drawing.draw_pose(axes, points, people.skeleton, present, np.zeros(len(points), bool))
        drawing.frame(axes, points[present], _BOX, 0.0)
        axes.set_title(f"frame {frame}", size=11, color=drawing.TEXT)


def _axes(figure: drawing.Figure, row: int, column: int, title: str) -> drawing.Axes:
    left = 1.0 + column * (_BOX[0] + 0.03)
    bottom = _SIZE[1] - 0.35 - (row + 1) * (_BOX[1] + 0.05)
    axes = figure.add_axes(
        (left / _SIZE[0], bottom / _SIZE[1], _BOX[0] / _SIZE[0], _BOX[1] / _SIZE[1])
    )
    if not column:
        axes.set_ylabel(title, size=11, color=drawing.TEXT)
    return axes


if __name__ == "__main__":
    app.run(main)
