"""scripts/request.py: a file lifted by a server."""

import json

import numpy as np
import pytest

from posenet3d.errors import ConfigError, InputError
from posenet3d.formats.detect import read_people
from posenet3d.serving import RemoteEstimator, RequestConfig, ServingError, request_file
from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures.checkout import SAMPLES, run_script

SAMPLE = SAMPLES / "coco_results.json"


def request(server, tmp_path, **given):
    """Runs the script; returns the finished process with its text."""
    flags = {"input": SAMPLE, "output": tmp_path / "out.npz", "server": server.address}
    flags |= {"model": "lifter", "people_a_request": 5} | given
    return run_script("scripts/request.py", *(f"--{name}={v}" for name, v in flags.items()))


def test_everybody_of_a_file_is_lifted_by_the_server(models, server, tmp_path):
    process = request(server, tmp_path)
    assert process.returncode == 0, process.stderr
    assert "Lifted 16 of 16 people" in process.stdout
    people = read_people(SAMPLE).on(CMU_17)
    with np.load(tmp_path / "out.npz") as lifted:
        poses = np.where(people.confidence[..., None] > 0, people.keypoints_2d, 0)
        np.testing.assert_allclose(lifted["keypoints_3d"], models.lifted(poses), rtol=1e-5)
        np.testing.assert_array_equal(lifted["filled"], people.confidence == 0)


def test_what_goes_wrong_is_one_line(server, tmp_path):
    process = request(server, tmp_path, model="other")
    assert process.returncode == 2
    (line,) = [line for line in process.stderr.splitlines() if "error: " in line]
    assert "NOT_FOUND: Could not find any versions of model other" in line
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (dict(server="127.0.0.1:1", timeout=1.0), "127.0.0.1:1: UNAVAILABLE"),
        (dict(people_a_request=3000), "larger than maximum batch size 64"),
        (dict(input="nowhere.json"), "nowhere.json"),
        (dict(token_file="nowhere"), "token_file: cannot read nowhere"),
        (dict(timeout=0.0), "timeout must lie between"),
        (dict(height_mm=175.0), "did you mean 1750"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(server, tmp_path, given, text):
    many = tmp_path / "many.json"
    many.write_text(json.dumps(json.loads(SAMPLE.read_text()) * 5))
    output = tmp_path / "out.npz"
    right = dict(input=str(many), output=str(output), server=server.address, model="lifter")
    with pytest.raises((ConfigError, InputError, ServingError), match=text):
        request_file(RequestConfig(**(right | given)))
    assert [path.name for path in tmp_path.iterdir()] == ["many.json"]


class Some:
    """A client of a server that lifts every other person.

    Args:
      says: The outputs of its signature.
    """

    def __init__(self, *says):
        self.says = says

    def signatures(self):
        return {"lift_with_confidence": ([], list(self.says))}

    def stream(self, keypoints_2d, confidence, signature, outputs):
        keypoints_3d = np.ones((*confidence.shape, 3), np.float32)
        keypoints_3d[1::2] = np.nan
        rows = np.full(len(confidence), 0.5, np.float32)
        errors = np.arange(confidence.size, dtype=np.float32).reshape(confidence.shape)
        answer = {"keypoints_3d": keypoints_3d, "score": rows, "elevation": rows}
        answer["expected_error"] = errors
        assert signature == "lift_with_confidence"
        yield {name: answer[name] for name in outputs}


def test_who_was_not_lifted_is_told(models):
    estimator = RemoteEstimator(Some("keypoints_3d", "score", "elevation"), "some", CMU_17)
    result = estimator.lift(models.poses(4))
    assert result.lifted.tolist() == [True, False, True, False]
    assert [bool(problem) for problem in result.problems] == [False, True, False, True]
    assert not result.filled.any()
    assert np.isnan(result.expected_error).all()


def test_the_expected_error_is_asked_for_where_the_model_has_it(models):
    estimator = RemoteEstimator(Some("keypoints_3d", "expected_error"), "some", CMU_17)
    expected = np.arange(68, dtype=np.float32).reshape(4, 17)
    for score in (True, False):
        result = estimator.lift(models.poses(4), score=score)
        np.testing.assert_array_equal(result.expected_error, expected)
        assert np.isnan(result.score).all() != score


def test_smoothing_and_other_outputs_work_as_in_lift(server, tmp_path):
    config = RequestConfig(
        input=str(SAMPLES / "openpose"), output=str(tmp_path / "walk.trc"),
        server=server.address, model="lifter", height_mm=1750.0, smooth="savgol",
    )  # fmt: skip
    summary = request_file(config)
    assert summary.lifted == summary.people > 0
    assert all(path.stat().st_size > 500 for path in summary.paths)
