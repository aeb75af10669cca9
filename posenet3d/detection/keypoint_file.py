"""The file of keypoints that is written, and what it was made from.

`formats.readers.json_files.detected` describes and reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.detection.config import DetectConfig
from posenet3d.detection.detectors import AUTO
from posenet3d.detection.interface.detector import Detector
from posenet3d.files.atomic import atomic_path
from posenet3d.files.opening import opening
from posenet3d.footage import Footage
from posenet3d.formats.readers.json_files.detected import FORMAT, HEADER_END

Part = Mapping[str, np.ndarray]
"""Some frames: `names` and `counts` `[F]`, `sizes` `[F, 2]`; their people, `keypoints_2d`
`[P, J, 2]` and `confidence` `[P, J]`."""


def made_from(config: DetectConfig, footage: Footage, detector: str) -> dict[str, Any]:
    """Plain data that tells these keypoints from those of other pictures, models or settings.

    Raises:
      InputError: If a file is missing.
    """
    files = footage.files or (footage.path,)
    digest = hashlib.sha256()
    for file in files:
        digest.update(_fingerprint(file).encode("utf-8", "replace"))
    model = [_fingerprint(Path(one)) if Path(one).is_file() else one
             for one in config.detector_model.split(",")]  # fmt: skip
    return {
        "input": footage.path.name,
        "files": digest.hexdigest(),
        "detector": detector,
        "model": model,
        "most_people": config.most_people,
    }


def is_made_from(found: object, config: DetectConfig, footage: Footage) -> bool:
    """Whether a file that says this of itself has what the settings ask for.

    A detector that they leave open is the one that was there then.
    """
    if not isinstance(found, dict):
        return False
    wanted = made_from(config, footage, config.detector)
    free = {"detector"} if config.detector == AUTO else set()
    free |= set() if config.detector_model else {"model"}
    return found.keys() == wanted.keys() and all(
        found[name] == value for name, value in wanted.items() if name not in free
    )


def write_keypoints(
    path: Path,
    parts: Iterable[Part],
    detector: Detector,
    frame_rate: float | None,
    source: Mapping[str, Any],
) -> None:
    """Writes the file, whole or not at all.

    Args:
      path: The file.
      parts: The frames in order.
      detector: What found the people.
      frame_rate: Frames a second; None: not known.
      source: What `made_from` says.

    Raises:
      InputError: If it cannot be written.
    """
    header = {
        "format": FORMAT,
        "skeleton": detector.skeleton.name,
        "frame_rate": frame_rate,
        "guessed_below": detector.guessed_below,
        "detector": {"name": detector.name, "licence": detector.licence},
        "made_from": dict(source),
    }
    with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        file.write(f"{json.dumps(header)[:-1]}, {HEADER_END}")
        between = "\n"
        for part in parts:
            for frame in _frames(part):
                file.write(between + json.dumps(frame, separators=(",", ":")))
                between = ",\n"
        file.write("\n]}\n")


def _frames(part: Part) -> Iterable[dict[str, Any]]:
    values = np.concatenate(
        [part["keypoints_2d"].astype(float).round(2),
         part["confidence"].astype(float).round(3)[..., None]], axis=-1,
    )  # fmt: skip
    people = iter(values.reshape(len(values), -1).tolist())
    for name, size, count in zip(*(part[key].tolist() for key in ("names", "sizes", "counts")),
                                 strict=True):  # fmt: skip
        yield {
            "frame": name,
            "size": size,
            "people": [{"keypoints": next(people)} for _ in range(count)],
        }


def _fingerprint(file: Path) -> str:
    with opening(file):
        status = file.stat()
    return f"{file.name} {status.st_size} {status.st_mtime_ns}"
