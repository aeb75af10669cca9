"""What an adaptation does, and why: decided by what the recordings show, without any label."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from posenet3d.adapting.config import AdaptConfig
from posenet3d.adapting.found import SIDES, Found
from posenet3d.errors import ConfigError, TrainingError
from posenet3d.models import PoseEstimator
from posenet3d.motion.refine import MIN_FRAMES
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.prepare import varied
from posenet3d.training.settings.config import PLACEMENTS, TrainingConfig
from posenet3d.training.settings.network_settings import FlowConfig, LifterConfig
from posenet3d.training.settings.step_settings import AugmentConfig, LossConfig, OptimizerConfig
from posenet3d.training.settings.student_settings import StudentConfig
from posenet3d.training.student.several_cameras import shown_at_once

LEAST_POSES = 64
"""Fewer poses say nothing of a body or a motion. Ours."""

ENOUGH_POSES, ENOUGH_SIDES = 2000, 4
"""Fewer poses, or from fewer sides, are too little for another lifter: it stays nearer to the
pretrained one. Ours."""

MUCH_POSES, MUCH_SIDES = 10_000, 6
"""From so many poses, and from so many sides, a lifter of their own can be trained from nothing. It
makes other mistakes than the pretrained one, and the mean of both is better than each. Ours."""

_PROCEDURAL = 500  # sequences of 40 frames that keep what is known
_STEPS, _FEW_STEPS, _STEPS_FROM_NOTHING = 2000, 300, 3000
_CYCLE = {
    "batch_size": 256,
    "loss": LossConfig(adversarial=0.0, flow=3.0),
    "optimizer": OptimizerConfig(clip_norm=10.0),
}
_CYCLE_BLOCKS = 2  # of the lifter that is trained from nothing
_LEARNING_RATE, _SMALL_LEARNING_RATE = 1e-3, 5e-4
_KEPT, _KEPT_WITH_LITTLE = 0.3, 0.5  # of the pretrained weights
_EPOCHS = 10
_MOSTLY = 0.5  # share of poses seen by several cameras that says enough of depth; ours
_FLOW = FlowConfig()
_DAMAGE = AugmentConfig(placements=512, hide=0.4, noise=0.04, swap=0.02, clean=0.4)


@dataclasses.dataclass(frozen=True)
class Plan:
    """A training, and the reasons for it.

    Args:
      training: Its settings.
      reasons: Sentences for the user.
    """

    training: TrainingConfig
    reasons: tuple[str, ...]


def make_plan(
    config: AdaptConfig,
    found: Found,
    model: PoseEstimator,
    map_file: MapFile | None,
    train_data: Path,
) -> Plan:
    """Decides how to train.

    Args:
      config: The settings.
      found: What the recordings show.
      model: The pretrained lifter.
      map_file: The recordings' own skeleton and its maps, or None.
      train_data: The archive that holds the recordings' poses.

    Raises:
      TrainingError: If there are too few poses, or they are all the same.
      ConfigError: If the pretrained lifter says too little to be adapted.
    """
    count = len(found.poses)
    if count < LEAST_POSES:
        raise TrainingError(
            f"There are {count} poses to learn from, and at least {LEAST_POSES} are needed; lift "
            f"them with the pretrained lifter (posenet3d lift --model={config.model})."
        )
    varied(found.poses)  # raises where they are nearly all the same
    if found.poses.skeleton != model.skeleton:
        return _from_nothing(config, found, model, train_data)
    if not model.lifter.estimates_error or model.lifter.elevation_head is None:
        raise ConfigError(
            f"model {config.model} does not estimate its error and the camera's elevation, which "
            "adapting needs: take a pretrained one, or one with a second stage (--student_steps)."
        )
    own_skeleton = model.skeleton.name not in PLACEMENTS
    if own_skeleton and (map_file is None or map_file.skeleton != model.skeleton):
        raise ConfigError(
            f"model {config.model} lifts the skeleton {model.skeleton.name}, which is none of "
            f"{', '.join(PLACEMENTS)}: give the map file with which it was trained (--map_file), "
            "and recordings with its joints."
        )
    count = found.moving
    if count < LEAST_POSES:
        raise TrainingError(
            f"Of {len(found.poses)} poses, {count} are of bodies that are seen in {MIN_FRAMES} "
            f"frames or more, and at least {LEAST_POSES} are needed: single images do not say how "
            "long a body's bones are. train.py can learn from many of them (docs/training.md)."
        )
    reasons = [
        f"From the pretrained lifter {config.model}: it lifts the recordings; then bones of one "
        "body get one length, depth is averaged over time, and the lifter learns these poses."
    ]
    enough = count >= ENOUGH_POSES and found.sides >= ENOUGH_SIDES
    if not enough:
        reasons.append(
            f"Too little to learn much from: {count} poses in motion, from {found.sides} of "
            f"{SIDES} sides, where {ENOUGH_POSES} poses from {ENOUGH_SIDES} sides are enough. The "
            "lifter stays near the pretrained one. It will be better for these recordings, hardly "
            "for others."
        )
    together = _shown_together(config, found)
    if together:
        reasons.append(
            f"Several cameras saw {100 * together:.0f} % of the poses at once: these are made to "
            "agree, as far as they do."
        )
    cycle = count >= MUCH_POSES and found.sides >= MUCH_SIDES and together < _MOSTLY
    if cycle:
        reasons.append(
            "There is enough to train a lifter of their own from nothing, which takes minutes: the "
            "mean of what both say is better than what each says."
        )
    steps = _rounded(config.steps or (_STEPS if enough else _FEW_STEPS))
    general = config.keep_general and set(model.skeleton.joint_names) <= set(H36M_17.joint_names)
    kept = _KEPT if enough else _KEPT_WITH_LITTLE
    lifter = model.lifter
    size = dict(lifter.trunk.settings)
    student = StudentConfig(
        steps=steps,
        teacher="" if cycle else config.model,
        init=config.model,
        general=config.model if general else "",
        own=0.5 if general else 0.0,
        kept=kept if config.keep_general else 0.0,
        agree=config.several_cameras,
        learning_rate=_LEARNING_RATE if enough else _SMALL_LEARNING_RATE,
        width=size["width"],
        num_blocks=size["num_blocks"],
        lowest=-30.0,
        highest=60.0,
    )
    if cycle:
        size["num_blocks"] = _CYCLE_BLOCKS
    training = TrainingConfig(
        run_dir=config.output,
        train_data=str(train_data),
        eval_data=config.eval_data or str(train_data),
        synthetic_sequences=_PROCEDURAL if general else 0,
        skeleton=config.map_file if own_skeleton else model.skeleton.name,
        steps_per_epoch=steps // _EPOCHS,
        steps=steps,
        average_mirrored=model.average_mirrored,
        average_turned=model.average_turned,
        lifter=LifterConfig(**size, completes=lifter.completes),
        augment=_DAMAGE if lifter.completes else AugmentConfig(placements=_DAMAGE.placements),
        student=student,
        figures=config.figures,
        seed=config.seed,
        # A student has batches of its own: this size is but the least number of poses.
        **(_CYCLE | {"flow": _FLOW} if cycle else {"batch_size": LEAST_POSES}),
    )
    return Plan(training, tuple(reasons))


def _shown_together(config: AdaptConfig, found: Found) -> float:
    """Share of the poses that several cameras may have seen at once."""
    if not config.several_cameras:
        return 0.0
    motions = shown_at_once(found.poses.lengths, list(found.poses.sequences))
    return sum(rows.size for rows in motions) / len(found.poses)


def _from_nothing(
    config: AdaptConfig, found: Found, model: PoseEstimator, train_data: Path
) -> Plan:
    """The cycle alone, for joints that the pretrained lifter does not know."""
    names = ", ".join(found.poses.skeleton.joint_names)
    reason = (
        f"From nothing: the joints of {config.map_file} ({names}) do not lead to those of "
        f"{config.model}."
    )
    steps = _rounded(config.steps or _STEPS_FROM_NOTHING)
    training = TrainingConfig(
        run_dir=config.output,
        train_data=str(train_data),
        eval_data=config.eval_data or str(train_data),
        skeleton=config.map_file,
        elevation=config.elevation,
        steps=steps,
        steps_per_epoch=steps // _EPOCHS,
        flow=_FLOW,
        figures=config.figures,
        seed=config.seed,
        **_CYCLE | {"batch_size": min(_CYCLE["batch_size"], len(found.poses))},
    )
    return Plan(training, (reason,))


def _rounded(steps: int) -> int:
    """The next number of steps that makes whole epochs."""
    return -(-steps // _EPOCHS) * _EPOCHS
