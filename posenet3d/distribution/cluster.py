"""The workers of a run, as `TF_CONFIG` names them, and waiting until all of them are there."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import time
from collections.abc import Iterator, Mapping

from posenet3d.errors import ConfigError, TrainingError

VARIABLE = "TF_CONFIG"
EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)
"""What the variable holds on the first of two machines; the index differs on each."""

_JOBS = ("chief", "worker")
_TRY_EVERY = 0.2  # seconds
_TRY_FOR = 2.0  # seconds that one attempt to connect may take


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The workers in the order of their numbers; the chief is the first."""

    addresses: tuple[str, ...]  # host:port
    own: int  # which of them this process is

    @property
    def is_chief(self) -> bool:
        """Whether this is the worker that writes."""
        return self.own == 0


def read_cluster(environment: Mapping[str, str]) -> Cluster:
    """The cluster that the environment's `TF_CONFIG` describes.

    Raises:
      ConfigError: If there is none, or it is not what `tf.distribute` would take.
    """
    text = environment.get(VARIABLE, "").strip()
    if not text:
        raise _wrong("is not set")
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _wrong(f"is not JSON ({error})") from error
    cluster = config.get("cluster") if isinstance(config, dict) else None
    task = config.get("task") if isinstance(config, dict) else None
    if not isinstance(cluster, dict) or not isinstance(task, dict):
        raise _wrong("needs the parts cluster and task")
    if other := sorted(set(cluster) - set(_JOBS)):
        raise _wrong(f"names the job {other[0]!r}; there are only chief and worker")
    addresses = []
    for job in _JOBS:
        members = cluster.get(job, [])
        if not isinstance(members, list) or not all(map(_is_address, members)):
            raise _wrong(f"must give {job} as a list of host:port, not {members!r}")
        addresses += [(job, index, address) for index, address in enumerate(members)]
    if len({address for *_, address in addresses}) < len(addresses):
        raise _wrong("gives two workers the same address")
    numbers = {(job, index): number for number, (job, index, _) in enumerate(addresses)}
    own = task.get("type"), task.get("index")
    if not isinstance(own[0], str) or not isinstance(own[1], int) or own not in numbers:
        raise _wrong(f"says that this is {own[0]} {own[1]}, which is not in its cluster")
    return Cluster(tuple(address for *_, address in addresses), numbers[own])


def wait_for_workers(cluster: Cluster, seconds: float) -> None:
    """Returns when this worker has reached every other one, and has been reached by it.

    TensorFlow itself would wait an hour without saying for whom.

    Raises:
      TrainingError: If some have not after that many seconds; it names them.
      ConfigError: If this worker's own port is taken, or its host is not this machine.
    """
    others = set(range(len(cluster.addresses))) - {cluster.own}
    reached, heard = set(), set()
    deadline = time.monotonic() + seconds
    with _listening(cluster.addresses[cluster.own]) as server:
        while silent := others - (reached & heard):
            if time.monotonic() > deadline:
                missing = ", ".join(cluster.addresses[number] for number in sorted(silent))
                raise TrainingError(
                    f"After {seconds:g} seconds there is no answer from {missing} "
                    f"(this is worker {cluster.own}, {cluster.addresses[cluster.own]}). Start the "
                    f"same command on every machine of {VARIABLE}, and let these ports through."
                )
            unreached = others - reached
            reached |= {n for n in unreached if _reaches(cluster.addresses[n], cluster.own)}
            heard |= _heard(server)
            time.sleep(_TRY_EVERY)


@contextlib.contextmanager
def _listening(address: str) -> Iterator[socket.socket]:
    """A socket at this address, which TensorFlow's own server takes afterwards."""
    host, port = _host_and_port(address)
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(place)
    except OSError as error:
        raise ConfigError(
            f"This worker cannot listen at {address}, its own address in {VARIABLE}: {error}."
        ) from error
    with server:
        server.listen(1024)
        server.setblocking(False)
        yield server


def _reaches(address: str, own: int) -> bool:
    """Tells the worker at this address that it has been reached."""
    try:
        with socket.create_connection(_host_and_port(address), timeout=_TRY_FOR) as connection:
            connection.sendall(b"%d\n" % own)
            return True
    except OSError:
        return False


def _heard(server: socket.socket) -> set[int]:
    """The numbers of the workers that have come by since the last time."""
    numbers = set()
    with contextlib.suppress(BlockingIOError):
        while True:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(_TRY_FOR)
                text = connection.recv(16).strip()
                if text.isdigit():
                    numbers.add(int(text))
    return numbers


def _is_address(value: object) -> bool:
    if not isinstance(value, str):
        return False
    host, port = _host_and_port(value)
    return bool(host) and 0 < port < 65536


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port) if port.isdecimal() else 0


def _wrong(what: str) -> ConfigError:
    return ConfigError(
        f"strategy=multiworker: the environment variable {VARIABLE} {what}. On the first of two "
        f"machines it would be {EXAMPLE}"
    )
