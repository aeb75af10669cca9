"""Images and folders of them; needs Pillow."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.footage.picture import Picture

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"""The endings of images that a folder is searched for."""

_ORIENTATION = 0x0112  # EXIF; from 5 on, width and height change places


def is_image(path: Path) -> bool:
    """Whether a file is an image by its name; hidden files are none."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


def images_in(folder: Path) -> list[Path]:
    """The images of a folder, frame 2 before frame 10.

    Raises:
      InputError: If there are none.
    """
    files = sorted((f for f in folder.iterdir() if is_image(f)), key=_by_numbers)
    if not files:
        raise InputError(f"{folder} holds no image ({', '.join(ENDINGS)}).")
    return files


def open_image(file: Path) -> Picture:
    """An image, turned as its EXIF data says, which is how OpenCV gives it to detectors.

    Raises:
      InputError: If it cannot be read.
    """
    from PIL import Image, ImageOps

    with _readable(file):
        image = Image.open(file)
        on_its_side = image.getexif().get(_ORIENTATION, 1) >= 5

    def resized(width: int, height: int) -> Image.Image:
        with _readable(file):
            image.draft("RGB", (max(width, height),) * 2)  # decodes large JPEGs in a smaller size
            turned = ImageOps.exif_transpose(image).convert("RGB")
            return turned.resize((width, height), Image.Resampling.BILINEAR, None, 2.0)

    return Picture(image.size[::-1] if on_its_side else image.size, resized)


def _by_numbers(path: Path) -> list[tuple[bool, int, str]]:
    parts = re.split(r"(\d{1,18})", path.name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    from PIL import Image

    try:
        yield
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{file} cannot be read as an image: {error}") from None
