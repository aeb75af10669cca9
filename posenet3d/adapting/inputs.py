"""From what the user names to the inputs in it: files, folders of frames, folders of these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.files.opening import opening
from posenet3d.formats.detect import detect_format

MOST_INPUTS = 100_000
"""More files than anybody films; a folder with so many is the wrong one. Ours."""


def find_inputs(
    named: str, left_out: Callable[[str], None], output: Path | None = None
) -> list[Path]:
    """The inputs that a text with commas names, in its order; those of a folder by name.

    A folder that is one input, such as one of OpenPose's frames, is not looked into. In all others
    each file and each folder is an input of its own.

    Args:
      named: Paths, with commas between several; a path that exists with its commas is one.
      left_out: Takes a line for each file of a folder that is no input.
      output: A folder that is not looked into: what was written there was not filmed.

    Raises:
      InputError: If there is no such path, a file that is named is no input, or nothing is found.
    """
    whole = Path(named)
    paths = [whole] if whole.exists() else [Path(part) for part in named.split(",") if part]
    found: list[Path] = []
    for path in paths:
        with opening(path):
            path.stat()
        if not path.is_dir():
            detect_format(path)
        found += _inputs_of(path, left_out, output)
    if not found:
        raise InputError(
            f"There is no file of keypoints in {named}; docs/lift_your_keypoints.md lists the "
            "formats."
        )
    return found


def _inputs_of(path: Path, left_out: Callable[[str], None], output: Path | None) -> list[Path]:
    try:
        detect_format(path)
        return [path]
    except InputError as error:
        if not path.is_dir():
            left_out(str(error))
            return []
    found: list[Path] = []
    for inner in sorted(path.iterdir()):
        is_output = output is not None and inner.resolve() == output.resolve()
        if not (is_output or inner.name.startswith(".")):
            found += _inputs_of(inner, left_out, output)
        if len(found) > MOST_INPUTS:
            raise InputError(f"{path} has more than {MOST_INPUTS} inputs; name a smaller folder.")
    return found
