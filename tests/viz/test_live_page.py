"""The page of a camera: pictures come as they are shown, to whoever knows the address."""

import io
import urllib.error
import urllib.request

import pytest
from PIL import Image

from posenet3d.viz.live_page import LivePage


def part(stream):
    """The next picture of the stream."""
    assert stream.readline() == b"--picture\r\n"
    assert stream.readline() == b"Content-Type: image/jpeg\r\n"
    length = int(stream.readline().split()[1])
    stream.readline()
    picture = Image.open(io.BytesIO(stream.read(length)))
    stream.readline()
    return picture


def test_pictures_come_as_they_are_shown():
    with LivePage() as page:
        page.show(Image.new("RGB", (32, 16), (200, 0, 0)))
        with urllib.request.urlopen(page.url, timeout=10) as answer:
            assert b'<img src="live"' in answer.read()
        with urllib.request.urlopen(f"{page.url}live", timeout=10) as stream:
            assert part(stream).getpixel((5, 5))[0] > 180
            page.show(Image.new("RGB", (32, 16), (0, 0, 200)))
            assert part(stream).getpixel((5, 5))[2] > 180
            page.close()
            assert stream.read() == b""


def test_others_do_not_see_it():
    with LivePage() as page:
        root = page.url.rsplit("/", 2)[0]
        for path in ("/", "/live", "/guess/live"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(root + path, timeout=10)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(page.url, timeout=10)
