"""What a worker does with one shard."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.bulk import folder as folders
from posenet3d.bulk.shards.files import Reader, open_shard, writer_for
from posenet3d.bulk.shards.records import ONE_PLACE, TOO_FEW, Bad, Chunk, usable
from posenet3d.errors import InputError
from posenet3d.lite.estimator import LiteEstimator
from posenet3d.lite.model_file import ENDING
from posenet3d.loading import load_lifter
from posenet3d.poses.lift_checks import needed_joints
from posenet3d.poses.lift_result import LiftResult
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import SKELETONS, Skeleton


@dataclasses.dataclass(frozen=True)
class Work:
    """What all workers are given.

    Args:
      model: The estimator's file, so that every machine has the same.
      ending: Of the file's name.
      job: The model's digest and all settings that the output depends on.
      folder: The output's.
      threads: Of LiteRT or TensorFlow, of a worker.
    """

    model: bytes
    ending: str
    job: dict[str, Any]
    folder: str
    threads: int


Engine = Callable[[Work, Sequence[str]], Iterator[dict[str, Any]]]
"""Lifts these shards and yields their entries as they are finished."""


class ShardLifter:
    """A model that lifts one shard after the other; each worker process has one."""

    def __init__(self, work: Work) -> None:
        self._job = work.job
        self._folder = Path(work.folder)
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / f"estimator{work.ending}"
            path.write_bytes(work.model)
            self._settings = {"height_mm": work.job["height_mm"], "score": work.job["score"]}
            if work.ending == ENDING:
                self._estimator = LiteEstimator(path, threads=work.threads)
            else:
                _limit_threads(work.threads)
                self._estimator = load_lifter(path)
                self._settings["batch_size"] = work.job["batch_size"]

    def lift(self, shard: str) -> dict[str, Any]:
        """Lifts a shard; returns its entry of `_finished`, or one with an `error`.

        No shard's fault stops the others.
        """
        path = Path(shard)
        try:
            with folders.worker_lock(self._folder), folders.attempt(self._folder, path.name):
                return self._lift(path)
        except InputError as error:
            return {"shard": shard, "error": str(error)}
        except Exception as error:  # whatever a damaged file or a full disk brings up
            reason = f"{shard} could not be lifted: {type(error).__name__}: {error}"
            return {"shard": shard, "error": reason}

    def _lift(self, path: Path) -> dict[str, Any]:
        reader = open_shard(path)
        source = shard_skeleton(path, reader, self._job["skeleton"], self._estimator.skeleton)
        state = folders.state_of(path)
        digest = folders.digest_of(path)
        metadata = {
            "skeleton": source.name,
            "skeleton_3d": self._estimator.skeleton.name,
            "unit": self._job["unit"],
        }
        with folders.publishing(self._folder, path.name) as made:
            counts = _Counts()
            with (
                writer_for(reader)(made.output, reader, metadata) as writer,
                open(made.bad, "w", encoding="utf-8") as bad_file,
            ):
                for chunk in reader.chunks():
                    bad = self._lift_chunk(chunk, source, writer, counts)
                    for one in bad:
                        bad_file.write(json.dumps({"shard": path.name} | one._asdict()) + "\n")
            if counts.records and not counts.rows:
                raise InputError(
                    f"{path}: none of its {counts.records} records can be used; the first: "
                    f"{counts.first}."
                )
            if folders.state_of(path) != state:
                raise InputError(f"{path} has changed while it was lifted; run again.")
            entry = {
                "shard": str(path),
                "input": state | {"digest": digest},
                "job": self._job,
                "bytes": made.output.stat().st_size,
                "bad": sum(counts.reasons.values()),
                "records": counts.records,
                "rows": counts.rows,
                "lifted": counts.lifted,
                "reasons": counts.reasons,
            }
            made.finished.write_text(json.dumps(entry, indent=1))
        return entry

    def _lift_chunk(
        self, chunk: Chunk, source: Skeleton, writer: Any, counts: _Counts
    ) -> list[Bad]:
        poses = usable(chunk, source.num_joints)
        keypoints_2d, confidence = poses.keypoints_2d, poses.confidence
        confidence = confidence * (confidence >= self._job["min_confidence"])
        for joint_map in joint_maps.route(source, self._estimator.skeleton):
            keypoints_2d, confidence = joint_map.apply(keypoints_2d, confidence)
        not_lifted: list[Bad] = []
        if len(poses.rows):
            result = self._estimator.lift(keypoints_2d, confidence, **self._settings)
            writer.write(chunk, poses.rows, _columns(result))
            not_lifted = _not_lifted(chunk.records[poses.rows], result, confidence)
            counts.lifted += int(result.lifted.sum())
        left_out = sorted([*chunk.bad, *poses.bad])
        counts.add(len(poses.rows), left_out, not_lifted)
        return sorted([*left_out, *not_lifted])


class _Counts:
    """What became of the records of a shard."""

    def __init__(self) -> None:
        self.records = self.rows = self.lifted = 0
        self.reasons: Counter[str] = Counter()
        self.first = ""

    def add(self, rows: int, left_out: list[Bad], not_lifted: list[Bad]) -> None:
        """Counts those of a chunk: rows that are written, records that are not, rows in vain."""
        self.rows += rows
        self.records += rows + sum(one.count for one in left_out)
        for one in (*left_out, *not_lifted):
            self.reasons[one.reason] += one.count
        if left_out and not self.first:
            self.first = left_out[0].detail


def shard_skeleton(path: Path, reader: Reader, asked: str, lifters: Skeleton) -> Skeleton:
    """The skeleton of a shard's joints: that of the settings, of its metadata, or the lifter's.

    Raises:
      InputError: If the metadata name another than the settings, or one that is not known, or no
        map leads to the lifter's.
    """
    told = reader.skeleton
    if asked != "auto" and told and told != asked:
        raise InputError(f"{path} has the joints of {told}, not of {asked}, as --skeleton says.")
    name = told if asked == "auto" else asked
    if name is None or name == lifters.name:
        return lifters
    if name not in SKELETONS:
        raise InputError(f"{path} has the joints of {name!r}, the model those of {lifters.name}.")
    joint_maps.route(SKELETONS[name], lifters)
    return SKELETONS[name]


def _columns(result: LiftResult) -> dict[str, Any]:
    arrays = ("keypoints_3d", "score", "elevation", "expected_error", "filled", "lifted")
    return {name: getattr(result, name) for name in arrays} | {"problem": list(result.problems)}


def _not_lifted(records: np.ndarray, result: LiftResult, confidence: np.ndarray) -> list[Bad]:
    needed = needed_joints(confidence.shape[1])
    few = (confidence > 0).sum(axis=1) < needed
    return [
        Bad(int(records[row]), TOO_FEW if few[row] else ONE_PLACE, result.problems[row])
        for row in np.flatnonzero(~result.lifted)
    ]


def _limit_threads(threads: int) -> None:
    """As many threads as cores that the worker was given; too late where TensorFlow has run."""
    import tensorflow as tf

    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
