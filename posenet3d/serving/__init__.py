"""Lifting over the network by TensorFlow Serving's protocol: a server, and a client of either.

with posenet3d.serving.Client("127.0.0.1:8500", "full") as client:
    client.lift(keypoints_2d)["keypoints_3d"]
"""

import importlib

for _library in ("grpc", "grpc_health", "prometheus_client", "tensorflow_serving.apis"):
    try:
        importlib.import_module(_library)
    except ImportError as _error:
        raise ImportError(
            f"posenet3d.serving needs {_library}, which cannot be imported ({_error}); it comes "
            "with the extra: pip install 'posenet3d[serving]'."
        ) from None

from posenet3d.serving.client import Client, ClientConfig, ServingError  # noqa: E402
from posenet3d.serving.config import ServerConfig  # noqa: E402
from posenet3d.serving.remote import RemoteEstimator, RequestConfig, request_file  # noqa: E402
from posenet3d.serving.server import serve  # noqa: E402

__all__ = [
    "Client",
    "ClientConfig",
    "RemoteEstimator",
    "RequestConfig",
    "ServerConfig",
    "ServingError",
    "request_file",
    "serve",
]
