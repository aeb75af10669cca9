import struct
import zipfile

import pytest

from posenet3d.files.zip_members import check_members


def archive_of(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def claim(path, field, value):
    """Changes what the archive's list says of its last member; the members stay as they are."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    offset, kind = {"flags": (8, "<H"), "compressed": (20, "<I"), "size": (24, "<I")}[field]
    struct.pack_into(kind, content, entry + offset, value)
    path.write_bytes(content)
    return path


def check(path):
    with zipfile.ZipFile(path) as archive:
        return check_members(archive)


def test_members_come_by_name(tmp_path):
    path = archive_of(tmp_path / "a.zip", [("a", b"1"), ("b", b"23")])
    assert {name: info.file_size for name, info in check(path).items()} == {"a": 1, "b": 2}


def test_small_members_may_be_compressed_as_they_like(tmp_path):
    check(archive_of(tmp_path / "a.zip", [("a", bytes(1 << 20))], zipfile.ZIP_DEFLATED))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_that_is_there_twice_is_refused(tmp_path):
    path = archive_of(tmp_path / "a.zip", [("a", b"1"), ("b", b"1"), ("b", b"2")])
    with pytest.raises(ValueError, match="holds b twice"):
        check(path)


def test_large_member_of_almost_nothing_is_refused(tmp_path):
    path = archive_of(tmp_path / "a.zip", [("a", bytes(1 << 22))], zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="a in the archive claims 4194304 bytes in"):
        check(path)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("flags", 0x1, "b in the archive is encrypted"),
        ("size", 4_000_000_000, "b in the archive claims 4000000000 bytes"),
        ("compressed", 4_000_000_000, "b in the archive claims 1 bytes in 4000000000, more"),
    ],
)
def test_false_claims_are_refused(tmp_path, field, value, message):
    path = archive_of(tmp_path / "a.zip", [("a", b"1"), ("b", b"2")])
    with pytest.raises(ValueError, match=message):
        check(claim(path, field, value))


def test_five_gigabytes_in_the_archives_larger_fields_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", b"1")
        archive.getinfo("a").file_size = 5 << 30  # written as ZIP64
    with pytest.raises(ValueError, match="claims 5368709120 bytes"):
        check(tmp_path / "a.zip")
