"""What it costs to look at people over time: to join them, and a lift with all of it.

    python benchmarks/jobs/over_time.py
    python benchmarks/jobs/over_time.py --other=../posenet3d_before

People who walk to and fro through each other, with some joints and some people not detected, are
joined into tracks, and lifted by posenet3d lift: as it does by default, and each frame alone. All
is done in processes of their own, with the package of this checkout and of another one in turns.
Prints the least over `--rounds`: of the processor's time to join, by the clock to lift.
"""

from __future__ import annotations

import functools
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from absl import app, flags
from checkouts import output_of

from posenet3d.data import synthetic
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

_OTHER = flags.DEFINE_string("other", "", "Another checkout of the package to compare with.")
_ROUNDS = flags.DEFINE_integer("rounds", 3, "How often.", lower_bound=1)
_FRAMES = flags.DEFINE_integer("frames", 20_000, "Frames of two people.", lower_bound=1)

_CHECKOUT = Path(__file__).resolve().parents[2]
_CLIP = 1000  # frames of a walk, which is then walked back
_ALONE = ("--sequence_model=off", "--associate=never", "--mend=false", "--body=off")
_JOIN = """
import sys, time
from posenet3d.formats.detect import read_people
from posenet3d.motion.association import Associator
people = read_people(sys.argv[1])
started = time.process_time()
tracks = Associator().associate(people)
print((time.process_time() - started) / len(set(tracks.image_ids)) * 1e6)
"""


def main(_: list[str]) -> None:
    """Writes the people, joins and lifts them in turns, prints the table."""
    checkouts = [_CHECKOUT, *([Path(_OTHER.value).resolve()] if _OTHER.value else [])]
    print("| | this checkout | " + ("other | ratio |" if _OTHER.value else ""))
    print("|---|---:|" + ("---:|---:|" if _OTHER.value else ""))
    with tempfile.TemporaryDirectory() as name:
        inputs = {persons: Path(name) / f"{persons}.json" for persons in (1, 2, 20)}
        for persons, path in inputs.items():
            frames = _FRAMES.value * min(2, persons) // persons
            write_people(path, frames, persons)
            cost = functools.partial(microseconds, path)
            _row(f"to join {persons}, µs a frame", cost, checkouts)
        for title, settings in (("to lift them, s", ()), ("to lift each frame alone, s", _ALONE)):
            cost = functools.partial(seconds, inputs[2], settings=settings)
            _row(title, cost, checkouts)


def _row(title: str, cost: Callable[[Path], float], checkouts: list[Path]) -> None:
    taken = [[cost(at) for at in checkouts] for _ in range(_ROUNDS.value)]
    least = [min(of_one) for of_one in zip(*taken, strict=True)]
    cells = [f"{value:.3g}" for value in least]
    if len(least) > 1:
        cells.append(f"{least[0] / least[1]:.2f}")
    print(f"| {title} | {' | '.join(cells)} |", flush=True)


def write_people(path: Path, frames: int, persons: int) -> None:
    """A file of COCO's results."""
    random = np.random.default_rng(0)
    config = synthetic.SyntheticConfig(
        num_sequences=persons, frames_per_sequence=_CLIP, seed=5, activities=("walking",)
    )
    walks = synthetic.generate_poses(config).keypoints_2d
    keypoints_2d, known = joint_maps.get("h36m17", "coco17").apply(walks)
    keypoints_2d[:, COCO_17.index("nose")] = walks[:, H36M_17.index("neck")]
    known[:, COCO_17.index("nose")] = 1
    entries = []
    for frame in range(frames):
        place = frame % (2 * _CLIP - 2)
        rows = min(place, 2 * _CLIP - 2 - place) + _CLIP * np.arange(persons)
        phase = frame / (600 + 37 * np.arange(persons)) + np.arange(persons) / persons
        poses = keypoints_2d[rows] + random.normal(0, 1.5, (persons, 17, 2))  # pixels
        poses[..., 0] += 2000 + 1500 * np.sin(2 * np.pi * phase)[:, None]
        there = (known[rows] > 0) & (random.random((persons, 17)) > 0.03)
        values = np.concatenate([poses, np.full((persons, 17, 1), 0.9)], axis=-1)
        values = np.where(there[..., None], values, 0.0).round(3).reshape(persons, -1)
        entries += [
            {
                "image_id": frame,
                "category_id": 1,
                "score": 0.9,
                "keypoints": values[person].tolist(),
            }
            for person in random.permutation(persons)
            if random.random() > 0.01
        ]
    path.write_text(json.dumps(entries))


def microseconds(path: Path, checkout: Path) -> float:
    """The processor's time for joining the people of a frame with the package of a checkout."""
    return float(output_of(checkout, "-c", _JOIN, str(path)))


def seconds(path: Path, checkout: Path, settings: tuple[str, ...] = ()) -> float:
    """The time for `posenet3d lift` with the package of a checkout."""
    files = f"--input={path}", f"--output={path.with_suffix('.npz')}"
    started = time.monotonic()
    output_of(checkout, "scripts/lift.py", *files, *settings)
    return time.monotonic() - started


if __name__ == "__main__":
    app.run(main)
