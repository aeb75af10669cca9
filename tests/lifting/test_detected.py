"""A video in the place of keypoints: found once, kept beside the output, lifted as any others."""

import os

import pytest

from posenet3d.detection import detectors
from posenet3d.errors import ConfigError, InputError
from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.lifting.detected import with_keypoints
from tests.detection.films import write_film, write_images
from tests.fixtures.checkout import SAMPLES, run_code

pytestmark = pytest.mark.eagerly

GREYS = tuple(range(60, 96, 4))


@pytest.fixture
def config(tmp_path):
    """Settings that lift a film in which somebody moves to the right."""

    def config(**changes):
        film = tmp_path / "walk.mp4"
        if not film.exists():
            write_film(film, GREYS, rate=20)
        settings = {"input": str(film), "output": str(tmp_path / "out.npz"), "model": "small"}
        return LiftConfig(**settings | changes)

    return config


def test_a_video_becomes_a_motion_at_its_own_rate(config, tmp_path, grey_detector):
    summary = lift_file(config(output=str(tmp_path / "out.bvh"), video=str(tmp_path / "over.mp4")))
    assert summary.lifted == summary.people == len(GREYS)
    text = (tmp_path / "out.bvh").read_text()
    assert f"Frames: {len(GREYS)}" in text
    assert "Frame Time: 0.05" in text
    assert "out.bvh.keypoints.json" in summary.notes[0]
    assert sorted(os.listdir(tmp_path)) == [
        "out.bvh", "out.bvh.keypoints.json", "over.mp4", "walk.mp4",
    ]  # fmt: skip


def test_the_same_video_is_looked_at_once(config, tmp_path, grey_detector, monkeypatch):
    lift_file(config())
    looked = len(grey_detector.times)
    summary = lift_file(config(height_mm=1700.0))
    assert len(grey_detector.times) == looked == len(GREYS)
    assert "delete it to find them anew" in summary.notes[0]
    # They also serve where no detector is installed.
    monkeypatch.setattr(detectors, "DETECTORS", ())
    assert with_keypoints(config())[0].input.endswith("out.npz.keypoints.json")


def test_another_video_of_that_name_is_looked_at(config, tmp_path, grey_detector):
    lift_file(config())
    write_film(tmp_path / "walk.mp4", GREYS[:5])
    assert lift_file(config()).people == 5


def test_settings_get_keypoints_rate_and_pictures(config, tmp_path, grey_detector):
    found, _ = with_keypoints(config(video="over.mp4"))
    assert found.input == str(tmp_path / "out.npz.keypoints.json")
    assert found.images == str(tmp_path / "walk.mp4")
    assert found.fps == 20
    assert with_keypoints(config(images="others"))[0].images == "others"
    assert with_keypoints(config(fps=50.0))[0].fps == 50


def test_folders_of_images_are_lifted(config, tmp_path, grey_detector):
    folder = write_images(tmp_path / "frames", GREYS)
    found, _ = with_keypoints(config(input=str(folder)))
    assert found.fps == 30
    assert lift_file(config(input=str(folder))).lifted == len(GREYS)


def test_a_folder_of_keypoints_may_hold_images(config, tmp_path, grey_detector):
    folder = write_images(tmp_path / "frames", GREYS)
    (folder / "0_keypoints.json").write_text("{}")
    found, (note,) = with_keypoints(config(input=str(folder)))
    assert found.input == str(folder)
    assert "also holds images; --detector=NAME" in note
    named, _ = with_keypoints(config(input=str(folder), detector="mediapipe"))
    assert named.input.endswith("out.npz.keypoints.json")


def test_a_folder_with_neither_is_refused(config, tmp_path):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "notes.txt").touch()
    with pytest.raises(InputError, match=r"frames holds neither keypoints \(.json\) nor images"):
        lift_file(config(input=str(tmp_path / "frames")))


def test_keypoints_stay_as_they_are(config):
    settings = config(input=str(SAMPLES / "coco_results.json"))
    found, notes = with_keypoints(settings)
    assert found.input == settings.input
    assert found.fps == 30
    assert notes == []


def test_what_somebody_else_has_put_there_is_left(config, tmp_path, grey_detector):
    (tmp_path / "out.npz.keypoints.json").write_text("[1]")
    with pytest.raises(InputError, match=r"out.npz.keypoints.json is to keep the keypoints"):
        lift_file(config())
    assert (tmp_path / "out.npz.keypoints.json").read_text() == "[1]"


def test_a_detector_for_keypoints_is_refused(config):
    settings = config(input=str(SAMPLES / "coco_results.json"), detector="rtmlib")
    with pytest.raises(ConfigError, match=r"coco_results.json is none"):
        lift_file(settings)


def test_an_output_that_cannot_be_is_said_before_anything_is_looked_at(
    config, tmp_path, grey_detector
):
    with pytest.raises(InputError, match="there is no folder"):
        lift_file(config(output=str(tmp_path / "no" / "out.npz")))
    with pytest.raises(InputError, match="the ending must say the format"):
        lift_file(config(output=str(tmp_path / "out.doc")))
    assert grey_detector.times == []


def test_lifting_keypoints_imports_nothing_that_looks_at_pictures():
    code = (
        "import sys; from posenet3d.lifting.detected import with_keypoints;"
        "from posenet3d.lifting import LiftConfig;"
        f"with_keypoints(LiftConfig(input={str(SAMPLES / 'coco_results.json')!r}, output='o.npz'));"
        "print([m for m in ('av', 'PIL', 'cv2', 'mediapipe', 'rtmlib') if m in sys.modules])"
    )
    process = run_code(code)
    assert process.stdout.strip() == "[]", process.stderr
