"""What a zip archive claims to hold, checked before any of it is read."""

from __future__ import annotations

import os
import zipfile

_MOST_EXPANDED = 20  # bytes a byte of the file; trained weights hardly compress
_ALWAYS_READ = 1 << 20  # bytes of a member


def check_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members of an archive by name; each may then be read whole.

    Raises:
      ValueError: If a name is there twice, a member is encrypted, or it claims more bytes than its
        part of the file can stand for: reading it would fill the memory.
    """
    members = {info.filename: info for info in archive.infolist()}
    if len(members) < len(archive.infolist()):
        names = [info.filename for info in archive.infolist()]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the archive holds {twice} twice")
    left = os.path.getsize(archive.filename)
    for name, info in members.items():
        if info.flag_bits & 0x1:
            raise ValueError(f"{name} in the archive is encrypted")
        left -= info.compress_size
        if left < 0 or info.file_size > _ALWAYS_READ + _MOST_EXPANDED * info.compress_size:
            raise ValueError(
                f"{name} in the archive claims {info.file_size} bytes in {info.compress_size}, "
                "more than its file can hold"
            )
    return members
