"""A `.keras` file read as data: Keras, which can be made to run a file's code, does not open it.

Settings must be those of a `PoseEstimator`, and each weight must stand where Keras puts it. What
names another class is refused, so nothing of the file chooses what is called.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from posenet3d.errors import InputError, reason_of
from posenet3d.files.hdf5 import stored_floats
from posenet3d.files.npz import parse_settings
from posenet3d.files.zip_members import check_members
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.weights_file import OF_KERAS, rebuild

_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
_MOST_TEXT = 1 << 20  # bytes of settings
_POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")
_OF_OBJECT = (
    "module", "class_name", "registered_name", "config",
    "build_config", "compile_config", "shared_object_id",
)  # fmt: skip
_HEADS = ("head", "correction_head", "elevation_head", "error_hidden", "error_head")
_TRUNK_3 = ("layers", "lifter", "layers", "residual_trunk")
_NOT_ONE = (
    "not a PoseEstimator; give the file estimator.keras that training keeps in the run's folder "
    "best/"
)
# The order in which a Keras layer saves what it has.
_SLOTS = {
    "kernel": 0, "bias": 1,
    "gamma": 0, "beta": 1, "moving_mean": 2, "moving_variance": 3,
    "mean": 0, "covariance": 1,
}  # fmt: skip


def read_keras_file(path: str | Path) -> PoseEstimator:
    """Reads an estimator that `estimator.save` has written, under Keras 3 or Keras 2.15.

    Raises:
      InputError: If the file is damaged, holds anything else, or its settings and weights are not
        those of a lifter.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = check_members(archive)
            if members.keys() != {_METADATA, _CONFIG, _WEIGHTS}:
                raise ValueError(f"its members are {sorted(members)[:5]}, not Keras's three")
            if max(members[name].file_size for name in (_METADATA, _CONFIG)) > _MOST_TEXT:
                raise ValueError("its settings are too long")
            version = _version(archive.read(_METADATA))
            config = parse_settings(archive.read(_CONFIG))
            if config.get("class_name") != PoseEstimator.__name__:
                raise ValueError(f"it holds a {str(config.get('class_name'))[:50]}, {_NOT_ONE}")
            settings, of_estimator = _settings("PoseEstimator", config)
            lifter, of_lifter = _settings("Lifter", settings.get("lifter"))

            def read(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
                content = io.BytesIO(archive.read(_WEIGHTS))
                try:
                    return _weights(content, shapes, _paths(shapes, version.startswith("2")))
                except ValueError as error:
                    raise ValueError(f"{error} (Keras {version} wrote it)") from error

            return rebuild(settings | {"lifter": lifter}, read, (of_estimator, of_lifter))
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        reason = reason_of(error).removesuffix(".")
        advice = "" if _NOT_ONE in reason else _instead(Path(path))
        raise InputError(
            f"{path} cannot be read as a saved estimator: {reason}. {advice}".rstrip()
        ) from error


def _instead(path: Path) -> str:
    weights = path.with_suffix(".npz")
    if weights.is_file():
        return f"Give its weights file {weights}."
    return (
        "Copy it anew; or where it can be read, export it with --weights, and give estimator.npz."
    )


def _version(metadata: bytes) -> str:
    version = parse_settings(metadata).get("keras_version")
    if not isinstance(version, str) or not re.fullmatch(r"[23]\.[0-9a-z.]{1,20}", version):
        raise ValueError("its metadata.json names no version 2 or 3 of Keras")
    return version


def _settings(name: str, config: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of an object of one of the package's classes: its own, and Keras's."""
    if (
        not isinstance(config, dict)
        or not config.keys() <= set(_OF_OBJECT)
        or config.get("registered_name") != f"posenet3d>{name}"
        or config.get("class_name") != name
        or not str(config.get("module")).startswith("posenet3d.")
        or not isinstance(config.get("config"), dict)
    ):
        raise ValueError(f"its settings are not those of posenet3d's {name}")
    own = dict(config["config"])
    of_keras = {key: own.pop(key) for key in OF_KERAS if key in own}
    if "dtype" in of_keras:
        of_keras["dtype"] = _policy(of_keras["dtype"])
    if not isinstance(of_keras.get("trainable", True), bool):
        raise ValueError(f"trainable of {name} must be true or false")
    if not re.fullmatch(r"[A-Za-z0-9_.\-]{1,100}", str(of_keras.get("name", name))):
        raise ValueError(f"{name} has a name that is none")
    return own, of_keras


def _policy(config: Any) -> str:
    """The name of a precision, as text or as Keras describes it."""
    if isinstance(config, dict) and config.get("class_name") in ("DTypePolicy", "Policy"):
        config = config.get("config")
        config = config.get("name") if isinstance(config, dict) else None
    if config not in _POLICIES:
        raise ValueError(f"its precision must be one of {list(_POLICIES)}")
    return config


def _paths(names: Iterable[str], keras_2: bool) -> dict[str, str]:
    """{path inside the HDF5 file: our name} of an estimator's weights.

    Keras walks through an object's attributes, Keras 3 from a to z, Keras 2 from z to a, with
    `layers` among them, and calls what is in a list by its class and number.
    """
    names = list(names)
    heads = [head for head in _HEADS if f"lifter/{head}/bias" in names]
    found = {}
    for name in names:
        *parts, slot = name.split("/")
        match parts:
            case ["gap_filler"] if keras_2:
                parts = ["layers", "gap_filler"]
            case ["lifter", head] if keras_2:
                parts = ["lifter", "layers", _numbered("dense", heads.index(head))]
            case ["lifter", "trunk", "blocks", i, j, layer] if keras_2:
                unit = _numbered("dense_unit", 2 * int(i) + int(j))
                parts = ["lifter", "trunk", "_units", unit, layer]
            case ["lifter", "trunk", "blocks", i, j, layer]:
                block = _numbered("container", int(i)), _numbered("dense_unit", int(j))
                parts = [*_TRUNK_3, "blocks", *block, layer]
            case ["lifter", "trunk", *rest] if not keras_2:
                parts = [*_TRUNK_3, *rest]
            case ["lifter", head] if not keras_2:
                parts = ["layers", "lifter", head]
        found["/".join([*parts, "vars", str(_SLOTS[slot])])] = name
    return found


def _numbered(name: str, number: int) -> str:
    return f"{name}_{number}" if number else name


def _weights(
    content: io.BytesIO, shapes: dict[str, tuple[int, ...]], wanted: dict[str, str]
) -> dict[str, np.ndarray]:
    """The weights by our names; the file must hold them all, and no others."""
    groups = {"/".join(path.split("/")[:i]) for path in wanted for i in range(path.count("/") + 1)}
    found = {}
    left = len(content.getbuffer())
    with h5py.File(content, "r") as file:
        for path, dataset in _datasets(file, "", wanted, groups):
            name = wanted[path]
            array = stored_floats(dataset, shapes[name])
            left -= array.nbytes
            if left < 0:
                raise ValueError("its weights overlap each other")
            found[name] = array
    missing = [path for path, name in wanted.items() if name not in found]
    if missing:
        raise ValueError(f"{len(missing)} of its {len(wanted)} weights are missing: {missing[0]}")
    return found


def _datasets(
    group: h5py.Group, path: str, wanted: dict[str, str], groups: set[str]
) -> Iterator[tuple[str, h5py.Dataset]]:
    """Walks to what is wanted along hard links alone; others may lead into other files."""
    if not isinstance(group, h5py.Group):
        raise ValueError(f"{path} holds no weights")
    for name in group:
        inner = f"{path}/{name}".removeprefix("/")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{inner[:200]} is a link")
        if inner in wanted:
            yield inner, group[name]
        elif inner in groups:
            yield from _datasets(group[name], inner, wanted, groups)
        elif name == "drop":  # dropout has no weights, and lifting does not drop
            continue
        elif name != "vars" or not isinstance(group[name], h5py.Group) or len(group[name]):
            raise ValueError(f"it holds {inner[:200]}, which its lifter has not")
