"""A lifter's .tflite file: what is in it, and where it lies. `export.litert` writes it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import struct
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from posenet3d.errors import InputError
from posenet3d.files.opening import opening
from posenet3d.models import loading
from posenet3d.skeletons.skeleton import SKELETONS, Skeleton

Variant = Literal["float32", "float16", "dynamic_int8", "int8"]

VARIANTS: tuple[Variant, ...] = ("float32", "float16", "dynamic_int8", "int8")
"""How the network's weights are kept, and in `int8` all its numbers."""

BATCHES = (1, 16, 128)
"""Numbers of poses, each a signature: the browser's runtime needs fixed shapes. A pose of 128 takes
0.9 of the time of one of 16; 1024 at a time gain little more."""

COMPLETE_BATCHES = (1, 128)
"""Those of poses that miss no joint: no gaps are filled, which takes a fourth of the time in
float32 and half in 8 bits. Fewer than `BATCHES`, for each takes 20 to 130 kB."""

WINDOW, STEP = "lift_window", "step"
"""Signatures of a lifter of sequences: some frames, of which those in the middle see all they can;
and one frame after the other, with a memory."""

METADATA_KEY = "posenet3d"
"""Name of the file's metadata buffer, which holds JSON."""

ENDING = ".tflite"
"""The ending of these files."""

DAMAGED = (
    AttributeError, IndexError, KeyError, RuntimeError, struct.error, TypeError, ValueError,
)  # fmt: skip
"""What reading or running a damaged file raises."""

_MOST_SIGNATURES = 64  # more are no file of ours
_NUMBER = struct.Struct("<I")
# Places in the tables of the schema: subgraphs and signature_defs of a model, subgraph_index of a
# signature (tensorflow/lite/schema/schema.fbs).
_GRAPHS, _SIGNATURES, _GRAPH_OF_SIGNATURE = 8, 18, 12

_IDENTIFIER = b"TFL3"  # of the schema, at byte 4 of every flatbuffer of it


def signature_name(batch: int, complete: bool = False) -> str:
    """Name of the signature for so many poses; `complete`: of whom no joint is missing."""
    return f"lift_complete_{batch}" if complete else f"lift_{batch}"


def find(path_or_name: str | Path, variant: Variant = "float32") -> Path:
    """The .tflite file of a model.

    Args:
      path_or_name: The name of a pretrained model; or the path of a .tflite file, or of a folder
        NAME that holds NAME_<variant>.tflite, as `posenet3d export` writes it.
      variant: Which file of a folder's.

    Raises:
      InputError: If there is none.
    """
    named = str(path_or_name)
    shelf, names = loading.pretrained_folder(), pretrained_names()
    pretrained = isinstance(path_or_name, str) and named in names
    path = shelf / named if pretrained else Path(path_or_name)
    if not path.exists() and ("runs" / path).exists():
        path = "runs" / path
    if path.is_dir():
        file = path / f"{path.resolve().name}_{variant}{ENDING}"
        if not file.is_file():
            advice = f"`posenet3d export --tflite --model={path} --output={path}` makes it"
            if pretrained:
                there = sorted(f.stem.removeprefix(f"{named}_") for f in path.glob(f"*{ENDING}"))
                advice = f"the installed package has {' and '.join(there)} of {named}"
            raise InputError(f"There is no file {file}; {advice}.")
        return file
    if not path.is_file():
        raise InputError(
            f"There is no model {named!r}: give a {ENDING} file, a folder NAME that holds "
            f"NAME_{variant}{ENDING}, or the name of a pretrained model "
            f"({', '.join(names) or 'none is installed'})."
        )
    if path.suffix != ENDING:
        raise InputError(f"{path} is no {ENDING} file; Keras lifts with .keras files.")
    return path


def pretrained_names() -> list[str]:
    """The pretrained models that have a .tflite file."""
    shelf = loading.pretrained_folder()
    folders = sorted(shelf.iterdir()) if shelf else []
    return [f.name for f in folders if (f / f"{f.name}_{VARIANTS[0]}{ENDING}").is_file()]


def read(path: Path) -> bytes:
    """The content of a .tflite file.

    Raises:
      InputError: If it cannot be read, or is something else.
    """
    with opening(path):
        content = path.read_bytes()
    _check_kind(path, content)
    return content


def _check_kind(path: Path, content: bytes) -> None:
    if content[4:8] != _IDENTIFIER:
        raise InputError(f"{path} is not a {ENDING} file, whatever its name says.")


@contextlib.contextmanager
def refusing_damage(path: str | Path, what: str, advice: str) -> Iterator[None]:
    """Turns what a damaged file raises, when it is read or run, into an `InputError`.

    Args:
      path: The file.
      what: What it should be, such as `lifter of sequences`.
      advice: What files can be used, a sentence without the full stop.
    """
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, InputError):
            raise
        reason = str(error).strip(" .\n").split("\n")[0]
        raise InputError(f"{path} is no {what}, or damaged: {reason}. {advice}.") from error


class Opened:
    """A .tflite file that can be read again, whatever becomes of its name.

    Args:
      path: The file.

    Raises:
      InputError: If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with opening(path):
            self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        self._state = self._now()

    def _now(self) -> tuple[int, int]:
        found = os.fstat(self._descriptor)
        return found.st_size, found.st_mtime_ns

    def read(self) -> bytes:
        """The file's content.

        Raises:
          InputError: If it cannot be read, is something else, or is not what it was.
        """
        with opening(self._path):
            content = os.pread(self._descriptor, self._state[0], 0)
        if self._now() != self._state:
            raise InputError(f"{self._path} has changed since it was loaded; load it again.")
        _check_kind(self._path, content)
        return content


def read_metadata(content: bytes) -> dict[str, Any]:
    """What `export.metadata.describe` said of the model when the file was made.

    Args:
      content: A whole .tflite file.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      KeyError: If the file has no such metadata.
    """
    model = _model(content)
    for entry in map(model.Metadata, range(model.MetadataLength())):
        if entry.Name() == METADATA_KEY.encode():
            return json.loads(model.Buffers(entry.Buffer()).DataAsNumpy().tobytes())
    raise KeyError(METADATA_KEY)


def signatures(content: bytes) -> list[str]:
    """Names of a file's signatures.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      DAMAGED: Some of these, if it is damaged.
    """
    model = _model(content)
    count = model.SignatureDefsLength()
    if count > _MOST_SIGNATURES:
        raise ValueError(f"it has {count} signatures")
    return [model.SignatureDefs(i).SignatureKey().decode() for i in range(count)]


def lifts_sequences(content: bytes) -> bool:
    """Whether a file is one of a lifter of sequences; errors are those of `signatures`."""
    return bool({WINDOW, STEP} & set(signatures(content)))


def batches(content: bytes) -> tuple[list[int], list[int]]:
    """The numbers of poses of a file's signatures: for all, and for those who are complete.

    Files of older exports have none of the second kind.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If it has no signature for poses.
    """
    names = signatures(content)
    found = [re.fullmatch(r"lift_(complete_)?(\d+)", name) for name in names]
    sizes = [int(one[2]) for one in found if one and not one[1]]
    if not sizes:
        raise ValueError("it has no signature for a number of poses")
    return sizes, [int(one[2]) for one in found if one and one[1]]


def with_only(content: bytes, signature: str) -> bytes:
    """The same file with one of its signatures and that one's graph.

    LiteRT keeps a copy of the weights, laid out for the processor, for every graph of a file.

    Args:
      content: A whole .tflite file.
      signature: The signature's name.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If there is no such signature.
    """
    model = _model(content)
    names = signatures(content)
    if signature not in names:
        raise ValueError(f"it has no signature {signature}")
    number = names.index(signature)
    definition = model.SignatureDefs(number)
    patches = []
    for field, kept in ((_GRAPHS, definition.SubgraphIndex()), (_SIGNATURES, number)):
        first = model._tab.Vector(model._tab.Offset(field))
        place = first + _NUMBER.size * kept
        # Where an entry lies is told from its place in the list, and the list's length before it.
        target = place + _NUMBER.unpack_from(content, place)[0]
        patches += [(first - _NUMBER.size, 1), (first, target - first)]
    at = definition._tab.Offset(_GRAPH_OF_SIGNATURE)
    if at:  # else it is the first graph anyway
        patches.append((definition._tab.Pos + at, 0))
    pieces, end = [], 0
    view = memoryview(content)
    for place, value in sorted(patches):
        pieces += [view[end:place], _NUMBER.pack(value)]
        end = place + _NUMBER.size
    return b"".join([*pieces, view[end:]])


def _model(content: bytes) -> Any:
    """The file's contents by LiteRT's schema."""
    try:
        from ai_edge_litert.schema_py_generated import Model
    except ImportError as error:
        raise ImportError(
            "Reading .tflite files needs LiteRT: pip install ai-edge-litert."
        ) from error
    return Model.GetRootAs(content, 0)


def skeleton_of(metadata: dict[str, Any]) -> Skeleton:
    """The skeleton of a file's joints; a known one where name and joints are its.

    Of an unknown one it is not known how its bones make up a body's height.

    Raises:
      KeyError, TypeError, ValueError: If the metadata say no skeleton.
    """
    names = tuple(metadata["joint_names"])
    known = SKELETONS.get(metadata["skeleton"])
    if known is not None and known.joint_names == names:
        return known
    fields = ("parents", "left", "right")
    return Skeleton(metadata["skeleton"], names, *(tuple(metadata[field]) for field in fields))
