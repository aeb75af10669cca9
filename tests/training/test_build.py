import dataclasses

import numpy as np
import pytest

from posenet3d.errors import ConfigError
from posenet3d.geometry import bones
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import LossConfig, ViewConfig, build
from posenet3d.training.settings.config import AdapterConfig, AugmentConfig, FlowConfig

RATIOS = (1.0,) * 16


@pytest.fixture(scope="module")
def group(poses):
    return (np.arange(len(poses)) % 2).astype(np.int32)


def test_bone_ratios_are_estimated_from_the_poses(small_config, run_data, poses):
    trainer = build.make_trainer(small_config(), run_data())
    true = bones.bone_ratios(poses.keypoints_3d, H36M_17).numpy().mean(axis=0)
    np.testing.assert_allclose(np.squeeze(trainer.bone_ratios), true, atol=0.2)


def test_bone_ratios_that_are_given_are_used(small_config, run_data):
    ratios = tuple(np.linspace(0.5, 1.5, 16).tolist())
    trainer = build.make_trainer(small_config(bone_ratios=ratios), run_data())
    np.testing.assert_allclose(np.squeeze(trainer.bone_ratios), ratios, rtol=1e-6)


def test_every_placement_and_kind_of_body_has_its_ratios(small_config, run_data, group):
    config = small_config(augment=AugmentConfig(placements=3))
    trainer = build.make_trainer(config, run_data(group=group))
    assert np.shape(trainer.placements) == (4, 17, 17)
    assert np.shape(trainer.bone_ratios) == (2, 4, 16)


def test_wrong_number_of_bone_ratios_is_refused(small_config, run_data):
    with pytest.raises(ConfigError, match=r"has 2 values; the skeleton h36m17 has 16 bones"):
        build.make_trainer(small_config(bone_ratios=(1.0, 1.0)), run_data())


def test_one_set_of_ratios_cannot_hold_for_placements_or_kinds(small_config, run_data, group):
    placed = small_config(bone_ratios=RATIOS, augment=AugmentConfig(placements=3))
    mixed = small_config(bone_ratios=RATIOS)
    for config, data in ((placed, run_data()), (mixed, run_data(group=group))):
        with pytest.raises(ConfigError, match="it must be auto"):
            build.make_trainer(config, data)


def test_flow_is_fitted_unless_a_checkpoint_will_replace_it(small_config, run_data, normalised_2d):
    config = small_config(
        loss=LossConfig(flow=1.0), flow=FlowConfig(width=16, num_blocks=2, steps=5, batch_size=64)
    )
    shuffled_2d = np.random.default_rng(0).permuted(normalised_2d, axis=0)
    prefers_real = {}
    for fit in (False, True):
        flow = build.make_trainer(config, run_data(), fit).flow
        prefers_real[fit] = np.mean(flow(shuffled_2d)) - np.mean(flow(normalised_2d))
    assert prefers_real[True] > prefers_real[False] + 0.3


def test_gap_filler_knows_the_poses(small_config, run_data, poses):
    trainer = build.make_trainer(small_config(augment=AugmentConfig(hide=0.3)), run_data())
    present = np.ones((len(poses), 17), bool)
    wrist = H36M_17.index("left_wrist")
    present[:, wrist] = False
    filled = trainer.gap_filler(poses.keypoints_2d, present).numpy()
    error, size = (
        np.linalg.norm(poses.keypoints_2d[:, wrist] - other[:, joint], axis=-1).mean()
        for other, joint in ((filled, wrist), (poses.keypoints_2d, 0))
    )
    assert error < 0.5 * size


@pytest.mark.parametrize(("kind", "elevation"), [("known", 8.0), ("uniform", 0.0)])
def test_estimator_looks_from_where_the_cameras_stood(small_config, run_data, kind, elevation):
    config = small_config(view=ViewConfig(kind=kind), mirror=False)
    data = run_data(scale=300.0)
    trainer = build.make_trainer(config, data)
    estimator = build.make_estimator(trainer, data)
    assert (estimator.elevation, estimator.scale) == (elevation, 300.0)
    assert not estimator.average_mirrored
    for mine, its in zip(
        estimator.lifter.get_weights(), trainer.averaged_lifter.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(mine, its)


def test_batches_hold_what_the_settings_ask_for(small_config, run_data, poses, group):
    plain = next(iter(build.training_data(small_config(), run_data())))
    assert set(plain) == {"keypoints_2d"}
    config = small_config(
        loss=LossConfig(motion=1.0, same_body=1.0), adapter=AdapterConfig(share=0.5)
    )
    rich = next(iter(build.training_data(config, run_data(source=poses, group=group))))
    shapes = {name: tuple(array.shape) for name, array in rich.items()}
    assert shapes == {
        "keypoints_2d": (32, 17, 2), "neighbour_2d": (32, 17, 2), "same_body_2d": (32, 17, 2),
        "group": (32,), "source_2d": (16, 17, 2),
    }  # fmt: skip


def test_batches_go_on_where_they_stopped(small_config, run_data, poses):
    data = run_data(source=poses)
    batches = list(build.training_data(small_config(), data).take(3))
    late = next(iter(build.training_data(small_config(), data, start_step=2)))
    for name, array in late.items():
        np.testing.assert_array_equal(array, batches[2][name])
        assert np.any(array != batches[1][name])


def test_a_run_may_start_from_a_model_that_estimates_its_error(small_config, run_data, tmp_path):
    config = small_config(init_model=str(tmp_path / "saved.keras"))
    lifter = Lifter(**dataclasses.asdict(config.lifter), estimates_error=True)
    PoseEstimator(lifter, H36M_17).save(config.init_model)
    started = build.make_trainer(config, run_data()).lifter
    assert not started.estimates_error
    np.testing.assert_array_equal(started.head.kernel, lifter.head.kernel)
    np.testing.assert_array_equal(started.trunk.widen.dense.kernel, lifter.trunk.widen.dense.kernel)


@pytest.mark.parametrize("saved_with_one", [True, False])
def test_an_elevation_head_that_alone_differs_is_named(
    small_config, run_data, tmp_path, saved_with_one
):
    config = small_config(
        init_model=str(tmp_path / "saved.keras"),
        view=ViewConfig(kind="known" if saved_with_one else "learned"),
    )
    lifter = Lifter(**dataclasses.asdict(config.lifter), elevation=8.0 if saved_with_one else None)
    PoseEstimator(lifter, H36M_17).save(config.init_model)
    said = ("has an elevation", "run has none") if saved_with_one else ("lacks the", "run has one")
    with pytest.raises(ConfigError, match=f"{'.*'.join(said)}, with view_kind={config.view.kind}"):
        build.make_trainer(config, run_data())


@pytest.mark.parametrize("change", [{"width": 8}, {"completes": True}])
def test_initial_model_of_another_size_is_refused_with_its_size(
    small_config, run_data, tmp_path, change
):
    config = small_config(init_model=str(tmp_path / "saved.keras"))
    lifter = Lifter(**dataclasses.asdict(config.lifter) | change)
    PoseEstimator(lifter, H36M_17).save(config.init_model)
    with pytest.raises(ConfigError, match=f"another size than the settings.*{str(change)[1:-1]}"):
        build.make_trainer(config, run_data())


@pytest.mark.parametrize(
    ("known", "kind", "by_elevation"),
    [
        (1.0, "known", True),
        (1.0, "uniform", False),
        (np.nan, "known", False),
        (None, "known", False),
    ],
)
def test_the_flow_looks_at_elevations_where_all_are_known(
    small_config, run_data, poses, known, kind, by_elevation
):
    elevation = None
    if known is not None:
        elevation = np.full(len(poses), 20.0)
        elevation[0] *= known
    train = dataclasses.replace(poses, camera_elevation=elevation)
    loss, view = LossConfig(flow=1.0, signs=1.0), ViewConfig(kind=kind)
    config = small_config(loss=loss, view=view, flow=FlowConfig(width=16, num_blocks=2))
    trainer = build.make_trainer(config, run_data(train=train), fit=False)
    assert trainer.flow.settings["by_elevation"] == by_elevation
