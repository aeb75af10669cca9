"""A page of this machine's own that shows pictures as they come, in any browser."""

from __future__ import annotations

import io
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_BOUNDARY = "picture"
_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>posenet3d live</title>
<style>body{margin:0;background:#f3f4f5}img{display:block;margin:auto;max-width:100%;height:100vh;
object-fit:contain}</style><img src="live" alt="The camera's people in 2D and in 3D"></html>"""


class LivePage:
    """A server on 127.0.0.1, which no other machine reaches; it ends with the block.

    Its address has a secret part: other users and pages of this machine cannot guess it.

    Example:

        with LivePage() as page:
            print(page.url)
            page.show(picture)

    Args:
      port: Where it listens; 0: any free port.
    """

    def __init__(self, port: int = 0) -> None:
        self._changed = threading.Condition()
        self._jpeg = b""
        self._secret = secrets.token_urlsafe(16)
        self._number = 0
        self._closed = False
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page._answer(self)

            def log_message(self, *args: object) -> None:
                """Says nothing: it would be between the lines for the user."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{self._secret}/"

    def show(self, picture: Image) -> None:
        """Shows a picture in the place of the one before."""
        content = io.BytesIO()
        picture.convert("RGB").save(content, "JPEG", quality=85)
        with self._changed:
            self._jpeg = content.getvalue()
            self._number += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the server."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> LivePage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == f"/{self._secret}/":
            request.send_response(200)
            request.send_header("Content-Type", "text/html; charset=utf-8")
            request.send_header("Content-Length", str(len(_PAGE)))
            request.end_headers()
            request.wfile.write(_PAGE)
        elif request.path == f"/{self._secret}/live":
            request.send_response(200)
            request.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            request.send_header("Cache-Control", "no-store")
            request.end_headers()
            self._stream(request)
        else:
            request.send_error(404)

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        seen = 0
        while True:
            jpeg, seen = self._next(seen)
            if self._closed:
                return
            head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}"
            try:
                request.wfile.write(f"{head}\r\n\r\n".encode() + jpeg + b"\r\n")
            except OSError:  # the browser has gone
                return

    def _next(self, seen: int) -> tuple[bytes, int]:
        """The newest picture, when there is another than that of this number; and its number."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number > seen)
            return self._jpeg, self._number
