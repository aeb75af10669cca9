"""From settings and poses to what a run trains: the trainer, its batches, its estimator."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from posenet3d.data import pipeline
from posenet3d.distribution import ALONE, Team
from posenet3d.errors import ConfigError
from posenet3d.models import Lifter, PoseEstimator, PoseFlow, load
from posenet3d.models.weights import copy_weights, named_weights
from posenet3d.training.augmentation.placements import draw_placements
from posenet3d.training.cycle.flow_fitting import fit_flow
from posenet3d.training.cycle.trainer import GeometricSelfSupervision
from posenet3d.training.estimates.bone_ratios import ratio_tables
from posenet3d.training.prepare import RunData, source_batch_size
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.updates.optimizers import make_optimizers

_QUANTILES = 101  # of the cameras' elevations


def make_trainer(
    config: TrainingConfig, data: RunData, fit: bool = True, team: Team = ALONE
) -> GeometricSelfSupervision:
    """The compiled trainer of a run, with new weights.

    Args:
      config: The settings, the elevation a number.
      data: The run's poses.
      fit: Whether to fit the flow; False where a checkpoint will replace its weights anyway.
      team: The devices that it is to be trained on.
    """
    skeleton = data.skeleton
    given = config.bone_ratios
    if given and len(given) != len(skeleton.bones):
        raise ConfigError(
            f"bone_ratios has {len(given)} values; the skeleton {skeleton.name} has "
            f"{len(skeleton.bones)} bones."
        )
    if given and (config.augment.placements or data.group is not None):
        raise ConfigError(
            "bone_ratios can be given for one kind of body with its joints in one placement; with "
            "augment_placements or synthetic_sequences beside train_data it must be auto."
        )
    placements = draw_placements(skeleton, config.augment.placements, config.seed)
    pixels = data.train.pixels.keypoints_2d
    ratios = given or ratio_tables(pixels, data.group, placements, skeleton)
    flow = _make_flow(config, data, fit) if config.loss.flow else None
    with team.scope():
        trainer = GeometricSelfSupervision(
            config, skeleton, ratios, placements.tolist(), _elevations(data), flow=flow
        )
        trainer.compile(*make_optimizers(config), jit_compile=config.jit_compile)
    if trainer.gap_filler is not None:
        trainer.gap_filler.adapt(_sample(data))
    if config.init_model:
        _start_from(trainer, config.init_model)
    return trainer


def _start_from(trainer: GeometricSelfSupervision, model: str) -> None:
    """Gives both lifters the weights of a saved model's."""
    lifter = load(model).lifter
    if lifter.estimates_error:  # learned in the second stage alone
        whole = named_weights(lifter)
        lifter = Lifter.from_config(lifter.get_config() | {"estimates_error": False})
        lifter.build()
        for name, weight in named_weights(lifter).items():
            weight.assign(whole[name])
    saved, own = (
        {(name, tuple(w.shape)) for name, w in named_weights(network).items()}
        for network in (lifter, trainer.lifter)
    )
    differing = {name.split("/")[0] for name, _ in saved ^ own}
    if differing == {"elevation_head"}:
        needed = trainer.lifter.elevation_head is not None
        raise ConfigError(
            f"init_model {model} {'lacks the' if needed else 'has an'} elevation head, the second "
            f"output of view_kind=learned; the run has {'one' if needed else 'none'}, with "
            f"view_kind={trainer.config.view.kind}. All else is the same: change view_kind, or "
            "start from another model."
        )
    if differing:
        made = lifter.trunk.settings | {"completes": lifter.completes}
        raise ConfigError(
            f"init_model {model} has another size than the settings: it was made for "
            f"{lifter.num_joints} joints with {made}."
        )
    for network in (trainer.lifter, trainer.averaged_lifter):
        copy_weights(lifter, network)


def make_estimator(trainer: GeometricSelfSupervision, data: RunData) -> PoseEstimator:
    """An estimator with a copy of the averaged lifter and the training poses' statistics."""
    lifter = Lifter.from_config(trainer.averaged_lifter.get_config())
    config = trainer.config
    estimator = PoseEstimator(
        lifter,
        data.skeleton,
        data.scale,
        elevation=0.0 if config.view.kind == "uniform" else config.elevation,
        average_mirrored=config.mirror and config.average_mirrored,
        average_turned=config.average_turned,
    )
    copy_weights(trainer.averaged_lifter, lifter)
    estimator.gap_filler.adapt(_sample(data))
    return estimator


def _elevations(data: RunData) -> list[float] | None:
    """Quantiles of the elevations that are known, in radians: new views are seen from these."""
    known = data.train.elevation
    known = known[np.isfinite(known)]
    return np.quantile(known, np.linspace(0.0, 1.0, _QUANTILES)).tolist() if len(known) else None


def _make_flow(config: TrainingConfig, data: RunData, fit: bool) -> PoseFlow:
    settings, skeleton = config.flow, data.skeleton
    components = min(settings.num_components, 2 * (skeleton.num_joints - 1))
    elevation = data.train.elevation
    by_elevation = bool(np.isfinite(elevation).all()) and config.view.kind == "known"
    flow = PoseFlow(
        skeleton.num_joints,
        skeleton.root,
        components,
        settings.num_blocks,
        settings.width,
        by_elevation=by_elevation,
    )
    if fit:
        fit_flow(flow, data.train.read(), skeleton, settings, config.seed, elevation)
    return flow


def _sample(data: RunData) -> np.ndarray:
    """2D poses in pixels, enough for their mean and covariance."""
    return data.train.pixels.keypoints_2d[:: max(1, len(data.train) // 50_000)]


def training_data(
    config: TrainingConfig, data: RunData, start_step: int = 0, team: Team = ALONE
) -> tf.data.Dataset:
    """The batches of a run, with all that its settings ask for; what the team's process reads."""
    share = pipeline.Share(team.replicas, team.first, team.local)
    batches = pipeline.training_batches(
        data.train,
        config.batch_size,
        config.seed,
        start_step,
        neighbours=config.loss.motion > 0,
        same_body=config.loss.same_body > 0,
        group=data.group,
        share=share,
    )
    if data.source is None:
        return batches
    return pipeline.with_source(
        batches, data.source, source_batch_size(config), config.seed, start_step, share
    )
