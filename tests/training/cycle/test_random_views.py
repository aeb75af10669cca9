import numpy as np
import pytest
import tensorflow as tf

from posenet3d.training import ViewConfig


def new_views(trainer, count):
    """The views `[count, 3, 3]` that the trainer would draw at its present step."""
    lifted = trainer.lifter(tf.zeros([count, 17, 2]))
    return trainer._views(lifted, trainer._seed(0), turned=trainer._turn())[0].numpy()


def test_views_differ_from_step_to_step(make_trainer, fit):
    trainer = make_trainer()
    first = new_views(trainer, 8)
    fit(trainer, steps=1)
    assert np.abs(first - new_views(trainer, 8)).max() > 0.1


@pytest.mark.parametrize("kind", ["uniform", "known"])
def test_views_are_those_of_the_settings(make_trainer, kind):
    trainer = make_trainer(elevation=0.0, view=ViewConfig(kind=kind, elevation_spread=0.0))
    vertical = new_views(trainer, 64) @ [0.0, 1.0, 0.0]
    leaning = np.degrees(np.arccos(np.clip(vertical[:, 1], -1, 1)))
    if kind == "known":  # level cameras stay level
        np.testing.assert_allclose(leaning, 0.0, atol=0.1)
    else:
        assert 10 < leaning.max() < 20.1


def turns(trainer, count=64):
    """How far each view is turned about the vertical, degrees; for level cameras."""
    views = new_views(trainer, count)
    return np.abs(np.degrees(np.arctan2(views[:, 0, 2], views[:, 0, 0])))


def test_turns_grow_from_nothing_to_the_largest(make_trainer):
    view = ViewConfig(max_azimuth=90.0, ramp=0.5)
    trainer = make_trainer(steps=100, steps_per_epoch=10, elevation=0.0, view=view)
    largest = {}
    for step in (0, 25, 50, 100):
        trainer.step.assign(step)
        largest[step] = turns(trainer).max()
    assert largest[0] == pytest.approx(0.0, abs=1e-3)
    assert list(largest.values())[1:] == pytest.approx([45.0, 90.0, 90.0], rel=0.1)


@pytest.mark.parametrize("kind", ["uniform", "known"])
def test_no_view_is_turned_further_than_the_settings_say(make_trainer, kind):
    trainer = make_trainer(elevation=0.0, view=ViewConfig(kind=kind, max_azimuth=60.0))
    assert 50 < turns(trainer).max() < 66  # the tilt adds a little


def vertical(elevation):
    """Which way is down for cameras at elevations `[N]` in radians: `[N, 3]`."""
    return np.stack([np.zeros_like(elevation), np.cos(elevation), np.sin(elevation)], axis=-1)


def test_the_cameras_of_poses_that_say_theirs_are_undone(make_trainer, normalised_2d):
    """And only theirs; new views of these are those of such cameras again."""
    trainer = make_trainer(view=ViewConfig(elevation_spread=0.0))
    trainer.elevations = np.radians([-20.0, 0.0, 50.0]).tolist()
    own = np.radians(np.linspace(-20, 50, len(normalised_2d))).astype(np.float32)
    own[::2] = np.nan
    lifted = trainer.lifter(normalised_2d)
    matrices, elevation_to = trainer._views(lifted, trainer._seed(0), own)
    undone = np.where(np.isnan(own), np.radians(8.0), own)
    turned = np.einsum("nij,nj->ni", matrices, vertical(undone))
    to = elevation_to.numpy()
    np.testing.assert_allclose(turned, vertical(to), atol=1e-5)
    np.testing.assert_allclose(to[::2], np.radians(8.0), rtol=1e-5)
    assert set(np.degrees(to[1::2]).round(3)) == {-20.0, 0.0, 50.0}


def test_a_lifter_that_knows_its_cameras_undoes_their_elevation(make_trainer, normalised_2d):
    view = ViewConfig(kind="learned", elevation_spread=0.0)
    trainer = make_trainer(view=view)
    lifted = trainer.lifter(normalised_2d)
    own = np.radians(np.linspace(-30, 30, len(normalised_2d))).astype(np.float32)
    matrices, elevation_to = trainer._views(lifted._replace(elevation=own), trainer._seed(0))
    np.testing.assert_allclose(elevation_to, np.radians(8.0), rtol=1e-5)
    # The vertical of a camera at that elevation becomes that of one at 8 degrees.
    turned = np.einsum("nij,nj->ni", matrices, vertical(own))
    expected = vertical(np.full(len(own), np.radians(8.0)))
    np.testing.assert_allclose(turned, expected, atol=1e-5)
