import contextlib
import os
import pickle
import struct

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.files.matlab import entries, read_mat
from tests.fixtures.damage import fuzz

RNG = np.random.default_rng(0)
CELLS = [RNG.normal(size=(5, 4)), RNG.normal(size=(6, 4))]
CUBE = RNG.normal(size=(2, 17, 1, 9))


@pytest.fixture(params=["5", "7", "7.3"])
def path(request, tmp_path, save_v73, cell):
    """The same variables in each version's file."""
    path = tmp_path / "annot.mat"
    if request.param == "7.3":
        return save_v73(path, annot2=CELLS, cube=CUBE, cameras=np.arange(3.0)[None])
    compressed = request.param == "7"
    values = {"annot2": cell(CELLS), "cube": CUBE, "cameras": np.arange(3.0)}
    scipy.io.savemat(path, values, do_compression=compressed)
    return path


def test_every_version_gives_the_same(path):
    values = read_mat(path, ["annot2", "cube", "cameras"])
    for found, expected in zip(values["annot2"], CELLS, strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(values["cube"], CUBE[:, :, 0])
    np.testing.assert_array_equal(values["cameras"], [0, 1, 2])


def test_missing_variable_is_named_with_those_there_are(path):
    message = r"annot\.mat holds no variable annot3; it holds annot2, cameras, cube"
    with pytest.raises(InputError, match=message):
        read_mat(path, ["annot2", "annot3"])


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.97])
def test_truncated_file_is_refused(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"annot\.mat"):
        read_mat(path, ["annot2", "cube", "cameras"])


@fuzz(200)
@given(place=st.floats(0, 0.999), byte=st.integers(0, 255), compressed=st.booleans())
def test_damaged_file_is_read_or_refused(tmp_path, cell, place, byte, compressed):
    path = tmp_path / "annot.mat"
    values = {"annot2": cell(CELLS), "name": "text", "person": {"scale": 1.5}}
    scipy.io.savemat(path, values, do_compression=compressed)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] = byte
    path.write_bytes(content)
    with contextlib.suppress(InputError):  # anything else is a fault
        read_mat(path, ["annot2", "name", "person"])


def test_structs_text_and_empty_cells_are_plain_data(tmp_path):
    path = tmp_path / "release.mat"
    people = np.array([({"x": 1.0},), ({"x": 2.0},)], dtype=[("objpos", object)])
    scipy.io.savemat(path, {"R": {"people": people, "none": np.zeros((0, 0)), "name": "a.jpg"}})
    release = read_mat(path, ["R"])["R"]
    assert [person["objpos"]["x"] for person in entries(release["people"])] == [1, 2]
    assert entries(release["none"]) == []
    assert release["name"] == "a.jpg"


@pytest.mark.parametrize("kind", ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_numbers_keep_value_type_and_order(tmp_path, kind):
    path = tmp_path / "numbers.mat"
    array = np.arange(24).reshape(2, 3, 4).astype(kind)
    scipy.io.savemat(path, {"a": array, "one": array[0, 0, 1], "true": np.array([True, False])})
    values = read_mat(path, ["a", "one", "true"])
    assert values["a"].dtype == array.dtype
    np.testing.assert_array_equal(values["a"], array)
    assert values["one"] == 1
    assert values["true"].tolist() == [1, 0]


def nested(depth):
    return {"a": nested(depth - 1)} if depth else 1.0


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("complex numbers", np.array([1 + 2j])),
        ("a sparse matrix", scipy.sparse.eye(3, format="csc")),
        ("nested more than 16 deep", nested(20)),
    ],
)
def test_what_is_not_read_is_named(tmp_path, message, value):
    path = tmp_path / "strange.mat"
    scipy.io.savemat(path, {"a": value, "b": 1.0})
    with pytest.raises(InputError, match=message):
        read_mat(path, ["a"])
    assert read_mat(path, ["b"])["b"] == 1


def test_text_of_other_alphabets_is_read(tmp_path):
    path = tmp_path / "text.mat"
    scipy.io.savemat(path, {"name": "Müller 漢字"})
    assert read_mat(path, ["name"])["name"] == "Müller 漢字"


def test_variable_of_a_class_without_a_shape_is_passed_over_and_refused(tmp_path):
    """Strings, tables and dates are such; SciPy writes none, so the bytes are made here."""

    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)

    flags = element(6, struct.pack("<II", 17, 0))
    opaque = flags + b"".join(element(1, text) for text in (b"labels", b"MCOS", b"string"))
    path = tmp_path / "opaque.mat"
    scipy.io.savemat(path, {"b": 1.0})
    content = path.read_bytes()
    path.write_bytes(content[:128] + element(14, opaque) + content[128:])
    assert read_mat(path, ["b"])["b"] == 1
    with pytest.raises(InputError, match="holds an object, which is not read"):
        read_mat(path, ["labels"])
    with pytest.raises(InputError, match="holds no variable c; it holds b, labels"):
        read_mat(path, ["c"])


class Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def hidden(tmp_path, marker, cell):
    """Files with a pickle in every place that might be taken for one."""
    pickled = pickle.dumps(Touch(marker))
    array = np.array([Touch(marker)], dtype=object)
    npz = tmp_path / "npz.mat"
    with open(npz, "wb") as file:
        np.savez(file, annot2=array)
    raw = tmp_path / "raw.mat"
    raw.write_bytes(pickled)
    v5 = tmp_path / "v5.mat"
    scipy.io.savemat(v5, {"annot2": cell([np.frombuffer(pickled, np.uint8)])})
    files = [npz, raw, v5]
    varying = h5py.vlen_dtype(np.uint8)  # which h5py reads as an array of objects
    for name, data, shape, dtype in (
        ("opaque", np.void(pickled), None, None),
        ("text", pickled.hex(), None, None),
        ("varying", None, (1,), varying),
    ):
        path = tmp_path / f"{name}.mat"
        with h5py.File(path, "w") as file:
            item = file.create_dataset("annot2", data=data, shape=shape, dtype=dtype)
            if name == "varying":
                item[0] = np.frombuffer(pickled, np.uint8)
        files.append(path)
    return files


@pytest.mark.parametrize("number", range(6))
def test_hidden_pickle_runs_nothing(tmp_path, cell, number):
    marker = tmp_path / "ran"
    path = hidden(tmp_path, marker, cell)[number]
    if path.name == "v5.mat":  # bytes in a cell are numbers
        assert read_mat(path, ["annot2"])["annot2"][0].dtype == np.uint8
    else:
        with pytest.raises(InputError, match=path.name):
            read_mat(path, ["annot2"])
    assert not marker.exists()


def test_struct_in_hdf5_and_reference_to_nothing_are_refused(tmp_path):
    path = tmp_path / "annot.mat"
    with h5py.File(path, "w") as file:
        file.create_group("annot2")
        file.create_dataset("annot3", shape=(2, 1), dtype=h5py.ref_dtype)
    with pytest.raises(InputError, match="annot2 is a struct"):
        read_mat(path, ["annot2"])
    with pytest.raises(InputError, match="refers to nothing"):
        read_mat(path, ["annot3"])


def test_links_into_other_files_are_not_followed(tmp_path):
    path = tmp_path / "annot.mat"
    with h5py.File(tmp_path / "other.mat", "w") as file:
        file.create_dataset("secret", data=np.ones(3))
    with h5py.File(path, "w") as file:
        file["annot2"] = h5py.ExternalLink("other.mat", "secret")
    with pytest.raises(InputError, match="holds no variable annot2; it holds nothing"):
        read_mat(path, ["annot2"])


def test_cell_that_holds_itself_is_refused(tmp_path):
    path = tmp_path / "annot.mat"
    with h5py.File(path, "w") as file:
        item = file.create_dataset("annot2", shape=(1, 1), dtype=h5py.ref_dtype)
        item[0, 0] = item.ref
    with pytest.raises(InputError, match="holds cells"):
        read_mat(path, ["annot2"])


def test_missing_file_and_folder_are_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_mat(tmp_path / "absent.mat", ["a"])
    with pytest.raises(InputError, match="is a folder"):
        read_mat(tmp_path, ["a"])
