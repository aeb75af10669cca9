"""The paths of TensorFlow Serving's REST API, and what each asks for."""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import unquote

import grpc
from tensorflow_serving.apis import model_pb2

from posenet3d.serving.model.failure import RequestError, invalid
from posenet3d.serving.rest.failure import HttpError

PREDICT, CLASSIFY, REGRESS = "predict", "classify", "regress"
STATUS, METADATA = "GetModelStatus", "GetModelMetadata"

# tensorflow/serving, model_servers/http_rest_api_util.cc
_VERSION = r"(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
_PATHS = {
    "POST": re.compile(
        rf"/v1/models/(?P<model>[^/:]+){_VERSION}:(?P<what>{PREDICT}|{CLASSIFY}|{REGRESS})",
        re.IGNORECASE,
    ),
    "GET": re.compile(
        rf"/v1/models(?:/(?P<model>[^/:]+))?{_VERSION}(?P<what>/metadata)?", re.IGNORECASE
    ),
}


@dataclasses.dataclass(frozen=True)
class Target:
    """What a request asks for, and of which model and version."""

    api: str
    spec: model_pb2.ModelSpec


def target_of(method: str, path: str) -> Target:
    """What a method and a path ask for.

    Args:
      method: HTTP's.
      path: As it came, with escapes and query.

    Raises:
      RequestError: If there is no such path, its method is another one, or a part of it is wrong.
    """
    match = _PATHS[method].fullmatch(path) if method in _PATHS else None
    if match is None:
        raise _malformed(method, path)
    if match["model"] is None:
        raise invalid("Missing model name in request.")
    spec = model_pb2.ModelSpec(name=_unescaped("model name", match["model"]))
    if match["version"]:
        number = int(match["version"]) if len(match["version"]) < 20 else 2**63
        if number >= 2**63:
            raise invalid(f"Failed to convert version: {match['version']} to numeric.")
        spec.version.value = number
    if match["label"]:
        spec.version_label = _unescaped("model version label", match["label"])
    if method == "POST":
        return Target(match["what"].lower(), spec)
    return Target(METADATA if match["what"] else STATUS, spec)


def _malformed(method: str, path: str) -> RequestError:
    message = f"Malformed request: {method} {path}"
    allowed = [name for name, pattern in _PATHS.items() if pattern.fullmatch(path)]
    if not allowed:
        return RequestError(grpc.StatusCode.NOT_FOUND, message)
    return HttpError(
        405, grpc.StatusCode.UNIMPLEMENTED, message, headers={"Allow": ", ".join(allowed)}
    )


def _unescaped(what: str, text: str) -> str:
    try:
        return unquote(text, errors="strict").encode().decode()
    except UnicodeError as error:
        raise invalid(f"Failed to decode {what}: {text}") from error
