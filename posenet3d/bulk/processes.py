"""Processes of this machine as the engine: each takes a shard when it has finished one."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from posenet3d.bulk.lifter import Work
from posenet3d.bulk.worker import FAILED
from posenet3d.errors import InputError

_MODULE = "posenet3d.bulk.worker"


class ProcessEngine:
    """Runs on this machine's cores, without Ray, whose start takes ten seconds.

    The processes are programs of their own: LiteRT, Arrow and TensorFlow may not be forked.

    Args:
      workers: Processes; 0: as many as there are cores for.
      threads: Cores a process.
    """

    def __init__(self, workers: int = 0, threads: int = 1) -> None:
        self._workers = workers or max(1, (os.cpu_count() or 1) // threads)

    def __call__(self, work: Work, shards: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yields an entry a shard, in the order in which they are finished.

        Raises:
          InputError: If a worker cannot be started.
        """
        waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        for shard in shards:
            waiting.put(shard)
        finished: queue.SimpleQueue[dict[str, Any] | Exception] = queue.SimpleQueue()
        team = _Team(work)
        threads = [
            threading.Thread(target=team.serve, args=(waiting, finished), daemon=True)
            for _ in range(min(self._workers, len(shards)))
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in shards:
                entry = finished.get()
                if isinstance(entry, Exception):
                    raise entry
                yield entry
        finally:
            team.end()
            for thread in threads:
                thread.join()


class _Team:
    """The workers of a job; a thread looks after each."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ended = threading.Event()
        self._workers: list[_Worker] = []

    def serve(
        self,
        waiting: queue.SimpleQueue[str],
        finished: queue.SimpleQueue[dict[str, Any] | Exception],
    ) -> None:
        """Lifts shards until none waits; a worker that dies is replaced, and its shard begun anew.

        `folder.attempt` counts how often, and gives a shard up.
        """
        try:
            worker = self._new()
            while not self._ended.is_set():
                shard = waiting.get_nowait()
                while (entry := worker.lift(shard)) is None:
                    worker.end()
                    if self._ended.is_set():
                        return
                    worker = self._new()
                finished.put(entry)
        except queue.Empty:
            worker.end()
        except Exception as error:
            finished.put(error)

    def _new(self) -> _Worker:
        worker = _Worker()
        self._workers.append(worker)
        if self._ended.is_set():
            worker.end()
        worker.begin(self._work)
        return worker

    def end(self) -> None:
        """Ends all workers at once."""
        self._ended.set()
        for worker in list(self._workers):
            worker.end()


class _Worker:
    """A process, and the pipes to and from it."""

    def __init__(self) -> None:
        path = os.pathsep.join(place or os.getcwd() for place in sys.path)
        # Not in the terminal's group: Ctrl-C is for the job, which then ends its workers.
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
            start_new_session=True,
        )

    def begin(self, work: Work) -> None:
        """Has it load the model.

        Raises:
          InputError: If it cannot.
        """
        header = {f.name: getattr(work, f.name) for f in dataclasses.fields(work)}
        model = header.pop("model")
        line = json.dumps(header | {"bytes": len(model)}).encode() + b"\n"
        answer = self._asked(line + model)
        if answer is None or FAILED in answer:
            reason = answer[FAILED] if answer else f"it ended with status {self._process.wait()}"
            raise InputError(f"A worker could not be started: {reason}.")

    def lift(self, shard: str) -> dict[str, Any] | None:
        """The entry of a shard; None: the process has died."""
        return self._asked(json.dumps(shard).encode() + b"\n")

    def _asked(self, content: bytes) -> dict[str, Any] | None:
        try:
            self._process.stdin.write(content)
            self._process.stdin.flush()
        except (OSError, ValueError):  # a broken pipe, or one that `end` has closed
            return None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def end(self) -> None:
        """Kills it: what it has not finished does not count."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # what was not sent any more
            self._process.stdin.close()
        self._process.stdout.close()
