"""The command `posenet3d demo`, also where the package and its libraries are not installed."""

import runpy
from pathlib import Path

if __name__ == "__main__":
    server = Path(__file__).resolve().parents[1] / "posenet3d" / "cli" / "demo_server.py"
    runpy.run_path(str(server))["main"]()
