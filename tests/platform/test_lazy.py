"""What importing the package costs, and that everything is there all the same."""

import pytest

import posenet3d
from posenet3d import models
from posenet3d.platform import lazy
from tests.fixtures.checkout import run_code


def in_a_new_process(code):
    """What the code prints where TensorFlow and Keras cannot be imported unless it says so."""
    process = run_code(code)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_formats_maps_and_lifting_need_no_tensorflow():
    code = (
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'scipy', 'h5py', 'matplotlib'):\n"
        "    sys.modules[name] = None\n"  # importing it fails
        "import posenet3d\n"
        "from posenet3d import LiftResult, lifting, lite, motion, poses, skeletons, viz\n"
        "from posenet3d.formats import detect, output\n"
        "from posenet3d.models import LiftResult\n"
        "people = detect.read_people('docs/samples/coco_results.json')\n"
        "print(len(people), sorted(posenet3d.__all__))\n"
    )
    names = ["LiftResult", "LiveLifter", "PoseEstimator", "SequenceEstimator", "Skeleton"]
    assert in_a_new_process(code) == f"16 {[*names, '__version__', 'adapt', 'load']}\n"


@pytest.mark.parametrize("package", [posenet3d, models])
def test_every_name_is_offered_listed_and_there(package):
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name) is not None


def test_names_are_the_same_wherever_they_are_taken_from():
    from posenet3d.models.estimator import PoseEstimator
    from posenet3d.models.loading import load

    assert posenet3d.PoseEstimator is models.PoseEstimator is PoseEstimator
    assert models.load is load


def test_without_tensorflow_the_package_loads_what_runs_on_litert():
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "import posenet3d\n"
        "for name in ('small', 'full_sequence'): print(type(posenet3d.load(name)).__name__)\n"
        "try: posenet3d.PoseEstimator\n"
        "except ImportError as error: print(error)\n"
    )
    lines = in_a_new_process(code).splitlines()
    assert lines[:2] == ["LiteEstimator", "LiteSequenceEstimator"]
    assert "needs TensorFlow and Keras" in lines[2]
    assert "`posenet3d lift` lifts without them" in lines[2]


def test_without_litert_either_it_is_said_what_to_install():
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['ai_edge_litert'] = None\n"
        "import posenet3d\n"
        "try: posenet3d.load()\n"
        "except ImportError as error: print(error)\n"
    )
    assert "pip install ai-edge-litert" in in_a_new_process(code)


def test_one_network_makes_all_known_to_keras_and_no_import_starts_a_device():
    """Once TensorFlow has started its devices, neither their memory nor a cluster can be set."""
    code = (
        "import keras, posenet3d\n"
        "before = {n for n in keras.saving.get_custom_objects() if n.startswith('posenet3d')}\n"
        "posenet3d.PoseEstimator\n"
        "known = {n for n in keras.saving.get_custom_objects() if n.startswith('posenet3d')}\n"
        "print(len(before), *sorted(n for n in known if '_' not in n and n.count('>') == 1))\n"
        "import posenet3d.training, posenet3d.lifting, posenet3d.distribution\n"
        "from tensorflow.python.eager import context\n"
        "assert not context.context()._initialized, 'an import has used TensorFlow'"
    )
    count, *known = in_a_new_process(code).split()
    assert count == "0"
    networks = (
        "DomainAdapter", "GapFiller", "Lifter", "MotionDiscriminator", "PoseDiscriminator",
        "PoseEstimator", "PoseFlow",
    )  # fmt: skip
    assert {f"posenet3d>{name}" for name in networks} <= set(known)


def test_submodules_are_attributes_as_they_were():
    code = "import posenet3d; print(posenet3d.models.loading.DEFAULT_MODEL, posenet3d.geometry)"
    assert in_a_new_process(code).startswith("full <module 'posenet3d.geometry'")


@pytest.mark.parametrize("name", ["lifter", "__wrapped__", "joint map"])
def test_what_is_not_there_is_said(name):
    with pytest.raises(AttributeError, match=f"module 'posenet3d' has no attribute '{name}'"):
        getattr(posenet3d, name)


def test_a_submodule_that_fails_to_import_is_not_called_missing(tmp_path, monkeypatch):
    package = tmp_path / "half"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "broken.py").write_text("import not_installed_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    get, _ = lazy.exports("half", {})
    with pytest.raises(ModuleNotFoundError, match="not_installed_anywhere"):
        get("broken")
