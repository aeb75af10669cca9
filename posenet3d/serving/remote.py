"""A server's model in the place of a `PoseEstimator`, and what posenet3d request does with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Literal

import numpy as np

from posenet3d.errors import ConfigError
from posenet3d.lifting.config import LiftConfig
from posenet3d.lifting.job import Progress, Say, lift_file
from posenet3d.lifting.summary import Summary
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult
from posenet3d.serving.client import Client, ClientConfig
from posenet3d.settings import check_range, setting
from posenet3d.skeletons.skeleton import SKELETONS, Skeleton

SIGNATURE = "lift_with_confidence"
"""The model's function that takes gaps."""

NOT_LIFTED = "the server did not lift it: too few joints are present, or all are at one place"


@dataclasses.dataclass(frozen=True)
class RequestConfig(LiftConfig):
    """Everything that lifting a file by a server depends on: `LiftConfig`, and the server."""

    model: str = setting("full", "The model's name at the server.")
    live: bool = setting(False, "Of no use here: the server does not see the camera.")
    server: str = setting("127.0.0.1:8500", "HOST:PORT of the server's gRPC.")
    model_skeleton: Literal["cmu17", "h36m17"] = setting(
        "cmu17", "Skeleton of the server's model; the pretrained models have cmu17."
    )
    timeout: float = setting(30.0, "Seconds for a request, retries included.")
    people_a_request: int = setting(256, "People in a request; the server has a largest batch.")
    tls_ca: str = setting("", "Authority (PEM) of the server's certificate; empty: no encryption.")
    tls_certificate: str = setting("", "Own certificate (PEM), where the server asks for one.")
    tls_key: str = setting("", "Private key (PEM) of the own certificate.")
    token_file: str = setting("", "File with the token that the server asks for.")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.refuse_sequences()
        for name in ("runtime", "variant", "threads", "live"):
            if getattr(self, name) != getattr(type(self), name):
                raise ConfigError(f"--{name} is for `posenet3d lift` alone: here a server lifts.")
        check_range("timeout", self.timeout, 0.001, 86_400.0)
        check_range("people_a_request", self.people_a_request, 1, 2**31 - 1)

    @property
    def client(self) -> ClientConfig:
        """The part that says how the server is reached.

        Raises:
          ConfigError: If the token cannot be read.
        """
        token = ""
        if self.token_file:
            try:
                token = Path(self.token_file).read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"token_file: cannot read {self.token_file}: {error}") from error
        return ClientConfig(
            timeout=self.timeout,
            rows_a_request=self.people_a_request,
            tls_ca=self.tls_ca,
            tls_certificate=self.tls_certificate,
            tls_key=self.tls_key,
            token=token,
        )


class RemoteEstimator:
    """A server's model behind the methods of `PoseEstimator` that lifting a file needs.

    Args:
      client: Asks the server.
      name: What tells this server and model from others, for work that goes on after a stop.
      skeleton: The skeleton of the model's joints.
    """

    def __init__(self, client: Client, name: str, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self._client = client
        self._name = name
        self._outputs: list[str] | None = None  # of the signature; asked for once

    def lift(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        height_mm: float | np.ndarray | None = None,
        score: bool = True,
    ) -> LiftResult:
        """Lifts people; arguments and result are those of `PoseEstimator.lift`.

        Raises:
          InputError: If arrays or heights cannot be, here or in the server's eyes.
          ServingError: If the server does not answer.
        """
        request = check_request(keypoints_2d, confidence, self.skeleton, height_mm)
        confidence = request.confidence
        # A missing joint's coordinates are not looked at, and may be anything here.
        keypoints_2d = np.where(confidence[..., None] > 0, request.keypoints_2d, 0)
        if self._outputs is None:
            self._outputs = self._client.signatures()[SIGNATURE][1]
        outputs = ["keypoints_3d", "elevation", *(["score"] if score else [])]
        if "expected_error" in self._outputs:  # models exported before it have none
            outputs.append("expected_error")
        pieces = list(self._client.stream(keypoints_2d, confidence, SIGNATURE, outputs))
        answer = {name: np.concatenate([piece[name] for piece in pieces]) for name in outputs}
        lifted = np.isfinite(answer["keypoints_3d"]).all(axis=(1, 2))
        return request.result(answer, tuple("" if one else NOT_LIFTED for one in lifted))

    def get_config(self) -> dict[str, Any]:
        """What tells this model from others."""
        return {"server": self._name, "skeleton": self.skeleton.name}

    def get_weights(self) -> list[np.ndarray]:
        """None: they are the server's."""
        return []


def request_file(
    config: RequestConfig,
    say: Say = lambda line: None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Lifts every person of a file by a server and writes what is asked for.

    Args and result are those of `lifting.lift_file`.

    Raises:
      InputError: If the input cannot be read or is refused, or the output cannot be written.
      ConfigError: If a setting is no setting.
      ServingError: If the server does not answer, or has no such model.
    """
    with Client(config.server, config.model, config=config.client) as client:
        versions = [n for n, state in client.versions().items() if state == "AVAILABLE"]
        name = f"{config.server} {config.model} {versions}"
        estimator = RemoteEstimator(client, name, SKELETONS[config.model_skeleton])
        return lift_file(config, say, progress, estimator)
