"""Which runtime lifts: LiteRT where a model has a `.tflite` file, Keras for everything else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from posenet3d.errors import InputError
from posenet3d.lite import choice, model_file
from posenet3d.lite.choice import Choice
from posenet3d.lite.estimator import LiteEstimator
from posenet3d.lite.model_file import Variant
from posenet3d.lite.sequence import LiteSequenceEstimator
from posenet3d.models import loading
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.platform import native_log
from posenet3d.sequences import loading as sequences

if TYPE_CHECKING:
    from posenet3d.models import PoseEstimator
    from posenet3d.sequences.estimator import SequenceEstimator

Runtime = Literal["auto", "litert", "keras"]

NO_SCORE = "No score: this .tflite file's lifter does not estimate its error."
"""What is said where a score is asked for."""

Loaded = "PoseEstimator | SequenceEstimator | LiteEstimator | LiteSequenceEstimator"


def load(path_or_name: str | Path = DEFAULT_MODEL) -> Loaded:
    """Loads a saved lifter, of single poses or of sequences.

    What names a lifter of sequences is the name of a pretrained one ("full_sequence"), the path of
    a `sequence.npz`, or of a folder with nothing else. Any other name is a pretrained lifter's;
    anything else is the path of a `.keras` file, a weights file (`.npz`), or a run's folder, of
    which the best lifter is taken.

    Args:
      path_or_name: Name of a pretrained model, by default the full one; or a path.

    Returns:
      A `PoseEstimator`, which has `lift`, or a `SequenceEstimator`, which has `lift_sequence`.
      Where TensorFlow is not installed, or of a `.tflite` file: a `LiteEstimator` or a
      `LiteSequenceEstimator`, which have the same methods and run on LiteRT.

    Raises:
      InputError: If there is no such file, or it is not a sound lifter.
      ImportError: If neither TensorFlow nor LiteRT is installed.
    """
    if Path(path_or_name).suffix == model_file.ENDING or not has_tensorflow():
        path = model_file.find(path_or_name)
        kind = model_file.lifts_sequences(model_file.read(path))
        return (LiteSequenceEstimator if kind else LiteEstimator)(path)
    of_sequences = sequences.is_sequence(path_or_name)
    return (sequences.load_sequence if of_sequences else loading.load)(path_or_name)


def load_lifter(
    model: str | Path = DEFAULT_MODEL,
    runtime: Runtime = "auto",
    variant: Choice = "auto",
    threads: int = 1,
    much: bool = False,
) -> PoseEstimator | LiteEstimator:
    """Loads a lifter of single poses for a runtime.

    Args:
      model: As in `load`.
      runtime: auto: LiteRT if that is installed and the model has a `.tflite` file: a pretrained
        one, a folder NAME that holds NAME_<variant>.tflite, or the file itself.
      variant: Which file, see `choice.chosen`; another than float32 asks for LiteRT.
      threads: Of LiteRT.
      much: Whether so much is lifted that time matters.

    Raises:
      InputError: If there is no such model, or none for that runtime.
      ImportError: If the runtime is not installed.
    """
    path = file_of(model, runtime, variant, much)
    if path.suffix == model_file.ENDING:
        return LiteEstimator(path, threads=threads)
    _import_tensorflow(model)
    return loading.load(path)


def file_of(
    model: str | Path = DEFAULT_MODEL,
    runtime: Runtime = "auto",
    variant: Choice = "auto",
    much: bool = False,
) -> Path:
    """The file that `load_lifter` would load; args and errors are those of it."""
    variant = choice.chosen(model, variant, much and _may_choose(runtime))
    found = _tflite_of(model, runtime, variant)
    if found is not None:
        return found
    if runtime == "auto" and not has_tensorflow() and not Path(model).exists():
        model_file.find(model, variant)  # says which models there are
    _check_tensorflow(model)
    return loading.find(model)


def load_over_time(
    model: str | Path, runtime: Runtime = "auto", variant: Choice = "auto", threads: int = 1
) -> SequenceEstimator | LiteSequenceEstimator:
    """The same for a lifter of sequences, which has no int8 form: dynamic_int8 stands for it.

    auto is float32: nothing has been measured of the other files.
    """
    variant = "dynamic_int8" if variant == "int8" else choice.chosen(model, variant)
    path = _tflite_of(model, runtime, variant)
    if path is not None:
        # A run's folder may hold a .tflite file of its lifter of single poses.
        own = (Path(model) / sequences.SEQUENCE_FILE).is_file()
        if runtime != "auto" or not own or model_file.lifts_sequences(model_file.read(path)):
            return LiteSequenceEstimator(path, variant, threads)
    _check_tensorflow(model)
    found = sequences.find_sequence(model)
    _import_tensorflow(model)
    return sequences.load_sequence(found)


def has_tensorflow() -> bool:
    """Whether TensorFlow and Keras are installed."""
    return _installed("tensorflow") and _installed("keras")


def _may_choose(runtime: Runtime) -> bool:
    """Whether LiteRT may lift; what is there without it is Keras, which has no variants."""
    return runtime != "keras" and (runtime == "litert" or _installed("ai_edge_litert"))


def _installed(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except ValueError:  # what was set to None in sys.modules, as tests do
        return False


def _tflite_of(model: str | Path, runtime: Runtime, variant: Variant) -> Path | None:
    """The file that LiteRT is to lift with; None: Keras is to lift.

    Raises:
      InputError: If Keras is asked for what is LiteRT's, or LiteRT for what it has no file of.
    """
    is_file = Path(model).suffix == model_file.ENDING
    if runtime == "keras":
        if is_file or variant != "float32":
            raise InputError(
                f"Keras has no {f'variant {variant}' if not is_file else model_file.ENDING} to "
                "lift with; leave --runtime=keras out."
            )
        return None
    must = runtime == "litert" or variant != "float32" or is_file
    if not must and not _installed("ai_edge_litert"):
        if has_tensorflow():
            return None
        must = True  # what loads the file says what to install
    try:
        return model_file.find(model, variant)
    except InputError:
        if must:
            raise
        return None


def _check_tensorflow(model: str | Path) -> None:
    if not has_tensorflow():
        raise InputError(
            f"Keras, which is to lift with the model {model}, needs TensorFlow, which is not "
            f"installed. A {model_file.ENDING} file needs none; `posenet3d export --tflite` makes "
            "it where TensorFlow is."
        )


def _import_tensorflow(model: str | Path) -> None:
    _check_tensorflow(model)
    native_log.import_tensorflow()
    from posenet3d.platform.devices import let_memory_grow

    let_memory_grow()
