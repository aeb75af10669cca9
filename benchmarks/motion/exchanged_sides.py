"""How many exchanged sides `--mend` finds, and how often it sees some where there are none.

    python benchmarks/motion/exchanged_sides.py --data=cmu17_bench.npz

Mistakes are made in true and noisy 2D: of the whole body, of a pair of limbs, or of a part of them,
for one frame or for 1 to 40. *Found* is the share of exchanged joints that are seen and lie a tenth
of the pose's size from their partners or more; *wrong* the share of all other joints that are
marked. The cost of a change of names was chosen while such figures of every sixth track were known.
"""

from __future__ import annotations

import numpy as np
from absl import app, flags

from posenet3d.data import synthetic
from posenet3d.motion.mending.exchanged_sides import exchanged_sides, with_sides
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import Skeleton

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17.", required=True)
_SEED = flags.DEFINE_integer("seed", 0, "Of mistakes and noise.")
_PARTS = {
    "whole body": ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"),
    "arms": ("shoulder", "elbow", "wrist"),
    "legs": ("hip", "knee", "ankle"),
    "forearms": ("elbow", "wrist"),
    "shanks": ("knee", "ankle"),
    "ankles": ("ankle",),
}
_DAMAGE = {"true 2D": (0.0, 0.0), "noise 1 %": (0.01, 0.06), "noise 3 %": (0.03, 0.06)}
_APART = 0.1  # of a pose's size


def main(_: list[str]) -> None:
    """Makes mistakes, looks for them, prints."""
    bench = read_archive(_DATA.value, "test", placement="cmu17")
    procedural = synthetic.wide_poses(300, seed=12).on(bench.skeleton)
    print("| 2D | tracks | mistake | found % | wrong % |\n|---|---|---|---:|---:|")
    for title, (noise, missing) in _DAMAGE.items():
        for name, poses in (("benchmark", bench), ("procedural", procedural)):
            tracks = _tracks(poses)
            rng = np.random.default_rng(_SEED.value)
            for mistake in (None, *_PARTS):
                counts = np.sum(
                    [_tried(t, mistake, noise, missing, poses.skeleton, rng) for t in tracks],
                    axis=0,
                )
                found = "" if mistake is None else f"{100 * counts[0] / max(counts[1], 1):.1f}"
                wrong = 100 * counts[2] / counts[3]
                print(
                    f"| {title}, {100 * missing:g} % missing | {name} | {mistake or 'none'} "
                    f"| {found} | {wrong:.3f} |",
                    flush=True,
                )


def _tracks(poses: Poses2D) -> list[np.ndarray]:
    ends = np.cumsum(poses.lengths)[:-1]
    return [t.astype(np.float64) for t in np.split(poses.keypoints_2d, ends) if len(t) >= 20]


def _tried(
    track: np.ndarray,
    mistake: str | None,
    noise: float,
    missing: float,
    skeleton: Skeleton,
    rng: np.random.Generator,
) -> tuple[int, int, int, int]:
    """Exchanged joints that were found, all of them, others that were marked, all others."""
    size = _size(track)
    noisy = track + noise * size[:, None, None] * rng.normal(size=track.shape)
    seen = (rng.random(track.shape[:2]) >= missing).astype(np.float64)
    exchanged = np.zeros(seen.shape, bool)
    if mistake is not None:
        joints = [skeleton.index(f"{s}_{p}") for p in _PARTS[mistake] for s in ("left", "right")]
        exchanged[np.ix_(_frames(len(track), rng), joints)] = True
    given_2d, given = (with_sides(x, exchanged, skeleton) for x in (noisy, seen))
    marked = exchanged_sides(given_2d, given, _size(given_2d), skeleton)
    apart = (
        np.linalg.norm(track - track[:, list(skeleton.mirror)], axis=-1) > _APART * size[:, None]
    )
    to_find = exchanged & apart & (given > 0)
    return (
        (marked & to_find).sum(),
        to_find.sum(),
        (marked & ~exchanged).sum(),
        (~exchanged).sum(),
    )


def _frames(count: int, rng: np.random.Generator) -> np.ndarray:
    """Runs of frames, half of them of one frame; fewer than half of all."""
    chosen: list[int] = []
    at = int(rng.integers(5, 20))
    while at < count - 5:
        run = int(rng.integers(1, 41)) if rng.random() < 0.5 else 1
        run = min(run, count - 5 - at, int(0.45 * count) - len(chosen))
        if run < 1:
            break
        chosen += range(at, at + run)
        at += run + int(rng.integers(10, 60))
    return np.array(chosen, int)


def _size(track: np.ndarray) -> np.ndarray:
    return np.linalg.norm(track - track.mean(axis=1, keepdims=True), axis=-1).mean(axis=1)


if __name__ == "__main__":
    app.run(main)
