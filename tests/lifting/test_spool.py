import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.lifting.parts.spool import Spool
from posenet3d.models import LiftResult
from posenet3d.poses.lifted import Lifted, join
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17

SETTINGS = {"model": "a"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out.npz.parts"


def part(number, rows=2):
    rng = np.random.default_rng(number)
    people = People(
        rng.uniform(0, 9, (rows, 17, 2)).astype(np.float32),
        rng.uniform(0, 1, (rows, 17)).astype(np.float32),
        H36M_17,
        (number, "zoë.jpg", 7)[:rows],
        (0, "b", 2**40)[:rows],
        ((640, 480), None, None)[:rows],
        (None, "zoë.jpg", None)[:rows],
        tracked=True,
    )
    result = LiftResult(
        rng.normal(size=(rows, 17, 3)).astype(np.float32),
        rng.uniform(size=(rows, 17)) > 0.5,
        np.array([True, False, True])[:rows],
        ("", "too dark", "")[:rows],
        rng.uniform(size=rows).astype(np.float32),
        np.full(rows, np.nan, np.float32),
        "mm",
    )
    return Lifted(people, result)


def same(one, other):
    for a, b in ((one.people, other.people), (one.result, other.result)):
        for field in dataclasses.fields(a):
            if field.name != "interpolated":
                np.testing.assert_equal(getattr(a, field.name), getattr(b, field.name))


def test_parts_come_back_as_they_were_and_as_often_as_asked(folder):
    spool = Spool(folder, SETTINGS)
    spool.append(part(0), "x")
    spool.append(None, "y", ("b.json is bad",))
    spool.append(part(1), "z")
    for _ in range(2):
        first, second = spool
        same(first, part(0))
        same(second, part(1))
    same(join(list(spool)), join([part(0), part(1)]))
    assert list(spool.faults()) == ["b.json is bad"]


def test_finished_parts_are_still_there_in_the_next_run(folder):
    Spool(folder, SETTINGS).append(part(0), "x")
    spool = Spool(folder, SETTINGS)
    assert spool.resumed == len(spool) == 1
    assert spool.has(0, "x")
    assert not spool.has(1, "y")
    same(next(iter(spool)), part(0))


def test_parts_from_a_changed_file_on_are_made_again(folder):
    spool = Spool(folder, SETTINGS)
    for number in range(3):
        spool.append(part(number), str(number))
    spool = Spool(folder, SETTINGS)
    assert spool.has(0, "0")
    assert not spool.has(1, "changed")
    assert len(spool) == 1
    assert len(Spool(folder, SETTINGS)) == 1


def test_parts_of_other_settings_are_not_gone_on_from(folder):
    Spool(folder, SETTINGS).append(part(0), "x")
    with pytest.raises(InputError, match=r"model was 'a' and is 'b' now\. Delete the folder"):
        Spool(folder, {"model": "b"})
    assert len(Spool(folder, SETTINGS)) == 1


def test_a_damaged_part_and_those_behind_it_are_made_again(folder):
    spool = Spool(folder, SETTINGS)
    for number in range(3):
        spool.append(part(number), str(number))
    (folder / "000001.npz").write_bytes(b"PK")
    assert len(Spool(folder, SETTINGS)) == 1


def test_a_folder_of_something_else_is_left_alone(folder):
    folder.mkdir()
    (folder / "000000.npz").write_text("mine")
    with pytest.raises(InputError, match="holds something else"):
        Spool(folder, SETTINGS)
    assert (folder / "000000.npz").read_text() == "mine"


def test_removing_leaves_nothing(folder):
    spool = Spool(folder, SETTINGS)
    spool.append(part(0), "x")
    spool.remove()
    assert not folder.exists()
