import http.client
import socket
import ssl
import subprocess
import sys
import threading

import pytest

from tests.fixtures.checkout import load_module


@pytest.fixture(scope="module")
def demo_server():
    return load_module("posenet3d/cli/demo_server.py")


@pytest.fixture
def dist(tmp_path):
    folder = tmp_path / "demo" / "dist"
    (folder / "models").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    for name in ("sw.js", "run.wasm", "app.webmanifest", "models/full.tflite"):
        (folder / name).write_bytes(b"\0asm")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def running():
    servers = []

    def start(server):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def get(port, path, context=None):
    if context is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    else:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/sw.js", "text/javascript"),
        ("/run.wasm", "application/wasm"),
        ("/app.webmanifest", "application/manifest+json"),
        ("/models/full.tflite", "application/octet-stream"),
    ],
)
def test_files_have_the_types_that_browsers_insist_on(demo_server, dist, running, path, kind):
    response = get(running(demo_server.serve(dist, port=0)), path)
    assert response.status == 200
    assert response.headers["Content-Type"] == kind


def test_a_new_version_is_seen_at_once(demo_server, dist, running):
    port = running(demo_server.serve(dist, port=0))
    assert get(port, "/sw.js").headers["Cache-Control"] == "no-cache"
    assert "Cache-Control" not in get(port, "/run.wasm").headers


@pytest.mark.parametrize(
    "path",
    [
        "/../../secret.txt", "/%2e%2e/%2e%2e/secret.txt", "/models/", "/link.txt",
        "/linked/secret.txt", "/started/",
        "/.hidden", "/.git/config", "/models/.hidden", "/%2ehidden",
    ],
)  # fmt: skip
def test_nothing_but_the_files_of_the_demo_is_shown(demo_server, dist, running, path):
    (dist / "link.txt").symlink_to(dist.parents[1] / "secret.txt")
    (dist / "linked").symlink_to(dist.parents[1])
    (dist / ".git").mkdir()
    (dist / "started").mkdir()
    (dist / "started" / "index.html").symlink_to(dist.parents[1] / "secret.txt")
    for name in (".hidden", ".git/config", "models/.hidden"):
        (dist / name).write_text("secret")
    (dist / "inside.js").symlink_to(dist / "sw.js")
    assert get(running(demo_server.serve(dist, port=0)), "/inside.js").status == 200
    assert get(running(demo_server.serve(dist, port=0)), path).status == 404


def test_https_with_a_certificate(demo_server, dist, running, checkout):
    tls = checkout / "tests" / "serving" / "tls"
    pair = str(tls / "server.pem"), str(tls / "server.key")
    context = ssl.create_default_context(cafile=str(tls / "ca.pem"))
    context.check_hostname = False
    port = running(demo_server.serve(dist, port=0, context=demo_server.tls(*pair)))
    with socket.create_connection(("127.0.0.1", port)):  # who says nothing keeps nobody waiting
        assert get(port, "/", context).status == 200


def test_what_is_wrong_with_the_address_or_the_certificate_is_said(demo_server, dist, running):
    port = running(demo_server.serve(dist, port=0))
    with pytest.raises(demo_server.DemoError, match=f"127.0.0.1:{port}.*another --port"):
        demo_server.serve(dist, port=port)
    with pytest.raises(demo_server.DemoError, match="both"):
        demo_server.tls("here.pem", "")
    broken = str(dist / "index.html")
    with pytest.raises(demo_server.DemoError, match=r"index\.html .* both PEM"):
        demo_server.tls(broken, broken)


def test_what_is_built_is_not_built_again(demo_server, dist, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert demo_server.build(dist.parent) == dist


def test_without_npm_it_is_said_what_to_install(demo_server, tmp_path, monkeypatch):
    (tmp_path / "package.json").write_text("{}")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(demo_server.DemoError, match="npm ci && npm run build"):
        demo_server.build(tmp_path)


@pytest.fixture
def tools(tmp_path):
    """Makes a folder of an npm that notes its calls and ends with a status."""
    (tmp_path / "package.json").write_text("{}")

    def make(status=0):
        folder = tmp_path / "tools"
        folder.mkdir()
        for name in ("npm", "node"):
            tool = folder / name
            tool.write_text(f'#!/bin/sh\necho "$@" >> calls\nexit {status}\n')
            tool.chmod(0o755)
        return folder

    return make


@pytest.mark.parametrize(("status", "built"), [(0, True), (1, False)])
def test_with_npm_it_is_built(demo_server, tmp_path, tools, monkeypatch, status, built):
    monkeypatch.setenv("PATH", str(tools(status)))
    if built:
        assert demo_server.build(tmp_path) == tmp_path / "dist"
        assert (tmp_path / "calls").read_text() == "ci\nrun build\n"
    else:
        with pytest.raises(demo_server.DemoError, match="`npm ci` failed"):
            demo_server.build(tmp_path)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--certificate=none.pem"], "give --certificate and --key"),
        (["--certificate=none.pem", "--key=none.key"], "are not a certificate and its key"),
    ],
)
def test_without_the_package_it_starts_and_checks_certificates_before_it_builds(
    checkout, tmp_path, tools, flags, message
):
    # -I -S: no site-packages, so neither TensorFlow nor posenet3d.
    script = str(checkout / "scripts" / "demo.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, *flags],
        capture_output=True,
        text=True,
        env={"PATH": str(tools())},
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr
    assert not (tmp_path / "calls").exists()
