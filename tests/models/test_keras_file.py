"""A `.keras` file is read as data: all of it is what it should be, or none of it is loaded."""

import h5py
import numpy as np
import pytest

from posenet3d.models import Lifter, PoseEstimator, load, weights_file
from posenet3d.models.weights import named_weights, shapes_of
from posenet3d.skeletons.skeleton import H36M_17
from tests.fixtures.keras_files import FIXTURES, assert_refused, edited

HEAD = "layers/lifter/head/vars"
TRUNK = "layers/lifter/layers/residual_trunk"
FIRST_BLOCK = f"{TRUNK}/blocks/container"
NORM = f"{TRUNK}/widen/norm/vars"


@pytest.fixture
def built(monkeypatch):
    """The lifters that were made of a file."""
    made = []

    def make(**settings):
        made.append(settings)
        return Lifter(**settings)

    monkeypatch.setattr(weights_file, "Lifter", make)
    return made


@pytest.mark.parametrize("writer", ["keras_2", "keras_3"])
def test_each_keras_reads_what_any_has_written(tmp_path, writer):
    loaded = load(edited(tmp_path / "a.keras", writer=writer))
    expected = load(FIXTURES / writer / "estimator.npz")
    assert loaded.skeleton == expected.skeleton
    assert_same_weights(loaded, expected)


def assert_same_weights(loaded, expected):
    expected = named_weights(expected)
    assert expected
    for name, weight in named_weights(loaded).items():
        np.testing.assert_array_equal(weight, expected[name], err_msg=name)


@pytest.mark.parametrize(
    "settings",
    [
        {"num_blocks": 0, "normalisation": "none"},
        {"num_blocks": 3, "normalisation": "layer", "dropout": 0.2, "completes": True},
        {"num_blocks": 2, "normalisation": "batch", "dropout": 0.1, "elevation": -8.0},
        {"num_blocks": 1, "activation": "gelu", "completes": True, "elevation": 0},
        {"num_blocks": 1, "estimates_error": True},
        {"num_blocks": 1, "completes": True, "elevation": 0, "estimates_error": True},
    ],
    ids=str,
)
def test_what_this_keras_writes_comes_back(settings, tmp_path):
    estimator = PoseEstimator(Lifter(width=4, **settings), H36M_17, scale=2.5, name="mine")
    estimator.lifter.trainable = False
    rng = np.random.default_rng(0)
    for weight in named_weights(estimator.lifter).values():
        weight.assign(rng.uniform(0.5, 1.0, size=weight.shape))
    estimator.gap_filler.adapt(rng.uniform(100, 900, size=[200, 17, 2]))
    estimator.save(tmp_path / "a.keras")
    loaded = load(tmp_path / "a.keras")
    assert loaded.get_config() == estimator.get_config()
    assert_same_weights(loaded, estimator)
    shapes = {name: tuple(weight.shape) for name, weight in named_weights(estimator).items()}
    assert shapes_of(weights_file._DEFAULTS | {"width": 4} | settings) == shapes


@pytest.mark.current_stack("Keras 2.15 does not keep it")
def test_precision_comes_back(tmp_path):
    lifter = Lifter(width=4, num_blocks=1, dtype="mixed_bfloat16")
    PoseEstimator(lifter, H36M_17).save(tmp_path / "a.keras")
    assert load(tmp_path / "a.keras").lifter.dtype_policy.name == "mixed_bfloat16"


def without(*paths):
    def change(file):
        for path in paths:
            del file[path]

    return change


def put(path, array, **storage):
    def change(file):
        if path in file:
            del file[path]
        file.create_dataset(path, data=np.asarray(array, np.float32), **storage)

    return change


def spoilt(path, value):
    def change(file):
        file[path][0] = value

    return change


def linked(link):
    def change(file):
        del file[f"{HEAD}/1"]
        file[f"{HEAD}/1"] = link

    return change


def in_another_file(file):
    del file[f"{HEAD}/1"]
    file.create_dataset(f"{HEAD}/1", [17], np.float32, external=[("other.bin", 0, 68)])


def virtual(file):
    del file[f"{HEAD}/1"]
    layout = h5py.VirtualLayout((17,), np.float32)
    layout[:] = h5py.VirtualSource("other.h5", "bias", (17,))
    file.create_virtual_dataset(f"{HEAD}/1", layout)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without(f"{HEAD}/0"), rf"1 of its 26 weights are missing: {HEAD}/0 \(Keras 3"),
        (without(f"{FIRST_BLOCK}/dense_unit_1/dense"), "2 of its 26 weights are missing"),
        (without(FIRST_BLOCK), "12 of its 26 weights are missing"),
        (without("gap_filler/vars/1"), "gap_filler/vars/1"),
        (without("layers"), "24 of its 26 weights are missing"),
        (put(f"{TRUNK}/blocks/container_1/vars/0", [1]), "it holds .*_1, which its lifter has not"),
        (put("more", [1.0]), "it holds more, which its lifter has not"),
        (put(f"{HEAD}/2", [1.0]), f"it holds {HEAD}/2"),
        (put(f"{HEAD}/1", np.ones(16)), r"must be real numbers \[17\], got float32 \[16\]"),
        (put(f"{HEAD}/1", np.ones(17), chunks=(17,)), "is not stored whole"),
        (spoilt(f"{HEAD}/1", np.nan), "lifter/head/bias holds nan or infinity"),
        (spoilt("gap_filler/vars/0", -np.inf), "gap_filler/mean holds nan or infinity"),
        (spoilt(f"{HEAD}/1", 1e30), r"lifter/head/bias holds numbers from .* to 1e\+30"),
        (spoilt(f"{NORM}/3", -0.5), "moving_variance holds numbers from -0.5"),
        (spoilt("gap_filler/vars/1", -9.0), "gap_filler/covariance is not positive"),
        (linked(h5py.SoftLink(f"/{HEAD}/0")), f"{HEAD}/1 is a link"),
        (linked(h5py.ExternalLink("other.h5", "/bias")), f"{HEAD}/1 is a link"),
        (linked(np.dtype("f4")), "holds no data"),
        (in_another_file, "is not stored whole in its file"),
        (virtual, "is not stored whole in its file"),
    ],
)
def test_weights_that_are_not_those_of_the_lifter_are_refused(tmp_path, built, change, message):
    assert_refused(edited(tmp_path / "a.keras", weights=change), message)
    assert not built or "covariance" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 12000}, "must be real numbers"),
        ({"width": 10**9}, "width must lie between 1 and 65536"),
        ({"width": 8.0}, "width of lifter must not be 8.0"),
        ({"num_blocks": 2}, "12 of its 38 weights are missing"),
        ({"num_blocks": 0}, "it holds .*/blocks, which its lifter has not"),
        ({"num_blocks": 10**6}, "num_blocks must lie between 0 and 1000"),
        ({"num_joints": 10**6}, "num_joints must lie between 1 and 1000"),
        ({"completes": False}, "correction_head, which its lifter has not"),
        ({"completes": 1}, "completes of lifter must not be 1"),
        ({"elevation": None}, "elevation_head, which its lifter has not"),
        ({"elevation": 1e300}, "elevation must lie between -90 and 90 degrees"),
        ({"elevation": float("nan")}, "its settings hold NaN"),
        ({"estimates_error": True}, "4 of its 30 weights are missing"),
        ({"estimates_error": "yes"}, "estimates_error of lifter must not be 'yes'"),
        ({"normalisation": "none"}, "norm, which its lifter has not"),
        ({"activation": "a" * 300}, "activation of lifter must not be 'aaa"),
        ({"normalisation": "group"}, "normalisation must be one of"),
        ({"more": 1}, "lifter has no setting 'more'"),
        ({"dtype": "float8"}, "its precision must be one of"),
        ({"trainable": "no"}, "trainable of Lifter"),
        ({"name": "../a"}, "has a name that is none"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_lifters_that_are_not_in_the_file_are_refused(tmp_path, built, change, message):
    assert_refused(edited(tmp_path / "a.keras", lifter=change), message)
    assert not built or "degrees" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"elevation": float("nan")}, "its settings hold NaN"),
        ({"elevation": 1e300}, "elevation must lie between -90 and 90 degrees"),
        ({"elevation": True}, "elevation of the estimator must not be True"),
        ({"scale": -1}, "scale must be a positive number"),
        ({"scale": 1e-300}, "scale must be a positive number"),
        ({"scale": float("inf")}, "its settings hold Infinity"),
        ({"average_turned": 2}, "average_turned must lie between 0 and 1"),
        ({"average_mirrored": "yes"}, "average_mirrored of the estimator must not be 'yes'"),
        ({"more": []}, "the estimator has no setting 'more'"),
        ({"skeleton": {"name": "x", "joint_names": ["a"] * 1001}}, "more than 1000 joints"),
        ({"skeleton": {"name": "x", "parents": 1}}, "parents of skeleton must not be 1"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_settings_out_of_range_are_refused(tmp_path, change, message):
    assert_refused(edited(tmp_path / "a.keras", settings=change), message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"left": [99]}, "must be joints from 0 to 16"),
        ({"left": [-1]}, "must be joints from 0 to 16"),
        ({"left": ["a"]}, "left of skeleton must not hold 'a'"),
        ({"left": [4.0]}, "left of skeleton must not hold 4.0"),
        ({"left": [4, 4], "right": [1, 2]}, "must be disjoint"),
        ({"stature_weights": [1e9] * 16}, "must lie between -100 and 100"),
    ],
    ids=str,
)
def test_skeletons_that_cannot_be_are_refused(tmp_path, change, message):
    skeleton = {"name": "x", "joint_names": list("abcdefghijklmnopq"), "parents": [-1] + [0] * 16}
    skeleton |= {"left": [4], "right": [1]} | change
    assert_refused(edited(tmp_path / "a.keras", settings={"skeleton": skeleton}), message)


def test_blocks_that_are_all_the_same_one_are_refused(tmp_path):
    def change(file):
        for number in range(1, 200):
            file[f"{TRUNK}/blocks/container_{number}"] = file[FIRST_BLOCK]

    path = edited(tmp_path / "a.keras", lifter={"num_blocks": 200}, weights=change)
    assert_refused(path, "its weights overlap each other")
