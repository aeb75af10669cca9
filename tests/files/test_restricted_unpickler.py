import contextlib
import os
import pickle
import resource

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.files.restricted_unpickler import read_pickled
from tests.fixtures.damage import fuzz

VALUE = {
    "S1": {"Walking 1": [np.arange(6, dtype=np.float32).reshape(3, 2), np.zeros((2, 0))]},
    "counts": (1, 2.5, None, True, "text", np.float32(0.5)),
}


class Runs:
    """Pickled as a call of `function`."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


def same(value, expected):
    assert list(value) == list(expected)
    arrays, expected_arrays = (v["S1"]["Walking 1"] for v in (value, expected))
    for array, expected_array in zip(arrays, expected_arrays, strict=True):
        assert array.dtype == expected_array.dtype
        np.testing.assert_array_equal(array, expected_array)
    assert value["counts"] == expected["counts"]


def test_reads_what_numpy_saves(save_npz):
    path = save_npz("poses.npz", positions_2d=VALUE, metadata={"num_joints": 17})
    values = read_pickled(path, ["positions_2d", "metadata"])
    same(values["positions_2d"], VALUE)
    assert values["metadata"] == {"num_joints": 17}


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("package", [b"numpy.core", b"numpy._core"])
def test_reads_what_older_and_newer_numpy_saved(save_pickle, protocol, package):
    pickled = pickle.dumps(np.array(VALUE, dtype=object), protocol=protocol)
    if protocol < 4:  # names end in a newline there, and may be of any length
        pickled = pickled.replace(b"numpy._core", package)
    same(read_pickled(save_pickle(pickled), ["positions_2d"])["positions_2d"], VALUE)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["<f4", ">f8", "<i8", "|u1", "|b1"])
def test_arrays_keep_type_and_order(save_npz, order, kind):
    array = np.arange(12).reshape(3, 4).astype(kind).copy(order=order)
    path = save_npz("poses.npz", positions_2d={"a": array})
    read = read_pickled(path, ["positions_2d"])["positions_2d"]["a"]
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


def test_array_of_objects_is_a_list(save_npz):
    views = np.empty(2, dtype=object)
    views[0], views[1] = np.zeros((2, 3)), np.ones((4, 3))
    path = save_npz("poses.npz", positions_2d={"a": views})
    read = read_pickled(path, ["positions_2d"])["positions_2d"]["a"]
    assert [part.shape for part in read] == [(2, 3), (4, 3)]


def attacks(marker):
    return {
        f"{os.system.__module__}.system": Runs(os.system, f"touch {marker}"),
        "builtins.eval": Runs(eval, f"open({str(marker)!r}, 'w')"),
        f"{open.__module__}.open": Runs(open, str(marker), "w"),  # io, or _io in newer Pythons
        "numpy.save": Runs(np.save, str(marker), np.zeros(2)),
    }


@pytest.mark.parametrize("asked", attacks("x"))
@pytest.mark.parametrize("protocol", [2, 4])
def test_malicious_pickle_runs_nothing_and_is_named(save_pickle, tmp_path, asked, protocol):
    marker = tmp_path / "ran.npy"
    attack = attacks(marker)[asked]
    pickled = pickle.dumps({"S1": {"Walking": attack}}, protocol=protocol)
    name = asked if protocol > 2 else asked.replace("builtins", "__builtin__")
    with pytest.raises(InputError, match=f"asks for {name}, .*nothing was run"):
        read_pickled(save_pickle(pickled), ["positions_2d"])
    assert not marker.exists()
    pickle.loads(pickled)  # which does run it: the attack is a real one
    assert marker.exists()


def test_array_of_other_types_is_refused(save_npz):
    path = save_npz("poses.npz", positions_2d={"a": np.array(["text"])})
    with pytest.raises(InputError, match="'U4'"):
        read_pickled(path, ["positions_2d"])


def test_codec_other_than_latin1_is_refused(save_pickle):
    import _codecs

    pickled = pickle.dumps(Runs(_codecs.encode, "text", "rot13"), protocol=2)
    with pytest.raises(InputError, match="'rot13'"):
        read_pickled(save_pickle(pickled), ["positions_2d"])


def test_endless_nesting_is_refused(save_pickle):
    endless = {}
    endless["S1"] = endless
    with pytest.raises(InputError, match="nested more than 8 deep"):
        read_pickled(save_pickle(pickle.dumps(endless)), ["positions_2d"])


@pytest.mark.parametrize(
    "pickled",
    [
        b"\x80\x02Nr\xff\xff\xff\x7f.",
        b"\x80\x02Np2000000000\n.",
        b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f",
    ],
    ids=["memo", "memo in text", "bytes"],
)
def test_pickles_that_would_fill_the_memory_are_refused(save_pickle, pickled):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="damaged"):
        read_pickled(save_pickle(pickled), ["positions_2d"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def test_array_shorter_than_its_shape_is_refused(save_pickle):
    pickled = pickle.dumps(np.zeros((3, 5), np.float32), protocol=4)
    longer = pickled.replace(b"K\x03K\x05", b"K\x03K\x06")
    assert longer != pickled
    with pytest.raises(InputError, match=r"cut short: 60 bytes for the shape \(3, 6\)"):
        read_pickled(save_pickle(longer), ["positions_2d"])


def test_missing_key_missing_file_folder_and_plain_arrays_are_named(save_npz, tmp_path):
    path = save_npz("poses.npz", positions_2d=np.zeros((3, 17, 2)))
    with pytest.raises(InputError, match="holds no array metadata; it holds positions_2d"):
        read_pickled(path, ["metadata"])
    with pytest.raises(InputError, match="is a plain array, not a pickled object"):
        read_pickled(path, ["positions_2d"])
    with pytest.raises(InputError, match="no such file"):
        read_pickled(tmp_path / "absent.npz", ["positions_2d"])
    with pytest.raises(InputError, match="is a folder"):
        read_pickled(tmp_path, ["positions_2d"])


@fuzz(60)
@given(share=st.floats(0, 0.999))
def test_truncated_file_is_refused(save_npz, share):
    path = save_npz("poses.npz", positions_2d=VALUE)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match="is damaged or not a NumPy archive"):
        read_pickled(path, ["positions_2d"])


@fuzz(200)
@given(place=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_damaged_pickle_is_read_or_refused(save_pickle, place, byte):
    pickled = bytearray(pickle.dumps(np.array(VALUE, dtype=object), protocol=4))
    pickled[int(place * len(pickled))] = byte
    path = save_pickle(bytes(pickled))
    with contextlib.suppress(InputError):  # anything else is a fault
        read_pickled(path, ["positions_2d"])
