"""An estimator as plain arrays: the same on both stacks, and nothing but what it should be."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import InputError
from posenet3d.models import Lifter, load
from posenet3d.models.weights import copy_weights, named_weights
from posenet3d.models.weights_file import save_weights_file
from posenet3d.platform import stack
from tests.fixtures.checkout import CHECKOUT
from tests.models import other_stack

HERE = Path(__file__).resolve().parent
OTHER_PYTHON = os.environ.get("POSENET3D_OTHER_PYTHON")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    other_stack.write(folder)
    return folder


def test_weights_file_keeps_outputs(saved, tmp_path):
    (tmp_path / "a.npz").write_bytes((saved / "estimator.npz").read_bytes())
    again = other_stack.answers(load(tmp_path / "a.npz"))
    np.testing.assert_array_equal(again, np.load(saved / "answers.npy"))


def test_all_settings_come_back(make_estimator, tmp_path):
    estimator = make_estimator(scale=321.5, average_mirrored=False, average_turned=0.25)
    save_weights_file(estimator, tmp_path / "a.npz")
    loaded = load(tmp_path / "a.npz")
    for name in ("scale", "elevation", "average_mirrored", "average_turned", "skeleton"):
        assert getattr(loaded, name) == getattr(estimator, name)
    for name in ("width", "normalisation", "num_blocks"):
        assert loaded.lifter.trunk.settings[name] == estimator.lifter.trunk.settings[name]


@pytest.mark.parametrize("writer", ["keras_2", "keras_3"])
def test_what_each_stack_has_written_gives_the_same_here(writer):
    assert other_stack.difference(HERE / "fixtures" / writer) < 1e-5


@pytest.mark.skipif(OTHER_PYTHON is None, reason="POSENET3D_OTHER_PYTHON names no interpreter")
def test_the_other_interpreter_gives_the_same(saved, tmp_path):
    def ask(*arguments):
        command = [OTHER_PYTHON, str(HERE / "other_stack.py"), *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout

    there = ask("read", saved)
    assert stack.NAME not in there
    assert float(there.rsplit(" ", 1)[1]) < 1e-5
    ask("write", tmp_path)
    assert other_stack.difference(tmp_path) < 1e-5


@pytest.mark.parametrize("name", ["full", "small"])
def test_pretrained_weights_file_is_the_same_model(name):
    folder = CHECKOUT / "saved_models" / name
    expected = posenet3d.load(name)
    loaded = load(folder / "estimator.npz")
    assert loaded.skeleton == expected.skeleton
    for key, weight in named_weights(expected).items():
        np.testing.assert_array_equal(weight, named_weights(loaded)[key])


def test_lists_of_weights_may_differ_in_order():
    source, target = (Lifter(width=8, num_blocks=1) for _ in range(2))
    source.build()
    target.build()
    target.trainable = False  # by which Keras 2 orders what it returns
    copy_weights(source, target)
    inputs = np.random.default_rng(0).normal(size=[4, 17, 2]).astype(np.float32) * 0.1
    np.testing.assert_array_equal(target(inputs).depth_offsets, source(inputs).depth_offsets)
    with pytest.raises(ValueError, match="differ in the weights"):
        copy_weights(source, source.trunk)


def rewrite(source, path, **changes):
    """Copies a weights file with other arrays; None leaves one out."""
    with np.load(source) as archive:
        arrays = dict(archive) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def with_config(source, **changes):
    with np.load(source) as archive:
        config = json.loads(str(archive["config"]))
    return np.array(json.dumps(config | changes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lifter/head/bias": None}, "its weights are not those of"),
        ({"lifter/more": np.ones(2)}, "its weights are not those of"),
        ({"lifter/head/bias": np.ones(16)}, r"lifter/head/bias must be an array \[17\], got"),
        ({"lifter/head/bias": np.full(17, object())}, "lifter/head/bias must be an array"),
        ({"lifter/head/bias": np.full(17, np.nan)}, "lifter/head/bias holds nan"),
        ({"lifter/head/bias": np.array(["a"] * 17)}, "lifter/head/bias"),
        ({"config": None}, "config"),
        ({"config": np.array("{}")}, "another version"),
        ({"config": np.array(" " * (1 << 21))}, "its config is too long"),
        ({"lifter/head/bias": np.full(17, 1e30)}, "lifter/head/bias holds numbers from"),
        ({"config": np.array("hello")}, "cannot be read"),
    ],
)
def test_damaged_weights_file_is_refused(saved, tmp_path, change, message):
    rewrite(saved / "estimator.npz", tmp_path / "a.npz", **change)
    with pytest.raises(InputError, match=message) as caught:
        load(tmp_path / "a.npz")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "posenet3d estimator 2"},
        {"lifter": {"width": 12000}},
        {"lifter": {"width": 10**9}},
        {"lifter": {"number": 1}},
        {"lifter": None},
        {"skeleton": {}},
        {"scale": -1},
        {"elevation": float("nan")},
        {"elevation": 1e300},
        {"average_turned": 2.0},
    ],
    ids=str,
)
def test_configuration_that_cannot_be_is_refused(saved, tmp_path, change):
    source = saved / "estimator.npz"
    rewrite(source, tmp_path / "a.npz", config=with_config(source, **change))
    with pytest.raises(InputError, match="cannot be read as a weights file"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_file_cut_short(saved, tmp_path, share):
    content = (saved / "estimator.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="cannot be read as a weights file"):
        load(tmp_path / "a.npz")


def test_pose_archive_is_no_model(tmp_path):
    np.savez(tmp_path / "poses.npz", keypoints_2d=np.zeros([2, 17, 2]))
    with pytest.raises(InputError, match="cannot be read as a weights file"):
        load(tmp_path / "poses.npz")


def test_other_endings_are_refused(saved, make_estimator, tmp_path):
    with pytest.raises(InputError, match=r"must end in \.npz"):
        save_weights_file(make_estimator(), tmp_path / "a.h5")
    assert zipfile.is_zipfile(saved / "estimator.npz")
