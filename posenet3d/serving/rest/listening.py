"""A listening address that is given back without losing anybody who has come."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable

_HANDSHAKE_SECONDS = 10.0
_Protocols = Callable[[], asyncio.BaseProtocol]


class Listener:
    """Listens on an address; used from one event loop.

    asyncio's own server resets those who wait to be taken when it is closed, and forgets those whom
    it has just taken, so that they wait for ever.

    Args:
      protocols: Makes the protocol of a connection.
      tls: Keys; None: no encryption.
    """

    def __init__(self, protocols: _Protocols, tls: ssl.SSLContext | None) -> None:
        self._protocols = protocols
        self._encrypted = {"ssl": tls, "ssl_handshake_timeout": _HANDSHAKE_SECONDS} if tls else {}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.sockets[0].getsockname()[1]

    async def bind(self, host: str, port: int) -> None:
        """Takes the address.

        Raises:
          OSError: If it cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocols, host, port, start_serving=False, **self._encrypted
        )

    async def start(self) -> None:
        """Takes connections from now on."""
        await self._server.start_serving()

    def close(self) -> None:
        """Gives the address back at once."""
        self._server.close()

    async def end(self) -> None:
        """Gives the address back, and takes whoever has come until then."""
        loop = asyncio.get_running_loop()
        sockets = self._server.sockets
        for one in sockets:
            loop.remove_reader(one.fileno())
        for _ in range(3):  # those that asyncio has taken get their protocols
            await asyncio.sleep(0)
        waiting = []
        for one in sockets:
            with one.dup() as listening, contextlib.suppress(BlockingIOError):
                listening.setblocking(False)
                while True:
                    waiting.append(listening.accept()[0])
        self.close()
        for connection in waiting:
            connection.setblocking(False)
        made = (
            loop.connect_accepted_socket(self._protocols, connection, **self._encrypted)
            for connection in waiting
        )
        taken = asyncio.gather(*made, return_exceptions=True)  # a client may be gone again
        with contextlib.suppress(TimeoutError):  # or not know that it is to encrypt
            await asyncio.wait_for(taken, 1.0)
