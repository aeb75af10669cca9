"""A real browser that looks at one page after another.

It is told what to do by the Chrome DevTools protocol (chromedevtools.github.io) over pipes: JSON
between zero bytes.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe",
)  # fmt: skip
SECONDS = 120


class Browser:
    """Chromium, started; `close` ends it.

    Args:
      profile: A folder for what it keeps.
    """

    def __init__(self, profile):
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self._read, self._count = b"", 0
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{orders} 4>&{answers}', "", CHROMIUM, *FLAGS,
             f"--user-data-dir={profile}"],
            pass_fds=(orders, answers), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(orders)
        os.close(answers)

    def selftest(self, path, width, height):
        """What a page says of itself, opened with #selftest in a window of its own."""
        page = self._tell("Target.createTarget", url="about:blank")
        session = self._tell("Target.attachToTarget", **page, flatten=True)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._tell("Emulation.setDeviceMetricsOverride", session, **size)
        self._tell("Page.navigate", session, url=f"file://{path}#selftest")
        end, text = time.monotonic() + SECONDS, "document.querySelector('#selftest')?.textContent"
        while True:
            found = self._tell("Runtime.evaluate", session, expression=text)["result"]
            if "value" in found:
                self._tell("Target.closeTarget", **page)
                return json.loads(found["value"])
            assert time.monotonic() < end, found
            time.sleep(0.02)

    def close(self):
        """Ends it."""
        with contextlib.suppress(BrokenPipeError):
            self._tell("Browser.close")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._orders)
        os.close(self._answers)

    def _tell(self, method, session=None, **params):
        """Gives an order; returns the answer to it."""
        self._count += 1
        order = {"id": self._count, "method": method, "params": params, **(session or {})}
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        while True:
            while b"\0" not in self._read:
                more = os.read(self._answers, 1 << 16)
                assert more, "The browser has ended"
                self._read += more
            answer, self._read = self._read.split(b"\0", 1)
            answer = json.loads(answer)
            if answer.get("id") == self._count:
                assert "result" in answer, answer
                return answer["result"]
