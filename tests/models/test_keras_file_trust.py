"""Nothing of a `.keras` file chooses what is called, or how much is read."""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from posenet3d.models import load, weights_file
from tests.fixtures.keras_files import FIXTURES, WEIGHTS, assert_refused, edited


def test_keras_itself_opens_nothing(tmp_path, monkeypatch):
    def refuse(*args, **settings):
        raise AssertionError("Keras was asked")

    for name in ("load_model", "deserialize_keras_object"):
        monkeypatch.setattr(keras.saving, name, refuse)
    load(edited(tmp_path / "a.keras"))


LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "registered_name": None, "config": {}}
OTHER_MODULE = {"module": "somewhere.else"}


@pytest.mark.parametrize(
    "change",
    [
        lambda config: LAMBDA,
        lambda config: config | OTHER_MODULE,
        lambda config: config | {"registered_name": "posenet3d>Lifter"},
        lambda config: config | {"more": LAMBDA},
        lambda config: config | {"config": config["config"] | {"lifter": LAMBDA}},
        lambda config: (
            config
            | {"config": config["config"] | {"lifter": config["config"]["lifter"] | OTHER_MODULE}}
        ),
        lambda config: config | {"config": config["config"] | {"scale": LAMBDA}},
        lambda config: config | {"config": config["config"] | {"skeleton": LAMBDA}},
        lambda config: config | {"config": config["config"] | {"dtype": LAMBDA}},
        lambda config: [config],
    ],
)
def test_settings_that_name_another_class_are_refused(tmp_path, monkeypatch, change):
    monkeypatch.setattr(weights_file, "Lifter", None)  # it is not made
    message = (
        "settings are not those|holds a Lambda|must not be {|no setting|precision must be|no names"
    )
    assert_refused(edited(tmp_path / "a.keras", config=change), message)


def test_lambda_whose_code_would_leave_a_mark_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    layer = keras.layers.Lambda(lambda features: (open("mark", "w").close(), features)[1])
    described = keras.saving.serialize_keras_object(layer)
    assert_refused(
        edited(tmp_path / "a.keras", settings={"lifter": described}), "not those of posenet3d's Lif"
    )
    assert not Path("mark").exists()
    layer(np.ones([1, 2], np.float32))
    assert Path("mark").exists()  # so it would have been


def test_settings_that_keras_takes_for_itself_are_not_looked_at(tmp_path):
    def change(config):
        return config | {"build_config": LAMBDA, "compile_config": LAMBDA}

    load(edited(tmp_path / "a.keras", config=change))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("config.json", b"{}"), "holds config.json twice"),
        (("assets/a", b""), r"its members are \['assets/a', .*, not Keras's three"),
    ],
)
def test_archive_that_holds_more_is_refused(tmp_path, more, message):
    path = edited(tmp_path / "a.keras")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(*more)
    assert_refused(path, message)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (b" " * (1 << 21), "its settings are too long"),
        (b"[" * (1 << 19), "recursion"),
        (b"{}", "holds a None"),
        (b"\xff", "cannot be read"),
    ],
    ids=["long", "deep", "empty", "no text"],
)
def test_settings_that_are_none_are_refused(tmp_path, config, message):
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        archive.writestr("config.json", config)
        archive.writestr(WEIGHTS, b"")
    assert_refused(tmp_path / "a.keras", message)


@pytest.mark.parametrize("version", ["1.0", "4.0", 3, None, "3.15.1\n"], ids=repr)
def test_file_of_no_known_keras_is_refused(tmp_path, version):
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", "{}")
        archive.writestr(WEIGHTS, b"")
    assert_refused(tmp_path / "a.keras", "names no version 2 or 3 of Keras")


def test_weights_file_beside_it_is_named(tmp_path):
    edited(tmp_path / "a.keras", lifter={"width": 9})
    assert_refused(tmp_path / "a.keras", r"real numbers.* Copy it anew; .*--weights")
    (tmp_path / "a.npz").write_bytes((FIXTURES / "keras_3" / "estimator.npz").read_bytes())
    assert_refused(tmp_path / "a.keras", r"real numbers.* Give its weights file .*a\.npz\.$")
    load(tmp_path / "a.npz")
