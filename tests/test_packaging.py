"""What a user gets who installs the package and has no checkout."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from posenet3d.models import Lifter, PoseEstimator, load
from posenet3d.models.loading import ESTIMATOR_FILE, SEQUENCE_FILE, WEIGHTS_FILE
from posenet3d.models.weights_file import save_weights_file
from posenet3d.sequences.weights_file import save_sequence_file
from tests.fixtures.checkout import CHECKOUT
from tests.sequences.small_estimators import sequence_estimator

if importlib.util.find_spec("setuptools") is None:  # without the time that its import takes
    pytest.skip("needs setuptools, which builds the package", allow_module_level=True)

FILES = (
    *("CHANGELOG.md", "CITATION.cff", "LICENSE", "MANIFEST.in"),
    *("README.md", "pyproject.toml", "setup.cfg", "setup.py"),
)


VARIANTS = ("float32", "float16", "dynamic_int8")


@pytest.fixture(scope="module")
def tree(people, tmp_path_factory):
    """A checkout whose pretrained model `full` is one of this test's own, like no other."""
    tree = tmp_path_factory.mktemp("tree")
    for folder in ("posenet3d", "configs", "tests"):
        shutil.copytree(
            CHECKOUT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in FILES:
        shutil.copy(CHECKOUT / file, tree)
    full = tree / "saved_models" / "full"
    (full / "1").mkdir(parents=True)
    (full / "1" / "saved_model.pb").write_text("an export, which is not packed")
    (full / "MODEL_CARD.md").write_text("# full\n")
    small = tree / "saved_models" / "small"
    small.mkdir()
    for variant in VARIANTS:
        shutil.copy(CHECKOUT / "saved_models" / "small" / f"small_{variant}.tflite", small)
    lifter = Lifter(width=16, num_blocks=1, normalisation="layer")
    estimator = PoseEstimator(lifter, people.skeleton)
    rng = np.random.default_rng(0)
    lifter.head.kernel.assign(rng.normal(scale=0.1, size=lifter.head.kernel.shape))
    estimator.gap_filler.adapt(people.keypoints_2d)
    estimator.save(full / ESTIMATOR_FILE)
    save_weights_file(estimator, full / WEIGHTS_FILE)
    waltz = tree / "saved_models" / "waltz"
    waltz.mkdir()
    save_sequence_file(sequence_estimator(), waltz / SEQUENCE_FILE)
    (waltz / "golden.json").write_text("{}")
    return tree


def build(tree, kind, folder, lite="0"):
    """Makes the `wheel` or the `sdist` as pip does; returns the file."""
    code = f"import sys; from setuptools import build_meta as b; b.build_{kind}(sys.argv[1])"
    process = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=tree, capture_output=True, text=True,
        env=os.environ | {"POSENET3D_LITE": lite},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tree, tmp_path_factory):
    return build(tree, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder of packages with the wheel's; a wheel of Python alone is installed by unpacking."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_has_models_cards_and_licence_but_no_tests(wheel):
    files = names(wheel)
    assert {name for name in files if "saved_models" in name} == {
        f"posenet3d/saved_models/full/{ESTIMATOR_FILE}",
        f"posenet3d/saved_models/full/{WEIGHTS_FILE}",
        "posenet3d/saved_models/full/MODEL_CARD.md",
        f"posenet3d/saved_models/waltz/{SEQUENCE_FILE}",
        *(f"posenet3d/saved_models/small/small_{v}.tflite" for v in VARIANTS),
    }
    flag_files = {f"posenet3d/configs/{f.name}" for f in (CHECKOUT / "configs").glob("*.flags")}
    assert flag_files <= files
    assert "LICENSE" in {Path(name).name for name in files}
    assert "posenet3d/viz/web/page.html" in files
    modules = {path.relative_to(CHECKOUT) for path in (CHECKOUT / "posenet3d").rglob("*.py")}
    assert {Path(name) for name in files if name.endswith(".py")} == modules


def test_source_archive_makes_the_same_wheel(tree, wheel, tmp_path):
    for folder in ("sdist", "source", "wheel"):
        (tmp_path / folder).mkdir()
    with tarfile.open(build(tree, "sdist", tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert not (source / "tests").exists()
    assert all((source / file).is_file() for file in FILES)
    assert names(build(source, "wheel", tmp_path / "wheel")) == names(wheel)


def test_the_command_lifts_with_the_wheel_alone_and_no_model_named(
    installed, tree, people, tmp_path
):
    poses = people.keypoints_2d[::48]
    np.savez(tmp_path / "poses.npz", keypoints_2d=poses)
    process = subprocess.run(
        [sys.executable, "-m", "posenet3d", "lift", "--input=poses.npz", "--output=3d.npz"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(installed)}, capture_output=True,
        text=True, timeout=300,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    expected = load(tree / "saved_models" / "full").lift(poses).keypoints_3d
    with np.load(tmp_path / "3d.npz") as lifted:  # no other model gives the same
        np.testing.assert_allclose(lifted["keypoints_3d"], expected, rtol=1e-4, atol=1e-4)


def test_the_light_wheel_lifts_and_asks_for_little(tree, people, tmp_path):
    (tmp_path / "wheel").mkdir()
    file = build(tree, "wheel", tmp_path / "wheel", lite="1")
    assert file.name.startswith("posenet3d_lite-")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "site")
        files = archive.namelist()
    models = {Path(name).name for name in files if "saved_models" in name}
    assert models == {"MODEL_CARD.md", "small_float32.tflite", "small_dynamic_int8.tflite"}
    (about,) = (tmp_path / "site").glob("*.dist-info")
    needed = re.findall(r"^Requires-Dist: ([\w-]+)[^;\n]*$", (about / "METADATA").read_text(), re.M)
    assert sorted(needed) == ["absl-py", "ai-edge-litert", "ijson", "numpy", "orjson", "tqdm"]
    assert "posenet3d = posenet3d.cli.main:main" in (about / "entry_points.txt").read_text()
    np.savez(tmp_path / "poses.npz", keypoints_2d=people.keypoints_2d[::48])
    code = (
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'scipy', 'h5py', 'matplotlib', 'PIL'):\n"
        "    sys.modules[name] = None\n"
        "sys.argv = ['posenet3d', 'lift', '--input=poses.npz', '--output=3d.npz']\n"
        "sys.argv.append('--model=small')\n"
        "from posenet3d.cli.main import main; main()\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    expected = load("small").lift(people.keypoints_2d[::48]).keypoints_3d
    with np.load(tmp_path / "3d.npz") as lifted:
        np.testing.assert_allclose(lifted["keypoints_3d"], expected, rtol=1e-4, atol=1e-4)
