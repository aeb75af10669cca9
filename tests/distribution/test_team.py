import pytest

from posenet3d.distribution import ALONE, Team, make_team
from posenet3d.distribution.cluster import Cluster
from posenet3d.errors import ConfigError


class Strategy:
    """Stands for one of `tf.distribute` with some replicas."""

    def __init__(self, replicas):
        self.num_replicas_in_sync = replicas


def test_alone_there_is_one_device_that_does_everything():
    team = make_team("none")
    assert team is ALONE
    assert (team.replicas, team.first, team.local, team.is_chief) == (1, 0, 1, True)
    assert str(team) == "1 device"
    assert team.share(b"bytes") == b"bytes"
    assert team.share_value({"a": [1, None]}) == {"a": [1, None]}
    with team.scope():
        team.check_shares(batch_size=33)


def test_replicas_are_counted_through_all_workers():
    cluster = Cluster(("a:1", "b:1", "c:1"), 1)
    team = Team(Strategy(6), cluster)
    assert (team.first, team.local, team.workers, team.is_chief) == (2, 2, 3, False)
    assert str(team) == "6 devices of 3 workers"


def test_rows_without_equal_shares_are_refused_with_a_number_that_has():
    team = Team(Strategy(4))
    team.check_shares(batch_size=512)
    message = "student_batch_size is 257, which 4 devices cannot share equally; take 256"
    with pytest.raises(ConfigError, match=message):
        team.check_shares(student_batch_size=257)
    with pytest.raises(ConfigError, match="batch_size is 1, which 4 devices cannot"):
        team.check_shares(batch_size=1)


def test_several_workers_need_to_be_named(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ConfigError, match="TF_CONFIG is not set"):
        make_team("multiworker")


class Wire(Team):
    """Two workers whose numbers are added up as a collective would."""

    def __init__(self, own, sent):
        super().__init__(Strategy(2), Cluster(("a:1", "b:1"), own))
        self.sent = sent

    def _from_chief(self, numbers):
        if self.is_chief:
            self.sent.append(numbers)
            return numbers
        return self.sent.pop(0) + 0 * numbers


@pytest.mark.parametrize("data", [b"", b"\x00", b"odd", bytes(range(256)) * 50_000])
def test_every_worker_gets_the_bytes_of_the_chief(data):
    sent = []
    assert Wire(0, sent).share(data) == data
    assert Wire(1, sent).share(b"something else") == data


def test_every_worker_gets_the_value_of_the_chief():
    sent = []
    value = {"view_distance": 0.25, "trials": [], "text": "é"}
    assert Wire(0, sent).share_value(value) == value
    assert Wire(1, sent).share_value(None) == value
