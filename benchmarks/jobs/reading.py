"""How fast keypoints are read: COCO's results, OpenPose's folders and AlphaPose's results.

    python benchmarks/jobs/reading.py
    python benchmarks/jobs/reading.py --other=../posenet3d_before
    python benchmarks/jobs/reading.py --other=../posenet3d_before --images=100000 --people=2 \\
        --rounds=1 --lift

Made-up people are written in each format and read by processes of their own, with the package of
this checkout and of another one in turns. Prints the median of the processor's time over
`--rounds`, and for two checkouts their ratio. With `--lift` it is the clock's time of the whole
command `posenet3d lift` to `.npz`, each pose by itself.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from absl import app, flags
from checkouts import output_of

_OTHER = flags.DEFINE_string("other", "", "Another checkout of the package to compare with.")
_ROUNDS = flags.DEFINE_integer("rounds", 7, "How often.", lower_bound=1)
_LIFT = flags.DEFINE_bool("lift", False, "Lift what is read, and measure that.")
_IMAGES = flags.DEFINE_integer("images", 4000, "Images.", lower_bound=1)

_PEOPLE = flags.DEFINE_integer("people", 3, "People in each.", lower_bound=1)

_CHECKOUT = Path(__file__).resolve().parents[2]
_ALONE = ("--sequence_model=off", "--nomend", "--body=off", "--associate=never")
"""Flags with which frames are lifted alone, as checkouts do that do not know them."""
_READ = """
import sys, time
from posenet3d.formats.detect import read_people
started = time.process_time()
people = read_people(sys.argv[1])
print(len(people), time.process_time() - started)
"""


def main(_: list[str]) -> None:
    """Writes the files, reads them in turns and prints the table."""
    checkouts = [_CHECKOUT, *([Path(_OTHER.value).resolve()] if _OTHER.value else [])]
    with tempfile.TemporaryDirectory() as folder:
        inputs = write_inputs(Path(folder), _IMAGES.value, _PEOPLE.value)
        taken = {(name, at): [] for name in inputs for at in checkouts}
        for _ in range(_ROUNDS.value):
            for name, at in taken:
                measure = lifting_seconds if _LIFT.value else seconds
                taken[name, at].append(measure(inputs[name], at, _IMAGES.value * _PEOPLE.value))
    print("| input | this checkout, s | " + ("other, s | ratio |" if _OTHER.value else ""))
    print("|---|---:|" + ("---:|---:|" if _OTHER.value else ""))
    for name in inputs:
        medians = [statistics.median(taken[name, at]) for at in checkouts]
        cells = [f"{median:.3f}" for median in medians]
        if len(medians) > 1:
            cells.append(f"{medians[0] / medians[1]:.2f}")
        print(f"| {name} | {' | '.join(cells)} |")


def write_inputs(folder: Path, images: int, people_each: int = 3) -> dict[str, Path]:
    """{format: file or folder} with the same number of people in each."""
    random = np.random.default_rng(0)
    paths = {"COCO": folder / "coco.json", "AlphaPose": folder / "alphapose.json"}
    people = [
        {"image_id": image, "category_id": 1, "score": 0.9, "keypoints": _keypoints(random, 17)}
        for image in range(images)
        for _ in range(people_each)
    ]
    paths["COCO"].write_text(json.dumps(people))
    for place, person in enumerate(people):
        person |= {"image_id": f"{person['image_id']}.jpg", "box": [0.0] * 4, "idx": place}
    paths["AlphaPose"].write_text(json.dumps(people))
    paths["OpenPose folder"] = folder / "openpose"
    paths["OpenPose folder"].mkdir()
    for image in range(images):
        found = [
            {"person_id": [-1], "pose_keypoints_2d": _keypoints(random, 25)}
            for _ in range(people_each)
        ]
        file = paths["OpenPose folder"] / f"clip_{image:012d}_keypoints.json"
        file.write_text(json.dumps({"version": 1.3, "people": found}))
    return paths


def _keypoints(random: np.random.Generator, joints: int) -> list[float]:
    values = random.uniform((10, 10, 0.3), (1900, 1000, 1), (joints, 3))
    return values.round(3).ravel().tolist()


def seconds(path: Path, checkout: Path, people: int) -> float:
    """The processor's time for reading a file with the package of a checkout.

    Raises:
      RuntimeError: If not all people were read.
    """
    found, taken = output_of(checkout, "-c", _READ, str(path)).split()
    if int(found) != people:
        raise RuntimeError(f"{path}: {found} people were read of {people}.")
    return float(taken)


def lifting_seconds(path: Path, checkout: Path, people: int) -> float:
    """The time on the clock for lifting a file with the command of a checkout.

    Raises:
      RuntimeError: If not all people were lifted.
    """
    known = output_of(checkout, "scripts/lift.py", "--helpfull", check=False)
    alone = [flag for flag in _ALONE if re.search(rf"--(\[no\])?{_name_of(flag)}\b", known)]
    output = path.with_name("lifted.npz")
    started = time.perf_counter()
    said = output_of(checkout, "scripts/lift.py", f"--input={path}", f"--output={output}", *alone)
    taken = time.perf_counter() - started
    if f"of {people} people" not in said:
        raise RuntimeError(f"{path}: not all of {people} people were lifted: {said[:500]}")
    return taken


def _name_of(flag: str) -> str:
    return flag.removeprefix("--").removeprefix("no").partition("=")[0]


if __name__ == "__main__":
    app.run(main)
