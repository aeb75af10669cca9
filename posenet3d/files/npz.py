"""What a member of an `.npz` archive says of itself, before anything of it is read."""

from __future__ import annotations

from typing import IO

import numpy as np
from numpy.lib import format as npy


def read_header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape of an array, whether its axes are in Fortran's order, and type; its numbers come next.

    Raises:
      ValueError: If it does not begin as NumPy writes arrays.
    """
    version = npy.read_magic(member)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    return read(member)
