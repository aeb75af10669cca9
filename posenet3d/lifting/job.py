"""One file of keypoints to files and pictures of 3D poses."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.locks import alone_with
from posenet3d.files.parts import parts_folder
from posenet3d.formats.output import Output
from posenet3d.formats.parsing.source import UNITS_A_PART
from posenet3d.lifting.config import LiftConfig
from posenet3d.lifting.detected import with_keypoints
from posenet3d.lifting.finish import finish
from posenet3d.lifting.image_size import with_size_of_images
from posenet3d.lifting.parts.fill import Progress, Say, fill, read_part
from posenet3d.lifting.parts.spool import Spool
from posenet3d.lifting.pictures import Pictures
from posenet3d.lifting.scene.by_track import LiftTogether
from posenet3d.lifting.scene.room import room_of
from posenet3d.lifting.summary import Summary
from posenet3d.loading import NO_SCORE, file_of, load_lifter, load_over_time
from posenet3d.poses.frame_rates import FASTEST, RATE, SLOWEST
from posenet3d.poses.lift_result import LiftResult
from posenet3d.sequences.loading import sequence_of
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import Skeleton


class Estimator(Protocol):
    """What lifting a file needs of a `PoseEstimator`, or of what stands in its place."""

    skeleton: Skeleton
    lift: Callable[..., LiftResult]
    get_config: Callable[[], dict[str, Any]]
    get_weights: Callable[[], Sequence[np.ndarray]]


def lift_file(
    config: LiftConfig,
    say: Say = lambda line: None,
    progress: Progress = lambda done, total: None,
    estimator: Estimator | None = None,
) -> Summary:
    """Lifts every person of a file and writes what is asked for.

    The input is read, lifted and kept in parts. Memory is bounded by a part where the output is
    `.npz`, `.json` or `.csv` and there are more than `finish.MOST_PEOPLE` people, or none of what
    looks at several frames is asked for (`mend`, `body`, `sequence_model`). Finished parts lie in
    `<output>.parts` until the output is written; when the job is interrupted or killed, the same
    call goes on from there.

    Args:
      config: The settings.
      say: Takes lines about what goes on.
      progress: Is told after every part.
      estimator: What lifts; None: the model that the settings name.

    Returns:
      What became of the people, and the files there are now.

    Raises:
      InputError: If the input cannot be read, or the output cannot be written or is being written
        by another run.
      ConfigError: If a setting is no setting.
    """
    # What cannot be written is said before people are looked for in a long video.
    _asked_for(config if config.fps else dataclasses.replace(config, fps=RATE))
    for target in config.targets:
        if not target.parent.is_dir():
            raise InputError(f"Cannot write {target}: there is no folder {target.parent}.")
    with alone_with(config.targets):
        config, notes = with_keypoints(config, say, progress)
        summary = _lift_file(config, *_asked_for(config), say, progress, estimator)
        summary.notes[:0] = notes
        return summary


def _asked_for(config: LiftConfig) -> tuple[Output | None, Pictures]:
    """The files and pictures to write, checked."""
    up = None if config.up == "auto" else config.up
    output = Output(config.output, config.fps, up) if config.output else None
    return output, Pictures(config)


def _lift_file(
    config: LiftConfig,
    output: Output | None,
    pictures: Pictures,
    say: Say,
    progress: Progress,
    estimator: Estimator | None,
) -> Summary:
    config, notes = with_size_of_images(config)
    over_time, own = None, estimator is None
    if estimator is None:
        chosen = (config.runtime, config.variant, config.threads)
        estimator = load_lifter(config.model, *chosen)
        if config.score and not getattr(estimator, "estimates_error", True):
            config = dataclasses.replace(config, score=False)
            notes = (*notes, NO_SCORE)
        over_time = _over_time(config, estimator.skeleton)
        if over_time is not None and not SLOWEST <= config.fps < FASTEST:
            over_time = None
            notes = (*notes, f"Each frame was lifted alone, because of --fps={config.fps:g}.")
    map_file = config.reading.read_map()
    source = config.reading.open(config.input, estimator.skeleton, map_file)
    advice = ""
    if own and config.variant == "auto" and source.count > UNITS_A_PART:
        estimator, note, advice = _for_much(config, estimator)
        notes = (*notes, note)
    maps = map_file.maps if map_file else None
    if config.min_confidence is None:
        config = dataclasses.replace(config, min_confidence=source.guessed_below)
    again = functools.partial(estimator.lift, height_mm=config.height_mm, score=config.score)
    room = functools.partial(
        room_of,
        focal_length=config.focal_length,
        fov=config.fov,
        image_size=config.reading.image_width_height,
    )
    read = functools.partial(
        read_part,
        skeleton=estimator.skeleton,
        maps=maps,
        min_confidence=config.min_confidence,
        room=room,
    )
    settings = _settings(config, estimator, map_file)
    try:
        spool = Spool(_parts_folder(config, settings), settings)
    except InputError as error:
        raise InputError(f"{error}{advice}") from None
    try:
        fill(spool, source, read, again, config.skip_bad, say, progress)
        summary = finish(spool, source, output, pictures, config, again, over_time)
        summary.notes[:0] = notes
    except BaseException:
        if len(spool) and source.count > UNITS_A_PART:
            say(
                f"{len(spool)} finished parts are kept in {spool.folder}; the same command goes on "
                "from there."
            )
        else:
            spool.remove()
        raise
    spool.remove()
    return summary


def _for_much(config: LiftConfig, estimator: Estimator) -> tuple[Estimator, str, str]:
    """What lifts an input that is lifted in parts: the faster file of a model, if it is as good.

    Args:
      config: The settings.
      estimator: What lifts a small input by them.

    Returns:
      It, what to say of it, and what to say where finished parts are another's.
    """
    named = (config.model, config.runtime, config.variant)
    usual, fast = (file_of(*named, much=much) for much in (False, True))
    if fast == usual:
        return estimator, f"Lifted by {usual.name}.", ""
    note = f"Lifted by {fast.name}, whose error was measured to be that of {usual.name}."
    advice = " If float32 has lifted those parts, --variant=float32 goes on."
    return load_lifter(*named, config.threads, much=True), note, advice


def _over_time(config: LiftConfig, skeleton: Skeleton) -> LiftTogether | None:
    """What lifts the frames of a person together, if it is wanted and there is a model for it.

    Raises:
      InputError: If the settings name a model that there is not, or of another skeleton.
    """
    if config.sequence_model == "off":
        return None
    if config.sequence_model == "auto":
        found = sequence_of(config.model)
        if found is None:
            return None
    else:
        found = config.sequence_model
    # Where one thread reads while another one lifts, both can lift when all is read.
    threads = max(config.threads, min(2, os.cpu_count() or 1))
    estimator = load_over_time(found, config.runtime, config.variant, threads)
    if estimator.skeleton != skeleton:
        raise InputError(
            f"sequence_model {config.sequence_model} lifts the skeleton {estimator.skeleton.name}, "
            f"the model {config.model} {skeleton.name}; give another, or --sequence_model=off."
        )
    return functools.partial(
        estimator.lift_sequences, frame_rate=config.fps, height_mm=config.height_mm
    )


def _parts_folder(config: LiftConfig, settings: dict[str, Any]) -> Path:
    """Beside the first file that is asked for; where people are only shown, a temporary one."""
    if config.targets:
        return parts_folder(config.targets[0])
    name = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"posenet3d-{name}.parts"


def _settings(config: LiftConfig, estimator: Estimator, map_file: MapFile | None) -> dict[str, Any]:
    """What the parts depend on beside the input's files."""
    names = (
        "format",
        "split",
        "skeleton",
        "image_size",
        "focal_length",
        "fov",
        "height_mm",
        "min_confidence",
        "score",
    )
    digest = hashlib.sha256(json.dumps(estimator.get_config(), sort_keys=True).encode())
    for weights in estimator.get_weights():
        digest.update(weights.tobytes())
    return {
        "input": str(Path(config.input).resolve()),
        "model": digest.hexdigest(),
        "map_file": repr(map_file),
    } | {name: getattr(config, name) for name in names}
