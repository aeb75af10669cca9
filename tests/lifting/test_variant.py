"""Which variant of a model lifts a file, and that finished parts are not mixed."""

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.lifting import job, lift_file
from posenet3d.lite import LiteEstimator

pytest.importorskip("ai_edge_litert", reason="LiteRT")
pytestmark = pytest.mark.eagerly
BY_INT8 = "Lifted by small_dynamic_int8.tflite, whose error was measured to be that of"


class Stopped(BaseException):
    pass


def stop(done, total):
    if done >= 6:
        raise Stopped


def lifted_by(variant, path):
    with np.load(path) as found:
        rows = found["lifted"]
        seen = np.where(found["filled"], 0, found["confidence"])[rows]
        expected = LiteEstimator("small", variant).lift(found["keypoints_2d"][rows], seen)
        return np.array_equal(found["keypoints_3d"][rows], expected.keypoints_3d)


@pytest.fixture
def alone(config):
    """Settings that lift each frame by itself."""

    def alone(**more):
        return config(**{"sequence_model": "off", "mend": False, "body": "off"} | more)

    return alone


def test_an_input_in_parts_is_lifted_by_int8_and_says_so(alone, tmp_path):
    summary = lift_file(alone())
    assert BY_INT8 in str(summary)
    assert lifted_by("dynamic_int8", tmp_path / "out.npz")


def test_a_small_input_is_lifted_by_float32(alone, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "UNITS_A_PART", 10)
    assert not lift_file(alone()).notes
    assert lifted_by("float32", tmp_path / "out.npz")


@pytest.mark.parametrize("variant", ["float32", "float16"])
def test_the_variant_that_is_named_lifts(alone, tmp_path, variant):
    assert not lift_file(alone(variant=variant)).notes
    assert lifted_by(variant, tmp_path / "out.npz")


def test_without_proof_float32_lifts_and_says_so(alone, tmp_path, monkeypatch):
    monkeypatch.setattr("posenet3d.lite.choice.as_good", lambda metadata: False)
    assert "Lifted by small_float32.tflite." in str(lift_file(alone()))
    assert lifted_by("float32", tmp_path / "out.npz")


def test_a_stopped_job_goes_on_by_the_same_variant(alone, tmp_path):
    for variant in ("auto", "float32"):
        with pytest.raises(Stopped):
            lift_file(alone(variant=variant), progress=stop)
        said = []
        lift_file(alone(variant=variant), said.append)
        assert "Going on behind 2 finished parts" in said[0]
        assert lifted_by("dynamic_int8" if variant == "auto" else variant, tmp_path / "out.npz")


def test_parts_of_float32_are_not_mixed_with_int8(alone, tmp_path):
    with pytest.raises(Stopped):
        lift_file(alone(variant="float32"), progress=stop)
    with pytest.raises(InputError, match=r"that was different.*--variant=float32 goes on"):
        lift_file(alone())
    assert (tmp_path / "out.npz.parts").is_dir()
    lift_file(alone(variant="float32"))
    assert lifted_by("float32", tmp_path / "out.npz")
