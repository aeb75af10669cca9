"""Requests of many clients, joined into batches for the model."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import queue
import threading
import time
from collections import deque
from collections.abc import Hashable

import grpc
import numpy as np

from posenet3d.serving.model.failure import RequestError
from posenet3d.serving.model.servable import Servable
from posenet3d.serving.model.signature import Signature
from posenet3d.serving.rpc.metrics import Metrics

Arrays = dict[str, np.ndarray]
Outcome = Arrays | RequestError
_MARGIN = 1.5
"""How much longer than expected the model may take before a deadline is missed."""


@dataclasses.dataclass(eq=False, slots=True)
class _Job:
    """A request that waits or is run."""

    servable: Servable
    signature: Signature
    inputs: Arrays
    rows: int
    deadline: float  # of the loop's clock; infinity: none
    answer: asyncio.Future[Arrays]
    seconds: float  # of the model's time that it takes at least, in a full batch
    since: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def key(self) -> Hashable:
        """What requests of one batch must have in common."""
        if not self.signature.batched:
            return id(self)
        shapes = tuple(array.shape[1:] for array in self.inputs.values())
        return id(self.servable), self.signature.name, shapes

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits for the answer."""
        return not self.answer.done() and time.monotonic() < self.deadline


class Batcher:
    """Runs requests, those that wait together as one batch; used from one event loop.

    A batch is as large as what waits when a thread becomes free, so nobody waits while the model
    is idle unless `batch_timeout_micros` says so. Where a batch fails it is halved, so that only
    the request that fails alone is refused. Work whose client has gone, or whose deadline has
    passed, is not run. A request whose deadline passes before its turn is refused when it comes.

    Args:
      max_batch_size: Rows of a batch; 1 request a batch where `join` is off.
      join: Whether requests are joined at all.
      batch_timeout_micros: How long a batch that is not full waits for more.
      max_waiting_rows: Rows that may wait; what comes then is refused.
      threads: Batches that are run beside each other.
      metrics: Is told of every batch.
    """

    def __init__(
        self,
        max_batch_size: int,
        join: bool,
        batch_timeout_micros: int,
        max_waiting_rows: int,
        threads: int,
        metrics: Metrics,
    ) -> None:
        self._max_batch_size = max_batch_size
        self._join = join
        self._timeout = batch_timeout_micros / 1e6 if join else 0.0
        self._max_waiting_rows = max_waiting_rows
        self._metrics = metrics
        self._queues: dict[Hashable, deque[_Job]] = {}
        self._waiting_rows = 0
        self._waiting_seconds = 0.0
        self._largest: dict[str, tuple[int, float]] = {}  # rows and seconds of a signature's batch
        self._running: set[_Job] = set()
        self._threads = self._idle = threads
        self._work: queue.SimpleQueue[tuple[list[_Job], asyncio.AbstractEventLoop] | None]
        self._work = queue.SimpleQueue()
        for _ in range(threads):
            threading.Thread(target=self._run_batches, name="model", daemon=True).start()
        self._alarm: asyncio.TimerHandle | None = None

    async def run(
        self,
        servable: Servable,
        signature: Signature,
        inputs: Arrays,
        rows: int,
        timeout: float | None = None,
    ) -> Arrays:
        """The outputs of a request, all of them.

        Args:
          servable: The version to run; must not be closed before this returns.
          signature: One of its signatures.
          inputs: Arrays that fit it.
          rows: Their rows.
          timeout: Seconds after which nobody wants the answer any more; None: no such time.

        Raises:
          RequestError: If the model refuses the inputs, or too much waits already.
        """
        # An empty line takes whatever a request may be.
        if self._waiting_rows and self._waiting_rows + rows > self._max_waiting_rows:
            raise RequestError(
                grpc.StatusCode.UNAVAILABLE,
                "The batch scheduling queue to which this task was submitted is full",
            )
        seconds = self._least_seconds(signature, rows)
        if timeout is not None and timeout < self._expected_seconds(seconds):
            raise RequestError(
                grpc.StatusCode.UNAVAILABLE,
                "The deadline would pass before the requests that wait already are answered",
            )
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        answer = asyncio.get_running_loop().create_future()
        job = _Job(servable, signature, inputs, rows, deadline, answer, seconds)
        key = job.key if self._join else id(job)
        self._queues.setdefault(key, deque()).append(job)
        self._count(job, 1)
        try:
            self._start()
            return await answer
        except asyncio.CancelledError:
            self._forget(key, job)
            raise

    def refuse_all(self) -> None:
        """Refuses whatever waits or is run; what comes later is taken as before."""
        refusal = RequestError(grpc.StatusCode.UNAVAILABLE, "The server stops.")
        waiting = [job for line in self._queues.values() for job in line]
        for job in (*waiting, *self._running):
            if not job.answer.done():
                job.answer.set_exception(refusal)

    def close(self) -> None:
        """Lets the threads end, when they have finished what they run."""
        for _ in range(self._threads):
            self._work.put(None)

    def _least_seconds(self, signature: Signature, rows: int) -> float:
        """How long a request occupies the model at least, as far as that is known.

        A full batch takes no less than the largest one seen, of which a request has its share.
        """
        _, seconds = self._largest.get(signature.name, (0, 0.0))
        joined = self._join and signature.batched
        return seconds * min(rows / self._max_batch_size, 1.0) if joined else seconds

    def _expected_seconds(self, own: float) -> float:
        """How long a request will take whose work is that long, with what is before it."""
        if not self._waiting_rows:
            return 0.0  # runs next, and how long the model takes is not known well enough to refuse
        running = sum(job.seconds for job in self._running)
        return _MARGIN * (self._waiting_seconds + running + own) / self._threads

    def _count(self, job: _Job, sign: int) -> None:
        """Adds a request to what waits, or takes it away."""
        self._waiting_rows += sign * job.rows
        seconds = self._waiting_seconds + sign * job.seconds
        self._waiting_seconds = seconds if self._waiting_rows else 0.0

    def _forget(self, key: Hashable, job: _Job) -> None:
        """Takes a request whose client has gone out of the line, if it is still there."""
        line = self._queues.get(key)
        if line and job in line:
            line.remove(job)
            if not line:
                del self._queues[key]
            self._count(job, -1)

    def _start(self) -> None:
        """Hands batches to idle threads, line by line in turn."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        while self._idle and self._queues:
            starts = {key: self._start_of(queue) for key, queue in self._ready()}
            key = min(starts, key=starts.__getitem__)
            delay = starts[key] - time.monotonic()
            if delay > 0:
                self._alarm = asyncio.get_running_loop().call_later(delay, self._start)
                return
            if batch := self._take(key):
                self._idle -= 1
                self._running.update(batch)
                self._work.put((batch, asyncio.get_running_loop()))

    def _ready(self) -> list[tuple[Hashable, deque[_Job]]]:
        """The lines to choose from: all where some may have to wait for more, else the first."""
        lines = self._queues.items()
        return list(lines) if self._timeout else [next(iter(lines))]

    def _start_of(self, queue: deque[_Job]) -> float:
        """When a line's batch may start: at once where it is full."""
        if sum(job.rows for job in queue) < self._max_batch_size:
            return queue[0].since + self._timeout
        return queue[0].since

    def _take(self, key: Hashable) -> list[_Job]:
        """The next batch of a line, without those that nobody wants any more."""
        line = self._queues.pop(key)
        batch: list[_Job] = []
        rows = 0
        while line and (not batch or rows + line[0].rows <= self._max_batch_size):
            job = line.popleft()
            self._count(job, -1)
            if job.wanted:
                batch.append(job)
                rows += job.rows
            elif not job.answer.done():
                job.answer.set_exception(
                    RequestError(
                        grpc.StatusCode.DEADLINE_EXCEEDED, "The deadline passed while it waited."
                    )
                )
        if line:
            self._queues[key] = line  # behind the others
        return batch

    def _run_batches(self) -> None:
        """What a thread does: runs batches and hands the loop their answers."""
        while (work := self._work.get()) is not None:
            batch, loop = work
            start = time.perf_counter()
            outcomes = _outcomes(batch)
            seconds = time.perf_counter() - start
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._finish, batch, outcomes, seconds)

    def _finish(self, batch: list[_Job], outcomes: list[Outcome], seconds: float) -> None:
        """Gives everybody of a batch the answer, and the thread something new."""
        self._idle += 1
        self._running.difference_update(batch)
        self._start()  # first: the model need not wait for the answers to be sent
        name, rows = batch[0].signature.name, sum(job.rows for job in batch)
        self._metrics.ran(name, rows, seconds)
        largest, before = self._largest.get(name, (0, seconds))
        if 2 * rows >= largest:
            self._largest[name] = (max(rows, largest), 0.8 * before + 0.2 * seconds)
        for job, outcome in zip(batch, outcomes, strict=True):
            if job.answer.done():
                continue
            if isinstance(outcome, RequestError):
                job.answer.set_exception(outcome)
            else:
                job.answer.set_result(outcome)


def _outcomes(batch: list[_Job]) -> list[Outcome]:
    try:
        return _answers(batch)
    except Exception as error:
        if len(batch) == 1:
            return [RequestError.of(error)]
    half = len(batch) // 2
    return _outcomes(batch[:half]) + _outcomes(batch[half:])


def _answers(batch: list[_Job]) -> list[Outcome]:
    """Runs the model once; each request's rows of what comes out."""
    first = batch[0]
    inputs = first.inputs
    if len(batch) > 1:
        inputs = {name: np.concatenate([job.inputs[name] for job in batch]) for name in inputs}
    outputs = first.servable.run(first.signature, inputs)
    if len(batch) == 1:
        return [outputs]
    rows = sum(job.rows for job in batch)
    for name, array in outputs.items():
        if len(array) != rows:
            raise RequestError(
                grpc.StatusCode.FAILED_PRECONDITION,
                "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension "
                f"sizes of the input tensors ({name}: {len(array)}, not {rows})",
            )
    answers: list[Outcome] = []
    start = 0
    for job in batch:
        answers.append({name: array[start : start + job.rows] for name, array in outputs.items()})
        start += job.rows
    return answers
