"""Scores by action, as the tables of Human3.6M and MPI-INF-3DHP have them.

The action is told by the sequence's name as `posenet3d prepare` writes it: a subject, then
the action, then the take if there are several ("S9 Walking 1", "TS1 Sitting").
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

MEAN = "mean over actions"
"""The row of the mean in which every action counts the same, however many poses it has."""

_NAME = re.compile(r"T?S\d+ (?P<action>\D.*?)( \d+)?")


def action_of(sequence: str) -> str | None:
    """The action that a sequence's name tells; None if it is not of that form."""
    match = _NAME.fullmatch(sequence)
    return match["action"] if match else None


def per_action(per_sequence: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Joins the scores of sequences to those of actions.

    Args:
      per_sequence: {name: scores}, as `Evaluation.per_sequence` has them.

    Returns:
      {action: scores} in alphabetical order, each the mean over the poses of all subjects and
      takes, and last under `MEAN` the mean over the actions. Empty if there is no sequence, or one
      whose name tells no action.
    """
    members: dict[str, list[Mapping[str, float]]] = {}
    for name, scores in per_sequence.items():
        action = action_of(name)
        if action is None:
            return {}
        members.setdefault(action, []).append(scores)
    result = {action: _weighted(members[action]) for action in sorted(members)}
    if result:
        rows = list(result.values())
        means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
        result[MEAN] = means | {"num_poses": sum(row["num_poses"] for row in rows)}
    return result


def _weighted(rows: list[Mapping[str, float]]) -> dict[str, float]:
    """The scores of all poses of the rows together."""
    poses = [row["num_poses"] for row in rows]
    means = {key: float(np.average([row[key] for row in rows], weights=poses)) for key in rows[0]}
    return means | {"num_poses": sum(poses)}
