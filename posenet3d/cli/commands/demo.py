"""Serves the phone demo. It reads its own flags, for it also runs where the package does not."""

from posenet3d.cli.demo_server import main

__all__ = ["main"]
