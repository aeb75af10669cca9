"""A .tflite file in the place of the lifter of sequences that it was made of."""

import json

import numpy as np
import pytest

import posenet3d
from posenet3d.data import synthetic
from posenet3d.errors import InputError
from posenet3d.export.answers.golden import read_arrays
from posenet3d.export.forms import litert
from posenet3d.lite.sequence import VARIANTS, LiteSequenceEstimator
from posenet3d.lite.windows import packed
from tests.fixtures.checkout import CHECKOUT, run_code
from tests.sequences.small_estimators import NO_SEQUENCES

pytest.importorskip("ai_edge_litert", reason="the extra tflite")

FOLDER = CHECKOUT / "saved_models" / "full_sequence"
SAID = {"keypoints_3d": 1e-4, "expected_error": 1e-4, "score": 1e-4, "elevation": 1e-3}
FRAMES = 330  # more than two windows


@pytest.fixture(scope="module")
def keras():
    return posenet3d.load("full_sequence")


@pytest.fixture(scope="module")
def estimator():
    return LiteSequenceEstimator("full_sequence")


@pytest.fixture(scope="module")
def walk(estimator):
    """Somebody with gaps, who is not there for a moment, and twice cannot be lifted."""
    config = synthetic.SyntheticConfig(num_sequences=1, frames_per_sequence=FRAMES, seed=5)
    keypoints_2d = synthetic.generate_poses(config).on(estimator.skeleton).keypoints_2d.copy()
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 1.0, keypoints_2d.shape[:2]).astype(np.float32)
    confidence[rng.random(confidence.shape) < 0.1] = 0
    confidence[100:140] = 0
    confidence[2, 5:] = 0
    keypoints_2d[200] = 7.0
    return keypoints_2d, confidence


def assert_alike(found, expected):
    for name, atol in SAID.items():
        wanted = getattr(expected, name)
        np.testing.assert_allclose(getattr(found, name), wanted, atol=atol, err_msg=name)
    np.testing.assert_array_equal(found.filled, expected.filled)
    assert found.problems == expected.problems
    assert found.unit == expected.unit


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("frames", [0, 1, 5, 128, 129, FRAMES])
def test_it_lifts_as_keras_does_at_every_length(keras, estimator, walk, frames, causal):
    given = walk[0][:frames], walk[1][:frames], 30, causal
    assert_alike(estimator.lift_sequence(*given), keras.lift_sequence(*given))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("frame_rate", [0.5, 7.4, 7.5, 25, 44, 45, 60, 75, 105, 240, 999])
def test_it_lifts_as_keras_does_at_every_rate(keras, estimator, walk, frame_rate, causal):
    given = walk[0][:47], walk[1][:47], frame_rate, causal
    assert_alike(estimator.lift_sequence(*given), keras.lift_sequence(*given))


def test_there_is_no_seam_where_windows_meet(estimator, walk):
    whole = estimator.lift_sequence(walk[0]).keypoints_3d
    for first in (30, 61, 97):
        later = estimator.lift_sequence(walk[0][first:]).keypoints_3d
        reach = estimator.metadata["frames_seen"]
        np.testing.assert_allclose(later[reach:], whole[first + reach :], atol=1e-5)


@pytest.mark.parametrize(("before", "after"), [(3, 3), (3, 0)])
@pytest.mark.parametrize("lengths", [[1], [10], [59], [0, 2, 1, 11, 3], [1] * 9])
def test_every_frame_is_told_once_with_all_that_it_sees_and_nobody_else(lengths, before, after):
    told = [[] for _ in lengths]
    for window in packed(lengths, 10, before, after):
        free = 0
        for sequence, first, last, start, end, place in window:
            told[sequence] += range(start, end)
            assert 0 <= first <= max(0, start - before)
            assert min(lengths[sequence], end + after) <= last
            assert place >= free
            free = place + last - first + before
        assert free - before <= 10
    assert told == [list(range(frames)) for frames in lengths]


def test_short_sequences_share_a_window():
    assert len(packed([2] * 6, 10, 3, 3)) == 3


@pytest.mark.parametrize("frame_rate", [5, 30, 60])
def test_several_are_lifted_as_each_alone_whatever_the_threads(estimator, walk, frame_rate):
    ends = [*range(0, 120, 15), 130, 130, FRAMES]
    cuts = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
    several = [(walk[0][cut], walk[1][cut]) for cut in cuts]
    alone = [estimator.lift_sequence(*given, frame_rate) for given in several]
    for lifter in (estimator, LiteSequenceEstimator("full_sequence", threads=3)):
        together = lifter.lift_sequences(several, frame_rate)
        for found, expected in zip(together, alone, strict=True):
            assert_alike(found, expected)


def test_height_gives_mm(keras, estimator, walk):
    given = {"keypoints_2d": walk[0][:40], "height_mm": 1700}
    found, expected = estimator.lift_sequence(**given), keras.lift_sequence(**given)
    assert found.unit == "mm"
    np.testing.assert_allclose(found.keypoints_3d, expected.keypoints_3d, atol=0.1)
    np.testing.assert_allclose(found.expected_error, expected.expected_error, atol=0.1)


@pytest.mark.parametrize(("variant", "limit"), [("float16", 1e-3), ("dynamic_int8", 0.03)])
def test_every_variant_can_be_named(keras, walk, variant, limit):
    found = LiteSequenceEstimator("full_sequence", variant).lift_sequence(*walk)
    apart = np.linalg.norm(found.keypoints_3d - keras.lift_sequence(*walk).keypoints_3d, axis=-1)
    assert 0 < np.nanmean(apart) < limit
    assert variant in VARIANTS


def test_it_gives_the_recorded_outputs_of_the_saved_model(estimator):
    golden = json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))
    recorded = golden["saved_model"]["lift_sequence"]
    inputs = read_arrays(recorded["inputs"])
    result = estimator.lift_sequence(
        inputs["keypoints_2d"], inputs["confidence"], float(inputs["frame_rate"])
    )
    for name, array in read_arrays(recorded["outputs"]).items():
        tolerance = recorded["tolerances"][name]
        np.testing.assert_allclose(getattr(result, name), array, atol=tolerance, err_msg=name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *NO_SEQUENCES,
        ({"frame_rate": 1000}, "below 1000"),
    ],
)
def test_what_is_no_sequence_is_refused(keras, estimator, walk, changes, message):
    given = {"keypoints_2d": walk[0][:5]} | changes
    with pytest.raises(InputError, match=message) as error:
        estimator.lift_sequence(**given)
    with pytest.raises(InputError) as expected:
        keras.lift_sequence(**given)
    assert str(error.value) == str(expected.value)


def test_another_file_is_another_model_for_work_that_goes_on(estimator):
    again, other = (LiteSequenceEstimator(FOLDER, v) for v in ("float32", "float16"))
    assert again.get_config() == estimator.get_config()
    assert other.get_config() != estimator.get_config()
    assert estimator.get_weights() == []


def test_it_is_found_by_file_folder_and_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ("full_sequence", FOLDER, FOLDER / "full_sequence_dynamic_int8.tflite"):
        assert LiteSequenceEstimator(place, "dynamic_int8").metadata["name"] == "full_sequence"


@pytest.mark.parametrize(
    ("place", "variant", "message"),
    [
        (
            "nowhere",
            "float32",
            r"There is no model 'nowhere'.*pretrained model \(.*full_sequence.*\)",
        ),
        ("full", "float32", "a lifter of single poses is for --model"),
        ("full_sequence", "int8", "no 'int8' form: take one of float32, float16, dynamic_int8"),
        (FOLDER / "sequence.npz", "float32", r"sequence\.npz is no \.tflite file"),
        (FOLDER.with_name("small"), "float32", "a lifter of single poses is for --model"),
    ],
)
def test_what_is_no_lifter_of_sequences_is_said(tmp_path, monkeypatch, place, variant, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message) as error:
        LiteSequenceEstimator(place, variant)
    assert "\n" not in str(error.value)


def drop_window(model):
    model.signatureDefs = [s for s in model.signatureDefs if s.signatureKey == b"step"]


def drop_metadata(model):
    model.metadata = []


def see_further(model):
    (entry,) = (e for e in model.metadata if e.name.decode() == litert.METADATA_KEY)
    about = json.loads(bytes(model.buffers[entry.buffer].data)) | {"frames_seen": 64}
    model.buffers[entry.buffer].data = np.frombuffer(json.dumps(about).encode(), np.uint8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_window, r"frame after frame alone \(.*LiteStream\).*older export.*export --tflite"),
        (drop_metadata, "no lifter of sequences, or damaged: 'posenet3d'"),
        (see_further, "or damaged: its frames see 64 others in windows of 128"),
    ],
)
def test_the_file_of_another_program_or_export_is_refused(tmp_path, change, message):
    content = (FOLDER / "full_sequence_dynamic_int8.tflite").read_bytes()
    model = litert._schema().ModelT.InitFromPackedBuf(content, 0)
    change(model)
    path = tmp_path / "altered.tflite"
    path.write_bytes(litert._pack(model))
    with pytest.raises(InputError, match=rf"{path} .*{message}") as error:
        LiteSequenceEstimator(path)
    assert "\n" not in str(error.value)


def test_without_litert_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(ImportError, match="pip install"):
        LiteSequenceEstimator("full_sequence")


def test_it_needs_no_tensorflow():
    process = run_code(
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'scipy'): sys.modules[name] = None\n"
        "import numpy as np\n"
        "from posenet3d.lite.sequence import LiteSequenceEstimator\n"
        "poses = np.random.default_rng(0).uniform(100, 500, (9, 17, 2))\n"
        "print(LiteSequenceEstimator().lift_sequence(poses).lifted.sum())\n"
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout == "9\n"
