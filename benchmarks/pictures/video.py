"""How many frames a second a video of lifted people is drawn and encoded with.

    taskset -c 0 python benchmarks/pictures/video.py

The people are synthetic, and their true poses are shown: nothing is lifted.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags

from posenet3d.data import synthetic
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.people import People
from posenet3d.viz.video import Video

_PERSONS = flags.DEFINE_integer("persons", 3, "People at the same time.", lower_bound=1)
_FRAMES = flags.DEFINE_integer("frames", 300, "Frames.", lower_bound=2)
_ENDINGS = flags.DEFINE_list("endings", [".mp4", ".gif"], "What is written.")


def main(_: list[str]) -> None:
    """Prints a line an ending."""
    persons, frames = _PERSONS.value, _FRAMES.value
    poses = synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=persons, frames_per_sequence=frames)
    )
    count = len(poses)
    everything = np.ones(poses.keypoints_2d.shape[:2], np.float32)
    people = People(
        poses.keypoints_2d,
        everything,
        poses.skeleton,
        tuple(range(frames)) * persons,
        tuple(np.repeat(np.arange(persons), frames).tolist()),
        (poses.image_size,) * count,
    )
    nothing = np.full(count, np.nan, np.float32)
    result = LiftResult(
        poses.keypoints_3d, everything == 0, np.ones(count, bool), ("",) * count,
        nothing, nothing, "mm",
    )  # fmt: skip
    for ending in _ENDINGS.value:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"people{ending}"
            wall, cpu = time.perf_counter(), time.process_time()
            Video(path, size=(1280, 640)).write(people, result)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            size = path.stat().st_size / 1e6
        print(
            f"{ending}, 1280 x 640, {persons} people, {frames} frames: {frames / wall:.0f} "
            f"frames/s, {frames / cpu:.0f} a second of CPU time, {size:.1f} MB"
        )


if __name__ == "__main__":
    app.run(main)
