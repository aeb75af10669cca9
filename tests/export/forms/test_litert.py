import numpy as np
import pytest

from posenet3d.errors import ExportError
from posenet3d.evaluation.metrics.joint_errors import pa_mpjpe
from posenet3d.export.answers.comparison import check_same
from posenet3d.export.answers.runtimes import tflite_runtime
from posenet3d.export.forms import litert
from posenet3d.export.signatures.examples import example_poses
from posenet3d.lite.choice import as_good
from posenet3d.lite.model_file import read_metadata


def content(saved, variant):
    return (saved / f"saved_{variant}.tflite").read_bytes()


@pytest.mark.parametrize("variant", litert.VARIANTS)
def test_nothing_but_litert_is_needed(saved, variant):
    used = litert.operations(content(saved, variant))
    assert "FULLY_CONNECTED" in used
    assert not used & {"VAR_HANDLE", "READ_VARIABLE", "CUSTOM", "IF", "WHILE"}


def test_signatures_have_fixed_shapes_and_names(saved):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content(saved, "float32"))
    for name, batch in (("lift_1", 1), ("lift_16", 16), ("lift_complete_128", 128)):
        runner = interpreter.get_signature_runner(name)
        inputs = {name: list(d["shape"]) for name, d in runner.get_input_details().items()}
        outputs = {name: list(d["shape"]) for name, d in runner.get_output_details().items()}
        assert inputs == {"keypoints_2d": [batch, 17, 2], "confidence": [batch, 17]}
        assert outputs == {
            "keypoints_3d": [batch, 17, 3], "elevation": [batch], "expected_error": [batch, 17]
        }  # fmt: skip


def test_signatures_share_the_weights_and_variants_shrink_them(saved, estimator):
    weights = sum(map(np.size, estimator.lifter.get_weights()))
    sizes = [len(content(saved, variant)) for variant in litert.VARIANTS]
    graph = sizes[0] - 4 * weights
    assert 0 < graph < 200_000
    # Of two bytes less a weight, and three: what else is in the file is the same for all.
    assert sizes[0] - sizes[1] == pytest.approx(2 * weights, rel=0.5)
    assert sizes[0] - sizes[2] == pytest.approx(3 * weights, rel=0.6)


def test_int8_computes_in_whole_numbers(saved):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content(saved, "int8"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,  # delegates hide what they do
    )
    tensors = {d["index"]: d for d in interpreter.get_tensor_details()}
    dense = [o for o in interpreter._get_ops_details() if o["op_name"] == "FULLY_CONNECTED"]
    assert len(dense) == 8  # widen, two of a block, three heads, two that estimate the error
    for operation in dense:
        kinds = [tensors[i]["dtype"] for i in (*operation["inputs"][:2], *operation["outputs"])]
        assert kinds == [np.int8] * 3


@pytest.mark.parametrize("variant", litert.VARIANTS)
def test_metadata_is_in_the_file(saved, estimator, variant):
    found = read_metadata(content(saved, variant))
    assert tuple(found["joint_names"]) == estimator.skeleton.joint_names
    assert found["licence"] == "Public domain."
    assert found["training_data"] == "ten poses of people."


@pytest.mark.parametrize("variant", litert.VARIANTS)
def test_error_is_in_the_file(saved, estimator, people, variant):
    found = read_metadata(content(saved, variant))["measured"]
    assert (found["data"], found["split"]) == ("labelled.npz", "test")
    assert found["poses"] == {"keypoints_2d": len(people)}
    lifted = estimator.lift(people.keypoints_2d, score=False).keypoints_3d
    own = pa_mpjpe(lifted, people.keypoints_3d).mean()
    assert found["pa_mpjpe_keras"]["keypoints_2d"] == pytest.approx(own, abs=1e-3)
    limit = {"float32": 1e-3, "float16": 0.1}.get(variant, 5.0)
    assert found["pa_mpjpe"]["keypoints_2d"] == pytest.approx(own, abs=limit)
    assert as_good({"measured": found}) or "int8" in variant


def test_only_metadata_are_others(saved, poses):
    whole = content(saved, "float32")
    other = litert.with_metadata(whole, {"name": "other"})
    assert read_metadata(other) == {"name": "other"}
    for name, array in tflite_runtime(whole)(**poses).items():
        np.testing.assert_array_equal(tflite_runtime(other)(**poses)[name], array)


def test_batch_need_not_be_full(saved, estimator):
    keypoints_2d, confidence = example_poses(estimator, estimator.skeleton, 5)
    lift = tflite_runtime(content(saved, "float32"))
    expected = estimator.lift(keypoints_2d, confidence, score=False).keypoints_3d
    np.testing.assert_allclose(lift(keypoints_2d, confidence)["keypoints_3d"], expected, atol=1e-5)


def test_nan_stays_with_its_person(saved, poses):
    lift = tflite_runtime(content(saved, "float32"))
    clean = lift(**poses)["keypoints_3d"]
    spoilt = poses["keypoints_2d"].copy()
    spoilt[3, 0] = np.nan
    found = lift(spoilt, poses["confidence"])["keypoints_3d"]
    assert np.isnan(found[3]).any()
    np.testing.assert_array_equal(np.delete(found, 3, 0), np.delete(clean, 3, 0))


@pytest.mark.current_stack("there the converter keeps the weights")
def test_file_without_weights_is_refused(estimator):
    import tensorflow as tf

    joints = tf.TensorSpec([1, 17, 2]), tf.TensorSpec([1, 17])
    function = tf.function(estimator.lift_filled, input_signature=joints)
    module = tf.Module()
    module.model = estimator
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], module
    )
    content = converter.convert()
    assert len(content) < 30_000  # the converter says nothing of it
    model = litert._schema().ModelT.InitFromPackedBuf(content, 0)
    with pytest.raises(ExportError, match="READ_VARIABLE"):
        litert._check(model, 4 * 10_000)
    model.operatorCodes = []  # as if the converter did it in yet another way
    with pytest.raises(ExportError, match="bytes where its weights take"):
        litert._check(model, 4 * 10_000)


def test_other_model_is_refused(estimator):
    def lift(keypoints_2d, confidence):
        result = estimator.lift(keypoints_2d, confidence, score=False)
        return {"keypoints_3d": result.keypoints_3d * 1.01}

    with pytest.raises(ExportError, match=r"\(float32\) lifts .* off the estimator"):
        check_same(estimator, lift, "float32")
    check_same(estimator, lift, "int8")

    def broken(keypoints_2d, confidence):
        return {"keypoints_3d": np.full((*confidence.shape, 3), np.nan, np.float32)}

    with pytest.raises(ExportError, match="inf"):
        check_same(estimator, broken, "int8")
