"""From the command line to one of the commands."""

from __future__ import annotations

import difflib
import importlib
import sys

from posenet3d.cli import flags
from posenet3d.platform import native_log
from posenet3d.version import __version__

COMMANDS = {
    "lift": "Lift keypoints, a video or a folder of images to 3D.",
    "detect": "Find 2D keypoints in a video or in images.",
    "adapt": "Adapt the pretrained lifter to recordings of your own.",
    "train": "Train a lifter from 2D poses alone.",
    "evaluate": "Measure a lifter against true 3D.",
    "prepare": "Turn a public data set into a pose archive.",
    "export": "Export a lifter for TensorFlow Serving, phones and other runtimes.",
    "serve": "Serve a lifter over gRPC and REST.",
    "request": "Lift a file by a server.",
    "shards": "Turn keypoint files into shards for bulk.",
    "bulk": "Lift millions of poses from shards.",
    "demo": "Serve the phone demo.",
}
"""What there is, with what it is for. Each is a module of `commands`, imported when it is asked
for."""

_LIGHT = ("lift", "detect", "prepare", "shards", "bulk", "demo")
"""Those that need no TensorFlow, or find out by themselves whether they do."""


def main() -> None:
    """What `posenet3d` does with `sys.argv`."""
    words = sys.argv[1:]
    if not words or words[0] in ("help", "-h", "-help", "--help", "--helpfull"):
        print(overview())
        sys.exit(0 if words else 2)
    if words[0] in ("--version", "version"):
        print(f"posenet3d {__version__}")
        return
    name = words[0]
    if name not in COMMANDS:
        sys.argv[0] = "posenet3d"
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        sys.exit(
            flags.fail(f"There is no command {name!r}.{hint} `posenet3d --help` lists them all.")
        )
    sys.argv[:2] = [f"posenet3d {name}"]
    run(name)


def run(name: str) -> None:
    """Runs a command with the flags of `sys.argv`, whose first word is what its errors are told
    by."""
    native_log.hide()
    try:
        if name not in _LIGHT:
            native_log.import_tensorflow()
        command = importlib.import_module(f"posenet3d.cli.commands.{name}")
    except ImportError as error:
        sys.exit(flags.fail_import(error))
    except KeyboardInterrupt:
        sys.exit(flags.stopped())
    if name == "demo":
        command.main()
        return
    settings = getattr(command, "SETTINGS", None)
    flags.run(
        command.main,
        command.define if settings is None else lambda: flags.define(settings),
        command.__doc__,
    )


def overview() -> str:
    """The commands, one a line."""
    lines = [f"  {name:<9} {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "posenet3d lifts 2D human keypoints to 3D.",
            "",
            "  posenet3d lift --input=keypoints.json --output=lifted.npz --figure=lifted.png",
            "",
            *lines,
            "",
            "`posenet3d lift --help` lists the flags of lift, and so on.",
        ]
    )
