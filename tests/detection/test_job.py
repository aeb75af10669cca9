"""A video to a file of keypoints: what readers find in it, and how the work goes on."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from posenet3d.detection import DetectConfig, Found, detect_file, job
from posenet3d.errors import ConfigError, InputError
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.skeletons.skeleton import COCO_17
from tests.detection.films import GreyDetector, write_film, write_images

GREYS = (60, 0, 70, 220, 80)


@pytest.fixture
def config(tmp_path):
    """Settings for a film in which somebody walks to the right, and two people once."""

    def config(**changes):
        film = tmp_path / "walk.mp4"
        if not film.exists():
            write_film(film, GREYS)
        return DetectConfig(**{"input": str(film), "output": str(tmp_path / "out.json")} | changes)

    return config


def test_readers_find_everybody_with_frames_and_sizes(config, tmp_path):
    detected = detect_file(config(), detector=GreyDetector())
    assert (detected.frames, detected.frames_with_people, detected.people) == (5, 4, 5)
    assert detect_format(detected.path) == "detected"
    people = read_people(detected.path)
    assert people.image_ids == (0, 2, 3, 3, 4)
    assert people.numbers_are_frames
    assert people.listed.image_ids == (0, 1, 2, 3, 4)
    assert set(people.image_sizes) == {(400, 160)}
    np.testing.assert_allclose(people.keypoints_2d[[0, 1, 4], 0, 0], [60, 70, 80], atol=2)
    np.testing.assert_allclose(people.confidence, 0.9)
    assert open_people(detected.path).guessed_below == GreyDetector.guessed_below
    assert sorted(os.listdir(tmp_path)) == ["out.json", "walk.mp4"]
    assert "25 frames a second" in str(detected)


def test_pictures_come_in_red_green_blue_with_their_times(config, tmp_path):
    seen = []

    class Watcher(GreyDetector):
        def detect(self, image, time):
            seen.append((image.shape, image.dtype, tuple(image[0, 0]), time))
            return super().detect(image, time)

    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (40, 30), (200, 100, 10)).save(folder / f"{number}.png")
    detect_file(config(input=str(folder), fps=10.0), detector=Watcher())
    pixel = (200, 100, 10)
    assert seen == [((30, 40, 3), np.uint8, pixel, 0.0), ((30, 40, 3), np.uint8, pixel, 0.1)]


def test_images_are_called_by_their_names_and_have_no_frame_rate(config, tmp_path):
    folder = write_images(tmp_path / "images", (60, 70))
    detected = detect_file(config(input=str(folder)), detector=GreyDetector())
    assert detected.frame_rate is None
    assert read_people(detected.path).image_ids == ("0.png", "1.png")


class Stopped(BaseException):
    pass


def test_a_stopped_job_goes_on_and_ends_with_the_same_bytes(config, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "FRAMES_A_PART", 2)
    detect_file(config(), detector=GreyDetector())
    whole = (tmp_path / "out.json").read_bytes()
    (tmp_path / "out.json").unlink()

    def stop(done, total):
        assert total == 5
        if done == 4:
            raise Stopped

    said = []
    with pytest.raises(Stopped):
        detect_file(config(), said.append, stop, GreyDetector())
    assert "1 finished part" in said[-1]
    assert not (tmp_path / "out.json").exists()
    again = GreyDetector()
    detect_file(config(), said.append, detector=again)
    assert "Going on behind 2 frames" in said[-1]
    assert again.times == [2 / 25, 3 / 25, 4 / 25]
    assert (tmp_path / "out.json").read_bytes() == whole
    assert not (tmp_path / "out.json.parts").exists()


def test_parts_of_another_video_or_setting_are_not_used(config, monkeypatch):
    monkeypatch.setattr(job, "FRAMES_A_PART", 2)

    def stop(done, total):
        if done == 4:
            raise Stopped

    with pytest.raises(Stopped):
        detect_file(config(), progress=stop, detector=GreyDetector())
    with pytest.raises(InputError, match="most_people was 10 and is 1 now"):
        detect_file(config(most_people=1), detector=GreyDetector())


def test_of_too_many_people_the_largest_are_kept(config):
    class Crowd(GreyDetector):
        def detect(self, image, time):
            points = np.array([[(x, y) for x, y in np.eye(17, 2) * size] for size in (5, 50, 20)])
            return Found(points + 10, np.ones((3, 17)))

    detect_file(config(most_people=2), detector=Crowd())
    people = read_people(config().output)
    assert len(people) == 2 * len(GREYS)
    np.testing.assert_allclose(people.keypoints_2d[:2, 0, 0], [60, 30])


def test_what_is_no_number_is_a_missing_joint_and_scores_are_clipped(config):
    class Odd(GreyDetector):
        def detect(self, image, time):
            points, confidence = np.full((1, 17, 2), 20.0), np.full((1, 17), 1.3)
            points[0, 3], confidence[0, 4], confidence[0, 5] = np.nan, np.nan, -2
            return Found(points, confidence)

    detect_file(config(), detector=Odd())
    confidence = read_people(config().output).confidence[0]
    assert np.flatnonzero(confidence == 0).tolist() == [3, 4, 5]
    assert confidence.max() == 1


def test_a_detector_with_other_joints_than_its_skeleton_is_told_so(config):
    class Wrong(GreyDetector):
        def detect(self, image, time):
            return Found(np.zeros((1, 16, 2)), np.zeros((1, 16)))

    with pytest.raises(ValueError, match=r"grey must give \[P, 17, 2\].*coco17, got \[1, 16, 2\]"):
        detect_file(config(), detector=Wrong())


def test_the_detector_that_was_opened_is_closed(config, grey_detector):
    detect_file(config())
    assert grey_detector.closed


def refusals(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(write_film(tmp_path / "whole.mp4", GREYS).read_bytes()[:700])
    (tmp_path / "empty").mkdir()
    write_images(tmp_path / "bad", (60,))
    (tmp_path / "bad" / "1.png").write_bytes(b"no image")
    return {
        "broken": ({"input": str(broken)}, "broken.mp4 cannot be read as a video"),
        "missing": ({"input": str(tmp_path / "no.mp4")}, "no.mp4: there is no such video"),
        "empty": ({"input": str(tmp_path / "empty")}, "empty holds no image"),
        "no image": ({"input": str(tmp_path / "bad")}, "1.png cannot be read as an image"),
        "nobody": (
            {"input": str(write_film(tmp_path / "black.mp4", (0, 0)))},
            "grey found nobody in the 2 frames of",
        ),
        "folder": ({"output": str(tmp_path / "no" / "out.json")}, "there is no folder"),
    }


@pytest.mark.parametrize("case", ["broken", "missing", "empty", "no image", "nobody", "folder"])
def test_what_cannot_be_used_is_said_and_leaves_nothing(tmp_path, case):
    changes, message = refusals(tmp_path)[case]
    before = sorted(os.listdir(tmp_path))
    settings = {"input": str(tmp_path / "whole.mp4"), "output": str(tmp_path / "out.json")}
    with pytest.raises(InputError, match=message):
        detect_file(DetectConfig(**settings | changes), detector=GreyDetector())
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": ""}, "give --input=VIDEO"),
        ({"output": "out.npz"}, "written as .json"),
        ({"most_people": 0}, "most_people must lie between 1"),
        ({"fps": 0.0}, "fps must lie"),
        ({"seconds": -1.0}, "seconds must lie"),
    ],
)
def test_settings_that_are_none_are_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        DetectConfig(**{"input": "a.mp4", "output": "out.json"} | changes)


def test_the_file_says_what_it_was_made_of_and_under_which_licence(config):
    detected = detect_file(config(), detector=GreyDetector())
    content = json.loads(detected.path.read_text())
    assert content["detector"] == {"name": "grey", "licence": "nobody's"}
    assert content["made_from"]["input"] == "walk.mp4"
    assert content["skeleton"] == COCO_17.name
    assert content["frame_rate"] == 25
