"""Who is in front of a camera is shown in 3D, as fast as it goes, while the camera records."""

import threading
import time

import numpy as np
import pytest

import posenet3d
from posenet3d.detection import job as detection
from posenet3d.lifting import LiftConfig, lift_file, live
from posenet3d.lifting.live import SIZE, drawn, live_view
from tests.detection.films import GreyDetector
from tests.detection.test_camera import FakeCamera

pytestmark = pytest.mark.eagerly


@pytest.fixture(scope="module")
def small():
    return posenet3d.load("small")


def picture(grey):
    return np.full((160, 400, 3), grey, np.uint8)


class Page:
    """Keeps what is shown; the first picture waits until it is let go."""

    url = "http://127.0.0.1:1/secret/"

    def __init__(self):
        self.shown, self.first, self.go = [], threading.Event(), threading.Event()

    def show(self, picture):
        self.first.set()
        assert self.go.wait(30)
        self.shown.append(picture)


def wait_for(is_so):
    """Waits for what another thread does."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def seen_in(shown):
    """The grey of the picture that is behind the 2D in what was shown."""
    return int(np.asarray(shown)[SIZE[1] // 2, 8, 0])


def test_a_slow_view_leaves_pictures_out_and_shows_the_newest(small):
    page, said = Page(), []
    with live_view(GreyDetector(), small.lift, small.skeleton, said.append, page) as watch:
        watch(picture(60), 0.0)
        assert page.first.wait(30)
        for number in range(1, 6):
            watch(picture(60 + 10 * number), number / 30)
        page.go.set()
        wait_for(lambda: len(page.shown) == 2)
    assert [seen_in(shown) for shown in page.shown] == [60, 110]
    assert said == [f"Live: {page.url}"]


def test_people_are_drawn_in_2d_and_in_3d(small):
    nobody, one = (
        np.asarray(drawn(picture(grey), 0.0, GreyDetector(), small.lift, small.skeleton))
        for grey in (0, 100)
    )
    assert nobody.shape == one.shape == (*SIZE[::-1], 3)
    for half in (one[:, : SIZE[0] // 2], one[:, SIZE[0] // 2 :]):
        blue = (half[..., 2] > 120) & (half[..., 0] < 60)  # the left side of a body
        assert blue.sum() > 100
    assert (nobody[:, SIZE[0] // 2 :] == 255).all()


def test_what_fails_in_the_view_does_not_stop_the_camera(small):
    class Broken(GreyDetector):
        def detect(self, image, time):
            raise RuntimeError("out of memory")

    said = []
    with live_view(Broken(), small.lift, small.skeleton, said.append, Page()) as watch:
        watch(picture(60), 0.0)
        wait_for(lambda: len(said) == 2)
        watch(picture(60), 0.1)
    assert said[1] == "The live page stands still: out of memory"


@pytest.mark.parametrize("is_live", [True, False])
def test_a_camera_is_shown_recorded_and_lifted(tmp_path, monkeypatch, grey_detector, is_live):
    pages = []

    def page():
        pages.append(live_page := Page())
        live_page.go.set()
        live_page.__class__ = type("Opened", (Page,), {
            "__enter__": lambda self: self, "__exit__": lambda self, *error: None})  # fmt: skip
        return live_page

    monkeypatch.setattr(live, "LivePage", page)
    camera = FakeCamera([60, 64, 68, 72, 76, 80], end=KeyboardInterrupt, size=(400, 160))
    monkeypatch.setattr(detection, "open_camera", lambda number: camera)
    said = []
    summary = lift_file(
        LiftConfig(input="camera:0", output=str(tmp_path / "out.npz"), model="small", live=is_live),
        said.append,
    )
    assert summary.people == 6
    assert (tmp_path / "out.npz.recording.mp4").exists()
    assert len(pages) == is_live
    assert any("Live: http://127.0.0.1" in line for line in said) == is_live
