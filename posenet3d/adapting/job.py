"""From recordings to a lifter of one's own: read, decide, train, compare."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from posenet3d.adapting.comparison import Comparison, compare, write_comparison
from posenet3d.adapting.config import AdaptConfig
from posenet3d.adapting.found import Found, look_at
from posenet3d.adapting.inputs import find_inputs
from posenet3d.adapting.plan import Plan, make_plan
from posenet3d.adapting.recordings import read_recordings, skeleton_to_learn
from posenet3d.errors import ConfigError
from posenet3d.evaluation.report import Report
from posenet3d.export.config import ExportConfig
from posenet3d.export.job import export
from posenet3d.files.locks import alone
from posenet3d.models import load
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.training import train_and_evaluate
from posenet3d.training.records.text_files import record
from posenet3d.training.settings.config import TrainingConfig

POSES_FILE = "poses.npz"
"""The recordings' poses, whole and on one skeleton, in the run's folder."""

RECORD_FILE = "adaptation.json"
"""What was found and decided, and what the poses' bytes were."""

Say = Callable[[str], None]
"""Takes a line for the user."""

_SHOWN = 10  # files without keypoints that are named


@dataclasses.dataclass(frozen=True)
class Adaptation:
    """What an adaptation has come to."""

    found: Found
    plan: Plan
    report: Report
    comparison: Comparison | None  # None: from nothing, so that there is nothing before
    folder: Path
    exported: tuple[Path, ...] = ()

    def __str__(self) -> str:
        """The lines that a user reads at the end."""
        lines = [] if self.comparison is None else [str(self.comparison)]
        if self.report.rows:
            lines.append(str(self.report))
        minutes = self.report.train_minutes or 0.0
        lines.append(
            f"Trained for {minutes:.1f} minutes. The lifter, its report and pictures are in "
            f"{self.folder}/: posenet3d lift --model={self.folder}"
        )
        if self.exported:
            lines.append(f"Exported: {', '.join(map(str, self.exported))}.")
        return "\n".join(lines)


def adapt_lifter(config: AdaptConfig, say: Say = lambda line: None) -> Adaptation:
    """Adapts a pretrained lifter to recordings, from their 2D alone.

    The run's folder gets what `train_and_evaluate` writes, and `poses.npz`, `adaptation.json`,
    `adaptation.md` and `before_after.png`. An adaptation that was stopped goes on when it is
    started again with the same settings and recordings, and ends with the same weights.

    Args:
      config: The settings.
      say: Takes lines about what was found, what is decided and how far it is.

    Raises:
      InputError: If an input cannot be used, or nobody is in any.
      ConfigError: If settings contradict each other, or the folder holds another run.
      TrainingError: If the poses are too few, or nearly all the same.
    """
    folder = Path(config.output)
    model = load(config.model)
    map_file = config.reading.read_map()
    skeleton = skeleton_to_learn(model.skeleton, map_file)
    left_out: list[str] = []
    paths = find_inputs(config.input, left_out.append, folder)
    for line in left_out[:_SHOWN]:
        say(f"Left out: {line}")
    if len(left_out) > _SHOWN:
        say(f"Left out: {len(left_out) - _SHOWN} more files that hold no keypoints.")
    recordings = read_recordings(config, paths, skeleton, map_file, say)
    known = model if skeleton == model.skeleton else None
    found = look_at(recordings, skeleton, known, config.fps, config.elevation)
    say(str(found))
    plan = make_plan(config, found, model, map_file, folder / POSES_FILE)
    for reason in plan.reasons:
        say(reason)
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / ".adapting.lock", folder, "output"):
        _record(folder, found, plan)
        report = train_and_evaluate(
            plan.training,
            say=say,
            progress=_Progress(say, plan.training),
        )
        comparison = None
        if known is not None:
            comparison = compare(found, load(folder))
        write_comparison(folder, found, plan.reasons, comparison, config.figures)
    exported: list[Path] = []
    if config.export:
        exported = export(
            ExportConfig(
                output=str(folder / "export"),
                model=str(folder / "best" / ESTIMATOR_FILE),
                tflite=True,
                licence="yours",
                training_data=f"{config.model}, adapted to 2D poses of one's own",
            )
        )
    return Adaptation(found, plan, report, comparison, folder, tuple(exported))


def _record(folder: Path, found: Found, plan: Plan) -> None:
    """Writes the poses and what they are known by; refuses a folder that holds anything else."""
    digest = _digest(found)
    path, poses = folder / RECORD_FILE, folder / POSES_FILE
    if path.exists():
        if json.loads(path.read_text()).get("recordings") != digest:
            raise ConfigError(
                f"{folder} holds an adaptation to other recordings. Choose another output, or "
                "remove that folder."
            )
    elif poses.exists() or (folder / "config.json").exists():
        raise ConfigError(f"{folder} holds something else already. Choose another output.")
    if not poses.exists():
        write_archive(poses, found.poses)
    text = {"recordings": digest, "found": str(found), "reasons": plan.reasons}
    record(folder, {RECORD_FILE: json.dumps(text, indent=1)})


def _digest(found: Found) -> str:
    """Tells recordings from others, by what was read of them."""
    digest = hashlib.sha256()
    for recording in found.recordings:
        for part in recording.frames:
            digest.update(part.name.encode())
            for array in (part.keypoints_2d, part.confidence, part.elevation):
                digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


class _Progress:
    """Says how far each stage is, how well it does without labels, and how long it still takes."""

    def __init__(self, say: Say, training: TrainingConfig) -> None:
        self.say = say
        self.totals = {"cycle": training.steps, "student": training.student.steps}
        self._since: dict[str, tuple[float, int]] = {}

    def __call__(self, stage: str, done: int, value: float) -> None:
        total, now, left = self.totals[stage], time.monotonic(), ""
        since, before = self._since.setdefault(stage, (now, done))
        if before < done < total:
            seconds = (now - since) / (done - before) * (total - done)
            left = f", {seconds / 60:.1f} minutes left"
        if stage == "cycle":
            told = f"Cycle, step {done} of {total}: new views are {value:.3f} from real poses"
        else:
            told = f"Step {done} of {total}: {value:.3f} of a pose's size from its lessons"
        self.say(f"{told}{left}.")
