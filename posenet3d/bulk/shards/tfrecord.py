"""The framing of TFRecord files, so that what lies behind a damaged record is not lost.

A record is its length (uint64), the masked CRC-32C of that, the data, and the masked CRC-32C of the
data, all little-endian (TensorFlow's `lib/io/record_writer.h`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import google_crc32c

from posenet3d.bulk.shards.records import CHECKSUM, TRUNCATED, UNREADABLE, Bad

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")
_MASK_DELTA = 0xA282EAD8
LARGEST_RECORD = 1 << 26
"""Bytes; no pose is as long, and a file that says so must not reserve the memory. Ours."""


def _masked(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def read_records(file: BinaryIO) -> Iterator[bytes | Bad]:
    """Yields each record's bytes, or what is wrong with it.

    A record whose data do not fit their checksum is passed; behind a length that cannot be trusted
    nothing more can be found, and the one `Bad` stands for all of it.
    """
    number = 0
    while header := file.read(_HEADER.size):
        if len(header) < _HEADER.size:
            yield Bad(number, TRUNCATED, "the file ends within the length of a record")
            return
        length, crc = _HEADER.unpack(header)
        if crc != _masked(header[:8]):
            yield Bad(
                number,
                UNREADABLE,
                "the length of a record does not fit its checksum; all that follows is lost",
            )
            return
        if length > LARGEST_RECORD:
            yield Bad(
                number,
                UNREADABLE,
                f"a record of {length} bytes is no pose; all that follows is lost",
            )
            return
        data = file.read(length)
        footer = file.read(_FOOTER.size)
        if len(footer) < _FOOTER.size:
            yield Bad(number, TRUNCATED, f"the file ends within a record of {length} bytes")
            return
        if _FOOTER.unpack(footer)[0] == _masked(data):
            yield data
        else:
            yield Bad(number, CHECKSUM, f"{length} bytes do not fit their checksum")
        number += 1


def write_records(file: BinaryIO, records: Iterable[bytes]) -> None:
    """Appends records."""
    for data in records:
        length = struct.pack("<Q", len(data))
        file.write(
            b"".join((length, _FOOTER.pack(_masked(length)), data, _FOOTER.pack(_masked(data))))
        )
