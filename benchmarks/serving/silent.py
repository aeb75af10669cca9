"""A client that asks over HTTP/2 and takes no answers: it opens no window for their bytes."""

from __future__ import annotations

import socket
import struct

_DATA, _HEADERS, _SETTINGS = 0, 1, 4  # types of frames, RFC 9113
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1  # flags
_INITIAL_WINDOW_SIZE = 4  # a setting


class SilentClient:
    """One connection.

    Args:
      address: `host:port` of the server.
    """

    def __init__(self, address: str) -> None:
        host, port = address.split(":")
        self._connection = socket.create_connection((host, int(port)), timeout=10)
        self._next = 1
        settings = struct.pack(">HI", _INITIAL_WINDOW_SIZE, 0)
        self._connection.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, settings)
        )

    def ask(self, request: bytes) -> None:
        """Sends a Predict request, and does not wait for the answer."""
        message = b"\0" + struct.pack(">I", len(request)) + request
        frames = _frame(_HEADERS, _END_HEADERS, self._next, _header_block())
        for start in range(0, len(message), 16384):
            piece = message[start : start + 16384]
            last = start + 16384 >= len(message)
            frames += _frame(_DATA, _END_STREAM * last, self._next, piece)
        self._connection.sendall(frames)
        self._next += 2

    def told(self, seconds: float) -> list[int]:
        """The types of the frames that come until nothing has for so long, or it is hung up."""
        self._connection.settimeout(seconds)
        kinds, content = [], b""
        try:
            while more := self._connection.recv(65536):
                content += more
                while len(content) >= 9 and len(content) >= 9 + (size := _size(content)):
                    kinds.append(content[3])
                    if content[3] == _SETTINGS and not content[4] & _ACK:
                        self._connection.sendall(_frame(_SETTINGS, _ACK, 0, b""))
                    content = content[9 + size :]
        except TimeoutError:
            pass
        return kinds

    def hung_up(self, seconds: float) -> bool:
        """Whether the server ends the connection within that time."""
        self._connection.settimeout(seconds)
        try:
            while self._connection.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def _size(content: bytes) -> int:
    return int.from_bytes(content[:3], "big")


def _frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return len(content).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + content


def _header_block() -> bytes:
    """The headers of a call, by HPACK's static table (RFC 7541) and as literals."""
    path = b"/tensorflow.serving.PredictionService/Predict"
    fields = [b"\x83\x86", b"\x04" + _text(path), b"\x01" + _text(b"localhost")]
    fields += [
        b"\x0f\x10" + _text(b"application/grpc"),
        b"\x00" + _text(b"te") + _text(b"trailers"),
    ]
    return b"".join(fields)


def _text(content: bytes) -> bytes:
    return bytes([len(content)]) + content
