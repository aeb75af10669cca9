"""Work beside the event loop that may take any time, and must not hold the process back."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any


def in_thread(function: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
    """The future of a call in a thread of its own.

    Unlike one of `asyncio.to_thread`, a call that never returns takes no thread from others, and
    the process can end without it.
    """
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def deliver(setter: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            setter(value)

    def call() -> None:
        try:
            setter, value = future.set_result, function(*args)
        except BaseException as error:
            setter, value = future.set_exception, error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(deliver, setter, value)

    threading.Thread(target=call, daemon=True).start()
    return future
