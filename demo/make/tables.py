"""Writes what the demo knows from the Python package: joints, maps between them, the self-check.

    python demo/make/tables.py

It writes demo/src/joints/tables.json, which is committed; a test says that it is up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import posenet3d
from posenet3d.geometry import camera
from posenet3d.models import self_check
from posenet3d.models.estimator import PoseEstimator
from posenet3d.poses.lift_checks import needed_joints
from posenet3d.skeletons import joint_maps, skeleton
from posenet3d.skeletons.joint_rules import JointMap

TABLES = Path(__file__).resolve().parents[1] / "src" / "joints" / "tables.json"

SOURCES = tuple(skeleton.SKELETONS)
"""The keypoint sets that the demo takes: all that the package knows."""


def tables(estimator: PoseEstimator) -> dict[str, Any]:
    """Joints and constants of an estimator, and the maps to its joints, as plain data for JSON."""
    own = estimator.skeleton
    return {
        "generated_by": "python demo/make/tables.py",
        "skeleton": {
            "name": own.name,
            "joint_names": list(own.joint_names),
            "parents": list(own.parents),
            "left": list(own.left),
            "right": list(own.right),
            "root": own.root,
            "stature_weights": list(own.stature_weights),
            "least_joints": needed_joints(own.num_joints),
        },
        "self_check": {
            "views": self_check.NUM_VIEWS,
            "elevation": estimator.elevation,
            "distance": camera.DISTANCE,
            "min_depth": camera.MIN_DEPTH,
        },
        "maps": {source: rules(joint_maps.get(source, own.name)) for source in SOURCES},
    }


def rules(joint_map: JointMap) -> dict[str, Any]:
    """A map: the source's joints, and for each target joint sums of them, best first."""
    source = joint_map.source

    def sums(joint: str) -> list[dict[str, Any]]:
        if joint not in joint_map.rules:
            return []
        weights = [rule.weights() for rule in joint_map.alternatives(joint)]
        return [
            {"joints": [source.index(name) for name in w], "weights": list(w.values())}
            for w in weights
        ]

    return {
        "joint_names": list(skeleton.get(source.name).joint_names),
        "rules": [sums(joint) for joint in joint_map.target.joint_names],
    }


def as_text(content: dict[str, Any]) -> str:
    """JSON, a line a rule, so that changes are seen."""

    def of_map(name: str, joint_map: dict[str, Any]) -> str:
        names = json.dumps(joint_map["joint_names"])
        lines = ",\n".join(f"        {json.dumps(rule)}" for rule in joint_map["rules"])
        rules = f'      "rules": [\n{lines}\n      ]'
        return f'    "{name}": {{\n      "joint_names": {names},\n{rules}\n    }}'

    maps = ",\n".join(of_map(name, m) for name, m in content["maps"].items())
    rest = json.dumps({key: value for key, value in content.items() if key != "maps"}, indent=2)
    return rest.removesuffix("\n}") + ',\n  "maps": {\n' + maps + "\n  }\n}\n"


if __name__ == "__main__":
    TABLES.write_text(as_text(tables(posenet3d.load())), encoding="utf-8")
