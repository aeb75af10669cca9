import json
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import posenet3d
from posenet3d.errors import InputError
from posenet3d.models import Lifter, load, loading
from posenet3d.models.loading import ESTIMATOR_FILE
from tests.fixtures.checkout import CHECKOUT

PRETRAINED = sorted(path.parent for path in CHECKOUT.glob(f"saved_models/*/{ESTIMATOR_FILE}"))
INSTALLED = "posenet3d/saved_models"  # as a wheel has them
BESIDE = "saved_models_of_the_checkout"


@pytest.fixture(scope="module")
def saved(estimator, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / ESTIMATOR_FILE
    estimator.save(path)
    return path


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """An empty working directory; what is installed, and its checkout, have no models."""
    monkeypatch.chdir(tmp_path)
    shelves = (tmp_path / INSTALLED, tmp_path / BESIDE)
    monkeypatch.setattr(loading, "_SHELVES", shelves)
    return tmp_path


def put(saved, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(saved, path)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("mine.keras", "mine.keras"),
        (f"folder/{ESTIMATOR_FILE}", "folder"),
        (f"runs/first/best/{ESTIMATOR_FILE}", "runs/first"),
        (f"runs/first/best/{ESTIMATOR_FILE}", "runs/first/best"),
        (f"runs/first/best/{ESTIMATOR_FILE}", "first"),
        (f"saved_models/full/{ESTIMATOR_FILE}", "saved_models/full"),
        (f"{INSTALLED}/small/{ESTIMATOR_FILE}", "small"),
        (f"{BESIDE}/small/{ESTIMATOR_FILE}", "small"),
    ],
)
def test_all_ways_to_name_a_model(saved, desk, estimator, place, name):
    put(saved, desk / place)
    loaded = posenet3d.load(name)
    assert loaded.get_config() == estimator.get_config()
    for weight, expected in zip(loaded.get_weights(), estimator.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_loaded_it_lifts_as_before(saved, estimator, people):
    keypoints_2d, confidence = people.keypoints_2d[::48], np.ones((10, 17))
    confidence[:, 3] = 0
    np.testing.assert_array_equal(
        load(saved).lift(keypoints_2d, confidence).keypoints_3d,
        estimator.lift(keypoints_2d, confidence).keypoints_3d,
    )


def test_all_settings_come_back(make_estimator, desk):
    make_estimator(scale=321.5).save(desk / "scaled.keras")
    loaded = load("scaled.keras")
    assert loaded.scale == 321.5
    assert loaded.skeleton == make_estimator().skeleton


def test_full_is_the_default(make_estimator, saved, desk):
    put(saved, desk / INSTALLED / "small" / ESTIMATOR_FILE)
    put(saved, desk / "runs" / "full" / ESTIMATOR_FILE)
    (desk / INSTALLED / "full").mkdir()
    make_estimator(scale=321.5).save(desk / INSTALLED / "full" / ESTIMATOR_FILE)
    assert posenet3d.load().scale == 321.5


@pytest.mark.parametrize(
    "place",
    [
        "full",
        f"full/{ESTIMATOR_FILE}",
        f"full/best/{ESTIMATOR_FILE}",
        f"runs/full/{ESTIMATOR_FILE}",
    ],
)
def test_nothing_else_passes_for_a_pretrained_model(saved, desk, place):
    put(saved, desk / BESIDE / "full" / ESTIMATOR_FILE)
    put(__file__, desk / place)
    assert load("full").skeleton.name == "h36m17"


@pytest.mark.parametrize(
    "path", ["./full", "full/", Path("full"), f"full/{ESTIMATOR_FILE}"], ids=repr
)
def test_path_is_not_taken_for_a_name(saved, desk, path):
    put(saved, desk / "full" / ESTIMATOR_FILE)
    put(__file__, desk / INSTALLED / "full" / ESTIMATOR_FILE)
    assert load(path).skeleton.name == "h36m17"


def test_folder_comes_before_a_run_of_its_name(saved, desk):
    put(saved, desk / "first" / ESTIMATOR_FILE)
    put(__file__, desk / "runs" / "first" / ESTIMATOR_FILE)
    assert load("first").skeleton.name == "h36m17"


@pytest.mark.parametrize("shelf", [INSTALLED, BESIDE])
def test_missing_model_lists_those_there_are(saved, desk, shelf):
    put(saved, desk / shelf / "b" / ESTIMATOR_FILE)
    put(saved, desk / shelf / "a" / ESTIMATOR_FILE)
    (desk / shelf / "empty").mkdir()
    with pytest.raises(InputError, match=r"no model 'c': .* pretrained model \(a, b\)"):
        load("c")


@pytest.mark.parametrize("name", ["c", "", ".", "..", "c.keras", "runs/c", Path("c")], ids=repr)
def test_missing_model_where_there_is_none(desk, name):
    put(__file__, desk / INSTALLED / "README.md")
    with pytest.raises(InputError, match="none is installed"):
        load(name)


@pytest.mark.parametrize("folder", PRETRAINED, ids=lambda folder: folder.name)
def test_each_pretrained_model_lifts_and_has_a_card(folder, people):
    loaded = load(folder)
    keypoints_2d = people.on(loaded.skeleton).keypoints_2d[::48]
    assert np.isfinite(loaded.lift(keypoints_2d).keypoints_3d).all()
    assert (folder / "MODEL_CARD.md").read_text().startswith(f"# {folder.name}\n")


def assert_unreadable(path, message="cannot be read as a saved estimator"):
    with pytest.raises(InputError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 and nothing"], ids=repr)
def test_file_that_is_no_model(desk, content):
    (desk / "a.keras").write_bytes(content)
    assert_unreadable(desk / "a.keras")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_file_cut_short(saved, desk, share):
    content = saved.read_bytes()
    (desk / "a.keras").write_bytes(content[: int(share * len(content))])
    assert_unreadable(desk / "a.keras")


@pytest.mark.parametrize("share", np.linspace(0.02, 0.9, 8))
def test_damaged_file_loads_as_it_was_or_not_at_all(saved, desk, estimator, share):
    content = bytearray(saved.read_bytes())
    at = int(share * len(content))
    content[at : at + 8] = b"\xa5" * 8
    (desk / "a.keras").write_bytes(content)
    try:
        loaded = load(desk / "a.keras")
    except InputError:
        return
    for weight, expected in zip(loaded.get_weights(), estimator.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_another_model_is_named(desk):
    lifter = Lifter(width=8, num_blocks=1)
    lifter(np.zeros([1, 17, 2], np.float32))
    lifter.save(desk / "lifter.keras")
    assert_unreadable(desk / "lifter.keras", "holds a Lifter, not a PoseEstimator")


def test_other_formats_are_not_opened(desk):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.save(desk / "model.h5")
    assert_unreadable(desk / "model.h5", r"is not a \.keras file")


def test_code_in_a_lambda_layer_is_not_executed(desk):
    marker = str(desk / "executed")
    run = keras.layers.Lambda(lambda x: (open(marker, "w").close(), x)[1])
    keras.Sequential([keras.layers.Input((2,)), run]).save(desk / "model.keras")
    (desk / "executed").unlink()
    assert_unreadable(desk / "model.keras")
    assert not (desk / "executed").exists()
    keras.saving.load_model(desk / "model.keras", safe_mode=False)
    assert (desk / "executed").exists()  # so it would have been


def rewrite_config(source, path, change):
    """Copies a .keras file with another configuration."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "config.json":
                content = json.dumps(change(json.loads(content))).encode()
            new.writestr(info, content)


CALL = {
    "module": "subprocess",
    "class_name": "Popen",
    "config": {"args": ["touch", "executed"]},
    "registered_name": "Popen",
}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda config: CALL, id="in place of the model"),
        pytest.param(
            lambda config: config | {"config": config["config"] | {"lifter": CALL}},
            id="in place of the lifter",
        ),
        pytest.param(
            lambda config: config | {"config": config["config"] | {"scale": CALL}},
            id="in place of a number",
        ),
    ],
)
def test_call_in_the_configuration_is_not_executed(saved, desk, change):
    rewrite_config(saved, desk / "model.keras", change)
    assert_unreadable(desk / "model.keras")
    assert not (desk / "executed").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda config: {},
        lambda config: config | {"config": {}},
        lambda config: config | {"config": config["config"] | {"skeleton": {"name": "x"}}},
        lambda config: config | {"config": config["config"] | {"lifter": None}},
        lambda config: config | {"class_name": "Unknown", "registered_name": "Unknown"},
    ],
    ids=["nothing", "no settings", "no skeleton", "no lifter", "unknown class"],
)
def test_damaged_configuration(saved, desk, change):
    rewrite_config(saved, desk / "model.keras", change)
    assert_unreadable(desk / "model.keras")
