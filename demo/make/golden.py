"""Writes what the Python package answers, for the demo's tests of its TypeScript ports.

    python demo/make/golden.py

It writes demo/tests/golden/*.json, which are committed; a test says that they are up to date.
"""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from edge_cases import edge_cases
from tables import SOURCES

import posenet3d
from posenet3d.data import synthetic
from posenet3d.errors import InputError
from posenet3d.export.signatures.examples import example_poses, with_gaps
from posenet3d.formats.detect import read_people
from posenet3d.formats.output import Output
from posenet3d.formats.writers.csv import write_csv
from posenet3d.formats.writers.json import write_json
from posenet3d.geometry import camera, mirror, rotation, views
from posenet3d.models import self_check
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.lifter import unproject
from posenet3d.motion.smoothing import OneEuro
from posenet3d.poses.lift_result import score_of
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons import joint_maps, skeleton

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "demo" / "tests" / "golden"
SAMPLES = ROOT / "docs" / "samples"
FILES = (
    "coco_results.json",
    "coco_annotations.json",
    "alphapose-results.json",
    "mediapipe.json",
    "openpose/walk_000000000003_keypoints.json",
    "table.csv",
)
IMAGE_SIZE = (1280, 720)


def golden(estimator: PoseEstimator) -> dict[str, Any]:
    """The content of each file, by its name."""
    return {
        "joints": [joints(name, row) for name in SOURCES for row in range(4)],
        "keypoints": {file: read(SAMPLES / file) for file in FILES},
        "keypoints_edge": [edge_case(name, text) for name, text in edge_cases().items()],
        "smoothing": smoothing(),
        "score": score(estimator),
        "save": save(estimator),
    }


def joints(source: str, row: int) -> dict[str, Any]:
    """A person of a keypoint set in whom more joints are missing with each row, and as mapped."""
    rng = np.random.default_rng([row, len(source), *source.encode()])
    count = skeleton.get(source).num_joints
    keypoints = rng.uniform(0, 640, (count, 2)).round(2).astype(np.float32)
    confidence = rng.uniform(0.1, 1, count).round(3).astype(np.float32)
    confidence[rng.random(count) < 0.2 * row] = 0
    mapped, certain = joint_maps.get(source, "cmu17").apply(keypoints, confidence)
    given = {"keypoints": keypoints, "confidence": confidence}
    return {"skeleton": source, **given, "expected": {"keypoints": mapped, "confidence": certain}}


def read(path: Path) -> list[list[dict[str, Any]]]:
    """The people of each image of a file, images in the order in which they first appear."""
    people = read_people(path, image_size=IMAGE_SIZE)
    images: dict[int | str, list[dict[str, Any]]] = {}
    for row, image in enumerate(people.image_ids):
        images.setdefault(image, []).append(
            {
                "skeleton": people.skeleton.name,
                "keypoints": people.keypoints_2d[row],
                "confidence": people.confidence[row],
                "id": people.person_ids[row] if people.tracked else None,
            }
        )
    return list(images.values())


def edge_case(name: str, text: str) -> dict[str, Any]:
    """What the package's readers say of a text: its people, or that it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("case.json" if text.lstrip()[:1] in "[{" else "case.csv")
        path.write_text(text, encoding="utf-8")
        try:
            return {"name": name, "text": text, "people": read(path), "refused": ""}
        except InputError as error:
            message = str(error).replace(str(path), "case")
            return {"name": name, "text": text, "people": None, "refused": message}


def smoothing() -> dict[str, Any]:
    """A jittery motion at uneven times through the One Euro filter, with one frame missing."""
    config = synthetic.SyntheticConfig(num_sequences=1, frames_per_sequence=40, seed=4)
    rng = np.random.default_rng(0)
    poses = synthetic.generate_poses(config).keypoints_3d / 500 + rng.normal(0, 0.02, (40, 17, 3))
    poses = poses.round(4).astype(np.float32)
    poses[25] = np.nan
    times = np.cumsum(rng.uniform(0.01, 0.12, 40)).round(4)
    one_euro = OneEuro()
    smooth = [one_euro.step(pose, time) for pose, time in zip(poses, times, strict=True)]
    return {"times": times, "poses": poses, "expected": smooth}


def score(estimator: PoseEstimator) -> list[dict[str, Any]]:
    """Lifted poses with their score, and what the lifter says of them from the fixed views.

    The score is that of the views, whether or not the lifter estimates its error. `answers` are
    those of the lifter, lifting once, as `PoseEstimator.lift` compares them; `averaged` those of
    the estimator, which averages with the mirrored pose, as a .tflite does.
    """
    keypoints_2d, confidence = example_poses(estimator, estimator.skeleton, 6, seed=1)
    confidence[3:] = with_gaps(confidence[3:], 0.15, seed=1)
    result = estimator.lift(keypoints_2d, confidence)
    cases = []
    for row in range(len(keypoints_2d)):
        pose, elevation = result.keypoints_3d[row : row + 1], result.elevation[row]
        seen = [_seen(estimator, pose, elevation, number) for number in range(self_check.NUM_VIEWS)]
        normalised = tf.concat(seen, axis=0)
        averaged = estimator.lift(normalised.numpy(), score=False)
        cases.append(
            {
                "joints": pose[0],
                "elevation": elevation,
                "score": _score_of_views(estimator, pose, elevation),
                "views": normalised.numpy(),
                "answers": unproject(estimator.lifter(normalised)).numpy(),
                "averaged": averaged.keypoints_3d,
            }
        )
    return cases


def _score_of_views(estimator: PoseEstimator, pose: np.ndarray, elevation: float) -> float:
    mean = math.radians(estimator.elevation)
    seen_from = tf.constant([math.radians(elevation)], tf.float32)
    again = self_check.answers(estimator.lifter, pose, seen_from, mean, estimator.skeleton)
    return float(score_of(self_check.disagreement(pose, again))[0])


def _seen(estimator: PoseEstimator, pose: np.ndarray, elevation: float, number: int) -> tf.Tensor:
    """The normalised 2D pose `[1, 17, 2]` of a fixed view, as `self_check.answers` has it."""
    azimuth = tf.constant([2 * math.pi * (number + 0.5) / self_check.NUM_VIEWS], tf.float32)
    mean = tf.constant([math.radians(estimator.elevation)], tf.float32)
    view = views.view_matrix(azimuth, tf.constant([np.radians(elevation)], tf.float32), mean)
    seen = camera.project(rotation.rotate(pose, view))
    seen = camera.normalise(seen, estimator.skeleton.root).keypoints_2d
    return mirror.mirror(seen, estimator.skeleton) if number % 2 else seen


def save(estimator: PoseEstimator) -> dict[str, Any]:
    """A recording of two people, one of whom comes and goes, and the package's files of it."""
    frames, fps = 12, 25.0
    config = synthetic.SyntheticConfig(
        num_sequences=2, frames_per_sequence=frames, seed=5, activities=("walking", "kicking")
    )
    poses = synthetic.generate_poses(config)
    (joint_map,) = joint_maps.route(poses.skeleton, estimator.skeleton)
    keypoints_2d, confidence = joint_map.apply(poses.keypoints_2d.round(2))
    confidence[frames + 4] = np.arange(17) < 5  # too few joints to be lifted
    confidence[3, [12, 13]] = 0
    people = People(
        keypoints_2d.astype(np.float32),
        confidence,
        estimator.skeleton,
        tuple(range(frames)) * 2,
        (0,) * frames + (1,) * frames,
        tracked=True,
    )
    by_frame = [row for f in range(frames) for row in (f, frames + f) if row != frames + 7]
    people = people.select(by_frame)
    result = estimator.lift(people.keypoints_2d, people.confidence)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder)
        write_json(written / "out.json", [Lifted(people, result)])
        write_csv(written / "out.csv", [Lifted(people, result)])
        Output(written / "out.bvh", fps=fps).write(people, result)
        files = {
            "json": json.loads((written / "out.json").read_text()),
            "csv": (written / "out.csv").read_bytes().decode(),
            "bvh": [(written / f"out_{person}.bvh").read_text() for person in (0, 1)],
        }
    recorded: list[dict[str, Any]] = [{"time": f / fps, "people": []} for f in range(frames)]
    for row, (image, person) in enumerate(zip(people.image_ids, people.person_ids, strict=True)):
        pose = {
            "joints": result.keypoints_3d[row],
            "filled": result.filled[row],
            "elevation": result.elevation[row],
            "score": result.score[row],
            "expected_error": result.expected_error[row],
        }
        seen = {"keypoints": people.keypoints_2d[row], "confidence": people.confidence[row]}
        recorded[image]["people"].append({"id": person, "pose": pose, "seen": seen})
    return {"recorded": recorded, **files}


def plain(content: Any) -> Any:
    """Plain data for JSON; NaN becomes null, float32 keeps all its digits."""
    if isinstance(content, dict):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain(value) for value in content]
    if isinstance(content, np.ndarray):
        return plain(content.tolist() if content.dtype.kind in "bi" else list(content))
    if isinstance(content, np.bool_):
        return bool(content)
    if isinstance(content, float | np.floating):
        return float(f"{content:.9g}") if np.isfinite(content) else None
    return content


if __name__ == "__main__":
    for name, content in golden(posenet3d.load()).items():
        text = json.dumps(plain(content), separators=(",", ":"), ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
