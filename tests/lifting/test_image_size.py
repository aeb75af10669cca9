"""The size of the images is that of the pictures which the user gives, unless the user says it."""

import dataclasses

import av
import numpy as np
import pytest
from PIL import Image

from posenet3d.errors import InputError
from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.lifting.image_size import with_size_of_images
from tests.fixtures.checkout import SAMPLES


@pytest.fixture
def config(tmp_path):
    """Settings for landmarks of MediaPipe, and pictures in the folder `frames`."""
    (tmp_path / "frames").mkdir()
    return LiftConfig(
        input=str(SAMPLES / "mediapipe.json"),
        output=str(tmp_path / "out.npz"),
        model="small",
        variant="float32",
        score=False,
        images=str(tmp_path / "frames"),
    )


@pytest.fixture
def frames(tmp_path):
    """Writes pictures of these sizes."""

    def frames(*sizes):
        for number, size in enumerate(sizes):
            Image.new("RGB", size).save(tmp_path / "frames" / f"{number}.png")

    return frames


def film(path, width, height):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        picture = np.zeros((height, width, 3), np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


@pytest.mark.eagerly
def test_landmarks_are_lifted_as_with_the_size_given(config, frames, tmp_path):
    frames((640, 360), (640, 360))
    summary = lift_file(config)
    assert any("frames gives the size of the images (640x360)" in note for note in summary.notes)
    given = dataclasses.replace(
        config, images="", image_size="640x360", output=str(tmp_path / "given.npz")
    )
    assert not lift_file(given).notes
    with np.load(config.output) as found, np.load(given.output) as expected:
        np.testing.assert_array_equal(found["keypoints_2d"], expected["keypoints_2d"])
        np.testing.assert_array_equal(found["keypoints_3d"], expected["keypoints_3d"])


def test_a_video_gives_the_size_of_its_frames(config, tmp_path):
    film(tmp_path / "film.mp4", 64, 96)
    config = dataclasses.replace(config, images=str(tmp_path / "film.mp4"))
    assert with_size_of_images(config)[0].image_size == "64x96"


def test_a_picture_on_its_side_is_taken_as_it_is_shown(config, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    Image.new("RGB", (80, 60)).save(tmp_path / "frames" / "0.jpg", exif=exif)
    assert with_size_of_images(config)[0].image_size == "60x80"


@pytest.mark.parametrize("given", ["320x180", "640x360"])
def test_the_size_that_is_given_counts_and_another_is_said(config, frames, given):
    frames((640, 360))
    changed, notes = with_size_of_images(dataclasses.replace(config, image_size=given))
    assert changed.image_size == given
    said = [f"of {given} pixels (--image_size); " in note and "640x360" in note for note in notes]
    assert said == ([True] if given == "320x180" else [])


def test_pictures_of_several_sizes_give_none(config, frames):
    frames((640, 360), (640, 360), (360, 640))
    with pytest.raises(InputError, match=r"0\.png is 640x360, 2\.png is 360x640.*--image_size"):
        with_size_of_images(config)
    shown = dataclasses.replace(config, video="out.gif")  # which shows each in its own size
    assert with_size_of_images(shown) == (shown, [])


@pytest.mark.parametrize("name", ["film.mp4", "0.png", "frames", "gone.mp4"])
def test_pictures_that_cannot_be_read_are_named(config, tmp_path, name):
    for damaged in ("film.mp4", "0.png"):
        (tmp_path / damaged).write_bytes(b"nothing to be seen")
    with pytest.raises(InputError, match=name):
        with_size_of_images(dataclasses.replace(config, images=str(tmp_path / name)))
