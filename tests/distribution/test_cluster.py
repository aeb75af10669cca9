import contextlib
import json
import socket
import threading
import time

import pytest

from posenet3d.distribution.cluster import EXAMPLE, Cluster, read_cluster, wait_for_workers
from posenet3d.errors import ConfigError, TrainingError
from tests.fixtures.ports import free_ports

WORKERS = ["a:2222", "b:2222"]


def environment(**parts):
    config = {"cluster": {"worker": WORKERS}, "task": {"type": "worker", "index": 1}} | parts
    return {"TF_CONFIG": json.dumps(config)}


def free_addresses(count):
    return tuple(f"127.0.0.1:{port}" for port in free_ports(count))


def silently(cluster, seconds):
    with contextlib.suppress(TrainingError):
        wait_for_workers(cluster, seconds)


def test_the_first_worker_is_the_chief():
    assert read_cluster(environment()) == Cluster(("a:2222", "b:2222"), 1)
    assert not read_cluster(environment()).is_chief
    first = environment(task={"type": "worker", "index": 0})
    assert read_cluster(first).is_chief


def test_a_chief_of_its_own_job_comes_first():
    cluster = {"worker": WORKERS, "chief": ["c:1"]}
    chief = read_cluster(environment(cluster=cluster, task={"type": "chief", "index": 0}))
    assert chief == Cluster(("c:1", "a:2222", "b:2222"), 0)
    worker = read_cluster(environment(cluster=cluster, task={"type": "worker", "index": 0}))
    assert worker.own == 1


def test_the_example_in_the_errors_is_right():
    assert read_cluster({"TF_CONFIG": EXAMPLE}).addresses == ("10.0.0.1:2222", "10.0.0.2:2222")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "TF_CONFIG is not set"),
        ({"TF_CONFIG": "  "}, "is not set"),
        ({"TF_CONFIG": "{'cluster'"}, "is not JSON"),
        ({"TF_CONFIG": "[1]"}, "needs the parts cluster and task"),
        ({"TF_CONFIG": "{}"}, "needs the parts cluster and task"),
        (environment(cluster={"worker": "a:1"}), "must give worker as a list of host:port"),
        (environment(cluster={"worker": ["a", "b"]}), "must give worker as a list of host:port"),
        (environment(cluster={"worker": ["a:0"]}), "must give worker as a list of host:port"),
        (environment(cluster={"worker": ["a:1", "a:1"]}), "two workers the same address"),
        (environment(cluster={"worker": WORKERS, "ps": ["c:1"]}), "names the job 'ps'"),
        (environment(task={"type": "worker", "index": 2}), "this is worker 2, which is not in"),
        (environment(task={"type": "worker"}), "this is worker None, which is not in"),
        (environment(task={"type": ["worker"], "index": 0}), "which is not in its cluster"),
    ],
)
def test_what_is_no_cluster_is_refused(value, message):
    with pytest.raises(ConfigError, match=message):
        read_cluster(value)


def test_workers_find_each_other_whoever_comes_first():
    addresses = free_addresses(3)
    threads = [
        threading.Thread(target=wait_for_workers, args=(Cluster(addresses, number), 20.0))
        for number in range(3)
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.5)
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)


def test_a_worker_that_does_not_come_is_named():
    addresses = free_addresses(3)
    there = threading.Thread(target=silently, args=(Cluster(addresses, 1), 3.0))
    there.start()
    with pytest.raises(TrainingError, match=f"no answer from {addresses[2]} .this is worker 0"):
        wait_for_workers(Cluster(addresses, 0), 3.0)
    there.join()


def test_another_program_at_a_workers_port_is_not_a_worker():
    addresses = free_addresses(2)
    with (
        socket.create_server(("127.0.0.1", int(addresses[1].rpartition(":")[2]))),
        pytest.raises(TrainingError, match=f"no answer from {addresses[1]}"),
    ):
        wait_for_workers(Cluster(addresses, 0), 0.5)


def test_a_port_that_is_taken_is_refused():
    (address,) = free_addresses(1)
    with (
        socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))),
        pytest.raises(ConfigError, match=f"cannot listen at {address}"),
    ):
        wait_for_workers(Cluster((address,), 0), 0.5)
