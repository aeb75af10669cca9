"""A picture of a page, made by Chromium without a window."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path


def screenshot(page: Path, path: Path, size: tuple[int, int]) -> None:
    """Writes what a window of this width and height in pixels shows of the page.

    Raises:
      FileNotFoundError: If there is no Chromium.
    """
    browser = shutil.which("chromium")
    if browser is None:
        raise FileNotFoundError("Pictures of pages need Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                   "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
                   "--disable-component-update", "--disable-sync", f"--user-data-dir={folder}",
                   f"--window-size={size[0]},{size[1]}", f"--screenshot={path.resolve()}",
                   "--virtual-time-budget=2000", page.resolve().as_uri()]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
