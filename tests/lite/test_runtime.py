"""Which signatures of a .tflite file lift how many poses, and that all lift them the same."""

import numpy as np
import pytest

from posenet3d.lite import LiteEstimator, model_file, runtime
from posenet3d.lite.runtime import tflite_runtime

Interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason="LiteRT").Interpreter


@pytest.fixture
def called(monkeypatch):
    """Names of the signatures that are run, one a call."""
    called = []

    class Spy(runtime.Graph):
        def __init__(self, content, name, threads):
            super().__init__(content, name, threads)
            self._name = name

        def __call__(self, **inputs):
            called.append(self._name)
            return super().__call__(**inputs)

    monkeypatch.setattr(runtime, "Graph", Spy)
    return called


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (1, [1]),
        (7, [1] * 7),
        (8, [16]),
        (35, [16] * 3),
        (64, [16] * 4),
        (112, [128]),
        (300, [128, 128, 16, 16, 16]),
        (370, [128, 128, 128]),
    ],
)
def test_batches_that_are_nearly_full_are_taken(content, called, count, sizes):
    poses = np.random.default_rng(0).uniform(0, 500, (count, 17, 2)).astype(np.float32)
    confidence = np.ones((count, 17), np.float32)
    confidence[:, 3] = 0
    answer = tflite_runtime(content)(poses, confidence)
    assert called == [f"lift_{size}" for size in sizes]
    again = tflite_runtime(content)(poses[-1:], confidence[-1:])
    for name, rows in answer.items():
        assert len(rows) == count
        np.testing.assert_allclose(rows[-1:], again[name], atol=1e-4)


@pytest.mark.parametrize(
    ("count", "missing", "names"),
    [
        (1, 0, ["lift_complete_1"]),
        (1, 1, ["lift_1"]),
        (100, 0, ["lift_16"] * 7),
        (200, 0, ["lift_complete_128"] * 2),
        (200, 20, ["lift_complete_128"] * 2 + ["lift_16"] * 2),
        (200, 100, ["lift_128"] + ["lift_16"] * 5),
    ],
)
def test_who_misses_no_joint_is_lifted_without_filling_gaps_and_the_same(
    content, called, count, missing, names
):
    rng = np.random.default_rng(0)
    poses = rng.uniform(0, 500, (count, 17, 2)).astype(np.float32)
    confidence = rng.uniform(0.2, 1, (count, 17)).astype(np.float32)
    confidence[rng.permutation(count)[:missing], 4] = 0
    answer = tflite_runtime(content)(poses, confidence)
    assert called == names
    whole = Interpreter(model_content=content).get_signature_runner("lift_1")
    for row in range(0, count, 7):
        one = whole(keypoints_2d=poses[row : row + 1], confidence=confidence[row : row + 1])
        for name, rows in answer.items():
            np.testing.assert_allclose(rows[row : row + 1], one[name], atol=1e-4)


def test_a_file_of_an_older_export_lifts_the_same(content, altered, poses):
    def older(model):
        kept = [d for d in model.signatureDefs if b"complete" not in d.signatureKey]
        model.signatureDefs = kept

    path = altered(older)
    for count in (1, 35):
        some = {name: np.tile(array, (8, *[1] * (array.ndim - 1))) for name, array in poses.items()}
        some = {name: array[: 8 * count] for name, array in some.items()}
        found, expected = LiteEstimator(path).lift(**some), LiteEstimator("small").lift(**some)
        np.testing.assert_allclose(found.keypoints_3d, expected.keypoints_3d, atol=1e-5)


def test_a_file_with_one_signature_is_smaller_in_memory_and_lifts_the_same(content):
    names = [model_file.signature_name(batch) for batch in model_file.BATCHES]
    names += [model_file.signature_name(batch, True) for batch in model_file.COMPLETE_BATCHES]
    batches = (*model_file.BATCHES, *model_file.COMPLETE_BATCHES)
    assert sorted(model_file.signatures(content)) == sorted(names)
    rng = np.random.default_rng(1)
    for name, batch in zip(names, batches, strict=True):
        alone = model_file.with_only(content, name)
        assert len(alone) == len(content)
        assert model_file.signatures(alone) == [name]
        inputs = {
            "keypoints_2d": rng.uniform(0, 500, (batch, 17, 2)).astype(np.float32),
            "confidence": np.ones((batch, 17), np.float32),
        }
        one, whole = (
            Interpreter(model_content=file).get_signature_runner(name)(**inputs)
            for file in (alone, content)
        )
        for output, rows in whole.items():
            np.testing.assert_array_equal(one[output], rows)
    with pytest.raises(ValueError, match="no signature lift_7"):
        model_file.with_only(content, "lift_7")
