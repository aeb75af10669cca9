"""Python in a process of its own, with the package of a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def output_of(checkout: Path, *arguments: str, check: bool = True) -> str:
    """What Python prints, started in a checkout's folder with these arguments.

    Raises:
      subprocess.CalledProcessError: If it fails, and `check` is set.
    """
    process = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=check,
    )
    return process.stdout
