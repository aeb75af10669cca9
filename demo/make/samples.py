"""Makes the demo's sample sequences: procedural people, seen by virtual cameras.

    python demo/make/samples.py

Nobody's data are in them. This draws them:

    python demo/make/samples.py sheet.png
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

from posenet3d.data import synthetic
from posenet3d.skeletons.skeleton import H36M_17

FOLDER = Path(__file__).resolve().parents[1] / "src" / "samples"
FPS = 25.0
SIZE = (640, 640)
FOCAL = 733.0  # 1145 px of 1000, as the lifter's cameras


@dataclasses.dataclass(frozen=True)
class Sample:
    """One sequence: what is done for how long, and the seed that makes person and camera."""

    file: str
    activity: str
    frames: int
    seed: int
    missing: tuple[tuple[str, int, int], ...] = ()  # joint, first frame, one past the last


SAMPLES = (
    Sample("walking", "walking", 100, 4),
    Sample("waving", "waving", 100, 3),
    Sample("kicking", "kicking", 100, 6),
    Sample("squatting", "squatting", 125, 3),
    Sample(
        "hidden",
        "walking",
        100,
        6,
        tuple(
            (f"{side}_{joint}", *span)
            for side in ("left", "right")
            for joint, span in (("knee", (30, 60)), ("ankle", (20, 75)))
        ),
    ),
)


def poses(sample: Sample) -> np.ndarray:
    """Joints `[F, 17, 2]` of h36m17 in pixels."""
    config = synthetic.SyntheticConfig(
        num_sequences=1,
        frames_per_sequence=sample.frames,
        seed=sample.seed,
        activities=(sample.activity,),
        elevation_mean_deg=8.0,
        elevation_std_deg=3.0,
        distance_m=(3.2, 3.2),
        image_size=SIZE,
        focal_length_px=FOCAL,
        frame_rate=FPS,
    )
    return synthetic.generate_poses(config).keypoints_2d


def as_text(sample: Sample) -> str:
    """The file's content: JSON, a line a frame; a tenth of a pixel is kept."""
    about = {"skeleton": H36M_17.name, "fps": FPS, "width": SIZE[0], "height": SIZE[1]}
    missing: dict[str, list[tuple[int, int]]] = {}
    for joint, first, end in sample.missing:
        missing.setdefault(str(H36M_17.index(joint)), []).append((first, end))
    rows = (frame.ravel().astype(float).round(1).tolist() for frame in poses(sample))
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    head = json.dumps(about | {"missing": missing}).removesuffix("}")
    return f'{head}, "keypoints": [\n{lines}\n]}}\n'


def draw_sheet(path: str, samples: tuple[Sample, ...] = SAMPLES) -> None:
    """Draws twelve frames of each sample, a row a sample."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    colours = {"left": "tab:blue", "right": "tab:orange"}
    figure, axes = plt.subplots(len(samples), 12, figsize=(24, 2.2 * len(samples)), squeeze=False)
    for row, sample in zip(axes, samples, strict=True):
        points = poses(sample)
        for ax, frame in zip(row, np.linspace(0, len(points) - 1, 12).astype(int), strict=True):
            hidden = {joint for joint, first, end in sample.missing if first <= frame < end}
            for parent, child in H36M_17.bones:
                name = H36M_17.joint_names[child]
                line = points[frame, [parent, child]].T
                style = ":" if name in hidden else "-"
                ax.plot(*line, style, color=colours.get(name.split("_")[0], "black"))
            ax.set(xlim=(0, SIZE[0]), ylim=(SIZE[1], 0), aspect="equal", xticks=[], yticks=[])
        row[0].set_ylabel(f"{sample.file} {sample.seed}")
    figure.tight_layout()
    figure.savefig(path, dpi=50)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        draw_sheet(sys.argv[1])
    else:
        for sample in SAMPLES:
            (FOLDER / f"{sample.file}.json").write_text(as_text(sample), encoding="utf-8")
