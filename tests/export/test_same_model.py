"""One model in every form: how far the exported files are from Keras, for a person of 1.7 m."""

import numpy as np
import pytest

from posenet3d.export.answers import runtimes
from posenet3d.export.answers.comparison import distances, mm_a_unit
from posenet3d.export.forms import litert
from posenet3d.lite import LiteEstimator

# Largest and mean distance of a joint, mm.
LIMITS = {
    "saved_model": (0.01, 0.002),
    "float32": (0.01, 0.002),
    "float16": (1.0, 0.2),
    "dynamic_int8": (100.0, 10.0),
    "int8": (200.0, 20.0),
    "onnx": (0.01, 0.002),
}


def runtime(saved, form):
    if form == "saved_model":
        return runtimes.saved_model_runtime(saved / "1")
    if form == "onnx":
        pytest.importorskip("onnxruntime")
        return runtimes.onnx_runtime(saved / "saved.onnx")
    return runtimes.tflite_runtime((saved / f"saved_{form}.tflite").read_bytes())


def test_every_form_that_can_be_lifted_with_is_compared():
    ways = {name.removesuffix("_runtime") for name in runtimes.__all__ if name != "Lift"}
    compared = {"tflite" if form in litert.VARIANTS else form for form in LIMITS}
    assert compared == ways - {"keras"}


@pytest.mark.parametrize("form", LIMITS)
def test_form_lifts_as_the_estimator(saved, estimator, poses, form):
    lift = runtime(saved, form)
    unit = mm_a_unit(estimator, **poses)
    found = distances(estimator, lift, **poses) * unit
    lifted = ~np.isnan(found).any(axis=1)
    enough = (poses["confidence"] > 0).sum(axis=1) >= 9
    assert lifted[:-1].tolist() == enough[:-1].tolist()
    assert lifted.sum() > 40
    assert not lifted[-1]  # all joints in one point
    largest, mean = LIMITS[form]
    assert found[lifted].max() <= largest
    assert found[lifted].mean() <= mean


@pytest.mark.parametrize("form", LIMITS)
def test_elevation_is_the_estimators(saved, estimator, poses, form):
    expected = estimator.lift(**poses, score=False).elevation
    found = runtime(saved, form)(**poses)["elevation"]
    limit = {"float16": 0.2, "dynamic_int8": 5.0, "int8": 10.0}.get(form, 0.001)
    np.testing.assert_allclose(found, expected, atol=limit)


@pytest.mark.parametrize("form", LIMITS)
def test_expected_error_is_the_estimators(saved, estimator, poses, form):
    expected = estimator.lift(**poses, score=False).expected_error
    assert np.nanmax(expected) > 0.2
    found = runtime(saved, form)(**poses)["expected_error"]
    limit = {"float16": 0.002, "dynamic_int8": 0.05, "int8": 0.1}.get(form, 1e-4)
    np.testing.assert_allclose(found, expected, atol=limit)


def test_litert_alone_scores_and_estimates_as_the_estimator(saved, estimator, poses):
    expected = estimator.lift(**poses, height_mm=1700)
    found = LiteEstimator(saved / "saved_float32.tflite").lift(**poses, height_mm=1700, score=True)
    np.testing.assert_allclose(found.score, expected.score, atol=1e-4)
    np.testing.assert_allclose(found.expected_error, expected.expected_error, atol=0.1)  # mm
    assert np.nanmean(found.expected_error_mm) > 10


@pytest.mark.parametrize("form", LIMITS)
def test_answer_does_not_depend_on_the_others(saved, poses, form):
    lift = runtime(saved, form)
    together = lift(**poses)["keypoints_3d"]
    for row in (0, 5, 30, 40, -2):
        alone = lift(**{name: array[row : row + 1 or None] for name, array in poses.items()})
        expected = together[row : row + 1 or None]
        np.testing.assert_allclose(alone["keypoints_3d"], expected, rtol=1e-5, atol=2e-6)
