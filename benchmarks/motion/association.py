"""How well persons without ids are joined into tracks, on people put into one picture.

    python benchmarks/motion/association.py --data=cmu17_bench.npz

The noisy 2D poses of two or three test sequences are moved into one picture, side by side or on
paths that cross, and their order is drawn anew in each frame. Prints a Markdown table.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from absl import app, flags
from scipy.optimize import linear_sum_assignment

from posenet3d.motion.association import AssociationConfig, Associator
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.people import People
from posenet3d.poses.records import Poses2D

_DATA = flags.DEFINE_string("data", None, "Archive with a test split and noisy 2D.", required=True)
_GATE = flags.DEFINE_float("gate", AssociationConfig().gate, "As in AssociationConfig.")
_MISSED = flags.DEFINE_integer("max_missed", AssociationConfig().max_missed, "Likewise.")
_SEED = 20_000  # of the order of the persons and of who is not detected
_FRAMES = 150  # of a scene, at most


@dataclasses.dataclass(frozen=True)
class Scene:
    """How people are put together; lengths are in sizes of a person (the diagonal of its box)."""

    persons: int
    crossing: bool = False  # the outer ones change places within the scene
    hidden: float = 0.0  # whoever is nearer than that to one in front of it is not detected
    missed: float = 0.0  # share of detections that fail anyway
    every: int = 1  # takes every so many-th frame

    def __str__(self) -> str:
        parts = [f"{self.persons} persons {'crossing' if self.crossing else 'side by side'}"]
        parts += ["the one behind not detected"] * bool(self.hidden)
        parts += [f"{self.missed:.0%} not detected"] * bool(self.missed)
        parts += [f"{30 / self.every:.0f} Hz"] * (self.every > 1)
        return ", ".join(parts)


SCENES = (
    Scene(2),
    Scene(3),
    Scene(2, crossing=True),
    Scene(3, crossing=True),
    Scene(3, crossing=True, every=3),
    Scene(2, crossing=True, hidden=0.2),
    Scene(3, crossing=True, hidden=0.2, missed=0.1),
)


def main(_: list[str]) -> None:
    """Makes the pictures, associates, counts."""
    poses = read_archive(_DATA.value, "test", "keypoints_2d_noisy", "cmu17")
    config = AssociationConfig(_GATE.value, _MISSED.value)
    print("| | detections | right % | changes of id | tracks | persons |")
    print("|---|---:|---:|---:|---:|---:|")
    for scene in SCENES:
        rng = np.random.default_rng(_SEED)
        counts = np.zeros(5, int)
        for rows in _groups(poses, scene.persons):
            people, truth = put_together(poses, rows, scene, rng)
            found = np.array(Associator(config).associate(people).person_ids)
            right, changes = compare(found, truth)
            counts += (len(truth), right, changes, found.max() + 1, scene.persons)
        total, right, *others = counts.tolist()
        cells = [str(total), f"{100 * right / total:.2f}", *map(str, others)]
        print(f"| {scene} | {' | '.join(cells)} |", flush=True)


def put_together(
    poses: Poses2D, rows: list[np.ndarray], scene: Scene, rng: np.random.Generator
) -> tuple[People, np.ndarray]:
    """The persons of some rows in one picture, and whose each detection is.

    Args:
      poses: The 2D poses.
      rows: For each person the rows of its frames; all equally many.
      scene: How they are put together.
      rng: Draws the order and the detections that fail.
    """
    rows = [own[:: scene.every] for own in rows]
    frames = len(rows[0])
    keypoints_2d = np.stack([poses.keypoints_2d[own] for own in rows], axis=1).astype(np.float64)
    confidence = np.stack([poses.confidence[own] for own in rows], axis=1)
    known = np.where(confidence[..., None] > 0, keypoints_2d, np.nan)
    size = np.median(np.linalg.norm(np.nanmax(known, 2) - np.nanmin(known, 2), axis=-1))
    start = (np.arange(scene.persons) - (scene.persons - 1) / 2) * size
    path = np.linspace(1.5, -1.5, frames) if scene.crossing else np.ones(frames)
    offset = path[:, None] * start
    keypoints_2d[..., 0] += offset[..., None]
    middle = np.nanmean(known, axis=2)[..., 0] + offset
    detected = rng.random((frames, scene.persons)) >= scene.missed
    for behind in range(1, scene.persons):
        gap = np.abs(middle[:, :behind] - middle[:, behind, None]).min(axis=1)
        detected[:, behind] &= gap >= scene.hidden * size
    order = np.argsort(rng.random(detected.shape), axis=1)
    frame = np.repeat(np.arange(frames), scene.persons)
    person = order.ravel()
    kept = detected[frame, person]
    frame, person = frame[kept], person[kept]
    people = People(
        keypoints_2d[frame, person].astype(np.float32),
        confidence[frame, person],
        poses.skeleton,
        tuple(frame.tolist()),
        tuple(range(len(frame))),
    )
    return people, person


def compare(found: np.ndarray, truth: np.ndarray) -> tuple[int, int]:
    """How many detections `[N]` are right, and how often a person's number changes.

    Right are those that bear their person's number; that numbers and persons belong together is
    chosen so that most are right, one number a person (as IDTP of Ristani et al., ECCVW 2016).
    """
    table = np.zeros((truth.max() + 1, found.max() + 1), int)
    np.add.at(table, (truth, found), 1)
    right = table[linear_sum_assignment(-table)].sum()
    changes = sum((np.diff(found[truth == person]) != 0).sum() for person in set(truth.tolist()))
    return int(right), int(changes)


def _groups(poses: Poses2D, persons: int) -> list[list[np.ndarray]]:
    """Rows of sequences that are put together: each with later ones, other motions."""
    ends = np.cumsum(poses.lengths)
    rows = [np.arange(end - length, end) for length, end in zip(poses.lengths, ends, strict=True)]
    groups = []
    for first in range(len(rows)):
        own = [rows[(first + 5 * k) % len(rows)] for k in range(persons)]
        shortest = min(_FRAMES, *map(len, own))
        groups.append([r[:shortest] for r in own])
    return groups


if __name__ == "__main__":
    app.run(main)
