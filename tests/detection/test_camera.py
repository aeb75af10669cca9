"""A camera is recorded with the times of its pictures, until it ends or is stopped."""

import numpy as np
import pytest

from posenet3d.detection import DetectConfig, detect_file, job
from posenet3d.detection.camera import camera_number, record, recording_of
from posenet3d.errors import InputError
from posenet3d.footage import open_footage
from posenet3d.formats.detect import read_people
from tests.detection.films import GreyDetector


class FakeCamera:
    """Pictures of these greys; then it ends, or the user presses Ctrl-C."""

    def __init__(self, greys=(60, 70, 80), end=None, size=(241, 161)):
        self.greys, self.end, self.closed = list(greys), end, False
        self.shape = (size[1], size[0], 3)

    def read(self):
        if self.greys:
            return np.full(self.shape, self.greys.pop(0), np.uint8)
        if self.end:
            raise self.end
        return None

    def close(self):
        self.closed = True


def every(seconds):
    """A clock that is read once at the start, and then once a picture."""
    times = iter(np.arange(0, 1000, seconds))
    return lambda: float(next(times))


@pytest.mark.parametrize("end", [None, KeyboardInterrupt])
def test_a_recording_has_the_pictures_and_their_rate(tmp_path, end):
    camera, path = FakeCamera(end=end), tmp_path / "out.mp4"
    assert record(camera, path, None, clock=every(0.1)) == 3
    footage = open_footage(path)
    assert footage.count == 3
    assert footage.frame_rate == pytest.approx(10, rel=0.01)
    pictures = list(footage.pictures())
    assert {picture.size for picture in pictures} == {(240, 160)}  # H.264 takes even numbers
    assert [round(picture.rgb().mean()) for picture in pictures] == pytest.approx(
        [60, 70, 80], abs=3
    )


def test_a_recording_ends_when_its_time_is_over(tmp_path):
    assert record(FakeCamera([60] * 100), tmp_path / "out.mp4", 0.55, clock=every(0.1)) == 5


def test_a_camera_without_a_picture_is_said(tmp_path):
    with pytest.raises(InputError, match="gave no picture"):
        record(FakeCamera(()), tmp_path / "out.mp4", None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "number"),
    [("camera:0", 0), ("camera:12", 12), ("camera:", None), ("camera.mp4", None)],
)
def test_cameras_are_told_from_files(text, number):
    assert camera_number(text) == number


def test_keypoints_of_a_camera_are_those_of_its_recording(tmp_path, monkeypatch):
    camera = FakeCamera()
    monkeypatch.setattr(job, "open_camera", {1: camera}.get)
    output = tmp_path / "out.json"
    said = []
    config = DetectConfig("camera:1", str(output))
    detected = detect_file(config, said.append, detector=GreyDetector())
    assert detected.input == recording_of(output)
    assert detected.input.exists()
    assert read_people(output).image_ids == (0, 1, 2)
    assert "Ctrl-C" in said[0]
    assert camera.closed


def test_a_camera_that_is_not_there_is_said(tmp_path):
    pytest.importorskip("cv2", reason="comes with the detectors")
    with pytest.raises(InputError, match="camera:99 cannot be opened"):
        detect_file(DetectConfig("camera:99", str(tmp_path / "o.json")), detector=GreyDetector())
