"""What somebody who has only the exported file must know: joints, frame, units, licence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from posenet3d.geometry import camera
from posenet3d.models.estimator import PoseEstimator
from posenet3d.poses.lift_checks import needed_joints
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.version import __version__

METADATA_FILE = Path("assets.extra") / "posenet3d.json"
"""Where a SavedModel's folder has it."""

CARD_FILE = "MODEL_CARD.md"
"""Beside the estimator: a model card, from which licence and training data are taken."""

_UNKNOWN = "not stated"


def describe(
    estimator: PoseEstimator, name: str, licence: str = "", training_data: str = ""
) -> dict[str, Any]:
    """The metadata of an exported estimator, as plain data for JSON.

    Args:
      estimator: The estimator.
      name: The model's name.
      licence: The model's licence; empty: not stated.
      training_data: What it was trained on; empty: not stated.
    """
    skeleton = estimator.skeleton
    if estimator.scale is None:
        size = f"divided by {camera.DISTANCE:g} times the mean distance of the joints from the root"
    else:
        size = f"divided by {estimator.scale:g} px"
    return {
        "name": name,
        "package": "posenet3d",
        "version": __version__,
        "skeleton": skeleton.name,
        "joint_names": list(skeleton.joint_names),
        "parents": list(skeleton.parents),
        "left": list(skeleton.left),
        "right": list(skeleton.right),
        "root": skeleton.root,
        "keypoints_2d": "pixels, x right, y down",
        "confidence": "0 to 1; 0 marks a missing joint, whose coordinates are not looked at but "
        "must be finite",
        "keypoints_3d": "camera frame: x right, y down, z forward; relative to the root; unit: "
        "pose, in which the mean distance of the 2D joints from the root, at the root's depth, is "
        "1; NaN where a person cannot be lifted",
        "elevation": "degrees by which the camera looks down on the person; NaN: not estimated",
        **_trust(estimator),
        "normalisation": f"done inside, but for lift_normalized: less the root, {size}",
        "least_joints": needed_joints(skeleton.num_joints),
        "licence": licence or _UNKNOWN,
        "training_data": training_data or _UNKNOWN,
    }


def describe_sequence(
    estimator: SequenceEstimator, name: str, licence: str = "", training_data: str = ""
) -> dict[str, Any]:
    """The metadata of an exported lifter of sequences; args as in `describe`."""
    alone = PoseEstimator(estimator.lifter.lifter, estimator.skeleton)
    return describe(alone, name, licence, training_data) | {
        "normalisation": "done inside",
        "frame_rate": "frames a second, 7.5 to below 45 in live use; any in lift_sequence, where "
        "slower frames are lifted alone, and of faster ones every second, third, ... is a sequence",
        "memory": "what live use remembers: zeros before a person's first frame, then what the "
        "frame before gave",
        "frames_seen": estimator.lifter.reach,
    }


def _trust(estimator: PoseEstimator) -> dict[str, str]:
    """What the outputs mean that say how far to trust a pose."""
    if not estimator.lifter.estimates_error:
        return {"score": "0 to 1, how much the lifter agrees with itself from other sides"}
    return {
        "score": "0 to 1: 1 / (1 + m / 0.1), m being the mean of expected_error over the joints "
        "but the root",
        "expected_error": "how far each joint is expected to be off after Procrustes alignment; "
        "unit: pose; 0 for the root",
    }


def from_card(estimator_file: Path) -> dict[str, str]:
    """`licence` and `training_data` from the model card beside an estimator; empty without one."""
    card = estimator_file.with_name(CARD_FILE)
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    patterns = {
        "licence": r"^## Licence\n(.*?)(?=^## |\Z)",
        "training_data": r"^- \*\*Trained on\*\*[^:\n]*: (.*?)(?=^\S|^$|\Z)",
    }
    found = {}
    for key, pattern in patterns.items():
        match = re.search(pattern, text, re.MULTILINE | re.DOTALL)
        words = match[1].split() if match else []
        found[key] = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", " ".join(words))  # links as their text
    return found
