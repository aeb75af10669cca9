"""Reading speed: the inputs hold what is counted, and a checkout is really the one that reads."""

import pytest

from posenet3d.formats.detect import detect_format
from tests.fixtures.checkout import CHECKOUT


@pytest.fixture(scope="module")
def reading(load_benchmark):
    return load_benchmark("jobs/reading")


def test_every_input_is_read_whole(reading, tmp_path):
    inputs = reading.write_inputs(tmp_path, 4)
    assert [detect_format(path) for path in inputs.values()] == ["coco", "alphapose", "openpose"]
    for path in inputs.values():
        assert reading.seconds(path, CHECKOUT, 12) > 0
    assert reading.lifting_seconds(inputs["COCO"], CHECKOUT, 12) > 0


def test_people_that_lack_are_no_result(reading, tmp_path):
    inputs = reading.write_inputs(tmp_path, 1)
    with pytest.raises(RuntimeError, match="3 people were read of 6"):
        reading.seconds(inputs["COCO"], CHECKOUT, 6)
