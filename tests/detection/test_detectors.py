"""Which detector the settings mean, and what is said where there is none."""

import dataclasses

import pytest

from posenet3d.detection import detectors
from posenet3d.detection.detectors import DETECTORS, NAMES, choose
from posenet3d.errors import ConfigError, InputError
from tests.fixtures.checkout import CHECKOUT


@pytest.fixture
def installed(monkeypatch):
    """Makes believe that these are installed and the others are not."""

    def installed(*names):
        libraries = {True: "json", False: "no_such_library"}
        kinds = tuple(
            dataclasses.replace(kind, library=libraries[kind.name in names]) for kind in DETECTORS
        )
        monkeypatch.setattr(detectors, "DETECTORS", kinds)

    return installed


@pytest.mark.parametrize(
    ("there", "name", "model", "chosen"),
    [
        (NAMES, "auto", "", "rtmlib"),
        (["mediapipe"], "auto", "", "mediapipe"),
        (NAMES, "auto", "pose_landmarker_full.task", "mediapipe"),
        (NAMES, "auto", "lightweight", "rtmlib"),
        (NAMES, "auto", "yolox.onnx,rtmpose.onnx", "rtmlib"),
        (NAMES, "mediapipe", "", "mediapipe"),
    ],
)
def test_the_first_that_is_installed_and_fits(installed, there, name, model, chosen):
    installed(*there)
    assert choose(name, model).name == chosen


def test_where_nothing_is_installed_every_way_is_said(installed):
    installed()
    with pytest.raises(InputError) as error:
        choose("auto", "")
    for part in ("posenet3d[rtmlib]", "posenet3d[mediapipe]", "lift_your_keypoints.md", ".task"):
        assert part in str(error.value)


def test_what_is_named_and_not_installed_is_not_replaced(installed):
    installed("rtmlib")
    with pytest.raises(InputError, match=r"mediapipe is not installed. Run pip install 'posenet"):
        choose("mediapipe", "")


def test_a_model_of_no_detector_is_refused():
    with pytest.raises(ConfigError, match=r"detector_model 'pose.pt' is none.*rtmlib: .*mediapipe"):
        choose("auto", "pose.pt")


@pytest.mark.parametrize("kind", DETECTORS, ids=lambda kind: kind.name)
def test_every_detector_is_documented_with_its_extra_and_licence(kind):
    text = (CHECKOUT / "docs" / "video.md").read_text()
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{kind.name}` |")]
    assert f"`posenet3d[{kind.extra}]`" in row
    assert "Apache-2.0" in row
    assert f"\n{kind.extra} =\n" in (CHECKOUT / "setup.cfg").read_text()
