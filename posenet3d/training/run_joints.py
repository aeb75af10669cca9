"""The joints of a run: those of a known skeleton, or of the user's own in a map file."""

from __future__ import annotations

import dataclasses
from typing import Any

from posenet3d.errors import ConfigError
from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.map_files.map_file import MapFile, read_map_file
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.settings.config import PLACEMENTS, TrainingConfig


@dataclasses.dataclass(frozen=True)
class RunJoints:
    """What a run's lifter lifts."""

    skeleton: Skeleton
    map_file: MapFile | None  # where the skeleton is the user's own

    def records(self) -> dict[str, Any]:
        """What a run that goes on must have in common with its beginning: the file may change."""
        if self.map_file is None:
            return {}
        parts = dataclasses.asdict(self.skeleton)
        return {f"skeleton_{name}": parts[name] for name in _RECORDED}

    def note(self) -> str:
        """What is worth saying before a run begins; empty: nothing."""
        skeleton = self.skeleton
        if skeleton.can_be_mirrored:
            return ""
        root = skeleton.joint_names[skeleton.root]
        why = f"its root {root!r} is one of a pair" if skeleton.left else "it has no pairs"
        return f"Nothing is mirrored: the skeleton {skeleton.name!r} cannot be, since {why}."


_RECORDED = ("joint_names", "parents", "left", "right")


def run_joints(config: TrainingConfig) -> RunJoints:
    """The joints that `config.skeleton` names.

    Raises:
      InputError: If it is a map file that cannot be read.
      ConfigError: If its skeleton cannot be trained on.
    """
    if config.skeleton in PLACEMENTS:
        return RunJoints(skeletons.get(config.skeleton), None)
    map_file = read_map_file(config.skeleton)
    if not map_file.has_parents:
        raise ConfigError(
            f"{map_file.path} has no [parents], so nothing says which bones there are to learn."
        )
    if map_file.skeleton.num_joints < MIN_JOINTS:
        raise ConfigError(
            f"{map_file.path} has {map_file.skeleton.num_joints} joints; at least {MIN_JOINTS} are "
            "needed to learn depth from."
        )
    return RunJoints(map_file.skeleton, map_file)


MIN_JOINTS = 4
"""Three points show the same triangle from in front and from behind; ours."""
