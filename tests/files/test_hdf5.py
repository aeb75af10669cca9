import h5py
import numpy as np
import pytest

from posenet3d.files.hdf5 import fields_of, numbers_of, texts_of


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "file.h5", "w") as file:
        yield file


def test_numbers_texts_and_columns_come_as_they_are(file):
    file["numbers"] = np.arange(6.0).reshape(2, 3)
    file["long"] = np.array(["zoë", "b"], dtype=h5py.string_dtype())
    file["fixed"] = np.array([b"zo\xc3\xab", b"b"])
    file["rows"] = np.array([(1, 2.5), (3, 4.5)], [("a", "i4"), ("b", "f8")])
    np.testing.assert_array_equal(numbers_of(file["numbers"]), np.arange(6).reshape(2, 3))
    assert texts_of(file["long"]) == texts_of(file["fixed"]) == ["zoë", "b"]
    columns = fields_of(file["rows"], ("b", "a"))
    assert (columns["a"].tolist(), columns["b"].tolist()) == ([1, 3], [2.5, 4.5])


def test_other_things_are_named(file):
    file["texts"] = np.array([b"a"])
    file["group/numbers"] = np.arange(3)
    file["rows"] = np.array([(1, b"x")], [("a", "i4"), ("b", "S1")])
    for read, name, message in (
        (numbers_of, "texts", "/texts holds no numbers"),
        (numbers_of, "group", "/group holds no data"),
        (texts_of, "group/numbers", "/group/numbers holds no list of texts"),
        (lambda data: fields_of(data, ("a", "b")), "rows", "/rows holds no rows with b"),
        (lambda data: fields_of(data, ("c",)), "group/numbers", "no rows with c"),
    ):
        with pytest.raises(ValueError, match=message):
            read(file[name])


def test_chunks_that_are_far_too_many_are_not_gone_through(file):
    file.create_dataset("small", (1 << 22,), "i1", chunks=(1,))
    file.flush()
    with pytest.raises(ValueError, match=r"/small of shape .* is damaged: chunks of \(1,\)"):
        numbers_of(file["small"])


@pytest.mark.parametrize("read", [numbers_of, texts_of, lambda data: fields_of(data, ("f",))])
def test_what_claims_to_be_larger_than_its_file_is_not_read(file, read):
    kinds = {numbers_of: "f8", texts_of: h5py.string_dtype()}
    kind = kinds.get(read, np.dtype([("f", "f8")]))
    file.create_dataset("huge", (1 << 40,), kind, chunks=(1024,))
    file.flush()
    with pytest.raises(ValueError, match=r"/huge of shape .* is larger than its file"):
        read(file["huge"])
