"""Pictures to MP4 and GIF, one after the other as they come; needs the extra `video`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

Add = Callable[["Image"], None]

_KEY_SECONDS = 2  # a player that jumps to a frame decodes from the key frame before it
_FASTEST_GIF = 50  # frames a second: browsers slow down what is faster
_COLOURS = ("#FFFFFF", "#F5F6F7", "#0072B2", "#D55E00", "#4D4D4D", "#B9BCC0", "#DADDE0", "#5A5F66")


@contextlib.contextmanager
def mp4(path: Path, size: tuple[int, int], fps: float) -> Iterator[Add]:
    """An MP4 file of H.264, with 4:2:0 colours and its index in front, so that browsers play it.

    Args:
      path: The file to write.
      size: Width and height, even numbers.
      fps: Frames a second.

    Yields:
      What adds an RGB picture of that size.

    Raises:
      InputError: If PyAV has no encoder of H.264.
    """
    import av

    try:
        av.Codec("libx264", "w")
    except ValueError:  # what PyAV's UnknownCodecError is
        raise InputError(
            "This PyAV has no encoder of H.264 (libx264), as PyPI's has; write a .gif instead."
        ) from None
    rate = max(Fraction(fps).limit_denominator(1001), Fraction(1, 1001))
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        # The matrix is that of SD, by which FFmpeg turns RGB to YUV; said, or players would guess.
        colours = "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m"
        options = {"preset": "veryfast", "crf": "20", "x264-params": colours}
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = max(1, round(_KEY_SECONDS * fps))

        def add(picture: Image) -> None:
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))

        yield add
        container.mux(stream.encode())


@contextlib.contextmanager
def gif(path: Path, size: tuple[int, int], fps: float, dither: bool = False) -> Iterator[Add]:
    """A GIF that plays for ever, with one palette, of the first picture, for all.

    A GIF counts hundredths of a second: durations are rounded so that the whole keeps its time.
    Of more than 50 frames a second, which browsers slow down, only some are kept.

    Args and yields are those of `mp4`; `dither` is for photographs. Pillow's own writer of
    animations keeps every frame in memory until the end, so the file is put together here from
    frames that Pillow encodes.
    """
    from PIL import GifImagePlugin, Image

    dithering = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    step = int(np.ceil(fps / _FASTEST_GIF))
    count = 0
    palette: Image.Image | None = None
    before: np.ndarray | None = None

    with open(path, "wb") as file:

        def add(picture: Image.Image) -> None:
            nonlocal count, palette, before
            number, count = count, count + 1
            if number % step:
                return
            if palette is None:
                palette = _palette(picture)
            indexed = picture.quantize(palette=palette, dither=dithering)
            now = np.asarray(indexed)
            if before is None:
                header, _ = GifImagePlugin.getheader(indexed.copy(), info={"loop": 0})
                file.writelines(header)
                box = (0, 0, *size)
            else:
                box = _changed(before, now)
            before = now
            due, then = (round(100 * n / fps) for n in (number, number + step))
            for block in GifImagePlugin.getdata(
                indexed.crop(box), box[:2], duration=10 * (then - due)
            ):
                file.write(block)

        yield add
        file.write(b";")


def _palette(picture: Image) -> Image:
    """256 colours of a picture and of skeletons."""
    from PIL import Image

    height = max(2, picture.height // 16)
    sample = Image.new("RGB", (picture.width, picture.height + height))
    sample.paste(picture, (0, 0))
    width = -(-picture.width // len(_COLOURS))
    for number, colour in enumerate(_COLOURS):
        left = number * width
        sample.paste(colour, (left, picture.height, left + width, picture.height + height))
    return sample.quantize(256, method=Image.Quantize.MEDIANCUT)


def _changed(before: np.ndarray, now: np.ndarray) -> tuple[int, int, int, int]:
    """The box in which two frames differ; one pixel where they are alike."""
    different = before != now
    rows, columns = (np.flatnonzero(different.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
