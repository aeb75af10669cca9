"""Who may ask: TLS, clients' certificates, tokens, addresses."""

import urllib.request

import grpc
import numpy as np
import pytest

from posenet3d.errors import ConfigError
from posenet3d.serving import Client, ClientConfig, ServerConfig, ServingError
from tests.fixtures.ports import free_port


def test_certificates_and_token_are_asked_for_and_metrics_told(models, start, base, tls, tmp_path):
    token = tmp_path / "token"
    token.write_text("secret\n")
    metrics = free_port()
    flags = (
        f"--tls_certificate={tls / 'server.pem'}", f"--tls_key={tls / 'server.key'}",
        f"--tls_client_ca={tls / 'ca.pem'}", f"--token_file={token}", f"--metrics_port={metrics}",
    )  # fmt: skip
    right = dict(
        tls_ca=str(tls / "ca.pem"), tls_certificate=str(tls / "client.pem"),
        tls_key=str(tls / "client.key"), token="secret",
    )  # fmt: skip
    poses = models.poses(3)

    def ask(server, **wrong):
        config = ClientConfig(**(right | wrong), retries=1, timeout=10)
        with Client(server.address, "lifter", config=config) as client:
            return client.lift(poses)["keypoints_3d"]

    with start(base, *flags) as server:
        np.testing.assert_allclose(ask(server), models.lifted(poses), rtol=1e-6)
        for token in ("", "secre", "secret2", "Secret"):
            with pytest.raises(ServingError) as caught:
                ask(server, token=token)
            assert caught.value.code == grpc.StatusCode.UNAUTHENTICATED
        for unsafe in (dict(tls_certificate="", tls_key=""), dict.fromkeys(list(right)[:3], "")):
            with pytest.raises(ServingError) as caught:
                ask(server, **unsafe)
            assert caught.value.code == grpc.StatusCode.UNAVAILABLE
        page = f"http://127.0.0.1:{metrics}/monitoring/prometheus/metrics"
        text = urllib.request.urlopen(page, timeout=10).read().decode()
        assert ':tensorflow:serving:request_count{model_name="lifter",status="OK"} 1.0' in text
        assert ":tensorflow:serving:batching:processed_batch_size_sum" in text
        assert server.end()[0] == 0


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (dict(model_base_path=""), "Nothing to serve"),
        (dict(model_base_path="nowhere"), "there is no folder nowhere"),
        (dict(port=70000), "port must lie between"),
        (dict(max_batch_size=0), "max_batch_size must lie between"),
        (dict(tls_key="key"), "belong together"),
        (dict(tls_client_ca="ca"), "needs tls_certificate"),
        (dict(token_file="token", host="0.0.0.0"), "must not go unencrypted over a network"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, settings, text):
    with pytest.raises(ConfigError, match=text):
        ServerConfig(**({"model_base_path": str(tmp_path)} | settings))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_a_token_may_go_to_this_machine(tmp_path, host):
    assert ServerConfig(str(tmp_path), host=host, token_file="token").host == host


def test_only_this_machine_is_listened_to_unless_told_otherwise(tmp_path):
    assert ServerConfig(str(tmp_path)).address == "127.0.0.1:8500"
    assert ServerConfig(str(tmp_path), host="::1").address == "[::1]:8500"


def test_a_token_that_no_header_can_hold_is_refused():
    with pytest.raises(ConfigError, match="printable ASCII"):
        Client("127.0.0.1:1", "lifter", config=ClientConfig(token="sécret"))
