"""Serves the phone demo; builds it before, where that has not been done.

Only the standard library is used, so that the demo runs without TensorFlow and all.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

# What the system's tables may not know, or call something else: without its type, WebAssembly is
# not compiled while it comes.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".tflite": "application/octet-stream",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
_DEMO = Path(__file__).resolve().parents[2] / "demo"
FRESH = {"/", "/index.html", "/sw.js"}  # by these a browser learns that there is a new version


class DemoError(Exception):
    """Something that whoever starts the demo can mend."""


def build(demo: Path, anew: bool = False) -> Path:
    """Builds the demo unless that has been done.

    Args:
      demo: The folder `demo/`, with package.json.
      anew: Build even so.

    Returns:
      The folder to serve.

    Raises:
      DemoError: If it cannot be built; says what is missing.
    """
    dist = demo / "dist"
    if (dist / "index.html").is_file() and not anew:
        return dist
    if not (demo / "package.json").is_file():
        raise DemoError(f"There is no demo in {demo}; it is part of the repository alone.")
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise DemoError(
            f"The demo is not built, and Node.js with npm is not installed. Install Node.js 20 or "
            f"newer (Debian: apt install nodejs npm), or build it elsewhere by `npm ci && npm run "
            f"build` in {demo}, and copy demo/dist here."
        )
    commands = [] if (demo / "node_modules").is_dir() else [[npm, "ci"]]
    for command in [*commands, [npm, "run", "build"]]:
        if subprocess.run(command, cwd=demo).returncode:
            raise DemoError(f"`{' '.join(['npm', *command[1:]])}` failed in {demo}; see above.")
    return dist


class _Files(http.server.SimpleHTTPRequestHandler):
    """Files with the types that browsers insist on, and no listings of folders."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | TYPES

    def end_headers(self) -> None:
        """Adds that nothing is to be used unasked which tells of a new version."""
        if self.path.split("?")[0] in FRESH:
            self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_head(self) -> BinaryIO | None:
        """Answers for hidden files, and for links that lead out of the demo, as if they were not
        there."""
        path = self.translate_path(self.path)
        if os.path.isdir(path):
            path = os.path.join(path, "index.html")
        for place in (path, os.path.realpath(path)):
            parts = os.path.relpath(place, self.directory).split(os.sep)
            if any(part.startswith(".") and part != "." for part in parts):
                self.send_error(404)
                return None
        return super().send_head()

    def list_directory(self, path: str) -> None:
        """Shows nobody what is in a folder."""
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet."""


class _Server(http.server.ThreadingHTTPServer):
    """One thread a request; a client that goes away or does not speak TLS is no news."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def serve(
    dist: Path,
    host: str = "127.0.0.1",
    port: int = 8080,
    context: ssl.SSLContext | None = None,
) -> http.server.HTTPServer:
    """A server of the built demo; `serve_forever()` starts it.

    Args:
      dist: The built demo.
      host: Address to listen on; 0.0.0.0 answers other devices, too.
      port: 0: a free one.
      context: What `tls` makes; with it the server speaks HTTPS. None: plain HTTP.

    Raises:
      DemoError: If the address is taken.
    """
    handler = functools.partial(_Files, directory=os.path.realpath(dist))
    try:
        server = _Server((host, port), handler)
    except (OSError, OverflowError) as error:
        raise DemoError(
            f"Cannot listen on {host}:{port} ({error}); is it taken? Try another --port."
        ) from error
    if context is not None:
        # The handshake belongs into the client's thread, where nobody else waits for it.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    return server


def tls(certificate: str, key: str) -> ssl.SSLContext | None:
    """The context of HTTPS; None where neither file is given.

    Args:
      certificate: A PEM file.
      key: The certificate's private key, a PEM file.

    Raises:
      DemoError: If only one is given, or they are no certificate and its key.
    """
    if bool(certificate) != bool(key):
        raise DemoError("HTTPS needs both: give --certificate and --key, or neither.")
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise DemoError(
            f"{certificate} and {key} are not a certificate and its key, both PEM ({error}); "
            "docs/demo.md has a command that makes them."
        ) from error
    return context


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 answers phones, too")
    add("--port", type=int, default=8080, help="port; 0: a free one, which is printed")
    add("--certificate", default="", help="PEM file; with it the server speaks HTTPS")
    add("--key", default="", help="the certificate's private key, a PEM file")
    add("--build", action="store_true", help="build the demo even if that has been done")
    return parser.parse_args(argv)


def main() -> None:
    """Flags to a server, its address to the terminal."""
    flags = parse()
    try:
        context = tls(flags.certificate, flags.key)  # before minutes of building
        server = serve(build(_DEMO, flags.build), flags.host, flags.port, context)
        with server:
            scheme = "https" if context else "http"
            shown = "localhost" if flags.host in ("127.0.0.1", "0.0.0.0") else flags.host
            print(
                f"The demo is at {scheme}://{shown}:{server.server_port}/; Ctrl-C ends it.",
                flush=True,
            )
            server.serve_forever()
    except DemoError as error:
        print(f"{sys.argv[0]}: error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
