import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.poses.stature import check_height
from posenet3d.skeletons.skeleton import CMU_17

OTHER_UNITS = {
    "metres": (1.75, "metres, did you mean 1750?"),
    "metres of a child": (0.86, "metres, did you mean 860?"),
    "centimetres": (175, "centimetres, did you mean 1750?"),
    "centimetres of a child": (86, "centimetres, did you mean 860?"),
    "the smallest of several": ([1750, 1.6], "metres, did you mean 1600?"),
    "feet": (5.9, "1750 is 1.75 m"),
}


@pytest.mark.parametrize(("height", "question"), OTHER_UNITS.values(), ids=OTHER_UNITS)
def test_height_in_another_unit_is_asked_about(height, question):
    with pytest.raises(InputError) as refused:
        check_height(height, 2, CMU_17)
    assert question in str(refused.value)


@pytest.mark.parametrize("height", [500, 860, 1750.5, 2720, [480, 2100]])
def test_heights_of_people_from_birth_on_are_taken(height):
    np.testing.assert_allclose(check_height(height, 2, CMU_17), height)
