"""Shards of 2D poses to shards of 3D poses."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from posenet3d.bulk import folder as folders
from posenet3d.bulk.config import BulkConfig
from posenet3d.bulk.lifter import Engine, Work
from posenet3d.bulk.processes import ProcessEngine
from posenet3d.bulk.summary import BulkSummary
from posenet3d.errors import ConfigError, InputError
from posenet3d.files.opening import opening
from posenet3d.lifting.job import Progress, Say
from posenet3d.loading import NO_SCORE, file_of, load_lifter
from posenet3d.poses.stature import check_height
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import SKELETONS
from posenet3d.version import __version__


def lift_shards(
    config: BulkConfig,
    say: Say = lambda line: None,
    progress: Progress = lambda done, total: None,
    engine: Engine | None = None,
) -> BulkSummary:
    """Lifts every record of every shard; each lifted shard appears once and whole.

    When the job is interrupted or killed, the same call goes on with the shards that are missing.

    Args:
      config: The settings.
      say: Takes lines about what goes on.
      progress: Is told after every shard how many are done, and how many there are.
      engine: What runs the workers; None: Ray, as the settings say.

    Returns:
      What became of the shards and their records. Shards that cannot be read are in its `errors`;
      they do not stop the others.

    Raises:
      InputError: If there is no shard or no model, or the output cannot be written or is in use.
      ConfigError: If the output was lifted with another model or other settings.
    """
    shards = find_shards(config.input)
    output = Path(config.output).absolute()
    if not output.parent.is_dir():
        raise InputError(f"Cannot write to {output}: there is no folder {output.parent}.")
    if any(shard.parent == Path(output).resolve() for shard in shards):
        raise ConfigError(f"The output {output} is the input's folder; name another.")
    path, job = _job(config, say)
    with opening(path):
        model = path.read_bytes()
    job = {"model": hashlib.sha256(model).hexdigest()} | job
    work = Work(model, path.suffix, job, str(output), config.threads)
    engine = engine or _engine(config)
    summary = BulkSummary(output, path.name)
    advice = ""
    if path != file_of(config.model, config.runtime, config.variant):
        advice = "give --variant=float32 if it was float32 that lifted them, "
    with folders.claimed(output, job, config.redo, advice):
        waiting = _waiting(shards, output, job, summary)
        if summary.resumed:
            say(f"{summary.resumed} of {len(shards)} shards in {output} are finished; going on.")
        progress(summary.shards, len(shards))
        if waiting:
            # Closed at once, so that no worker lives on when the folder is no longer claimed.
            with contextlib.closing(engine(work, waiting)) as entries:
                for entry in entries:
                    summary.add(entry)
                    progress(summary.shards, len(shards))
    return summary


def find_shards(patterns: str) -> list[Path]:
    """The files that patterns between commas name, each once, sorted.

    Raises:
      InputError: If a pattern fits no file, or two files have the same name.
    """
    found: dict[str, Path] = {}
    for pattern in filter(None, map(str.strip, patterns.split(","))):
        if Path(pattern).is_dir():
            raise InputError(
                f"{pattern} is a folder; give its shards, like '{Path(pattern) / '*.parquet'}'."
            )
        files = [pattern] if Path(pattern).is_file() else glob.glob(pattern, recursive=True)
        paths = [Path(name).resolve() for name in files if Path(name).is_file()]
        if not paths:
            raise InputError(f"There is no shard {pattern}.")
        for path in paths:
            if found.setdefault(path.name, path) != path:
                raise InputError(
                    f"Two shards are called {path.name}: {found[path.name]} and {path}; lifted "
                    "ones would overwrite each other. Lift them into folders of their own."
                )
    if not found:
        raise InputError(f"There is no shard {patterns!r}.")
    return sorted(found.values())


def _engine(config: BulkConfig) -> Engine:
    if config.address:
        from posenet3d.bulk.engine import RayEngine  # a large library, which takes a second

        return RayEngine(config.workers, config.threads, config.address)
    return ProcessEngine(config.workers, config.threads)


def _job(config: BulkConfig, say: Say) -> tuple[Path, dict[str, Any]]:
    """The model's file, and what the output depends on besides.

    Raises:
      InputError: If there is no such model, or it cannot lift these joints or give this height.
    """
    path = file_of(config.model, config.runtime, config.variant, much=True)
    estimator = load_lifter(path)
    if config.score and not getattr(estimator, "estimates_error", True):
        config = dataclasses.replace(config, score=False)
        say(NO_SCORE)
    if config.skeleton not in ("auto", estimator.skeleton.name):
        joint_maps.route(SKELETONS[config.skeleton], estimator.skeleton)
    if config.height_mm is not None:
        check_height(config.height_mm, 1, estimator.skeleton)
    names = ("skeleton", "min_confidence", "height_mm", "score", "batch_size")
    job = {
        "joints": list(estimator.skeleton.joint_names),
        "unit": "pose" if config.height_mm is None else "mm",
        "version": __version__,
    }
    return path, job | {name: getattr(config, name) for name in names}


def _waiting(
    shards: Sequence[Path], output: Path, job: dict[str, Any], summary: BulkSummary
) -> list[str]:
    """The shards that are yet to be lifted; the others go to the summary."""
    waiting = []
    for shard in shards:
        entry = folders.finished(output, shard.name)
        if entry and entry.get("job") == job and _unchanged(shard, entry["input"]):
            summary.resumed += 1
            summary.add(entry)
            continue
        if entry:
            summary.changed.append(shard.name)
        waiting.append(str(shard))
    return waiting


def _unchanged(shard: Path, lifted: dict[str, Any]) -> bool:
    """Whether a shard is the one that was lifted: by size and time, or else by its content."""
    try:
        state = folders.state_of(shard)
        if state["bytes"] != lifted["bytes"]:
            return False
        return state["mtime_ns"] == lifted["mtime_ns"] or (
            folders.digest_of(shard) == lifted["digest"]
        )
    except OSError:
        return False  # the worker says what is wrong with it
