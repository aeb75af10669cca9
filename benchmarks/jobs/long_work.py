"""Memory and speed of lifting inputs that are long or larger than memory.

    python benchmarks/jobs/long_work.py --files=100000 --gigabytes=2

Writes a folder of OpenPose's frames and one file of AlphaPose's results into a temporary folder
(about 0.4 GB and --gigabytes), lifts each by posenet3d lift in a process of its own, kills one
more job half way with SIGKILL and starts it again, and prints a Markdown table.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags

from posenet3d.data import synthetic
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, H36M_17

_FILES = flags.DEFINE_integer("files", 100_000, "OpenPose's frames.", lower_bound=1)
_GIGABYTES = flags.DEFINE_float("gigabytes", 2.0, "Size of AlphaPose's results.")
_MODEL = flags.DEFINE_string("model", "full", "Saved model: a name, folder or file.")
_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "lift.py"


def main(_: list[str]) -> None:
    """Makes the inputs, lifts them and prints the table."""
    print("| input | output | people | minutes | people/s | peak MB |")
    print("|---|---|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frames = folder / "openpose"
        write_openpose(frames, _FILES.value)
        for ending in ("npz", "json", "trc"):
            _row(f"{_FILES.value} files of OpenPose", frames, folder / f"out.{ending}")
        _killed(frames, folder / "killed.npz")
        results = folder / "alphapose-results.json"
        write_alphapose(results, _GIGABYTES.value * 1e9)
        size = f"{results.stat().st_size / 1e9:.2f} GB of AlphaPose"
        _row(size, results, folder / "big.npz")


def write_openpose(folder: Path, files: int) -> None:
    """A walk through procedural poses, one person a frame."""
    folder.mkdir()
    keypoints = _poses(BODY_25.joint_names)
    for frame in range(files):
        values = keypoints[frame % len(keypoints)].reshape(-1).tolist()
        people = [{"person_id": [-1], "pose_keypoints_2d": values}]
        path = folder / f"video_{frame:012d}_keypoints.json"
        path.write_text(json.dumps({"version": 1.3, "people": people}))


def write_alphapose(path: Path, size: float) -> None:
    """Two tracked people an image, until the file has so many bytes."""
    keypoints = _poses(COCO_17.joint_names)
    entries = []
    for person, pose in enumerate(keypoints):
        values = {"keypoints": pose.reshape(-1).tolist(), "score": 2.5, "box": [1.0, 2.0, 3.0, 4.0]}
        entries.append(json.dumps({"category_id": 1, "idx": person % 2} | values)[1:])
    with open(path, "w") as file:
        number = 0
        file.write("[")
        while file.tell() < size:
            image = json.dumps({"image_id": f"{number // 2:08d}.jpg"})[:-1]
            file.write((",\n" if number else "") + f"{image}, {entries[number % len(entries)]}")
            number += 1
        file.write("]")


def _poses(joint_names: tuple[str, ...]) -> np.ndarray:
    """Procedural poses `[N, J, 3]` as a detector writes them: x, y and confidence, 3 decimals."""
    config = synthetic.SyntheticConfig(num_sequences=20, frames_per_sequence=100, seed=5)
    poses = synthetic.generate_poses(config)
    known, _ = joint_maps.get("h36m17", "coco17").apply(poses.keypoints_2d)
    found = np.zeros((len(poses), len(joint_names), 3))
    for column, name in enumerate(joint_names):
        if name in COCO_17.joint_names and COCO_17.index(name) > 4:
            found[:, column, :2] = known[:, COCO_17.index(name)]
            found[:, column, 2] = 0.9
    found[:, joint_names.index("nose"), :2] = poses.keypoints_2d[:, H36M_17.index("neck")]
    found[:, joint_names.index("nose"), 2] = 0.9
    return found.round(3)


def _command(source: Path, output: Path) -> list[str]:
    files = (f"--input={source}", f"--output={output}", f"--model={_MODEL.value}")
    return [sys.executable, str(_SCRIPT), *files]


def _row(title: str, source: Path, output: Path) -> None:
    start = time.monotonic()
    process = subprocess.Popen(_command(source, output), stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status:
        raise SystemExit(f"posenet3d lift ended with {status}: {text}")
    people = int(text.split(" of ")[1].split()[0])
    print(
        f"| {title} | `{output.suffix}` | {people} | {seconds / 60:.1f} | {people / seconds:.0f} | "
        f"{usage.ru_maxrss / 1024:.0f} |",
        flush=True,
    )


def _killed(source: Path, output: Path) -> None:
    """Kills a job when half of its parts are there, and times what is left of it."""
    parts = output.with_name(f"{output.name}.parts")
    process = subprocess.Popen(_command(source, output), stdout=subprocess.DEVNULL)
    half = -(-_FILES.value // 2048) // 2
    while process.poll() is None and len(list(parts.glob("0*.npz"))) < half:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _row(f"the same, killed after {half} parts, the rest", source, output)


if __name__ == "__main__":
    app.run(main)
