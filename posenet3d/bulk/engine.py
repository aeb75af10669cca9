"""Ray Data as the engine: shards go to worker processes, what became of them comes back."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Any

from posenet3d.bulk.lifter import ShardLifter, Work
from posenet3d.errors import InputError, reason_of

try:
    import ray
    import ray.data
    import ray.exceptions
except ImportError as error:
    raise ImportError(
        f"--address needs ray, which cannot be imported ({error}); it comes with the extra: pip "
        "install 'posenet3d[bulk]'."
    ) from None

LOCAL = "local"
"""The address that has Ray start on this machine."""

_CONNECT_SECONDS = 10.0
_OBJECT_STORE_BYTES = 128 << 20  # poses never go through it; Ray's least is 75 MB


class RayEngine:
    """Runs on this machine's cores, or on a Ray cluster.

    Args:
      workers: Processes; 0: as many as there are cores for.
      threads: Cores a process.
      address: `host:port` of a cluster's head, or `auto`; `local`: this machine's, for this run
        alone.
    """

    def __init__(self, workers: int = 0, threads: int = 1, address: str = LOCAL) -> None:
        self._workers = workers
        self._threads = threads
        self._address = address

    def __call__(self, work: Work, shards: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yields an entry a shard, in the order in which they are finished.

        Raises:
          InputError: If there is no such cluster, it has no room for the workers, or it ends the
            job.
        """
        self._start()
        try:
            yield from self._run(work, shards)
        except ray.exceptions.RayError as error:
            raise InputError(
                f"Ray ended the job ({reason_of(error)}); finished shards are kept. Workers that "
                "die often lack memory: give fewer --workers."
            ) from None
        finally:
            ray.shutdown()

    def _start(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would send them over the network
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its C++ writes to the terminal
        for name in ("ray", "ray.data"):
            logging.getLogger(name).setLevel(logging.ERROR)
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": True}
        if self._address != LOCAL:
            try:
                _check_reachable(self._address)
                ray.init(self._address, **quiet)
            except (OSError, ValueError, RuntimeError) as error:
                raise InputError(
                    f"There is no Ray cluster at {self._address} ({reason_of(error)}); start one "
                    "by 'ray start --head' and give its host:port."
                ) from None
            return
        cores = max(os.cpu_count() or 1, self._workers * self._threads)
        ray.init(
            LOCAL,
            num_cpus=cores,
            include_dashboard=False,
            object_store_memory=_OBJECT_STORE_BYTES,
            **quiet,
        )

    def _run(self, work: Work, shards: Sequence[str]) -> Iterator[dict[str, Any]]:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        cores = int(ray.cluster_resources().get("CPU", 0))
        room = cores // self._threads
        if not room or room < self._workers:
            raise InputError(
                f"{self._workers or 1} workers of {self._threads} cores do not fit the "
                f"{cores} cores there are; give other --workers or --threads."
            )
        workers = min(self._workers or room, len(shards))
        lifted = ray.data.from_items(list(shards), override_num_blocks=len(shards)).map_batches(
            _Worker,
            batch_size=1,
            fn_constructor_args=(work,),
            compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=1),
            num_cpus=self._threads,
        )
        for row in lifted.iter_rows():
            yield json.loads(row["entry"])


def _check_reachable(address: str) -> None:
    """Raises `OSError` or `ValueError` where nobody listens; Ray itself would try for minutes."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("an address is host:port or auto")
    socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()


class _Worker:
    """A `ShardLifter` as Ray Data calls it."""

    def __init__(self, work: Work) -> None:
        self._lifter = ShardLifter(work)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        return {"entry": [json.dumps(self._lifter.lift(str(shard))) for shard in batch["item"]]}
