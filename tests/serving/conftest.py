"""Servers in processes of their own, as a user starts them."""

import contextlib
import os
import tempfile
import threading
from pathlib import Path

import grpc
import pytest
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT
from tests.fixtures.ports import free_port
from tests.serving import tiny_models

HERE = Path(__file__).resolve().parent


class Server:
    """scripts/serve.py, started, on free ports of 127.0.0.1: `address` of gRPC, `rest` of HTTP."""

    def __init__(self, base, *flags, begin=forked_scripts.Script):
        self.base = base
        self.lines = []
        self.rest = f"127.0.0.1:{free_port()}"
        self._more = threading.Condition()
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        reading, writing = os.pipe()
        self._said = open(reading)  # noqa: SIM115
        with open(writing, "wb") as said:
            self.process = begin(
                CHECKOUT / "scripts" / "serve.py", f"--model_base_path={base}", "--port=0",
                f"--rest_api_port={self.rest.split(':')[1]}", *flags,
                outputs=(said, self._errors),
            )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.address = self.said("Serving ").split()[-1]

    def _read(self):
        with self._said as said:
            for line in said:
                with self._more:
                    self.lines.append(line)
                    self._more.notify_all()

    def said(self, text, timeout=60):
        """The first line with that text, waited for."""

        def found():
            return next((line for line in self.lines if text in line), None)

        with self._more:
            self._more.wait_for(lambda: found() or self.process.poll() is not None, timeout)
            assert found(), (text, self.lines, self.process.poll())
            return found()

    def channel(self, **options):
        options = {f"grpc.{name}": value for name, value in options.items()}
        options["grpc.use_local_subchannel_pool"] = 1
        return grpc.insecure_channel(self.address, list(options.items()))

    def about(self, name):
        """A number of /proc: `Threads`, or `VmRSS` in kB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split(f"{name}:")[1].split()[0])

    def end(self):
        """Ends it as a service manager does; returns its status and what it wrote as errors."""
        self.process.terminate()
        status = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        self._errors.seek(0)
        return status, self._errors.read()

    def clear(self):
        """Ends it at once if it still runs, and removes what it wrote."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._errors.close()


@pytest.fixture(scope="session")
def models():
    """The module of small SavedModels and requests."""
    return tiny_models


@pytest.fixture(scope="session")
def tls():
    """The folder of certificates: an authority's, and a server's and a client's by it."""
    return HERE / "tls"


@pytest.fixture(scope="session")
def start():
    """Starts servers and ends those that are left; use as a context manager."""

    @contextlib.contextmanager
    def start(base, *flags, **how):
        server = Server(base, *flags, **how)
        try:
            yield server
        finally:
            server.clear()

    return start


@pytest.fixture(scope="session")
def base(models, tmp_path_factory):
    """A folder with version 1."""
    folder = tmp_path_factory.mktemp("saved_models") / "lifter"
    folder.mkdir()
    return models.save(folder, 1)


@pytest.fixture(scope="session")
def server(start, base):
    """A server that many tests share; whoever breaks it breaks them."""
    with start(base, "--max_batch_size=64", "--max_message_bytes=262144") as server:
        yield server
        assert server.process.poll() is None, "the shared server has ended"
        status, errors = server.end()
        assert status == 0
        assert "Traceback" not in errors


@pytest.fixture
def channel(server):
    with server.channel() as channel:
        yield channel


@pytest.fixture
def prediction(channel):
    """The stock stub of PredictionService."""
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture
def model_service(channel):
    """The stock stub of ModelService."""
    return model_service_pb2_grpc.ModelServiceStub(channel)


@pytest.fixture
def refusal():
    """The code and text with which a call is refused."""

    def refusal(call, *args, **kwargs):
        with pytest.raises(grpc.RpcError) as caught:
            call(*args, timeout=20, **kwargs)
        return caught.value.code().name, caught.value.details()

    return refusal
