"""Numbers of many persons together: as one by one, also what is wrong with them."""

import math

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.parsing import joint_numbers
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.skeletons.skeleton import COCO_17, H36M_17, HALPE_26

GOOD = [float(value) for value in range(51)]
PERSONS = {
    "numbers": [GOOD, [-1] * 51, [10**20] * 51],
    "joints missing as NaN and null": [GOOD, [math.nan] * 51, [None, None, 0, *GOOD[3:]]],
    "several skeletons": [GOOD, [1.5] * 78, GOOD],
    "nobody": [],
}
SKELETONS = {51: COCO_17, 78: HALPE_26}
WRONG = {"truth": [True, *GOOD[1:]], "text": ["1", *GOOD[1:]], "huge": [10**400, *GOOD[1:]]}


@pytest.fixture(params=[1, 2, 128])
def together(request, monkeypatch):
    monkeypatch.setattr(joint_numbers, "_TOGETHER", request.param)


def read(lists):
    with JointNumbers() as numbers:
        for number, values in enumerate(lists):
            numbers.add(Place("file", number), values, "keypoints", SKELETONS[len(values)])
    return numbers.arrays()


@pytest.mark.parametrize("lists", PERSONS.values(), ids=PERSONS)
@pytest.mark.usefixtures("together")
def test_arrays_are_those_of_each(lists):
    expected = [
        joint_numbers.joint_numbers(Place("", 0), values, "keypoints", SKELETONS[len(values)])
        for values in lists
    ]
    found = read(lists)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
@pytest.mark.usefixtures("together")
def test_the_first_who_is_wrong_is_named(values):
    with pytest.raises(InputError, match="person 2"):
        read([GOOD, GOOD, values, GOOD, values])


@pytest.mark.usefixtures("together")
def test_a_person_before_another_fault_is_named_first():
    def read_until_a_fault(values):
        with JointNumbers() as numbers:
            numbers.add(Place("file", 0), values, "keypoints", H36M_17)
            raise InputError("person 1 is none")

    with pytest.raises(InputError, match="person 0"):
        read_until_a_fault(WRONG["text"])
    with pytest.raises(InputError, match="person 1 is none"):
        read_until_a_fault(GOOD)
