import dataclasses
import os
import sys
import weakref

import av
import numpy as np
import pytest
from PIL import Image

from posenet3d.errors import InputError
from posenet3d.viz.video import Video
from posenet3d.viz.video.frames import FrameArtist

SMALL = (320, 160)


def frames_of(path):
    """All frames `[F, H, W, 3]`."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return np.stack(
                [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            )
    with Image.open(path) as image:
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
    return np.stack(frames)


def has(frame, colour, near=60):
    """How many pixels have about this colour."""
    return (np.abs(frame.astype(int) - colour).sum(axis=-1) < near).sum()


BLUE, VERMILION, GREY = (0, 114, 178), (213, 94, 0), (185, 188, 192)


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
def test_video_has_a_frame_an_image_and_both_sides_of_the_body(moving, tmp_path, ending):
    path = tmp_path / f"out{ending}"
    assert Video(path, size=(640, 320)).write(*moving(frames=5, persons=2)) == ()
    frames = frames_of(path)
    assert frames.shape == (5, 320, 640, 3)
    for frame in frames:
        for half in (frame[:, :320], frame[:, 320:]):
            assert has(half, BLUE, 120) > 20
            assert has(half, VERMILION, 120) > 20
    assert os.listdir(tmp_path) == [path.name]


def test_mp4_is_one_that_browsers_play(moving, tmp_path):
    Video(tmp_path / "out.mp4", fps=29.97, size=SMALL).write(*moving(frames=4))
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert float(stream.average_rate) == pytest.approx(29.97, abs=0.001)
    content = (tmp_path / "out.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_gif_plays_for_ever_and_keeps_its_time(moving, tmp_path):
    for fps, frames, shown in ((30, 12, 12), (60, 12, 6)):
        Video(tmp_path / "out.gif", fps=fps, size=SMALL).write(*moving(frames=frames))
        with Image.open(tmp_path / "out.gif") as image:
            assert image.info["loop"] == 0
            assert image.n_frames == shown
            total = 0
            for number in range(image.n_frames):
                image.seek(number)
                total += image.info["duration"]
        assert total == pytest.approx(1000 * frames / fps, abs=10)


def test_person_turns_but_does_not_change_size(moving, tmp_path):
    """The same pose over and over: only the side from which it is seen changes."""
    people, result = moving(frames=8, persons=1)
    result.keypoints_3d[:] = result.keypoints_3d[0]
    Video(tmp_path / "out.gif", fps=1, size=SMALL).write(people, result)
    halves = frames_of(tmp_path / "out.gif")[:, :, 160:]
    tops = [np.flatnonzero((half[:140].min(axis=-1) < 150).any(axis=1))[0] for half in halves]
    assert np.ptp(tops) <= 12  # the head comes and goes a little with the turn
    assert (halves[0] != halves[3]).any()


def test_who_was_not_lifted_is_grey_in_2d_and_missing_in_3d(moving, tmp_path):
    Video(tmp_path / "out.gif", size=SMALL).write(*moving(frames=1, persons=1, missing=[(0, 0)]))
    (frame, *_) = frames_of(tmp_path / "out.gif")
    assert has(frame[:, :160], GREY, 20) > 10
    assert has(frame, BLUE) == has(frame, VERMILION) == 0


def test_single_image_is_turned_once(moving, tmp_path):
    Video(tmp_path / "out.gif", fps=2, size=SMALL).write(*moving(frames=1))
    assert len(frames_of(tmp_path / "out.gif")) == 24


def test_limit_and_progress(moving, tmp_path):
    seen = []

    def progress(frames):
        for frame in frames:
            seen.append((frame, len(frames)))
            yield frame

    video = Video(tmp_path / "out.mp4", size=SMALL, limit=3)
    (note,) = video.write(*moving(frames=6), progress=progress)
    assert seen == [(0, 3), (1, 3), (2, 3)]
    assert "first 3 of 6 frames" in note
    assert len(frames_of(tmp_path / "out.mp4")) == 3


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
def test_frames_are_not_kept(moving, tmp_path, monkeypatch, ending):
    drawn, most = [], []
    draw = FrameArtist.draw

    def spy(*arguments):
        most.append(sum(reference() is not None for reference in drawn))
        picture = draw(*arguments)
        drawn.append(weakref.ref(picture))
        return picture

    monkeypatch.setattr(FrameArtist, "draw", spy)
    Video(tmp_path / f"out{ending}", size=SMALL).write(*moving(frames=20, persons=1))
    assert len(most) == 20
    assert max(most) <= 2


BAD = {
    "ending": (dict(path="out.avi"), r"out\.avi: a video ends in \.mp4 or \.gif; got \.avi"),
    "rate": (dict(path="out.mp4", fps=-1.0), "fps .* got -1"),
    "odd": (dict(path="out.mp4", size=(641, 320)), "even numbers; got 641x320"),
    "huge": (dict(path="out.mp4", size=(6400, 320)), "got 6400x320"),
    "limit": (dict(path="out.mp4", limit=0), "limit .* got 0"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_refused_before_anything_is_lifted(arguments, message):
    with pytest.raises(InputError, match=message):
        Video(**arguments)


@pytest.mark.parametrize("library", ["PIL", "av"])
def test_missing_library_names_the_extra(monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=r"pip install 'posenet3d\[video\]'"):
        Video("out.mp4")


def test_video_comes_whole_or_not_at_all(moving, tmp_path):
    def fails(frames):
        yield next(iter(frames))
        raise KeyboardInterrupt

    for ending in (".mp4", ".gif"):
        with pytest.raises(KeyboardInterrupt):
            Video(tmp_path / f"out{ending}", size=SMALL).write(*moving(), progress=fails)
    with pytest.raises(InputError, match="no folder"):
        Video(tmp_path / "gone" / "out.mp4", size=SMALL).write(*moving())
    assert os.listdir(tmp_path) == []


def test_picture_of_another_shape_is_refused(moving, tmp_path):
    Image.new("RGB", (100, 50)).save(tmp_path / "0.png")
    people, result = moving(frames=1)
    people = dataclasses.replace(people, image_sizes=((640, 480),) * len(people))
    with pytest.raises(InputError, match=r"is 100x50 pixels, .* 640x480"):
        Video(tmp_path / "out.gif", images=tmp_path / "0.png").write(people, result)


def test_pictures_lie_behind_the_input_where_the_image_is(moving, tmp_path):
    """A green image, twice as wide as tall, is in the left half, and nowhere else."""
    Image.new("RGB", (1200, 600), (0, 160, 60)).save(tmp_path / "0.png")
    video = Video(tmp_path / "out.gif", fps=1, images=tmp_path / "0.png", size=SMALL, limit=1)
    video.write(*moving(frames=1, persons=1))
    (frame,) = frames_of(tmp_path / "out.gif")
    assert has(frame[:, :160], (0, 160, 60)) > 0.8 * 158 * 79
    assert has(frame[:, 160:], (0, 160, 60)) == 0
