"""Videos, images and folders of them: told from keypoints by name, and read in order."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from posenet3d.footage import is_footage, open_footage
from tests.detection.films import write_film, write_images


def test_a_video_has_numbers_and_a_rate(tmp_path):
    footage = open_footage(
        write_film(tmp_path / "film.mp4", (60, 70, 80), rate=Fraction(30000, 1001))
    )
    assert footage.count == 3
    assert footage.frame_rate == pytest.approx(29.97, abs=0.001)
    assert list(footage.names()) == [0, 1, 2]
    found = [round(picture.rgb().mean()) for picture in footage.pictures()]
    assert found == pytest.approx([60, 70, 80], abs=3)
    assert next(footage.pictures()).rgb().shape == (160, 400, 3)


def test_the_rate_of_a_video_whose_frames_come_unevenly_is_that_of_its_times(tmp_path):
    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for milliseconds in (0, 40, 140, 150, 400):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = milliseconds, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert open_footage(path).frame_rate == pytest.approx(4 / 0.4)


def test_images_come_by_their_numbers_and_turned(tmp_path):
    folder = write_images(tmp_path / "frames", range(0, 110, 10))
    turned = Image.Exif()
    turned[0x0112] = 6  # a phone held upright
    Image.new("RGB", (40, 30), (200, 0, 0)).save(folder / "20.jpg", exif=turned)
    footage = open_footage(folder)
    assert list(footage.names()) == [*(f"{n}.png" for n in range(11)), "20.jpg"]
    assert footage.frame_rate is None
    last = list(footage.pictures())[-1]
    assert last.rgb().shape == (40, 30, 3)


@pytest.fixture
def names(tmp_path):
    """Files and folders by what is in them."""
    for name in ("film.MP4", "one.jpg", "keypoints.json", "table.csv", "archive.npz"):
        (tmp_path / name).touch()
    for folder, files in {
        "images": ("1.png", "2.png", ".thumbs"),
        "openpose": ("1_keypoints.json", "2_keypoints.json"),
        "rendered": ("1_keypoints.json", "1_rendered.png"),
        "nothing": (),
    }.items():
        (tmp_path / folder).mkdir()
        for file in files:
            (tmp_path / folder / file).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "alone", "beside_json"),
    [
        ("film.MP4", True, True),
        ("one.jpg", True, True),
        ("images", True, True),
        ("rendered", False, True),
        *((name, False, False) for name in ("keypoints.json", "table.csv", "archive.npz")),
        *((name, False, False) for name in ("openpose", "nothing", "not_there")),
    ],
)
def test_pictures_are_told_from_keypoints(names, name, alone, beside_json):
    assert is_footage(names / name) is alone
    assert is_footage(names / name, beside_json=True) is beside_json
