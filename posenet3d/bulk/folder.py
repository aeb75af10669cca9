"""The folder of lifted shards: each is there once and whole, whatever was killed when.

    poses-00000.parquet                 a lifted shard, named as its input
    _bad/poses-00000.parquet.jsonl      its records that were set aside, if there are any
    _finished/poses-00000.parquet.json  that it is finished, what it was made from, and its counts
    _job.json                           the model and settings
    _lock                               held by the run that writes here, and by its workers
    .unfinished/                        what is being written

A shard is finished when its entry in `_finished` says so, which is written last. Names that begin
with an underscore or a dot are passed over by what reads folders of Parquet.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import reprlib
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from posenet3d.errors import ConfigError, InputError
from posenet3d.files.atomic import flush
from posenet3d.files.locks import holder, in_use, note_holder

_LOCK, _JOB, _UNFINISHED = "_lock", "_job.json", ".unfinished"
_ATTEMPTS = 3  # at a shard whose worker dies, as for want of memory; ours
_PATIENCE = 10.0  # seconds that the workers of a killed run have to end; Ray ends them in less


class Paths(NamedTuple):
    """Where the files of one shard go."""

    output: Path
    bad: Path
    finished: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> Paths:
        """Those of the shard of this name."""
        return cls(
            folder / name, folder / "_bad" / f"{name}.jsonl", folder / "_finished" / f"{name}.json"
        )


@contextlib.contextmanager
def claimed(
    folder: Path, job: Mapping[str, Any], redo: bool = False, advice: str = ""
) -> Iterator[None]:
    """Makes the folder this run's alone while the block runs.

    Args:
      folder: Made if absent; its parent must exist.
      job: The model and settings, plain data.
      redo: Take over a folder of another model or settings.
      advice: What else to do where the model is another: a clause with a comma.

    Raises:
      InputError: If the folder cannot be made or written, holds something else, or another run
        writes to it.
      ConfigError: If its shards were lifted with another model or settings and `redo` is False.
    """
    with contextlib.ExitStack() as held:
        try:
            folder.mkdir(exist_ok=True)
            _check_alone(folder)
            held.enter_context(_locked_for_run(folder))
            _check_job(folder, job, redo, advice)
            shutil.rmtree(folder / _UNFINISHED, ignore_errors=True)  # a killed run's
            (folder / _UNFINISHED).mkdir(exist_ok=True)
            temporary = folder / _UNFINISHED / _JOB
            temporary.write_text(json.dumps(job, indent=1))
            os.replace(temporary, folder / _JOB)  # before all else: it tells whose folder it is
            for part in ("_bad", "_finished"):
                (folder / part).mkdir(exist_ok=True)
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"Cannot write to {folder}: {reason}.") from None
        yield
        # All is done; what a worker that died has left there is of no use.
        shutil.rmtree(folder / _UNFINISHED, ignore_errors=True)


@contextlib.contextmanager
def worker_lock(folder: Path) -> Iterator[None]:
    """Held by a worker while it writes a shard, so that no other run begins meanwhile."""
    with open(folder / _LOCK, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def attempt(folder: Path, name: str) -> Iterator[None]:
    """Counts the attempts at a shard: Ray gives it to a worker anew as often as one dies of it.

    Raises:
      InputError: If all attempts have been made.
    """
    path = folder / _UNFINISHED / f"{name}.attempts"
    made = path.stat().st_size if path.exists() else 0
    if made == _ATTEMPTS:
        raise InputError(
            f"{name} could not be lifted: {made} workers have died of it, perhaps for want of "
            "memory; give fewer --workers."
        )
    with open(path, "ab") as file:
        file.write(b".")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def publishing(folder: Path, name: str) -> Iterator[Paths]:
    """Gives temporary paths of a shard's files and moves them to their places when all is well.

    The block writes all three; an empty file of bad records is dropped. The entry in `_finished`
    goes first when it is of an older output, and comes last.
    """
    token = secrets.token_hex(8)
    made = Paths(*(folder / _UNFINISHED / f"{token}.{part}" for part in Paths._fields))
    places = Paths.of(folder, name)
    try:
        yield made
        for path in made:
            flush(path)
        places.finished.unlink(missing_ok=True)
        if made.bad.stat().st_size:
            os.replace(made.bad, places.bad)
        else:
            places.bad.unlink(missing_ok=True)
        os.replace(made.output, places.output)
        os.replace(made.finished, places.finished)
        for parent in {place.parent for place in places}:
            flush(parent)
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def finished(folder: Path, name: str) -> dict[str, Any] | None:
    """What `_finished` says of a shard; None where it is not finished."""
    paths = Paths.of(folder, name)
    try:
        entry = json.loads(paths.finished.read_bytes())
        whole = paths.output.stat().st_size == entry["bytes"]
        return entry if whole and paths.bad.exists() == bool(entry["bad"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def digest_of(path: Path) -> str:
    """The content of a file as a number."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def state_of(path: Path) -> dict[str, int]:
    """Size and time of a file: what tells at once that it has not changed."""
    status = path.stat()
    return {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns}


@contextlib.contextmanager
def _locked_for_run(folder: Path) -> Iterator[None]:
    """Alone here: waits a little for workers of a killed run, and refuses if they go on."""
    end = time.monotonic() + _PATIENCE
    with open(folder / _LOCK, "a+b") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # workers hold it as well
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    who = holder(folder / _LOCK)
                    raise InputError(in_use(folder, who, "output")) from None
                time.sleep(0.1)
        note_holder(file.fileno())
        try:
            yield
        finally:
            os.ftruncate(file.fileno(), 0)


def _check_alone(folder: Path) -> None:
    if (folder / _JOB).exists():
        return
    if strange := [p.name for p in folder.iterdir() if p.name not in (_LOCK, _UNFINISHED)]:
        raise InputError(
            f"{folder} is to hold lifted shards but holds something else ({sorted(strange)[0]}); "
            "name another --output."
        )


def _check_job(folder: Path, job: Mapping[str, Any], redo: bool, advice: str) -> None:
    if redo or not (folder / _JOB).exists():
        return
    try:
        found = json.loads((folder / _JOB).read_bytes())
    except ValueError:
        found = {}
    for name, value in job.items():
        if found.get(name) != value:
            raise ConfigError(
                f"{folder} holds shards that were lifted differently: {name} was "
                f"{reprlib.repr(found.get(name))} and is {reprlib.repr(value)} now. Name another "
                f"--output, {advice * (name == 'model')}or give --redo to lift them again."
            )
