"""People in front of a camera in 3D, while it records."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.detection import Detector
from posenet3d.detection.job import checked
from posenet3d.footage import Picture
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.viz.live_page import LivePage
from posenet3d.viz.scene import scene_of
from posenet3d.viz.video.frames import FrameArtist

if TYPE_CHECKING:
    from PIL import Image

SIZE = (1280, 640)
"""Width and height of what is shown, px."""

_MOST_PEOPLE = 10
_FPS = 30.0  # by which the 3D turns, however many pictures are shown

Lift = Callable[[np.ndarray, np.ndarray], LiftResult]
"""From keypoints_2d `[P, J, 2]` and confidence `[P, J]` to the people in 3D."""


@contextlib.contextmanager
def live_view(
    detector: Detector,
    lift: Lift,
    skeleton: Skeleton,
    say: Callable[[str], None],
    page: LivePage | None = None,
) -> Iterator[Callable[[np.ndarray, float], None]]:
    """A page that shows each picture with its people in 2D, and beside it in 3D, each alone.

    What is slower than the camera leaves out pictures; the camera never waits.

    Args:
      detector: What finds the people.
      lift: What lifts them.
      skeleton: The lifter's.
      say: Takes the address of the page.
      page: Where to show them; None: one of its own.

    Yields:
      What takes each picture, uint8 `[H, W, 3]`, red first, and its time in seconds.
    """
    with contextlib.ExitStack() as opened:
        page = page or opened.enter_context(LivePage())
        newest: list[tuple[np.ndarray, float]] = []
        changed, ended = threading.Condition(), threading.Event()

        def take(image: np.ndarray, time: float) -> None:
            with changed:
                newest[:] = [(image, time)]
                changed.notify()

        def work() -> None:
            while True:
                with changed:
                    changed.wait_for(lambda: newest or ended.is_set())
                    if ended.is_set():
                        return
                    image, time = newest.pop()
                page.show(drawn(image, time, detector, lift, skeleton))

        def guarded() -> None:
            try:
                work()
            except Exception as error:  # the recording is worth more than the view of it
                say(f"The live page stands still: {error}")

        say(f"Live: {page.url}")
        worker = threading.Thread(target=guarded, daemon=True)
        worker.start()
        try:
            yield take
        finally:
            with changed:
                ended.set()
                changed.notify()
            worker.join()


def drawn(
    image: np.ndarray, time: float, detector: Detector, lift: Lift, skeleton: Skeleton
) -> Image.Image:
    """A picture of `SIZE`: the image with its people, and the people in 3D."""
    from PIL import Image

    whole = Image.fromarray(image)
    found = checked(detector.detect(image, time), detector, _MOST_PEOPLE)
    count = len(found.confidence)
    if not count:
        canvas = Image.new("RGB", SIZE, "white")
        whole.thumbnail((SIZE[0] // 2, SIZE[1]))
        canvas.paste(whole, (0, (SIZE[1] - whole.height) // 2))
        return canvas
    size = (image.shape[1], image.shape[0])
    confidence = np.where(found.confidence < detector.guessed_below, 0, found.confidence)
    people = People(
        found.keypoints_2d,
        confidence.astype(np.float32),
        detector.skeleton,
        (0,) * count,
        tuple(range(count)),
        (size,) * count,
    ).on(skeleton)
    result = lift(people.keypoints_2d, people.confidence)
    artist = FrameArtist(scene_of(people, result), SIZE, _FPS)
    behind = Picture(size, lambda width, height: whole.resize((width, height)))
    return artist.draw(0, behind, tick=round(time * _FPS))
