import dataclasses
import itertools

import av
import numpy as np
import pytest
from PIL import Image

from posenet3d.errors import InputError
from posenet3d.viz.scene import scene_of
from posenet3d.viz.video.backdrop import backdrop_of


def shade(picture):
    """The grey by which a picture of these tests is known."""
    return None if picture is None else round(float(np.asarray(picture.resized(8, 6)).mean()), -1)


def folder_of(tmp_path, names):
    """Images of 10, 20, ... grey, and something else."""
    folder = tmp_path / "images"
    folder.mkdir()
    for number, name in enumerate(names):
        Image.new("RGB", (40, 30), (10 * (number + 1),) * 3).save(folder / name)
    (folder / "notes.txt").write_text("no image")
    return folder


def video_of(tmp_path, count):
    """A video whose frames are 10, 20, ... grey."""
    with av.open(str(tmp_path / "film.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(count):
            array = np.full((48, 64, 3), 10 * (number + 1), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(array, format="rgb24")))
        container.mux(stream.encode())
    return tmp_path / "film.mp4"


@pytest.fixture
def scene(moving):
    def scene(*image_ids, **changes):
        return scene_of(*moving(frames=len(image_ids), persons=1, image_ids=image_ids, **changes))

    return scene


FOLDERS = {
    "names": (("b.png", "a.jpg"), ("a.jpg", "b.png"), [20, 10]),
    "names without endings": (("b.png", "a.jpg"), ("a", "b"), [20, 10]),
    "numbers": (("000000139.png", "000000785.png"), (785, 139), [10, 20]),  # by number
    "numbers in names": (("f_4.png", "f_3.png", "f_1.png"), (1, 3), [30, None, 20]),
    "nobody between": (("f_1.png", "f_2.png", "f_3.png", "f_4.png"), (1, 2, 4), [10, 20, 30, 40]),
    "in order": (("x10.png", "x9.png"), ("left", "right"), [20, 10]),
    "in folders": (("a.png",), ("some/where/a.png",), [10]),
    "one is not there": (("a.png",), ("a", "b"), [10, None]),
}


@pytest.mark.parametrize(("files", "image_ids", "expected"), FOLDERS.values(), ids=FOLDERS)
def test_images_belong_to_frames(tmp_path, scene, files, image_ids, expected):
    backdrop = backdrop_of(folder_of(tmp_path, files), scene(*image_ids))
    found = [shade(picture) for picture in backdrop.pictures()]
    assert found == expected


def test_file_names_of_the_keypoints_come_first(tmp_path, scene):
    folder = folder_of(tmp_path, ["1.png", "street.png"])
    shown = scene(1, file_names=("street.png",))
    assert [shade(p) for p in backdrop_of(folder, shown).pictures()] == [20]


def test_images_that_lack_are_said(tmp_path, scene):
    backdrop = backdrop_of(folder_of(tmp_path, ["a.png"]), scene("a", "b", "c"))
    (note,) = backdrop.notes
    assert "no picture of 2 frames" in note


VIDEOS = {
    "from 0": ((0, 1, 2), [10, 20, 30]),
    "later": ((2, 3), [10, 20, 30, 40]),
    "with steps and gaps": ((0, 2, 4), [10, 30, 50]),
    "from 1 to the last": ((1, 2, 3, 4, 5), [10, 20, 30, 40, 50]),
    "names": (("v_01", "v_02"), [20, 30]),
    "no numbers": (("a", "b"), [10, 20]),
    "longer than the video": ((3, 4, 5, 6), [10, 20, 30, 40, 50, None, None]),
}


@pytest.mark.parametrize(("image_ids", "expected"), VIDEOS.values(), ids=VIDEOS)
def test_frames_of_a_video_belong_to_frames(tmp_path, scene, image_ids, expected):
    backdrop = backdrop_of(video_of(tmp_path, 5), scene(*image_ids))
    assert [shade(picture) for picture in backdrop.pictures()] == expected
    assert len(backdrop.notes) == (None in expected)
    assert next(backdrop.pictures()).size == (64, 48)


def corner_of(picture):
    """Which corner is white, after a quarter turn of an image whose upper left is."""
    assert picture.size == (30, 40)
    shown = np.asarray(picture.resized(30, 40))
    assert shown.shape == (40, 30, 3)
    return {
        (top, left): bool(shown[(5 if top else 35), (5 if left else 25)].mean() > 128)
        for top, left in itertools.product((True, False), repeat=2)
    }


UPPER_RIGHT = {(True, True): False, (True, False): True, (False, True): False,
               (False, False): False}  # fmt: skip


def white_corner():
    array = np.zeros((30, 40, 3), np.uint8)
    array[:15, :20] = 255
    return array


def test_images_are_turned_as_their_exif_data_says(tmp_path, scene):
    image = Image.fromarray(white_corner())
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned clockwise: the camera was held upright
    image.save(tmp_path / "a.jpg", exif=exif)
    (picture,) = backdrop_of(tmp_path / "a.jpg", scene("a")).pictures()
    assert corner_of(picture) == UPPER_RIGHT


def test_videos_are_turned_as_their_header_says(tmp_path, scene):
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 40, 30, "yuv420p"
        frame = av.VideoFrame.from_ndarray(white_corner(), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    one, as_it_is = b"\0\1\0\0", bytes(12)  # ISO 14496-12: the matrix of tkhd, 16.16
    unturned = one + as_it_is + one + as_it_is + b"\x40\0\0\0"
    clockwise = bytes(4) + one + bytes(4) + b"\xff\xff\0\0" + bytes(16) + b"\x40\0\0\0"
    content = path.read_bytes()
    header = content.index(b"tkhd")
    start = content.index(unturned, header)
    path.write_bytes(content[:start] + clockwise + content[start + 36 :])
    (picture,) = backdrop_of(path, scene(0)).pictures()
    assert corner_of(picture) == UPPER_RIGHT


def test_pictures_are_read_one_by_one(tmp_path, scene):
    """A bad one far behind is no matter for those before it."""
    folder = folder_of(tmp_path, ["a.png", "b.png", "c.png"])
    (folder / "c.png").write_bytes(b"\x89PNG no image at all")
    pictures = backdrop_of(folder, scene("a", "b", "c")).pictures()
    assert [shade(p) for p in itertools.islice(pictures, 2)] == [10, 20]
    with pytest.raises(InputError, match=r"c\.png cannot be read as an image"):
        next(pictures)


def test_what_cannot_be_shown_is_refused(tmp_path, moving, scene):
    with pytest.raises(InputError, match="there is no such video, image or folder"):
        backdrop_of(tmp_path / "gone.mp4", scene(0))
    (tmp_path / "film.mp4").write_text("no video")
    with pytest.raises(InputError, match=r"film\.mp4 cannot be read as a video"):
        backdrop_of(tmp_path / "film.mp4", scene(0))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no image \(\.jpg"):
        backdrop_of(tmp_path / "empty", scene(0))
    with pytest.raises(InputError, match=r"2 images for 3 frames.*x\.png, the first frame a\);"):
        backdrop_of(folder_of(tmp_path, ["x.png", "y.png"]), scene("a", "b", "c"))
    film = video_of(tmp_path, 3)
    with pytest.raises(InputError, match="has 3 frames, and the poses begin at frame 7"):
        backdrop_of(film, scene(7, 8))
    with pytest.raises(InputError, match="of 2 sequences"):
        backdrop_of(film, scene("walk/0", "run/0"))


def test_several_people_share_the_frame_picture(tmp_path, moving):
    people, result = moving(frames=2, persons=2)
    people = dataclasses.replace(people, image_ids=("a", "b") * 2)
    backdrop = backdrop_of(folder_of(tmp_path, ["a.png", "b.png"]), scene_of(people, result))
    assert [shade(picture) for picture in backdrop.pictures()] == [10, 20]
