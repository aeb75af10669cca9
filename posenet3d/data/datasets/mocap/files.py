"""Which motion capture files a folder holds, and whose they are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from posenet3d.errors import InputError


@dataclasses.dataclass(frozen=True)
class MotionFiles:
    """The files of one motion.

    Args:
      motion: The `.amc` or `.bvh` file.
      skeletons: The `.asf` files that may be that of an `.amc`; the right one is alone.
      subject: Whose motion it is: what stands before the first `_` of the file's name.
    """

    motion: Path
    skeletons: tuple[Path, ...]
    subject: str

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.motion, *self.skeletons)


def find(folder: str | Path) -> dict[str, MotionFiles]:
    """{name: files} of all motions below a folder, by name; the name is the file's without ending.

    The skeleton of `01_05.amc` is `01.asf` in the same folder, else anywhere below `folder`, else
    the only `.asf` in the same folder.

    Raises:
      InputError: If it is no folder, holds no motion, or two of one name.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give one that holds .amc with .asf, or .bvh.")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    asf = [path for path in paths if path.suffix.lower() == ".asf"]
    found: dict[str, MotionFiles] = {}
    for path in paths:
        if path.suffix.lower() not in (".amc", ".bvh") or path.name.startswith("."):
            continue  # macOS puts a ._01_01.amc beside a 01_01.amc
        name, subject = path.stem, path.stem.partition("_")[0]
        if name in found:
            raise InputError(
                f"{found[name].motion} and {path} have the same name; keep one of them, or rename "
                "it."
            )
        skeletons = _skeletons(path, subject, asf) if path.suffix.lower() == ".amc" else ()
        found[name] = MotionFiles(path, skeletons, subject)
    if not found:
        raise InputError(f"{folder} holds no .amc or .bvh file; expected some at any depth.")
    return dict(sorted(found.items()))


def _skeletons(path: Path, subject: str, asf: list[Path]) -> tuple[Path, ...]:
    beside = [other for other in asf if other.parent == path.parent]
    of_subject = [other for other in asf if other.stem == subject]
    for candidates in ([o for o in beside if o in of_subject], of_subject, beside):
        if candidates:
            return tuple(candidates)
    return ()
