import pytest

from posenet3d.formats.parsing.identifiers import as_key


@pytest.mark.parametrize(
    ("value", "key"),
    [(12, 12), (12.0, 12), ("12", "12"), (-0.0, 0), (0.5, None), (float("nan"), None),
     (float("inf"), None), (1e30, None), (True, None), ([1], None), ("\ud800", None)],
)  # fmt: skip
def test_the_same_id_is_the_same_key(value, key):
    assert as_key(value) == key
    assert type(as_key(value)) is type(key)
