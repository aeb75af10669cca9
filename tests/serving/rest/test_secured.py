"""Who may ask by REST (certificates, token), and the end of a server that answers both."""

import asyncio
import concurrent.futures
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest

from posenet3d.errors import ConfigError
from posenet3d.serving import Client, ClientConfig, ServerConfig, security
from posenet3d.serving import server as serving
from tests.fixtures.ports import free_port
from tests.serving.rest.asking import ONE, POSE, PREDICT, SLOW, ask_on

STATUS = "/v1/models/lifter"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text("secret\n")
    return path


@pytest.fixture(scope="module")
def secured(start, base, tls, token):
    """(server, port of its metrics); the tests of this file use it in their order."""
    metrics = free_port()
    flags = (
        f"--tls_certificate={tls / 'server.pem'}", f"--tls_key={tls / 'server.key'}",
        f"--tls_client_ca={tls / 'ca.pem'}", f"--token_file={token}", f"--metrics_port={metrics}",
        "--num_batch_threads=1",
    )  # fmt: skip
    with start(base, *flags) as server:
        yield server, metrics


def ask(server, tls, path, content=None, own=True, token="secret"):
    """Status and content of a request by HTTPS."""
    context = ssl.create_default_context(cafile=tls / "ca.pem")
    if own:
        context.load_cert_chain(tls / "client.pem", tls / "client.key")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection = http.client.HTTPSConnection(server.rest, timeout=20, context=context)
    try:
        return ask_on(connection, path, content, **headers)[:2]
    finally:
        connection.close()


def test_token_and_certificate_are_asked_for(secured, tls):
    server, _ = secured
    assert server.said("REST: ") == f"REST: https://{server.rest}/v1/models/lifter\n"
    assert ask(server, tls, PREDICT, ONE)[0] == 200
    assert ask(server, tls, STATUS)[0] == 200
    for token in ("", "secre", "secret2", "Secret"):
        for path, content in ((PREDICT, ONE), (STATUS, None), (f"{STATUS}/metadata", None)):
            assert ask(server, tls, path, content, token=token) == (
                401, {"error": "This server needs Authorization: Bearer <token>."},
            )  # fmt: skip
    with pytest.raises((ssl.SSLError, ConnectionError)):  # TLS 1.3 refuses at the first answer
        ask(server, tls, STATUS, own=False)
    plain = http.client.HTTPConnection(server.rest, timeout=20)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask_on(plain, STATUS)
    plain.close()


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_curl_gets_an_answer(secured, tls):
    server, _ = secured
    command = [
        "curl", "--silent", "--show-error", "--fail", f"https://{server.rest}{PREDICT}",
        "--cacert", tls / "ca.pem", "--cert", tls / "client.pem", "--key", tls / "client.key",
        "-H", "Authorization: Bearer secret", "-d", ONE.decode(),
    ]  # fmt: skip
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert answer.stdout.startswith('{"predictions":[{')


def test_requests_of_both_kinds_share_batches_and_metrics(secured, tls, models):
    server, metrics = secured
    config = ClientConfig(
        tls_ca=str(tls / "ca.pem"), tls_certificate=str(tls / "client.pem"),
        tls_key=str(tls / "client.key"), token="secret", timeout=30,
    )  # fmt: skip

    def page():
        address = f"http://127.0.0.1:{metrics}/metrics"
        lines = urllib.request.urlopen(address, timeout=10).read().decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    with Client(server.address, "lifter", config=config) as client:
        client.versions()  # connected
        before = page()
        for _ in range(5):  # until they meet while the model is busy
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                busy = pool.submit(ask, server, tls, PREDICT, SLOW)
                time.sleep(0.2)
                rest = [pool.submit(ask, server, tls, PREDICT, ONE) for _ in range(3)]
                lifted = pool.submit(client.lift, np.array([POSE], np.float32))
                assert {one.result()[0] for one in [busy, *rest]} == {200}
                assert lifted.result()["keypoints_3d"].shape == (1, 17, 3)
            after = page()
            if more("count", before, after) < more("sum", before, after):
                break

    assert more("count", before, after) < more("sum", before, after)
    latency = ":tensorflow:serving:request_latency_count"
    assert f'{latency}{{API="predict",entrypoint="REST",model_name="lifter"}}' in after
    assert f'{latency}{{API="Predict",entrypoint="GRPC",model_name="lifter"}}' in after


def more(what, before, after):
    """Batches (`count`) or people in them (`sum`) between two pages of metrics."""
    size = f":tensorflow:serving:batching:processed_batch_size_{what}"
    name = f'{size}{{model_name="lifter",op_name="serving_default"}}'
    return float(after[name]) - float(before.get(name, 0))


def test_the_end_of_the_server_answers_what_has_arrived(secured, tls):
    server, _ = secured
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        working = [pool.submit(ask, server, tls, PREDICT, SLOW) for _ in range(2)]
        time.sleep(0.3)
        status, errors = server.end()
        assert [one.result()[0] for one in working] == [200, 200]
    assert status == 0
    assert "Traceback" not in errors
    with pytest.raises(ConnectionError):
        ask(server, tls, STATUS)


def test_keys_that_cannot_be_used_are_refused_at_the_start(base, tls, tmp_path):
    def context(**files):
        names = dict(tls_certificate="server.pem", tls_key="server.key", tls_client_ca="ca.pem")
        given = {name: str(files.get(name, tls / file)) for name, file in names.items()}
        return security.tls_context(ServerConfig(str(base), **given))

    assert context().verify_mode == ssl.CERT_REQUIRED
    damaged = tmp_path / "damaged.pem"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for wrong in (
        dict(tls_key=tls / "client.key"), dict(tls_certificate=damaged), dict(tls_client_ca=damaged)
    ):  # fmt: skip
        with pytest.raises(ConfigError, match="damaged, or they do not fit"):
            context(**wrong)
    with pytest.raises(ConfigError, match="cannot read"):
        context(tls_key=tmp_path / "nowhere")


def test_ports_must_differ(base):
    with pytest.raises(ConfigError, match="ports must differ"):
        ServerConfig(str(base), port=8500, rest_api_port=8500)


def test_without_its_libraries_the_setting_names_the_extra(base, monkeypatch):
    monkeypatch.setitem(sys.modules, "posenet3d.serving.rest.server", None)
    config = ServerConfig(str(base), rest_api_port=free_port())
    with pytest.raises(ConfigError, match=re.escape("pip install 'posenet3d[serving]'")):
        asyncio.run(serving._rest_listening(config, None, None, None))


def test_a_port_that_is_taken_is_refused(base):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = ServerConfig(str(base), rest_api_port=taken.getsockname()[1])
        with pytest.raises(ConfigError, match="rest_api_port: cannot listen on"):
            asyncio.run(serving._rest_listening(config, None, None, None))
