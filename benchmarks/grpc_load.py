"""The server under load: fast, overloaded, started again, and with clients that take no answers.

    python benchmarks/grpc_load.py --saved_model=exported/full --against=../other_checkout

Prints a Markdown table. Both checkouts' servers run at the same time and are measured in turns;
a row is the median of the rounds. Clients are processes beside the server, on the same cores.

- **1 client**, **64 clients**: each sends one person and waits for the answer.
- **640 clients**: the same, ten times as many.
- **10 x capacity**: 64 people a request, with a deadline of a second, ten times as many requests
  a second as 64 clients that wait get answered.
- **restart**: 64 threads with `posenet3d.serving.Client` of the checkout, 10,000 requests, while
  the server is ended and started again on the same port twice.
- **rolling**: the same with two servers, of which one at a time is started again.
- **silent**: 400 connections that send 20 requests each in 20 s, and take no answers.
"""

from __future__ import annotations

import collections
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from absl import app, flags
from serving import servers, silent

_SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    "saved_models/full",
    "Folder of its versions; that of each checkout, if it has one.",
)
_AGAINST = flags.DEFINE_string(
    "against", "", "Another checkout to measure beside this; empty: none."
)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "How often each is measured.")
_SECONDS = flags.DEFINE_float("seconds", 3.0, "How long a round measures.")
_ONLY = flags.DEFINE_list("only", "", "Rows to measure, by their names; empty: all.")

_HERE = Path(__file__).resolve().parent
_TIMEOUT = 1.0  # seconds, of requests that are sent whether answers come or not

Codes = collections.Counter[str]


def _saved_model(checkout: Path) -> str:
    """The model that a checkout's server gets: its own, as it comes with it."""
    own = checkout / _SAVED_MODEL.value
    return str(own if own.is_dir() else Path(_SAVED_MODEL.value))


class Measured:
    """What the clients of one round have seen."""

    def __init__(self) -> None:
        self.rate = 0.0
        self.cpu = float("nan")  # the server's seconds
        self.milliseconds: list[float] = []
        self.codes: Codes = collections.Counter()

    @property
    def cells(self) -> str:
        """Requests answered a second, p50, p99, the server's processor time a call."""
        if not self.milliseconds:
            return f"{self.rate:.0f} | | | "
        p50, p99 = np.quantile(self.milliseconds, [0.5, 0.99])
        return f"{self.rate:.0f} | {p50:.2f} | {p99:.2f} | {self.cpu_a_call:.2f}"

    @property
    def cpu_a_call(self) -> float:
        """Milliseconds."""
        return 1e3 * self.cpu / max(sum(self.codes.values()), 1)


def load(server: servers.Server, people: int, clients: int, rate: float = 0.0) -> Measured:
    """Puts a load on a server for a round."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "request"
        file.write_bytes(servers.request(people))
        processes = min(clients, 2)
        start = time.time() + 1.0
        end = start + _SECONDS.value
        command = [sys.executable, str(_HERE / "serving" / "clients.py"), server.address, str(file)]
        command += [str(clients // processes), str(start), str(end)]
        command += [str(rate / processes), str(_TIMEOUT)] if rate else []
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
        ]
        measured = Measured()
        time.sleep(max(0.0, start - time.time()))
        before = server.cpu()
        time.sleep(max(0.0, end - time.time()))
        measured.cpu = server.cpu() - before
        for one in running:
            found = json.loads(one.communicate()[0])
            measured.milliseconds += [1e3 * seconds for seconds in found["seconds"]]
            measured.codes.update(found["codes"])
    measured.rate = len(measured.milliseconds) / _SECONDS.value
    return measured


def waiting(clients: int, checkouts: list[Path]) -> None:
    """Rows of clients that wait for each answer."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(servers.started(one, _saved_model(one))) for one in checkouts]
        for server in found:
            load(server, 1, clients)
        idle = [server.memory() for server in found]
        rounds: list[list[Measured]] = [[] for _ in found]
        for _ in range(_ROUNDS.value):
            for measured, server in zip(rounds, found, strict=True):
                measured.append(load(server, 1, clients))
        for checkout, server, measured, before in zip(checkouts, found, rounds, idle, strict=True):
            middle = sorted(measured, key=lambda one: one.rate)[len(measured) // 2]
            codes = sum((one.codes for one in measured), collections.Counter())
            show(f"{clients} client{'s'[: clients - 1]}", checkout, middle, codes, server, before)
        if len(found) == 2:
            rates, medians, cpu = (
                np.median(
                    [value(ours) / value(theirs) for ours, theirs in zip(*rounds, strict=True)]
                )
                for value in (
                    lambda one: one.rate,
                    lambda one: np.median(one.milliseconds),
                    lambda one: one.cpu_a_call,
                )
            )
            print(
                f"| ratio, median of rounds | | {rates:.2f} | {medians:.2f} | | {cpu:.2f} | | | |"
            )


def overload(checkouts: list[Path]) -> None:
    """Rows of more requests than can be answered."""
    for checkout in checkouts:
        with servers.started(checkout, _saved_model(checkout)) as server:
            capacity = load(server, 64, 64).rate
            idle, counted = server.memory(), collections.Counter(server.counted())
            measured = load(server, 64, 64, 10 * capacity)
            time.sleep(1.0)  # for what nobody waits for any more
            counted = collections.Counter(server.counted()) - counted
            name = f"10 x capacity, {10 * capacity:.0f}/s"
            show(name, checkout, measured, measured.codes, server, idle, counted)


def restart(checkouts: list[Path], rolling: bool) -> None:
    """Rows of servers that are started again under load."""
    for checkout in checkouts:
        ports = [servers.free_port() for _ in range(1 + rolling)]
        found = [servers.Server(checkout, _saved_model(checkout), port) for port in ports]
        address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
        command = [sys.executable, str(_HERE / "serving" / "lifters.py"), address, servers.MODEL]
        clients = [
            subprocess.Popen(
                [*command, "32", "5000"],
                env=servers.environment(checkout), stdout=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        for client in clients:
            client.stdout.readline()
        start = time.time()
        for turn in range(2):
            time.sleep(5.0)  # so that no request waits through both
            number = turn % len(ports)
            found[number].end()
            found[number] = servers.Server(checkout, _saved_model(checkout), ports[number])
        ended: Codes = collections.Counter()
        for client in clients:
            ended.update(json.loads(client.communicate()[0]))
        measured = Measured()
        measured.rate = ended["OK"] / (time.time() - start)
        show("rolling" if rolling else "restart", checkout, measured, ended, found[0])
        for server in found:
            server.end()


def silence(checkouts: list[Path]) -> None:
    """Rows of clients that take no answers."""
    request = servers.request(2)
    for checkout in checkouts:
        with servers.started(checkout, _saved_model(checkout)) as server:
            load(server, 2, 64)
            idle, counted = server.memory(), collections.Counter(server.counted())
            clients = [silent.SilentClient(server.address) for _ in range(400)]
            for _ in range(20):
                for client in clients:
                    client.ask(request)
                time.sleep(1.0)
            counted = collections.Counter(server.counted()) - counted
            show("silent", checkout, Measured(), collections.Counter(), server, idle, counted)
            for client in clients:
                client.close()


def show(
    name: str,
    checkout: Path,
    measured: Measured,
    codes: Codes,
    server: servers.Server,
    idle: float | None = None,
    counted: Codes | None = None,
) -> None:
    """Prints a row."""
    memory = f"{server.memory('VmHWM') - idle:+.0f}" if idle else ""
    seen = "" if counted is None else ", ".join(f"{n} {counted[n]}" for n in sorted(counted))
    ends = ", ".join(f"{name} {codes[name]}" for name in sorted(codes))
    print(
        f"| {name} | {checkout.name} | {measured.cells} | {ends} | {seen} | {memory} |", flush=True
    )


def main(_: list[str]) -> None:
    """Measures and prints."""
    checkouts = [_HERE.parent, *([Path(_AGAINST.value).resolve()] if _AGAINST.value else [])]
    rows: dict[str, Callable[[], None]] = {
        "1": lambda: waiting(1, checkouts),
        "64": lambda: waiting(64, checkouts),
        "640": lambda: waiting(640, checkouts),
        "overload": lambda: overload(checkouts),
        "restart": lambda: restart(checkouts, rolling=False),
        "rolling": lambda: restart(checkouts, rolling=True),
        "silent": lambda: silence(checkouts),
    }
    print(
        "| load | checkout | answers/s | p50 ms | p99 ms | CPU ms | ended as | counted | MB more |"
    )
    print("|---|---|---:|---:|---:|---:|---|---|---:|", flush=True)
    for name, row in rows.items():
        if not _ONLY.value or name in _ONLY.value:
            row()


if __name__ == "__main__":
    app.run(main)
