"""From what the user names to the inputs in it: files, folders of frames, folders of these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.files.opening import opening
from posenet3d.formats.detect import detect_format, open_people
from posenet3d.formats.parsing.persons import NobodyError

MOST_INPUTS = 100_000
"""More files than anybody films; a folder with so many is the wrong one. Ours."""

_TRIED = 3  # files of a folder that are read to see whether it is one recording


def find_inputs(
    named: str, left_out: Callable[[str], None], output: Path | None = None
) -> list[Path]:
    """The inputs that a text with commas names, in its order; those of a folder by name.

    A folder whose JSON files are the frames of one recording, such as OpenPose's, is one input.
    All other files and folders in a folder are inputs of their own. Runs are not looked into.

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
    if not path.is_dir():
        try:
            detect_format(path)
        except InputError as error:
            left_out(str(error))
            return []
        return [path]
    if _is_run(path) or (output is not None and path.resolve() == output.resolve()):
        left_out(f"{path} is a run's folder.")
        return []
    try:
        inside = sorted(inner for inner in path.iterdir() if not inner.name.startswith("."))
    except OSError as error:
        left_out(f"{path}: {error.strerror}.")
        return []
    found: list[Path] = []
    if _is_one_recording(path):
        found.append(path)
        inside = [inner for inner in inside if inner.suffix.lower() != ".json"]
    for inner in inside:
        found += _inputs_of(inner, left_out, output)
        if len(found) > MOST_INPUTS:
            raise InputError(f"{path} has more than {MOST_INPUTS} inputs; name a smaller folder.")
    return found


def _is_run(folder: Path) -> bool:
    """Whether a training has written this folder."""
    return (folder / "config.json").exists() and (folder / "best").is_dir()


def _is_one_recording(folder: Path) -> bool:
    """Whether the files of a folder are frames of one recording, and not recordings themselves."""
    try:
        detect_format(folder)
        parts = open_people(folder).parts(size=1)
    except InputError:
        return False
    for _, part in zip(range(_TRIED), parts, strict=False):
        try:
            part.read()
        except NobodyError:
            return True
        except InputError:
            continue
        return True
    return False
