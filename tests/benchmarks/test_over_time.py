"""The cost of looking at people over time: who is made up are tracks, and both ways lift them."""

import pytest

from posenet3d.formats.detect import read_people
from posenet3d.motion.association import Associator
from tests.fixtures.checkout import CHECKOUT


@pytest.fixture(scope="module")
def over_time(load_benchmark):
    return load_benchmark("jobs/over_time")


@pytest.fixture
def path(over_time, tmp_path):
    path = tmp_path / "2.json"
    over_time.write_people(path, 200, 2)
    return path


def test_two_walk_as_two_tracks(path):
    people = read_people(path)
    assert len(set(people.image_ids)) == 200
    assert set(Associator().associate(people).person_ids) == {0, 1}


def test_a_checkout_joins_and_lifts_them(over_time, path):
    assert over_time.microseconds(path, CHECKOUT) > 0
    for settings in ((), over_time._ALONE):
        assert over_time.seconds(path, CHECKOUT, settings) > 0
        assert path.with_suffix(".npz").is_file()
        path.with_suffix(".npz").unlink()
