"""`posenet3d lift` where TensorFlow is not installed: as with Keras."""

import json

import numpy as np
import pytest

import posenet3d
from posenet3d.formats.detect import read_people
from posenet3d.lifting import LiftConfig, lift_file
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT, run_code

pytest.importorskip("ai_edge_litert", reason="LiteRT")

WIDTH, HEIGHT = 1280, 720  # of the images that the samples are of
WITHOUT = forked_scripts.WITHOUT_TENSORFLOW.missing
SAMPLES = (
    "coco_results.json", "coco_annotations.json", "openpose", "alphapose-results.json",
    "mmpose.json", "mediapipe.csv", "deeplabcut.csv", "deeplabcut.h5", "table.csv",
    "data_2d_custom_walk.npz", "archive.npz",
)  # fmt: skip


@pytest.fixture(scope="module")
def without():
    """Runs the script where TensorFlow and Keras cannot be imported."""

    def run(flags, missing=()):
        if missing:  # in a Python of its own, as the server may have them
            code = (
                "import runpy, sys\n"
                f"sys.modules.update(dict.fromkeys({(*WITHOUT, *missing)}))\n"
                "sys.path.insert(0, 'scripts')\n"
                "runpy.run_path('scripts/lift.py', run_name='__main__')\n"
            )
            process = run_code(code, *flags)
        else:
            process = forked_scripts.run(
                CHECKOUT / "scripts" / "lift.py", *flags, cwd=CHECKOUT,
                server=forked_scripts.WITHOUT_TENSORFLOW,
                before=f"import sys; assert all(sys.modules[name] is None for name in {WITHOUT})",
            )  # fmt: skip
        assert "Traceback" not in process.stderr
        return process

    return run


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_format_is_lifted_as_keras_lifts_it(without, checkout, tmp_path, sample):
    path, output = checkout / "docs" / "samples" / sample, tmp_path / "out.npz"
    flags = [f"--input={path}", f"--output={output}", "--model=small"]
    process = without([*flags, f"--image_size={WIDTH}x{HEIGHT}", "--nomend", "--body=off"])
    assert process.returncode == 0, process.stderr
    estimator = posenet3d.load("small")
    people = read_people(path, placement=estimator.skeleton, image_size=(WIDTH, HEIGHT))
    people = people.on(estimator.skeleton)
    expected = estimator.lift(people.keypoints_2d, people.confidence)
    with np.load(output) as lifted:
        np.testing.assert_allclose(lifted["keypoints_3d"], expected.keypoints_3d, atol=1e-4)
        np.testing.assert_allclose(lifted["score"], expected.score, atol=1e-4)
        np.testing.assert_array_equal(lifted["filled"], people.confidence == 0)
        np.testing.assert_allclose(lifted["keypoints_2d"], people.keypoints_2d, rtol=1e-6)


@pytest.mark.parametrize("ending", ["json", "csv", "trc", "bvh"])
def test_other_outputs_are_those_of_lift(without, checkout, tmp_path, ending):
    path = checkout / "docs" / "samples" / "alphapose-results.json"
    flags = [f"--input={path}", "--model=small", "--smooth=one_euro"]
    process = without([*flags, f"--output={tmp_path / f'lite.{ending}'}"])
    assert process.returncode == 0, process.stderr
    config = LiftConfig(
        input=str(path), model="small", smooth="one_euro", runtime="keras",
        output=str(tmp_path / f"keras.{ending}"),
    )  # fmt: skip
    lift_file(config)
    lite, keras = (sorted(tmp_path.glob(f"{name}*.{ending}")) for name in ("lite", "keras"))
    assert len(lite) == len(keras) > 0
    for one, other in zip(lite, keras, strict=True):
        found, expected = numbers(one), numbers(other)
        assert len(found) == len(expected) > 100
        np.testing.assert_allclose(found, expected, atol=0.05)


def numbers(path):
    """All numbers of a text file, in its order."""
    found = []
    for word in path.read_text().replace(",", " ").replace("[", " ").replace("]", " ").split():
        try:
            found.append(float(word))
        except ValueError:
            continue
    return [number for number in found if np.isfinite(number)]


def test_a_page_needs_no_tensorflow_either(without, checkout, tmp_path):
    page = tmp_path / "page.html"
    sample = checkout / "docs" / "samples" / "openpose"
    process = without([f"--input={sample}", f"--html={page}", "--height_mm=1700"])
    assert process.returncode == 0, process.stderr
    assert page.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--model=nowhere"], "There is no model 'nowhere'"),
        (["--model=saved_models/small/estimator.keras"], "needs TensorFlow"),
        (["--model=small", "--runtime=keras"], "needs TensorFlow"),
        (["--model=README.md"], "needs TensorFlow"),
        (["--model=README.md", "--runtime=litert"], "is no .tflite file"),
        (["--threads=0"], "threads must lie between 1 and"),
        (["--variant=int4"], "variant"),
        (["--input=nowhere.json"], "nowhere.json"),
        (["--output=out.fbx"], ".fbx"),
    ],
)
def test_what_cannot_be_is_one_line(without, tmp_path, flags, text):
    right = ["--input=docs/samples/openpose", f"--output={tmp_path / 'out.npz'}", "--model=small"]
    process = without([*right, *flags])
    assert process.returncode == 2
    (line,) = [line for line in process.stderr.splitlines() if "error: " in line]
    assert text in line
    assert list(tmp_path.iterdir()) == []


def test_joints_that_the_model_does_not_know_are_one_line(without, tmp_path):
    path = tmp_path / "mouse.csv"
    path.write_text("frame,joint,x,y\n0,snout,1,2\n0,tail,3,4\n")
    process = without([f"--input={path}", f"--output={tmp_path / 'out.npz'}", "--model=small"])
    assert process.returncode == 2
    (line,) = [line for line in process.stderr.splitlines() if "error: " in line]
    assert "snout" in line


def test_the_missing_extra_is_one_line(without, tmp_path):
    process = without(
        ["--input=docs/samples/openpose", f"--output={tmp_path / 'out.npz'}"],
        missing=("ai_edge_litert",),
    )
    assert process.returncode == 2
    (line,) = [line for line in process.stderr.splitlines() if "error: " in line]
    assert "pip install ai-edge-litert" in line


def test_a_missing_library_is_one_line_that_says_what_to_install(without, tmp_path):
    flags = ["--input=docs/samples/openpose", f"--output={tmp_path / 'out.bvh'}", "--model=small"]
    flags += ["--ground", "--fov=60", "--height_mm=1700", "--image_size=1280x720"]
    process = without(flags, missing=("scipy",))
    assert process.returncode == 2
    (line,) = [line for line in process.stderr.splitlines() if "error: " in line]
    assert line.endswith("; pip install scipy")


def test_nobody_lifted_is_told_as_in_lift(without, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(json.dumps([{"image_id": 1, "category_id": 1, "keypoints": [0] * 51}]))
    process = without([f"--input={path}", f"--output={tmp_path / 'out.npz'}", "--model=small"])
    assert process.returncode == 0, process.stderr
    assert "Lifted 0 of 1 people" in process.stdout
    assert "only 0 of 17 joints are present" in process.stdout


def test_tracks_are_looked_at_without_scipy_too(without, checkout, tmp_path):
    sample = checkout / "docs" / "samples" / "openpose"
    flags = [f"--input={sample}", f"--output={tmp_path / 'out.npz'}", "--smooth=savgol"]
    process = without(flags, missing=("scipy", "h5py"))
    assert process.returncode == 0, process.stderr
    assert "Each frame lifted with those around it (--sequence_model): 2 tracks." in process.stdout
    assert process.stderr == ""  # no library says anything
