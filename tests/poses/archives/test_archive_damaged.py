"""Archives that are broken, by accident or on purpose: an `InputError`, and nothing is executed."""

import io
import os
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.poses.records import Poses2D
from tests.fixtures.damage import fuzz

MAGIC = b"\x93NUMPY\x01\x00"


class Attack:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def npy(header, data=b"", magic=MAGIC):
    """An `.npy` file with any text for its header."""
    text = header if isinstance(header, bytes) else header.encode()
    return magic + len(text).to_bytes(2, "little") + text + data


def header_of(shape, descr="'<f4'", order=False):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


@pytest.fixture
def zipped(tmp_path):
    """Writes a zip whose `keypoints_2d.npy` is these bytes."""

    def zipped(content, compression=zipfile.ZIP_STORED):
        path = tmp_path / "poses.npz"
        with zipfile.ZipFile(path, "w", compression) as file:
            file.writestr("keypoints_2d.npy", content)
        return path

    return zipped


def assert_refused(path, message="is not a readable pose archive"):
    with pytest.raises(InputError, match=message) as caught:
        read_archive(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x00" * 1000], ids=repr)
def test_not_an_archive(tmp_path, content):
    path = tmp_path / "poses.npz"
    path.write_bytes(content)
    assert_refused(path)
    assert archive_splits(path) == ()


@pytest.mark.parametrize("compressed", [False, True])
def test_file_cut_anywhere(arrays, save, compressed):
    path = save({k: arrays[k] for k in ("keypoints_2d", "lengths")}, compressed)
    content = path.read_bytes()
    for end in range(0, len(content), 13):
        path.write_bytes(content[:end])
        assert_refused(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_pickle_is_refused_and_not_executed(save, tmp_path, compressed):
    executed = tmp_path / "executed"
    path = save({"keypoints_2d": np.array([Attack(executed)], object)}, compressed)
    assert_refused(path, "the array keypoints_2d is a pickle.*refused")
    assert not executed.exists()
    np.load(path, allow_pickle=True)["keypoints_2d"]
    assert executed.exists()  # so it would have been


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not numpy at all", id="no magic"),
        pytest.param(npy(header_of((2, 17, 2)), b"\x00" * 100), id="less than promised"),
        pytest.param(npy(header_of((2, 17, 2)), b"\x00" * 1000), id="more than promised"),
        pytest.param(npy(header_of((10**12, 17, 2)), b"\x00" * 8), id="absurd shape"),
        pytest.param(npy(header_of((2**32, 2**32)), b""), id="shape that overflows to zero"),
        pytest.param(npy(header_of((-1, -17, 2)), b"\x00" * 136), id="negative shape"),
        pytest.param(npy(header_of((10**400,))), id="shape beyond any integer"),
        pytest.param(npy(header_of("(1.5, 2)")), id="shape of fractions"),
        pytest.param(npy(header_of((2,), "'<f9'")), id="unknown type"),
        pytest.param(npy(header_of((2,), "[('a', 'O')]")), id="record with a pickle"),
        pytest.param(npy(header_of((1, 17, 2), "'|V4'"), b"\x00" * 136), id="raw bytes"),
        pytest.param(npy("{'descr': "), id="header that is no Python"),
        pytest.param(npy("__import__('os').abort()"), id="header that is code"),
        pytest.param(npy("(" * 9000), id="deeply nested header"),
        pytest.param(npy(b"\xff\xfe\x00"), id="header that is no text"),
        pytest.param(npy(header_of((2,)) + " " * 20_000), id="overlong header"),
        pytest.param(npy(header_of((2,)), magic=b"\x93NUMPY\x09\x09"), id="unknown version"),
    ],
)
@pytest.mark.filterwarnings("ignore:Reading `.npy`:UserWarning")
def test_damaged_array(zipped, content, compression):
    assert_refused(zipped(content, compression), "keypoints_2d|not a readable pose archive")


def test_absurdly_many_empty_texts(arrays, save):
    path = save({"keypoints_2d": arrays["keypoints_2d"]})
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("sequences.npy", npy(header_of((10**12,), "'<U0'")))
    assert_refused(path, "the array sequences is cut short or its header is damaged")


def test_lying_header_costs_no_memory(zipped):
    path = zipped(npy(header_of((10**9, 17, 2)), b"\x00" * 8))
    tracemalloc.start()
    try:
        assert_refused(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10e6


@pytest.mark.parametrize(
    ("field", "value", "said"), [(8, b"\x63\x00", "compression"), (6, b"\x01\x00", "encrypted")]
)
def test_unknown_compression_and_encryption(arrays, save, field, value, said):
    path = save({"keypoints_2d": arrays["keypoints_2d"]}, compressed=True)
    content = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", field), (b"PK\x01\x02", field + 2)):
        at = content.index(signature) + offset
        content = content[:at] + value + content[at + 2 :]
    path.write_bytes(content)
    assert_refused(path, said)


def small_archive(compressed):
    buffer = io.BytesIO()
    write = np.savez_compressed if compressed else np.savez
    keypoints_2d = np.arange(68, dtype=np.float32).reshape(2, 17, 2)
    write(
        buffer, keypoints_2d=keypoints_2d, lengths=np.array([1, 1]), sequences=np.array(["a", "b"])
    )
    return buffer.getvalue()


CONTENTS = {compressed: small_archive(compressed) for compressed in (False, True)}


@pytest.mark.parametrize("compressed", [False, True])
@given(data=st.data())
@fuzz(150)
def test_random_damage_gives_poses_or_an_input_error(tmp_path, compressed, data):
    content = bytearray(CONTENTS[compressed])
    where = st.integers(0, len(content) - 1)
    for at, value in data.draw(st.dictionaries(where, st.integers(0, 255), max_size=4)).items():
        content[at] = value
    path = tmp_path / "poses.npz"
    path.write_bytes(content)
    archive_splits(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            poses = read_archive(path)
        except InputError:
            return
    assert isinstance(poses, Poses2D)
    assert np.isfinite(poses.keypoints_2d).all()
