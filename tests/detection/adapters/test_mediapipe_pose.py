"""MediaPipe itself, with its own model, finds a person and lift makes a motion of a video.

.ci/pose_task.py makes the model; POSENET3D_POSE_TASK says where it is.
"""

import os

import av
import numpy as np
import pytest
from PIL import Image

from posenet3d.detection import DetectConfig, detect_file
from posenet3d.detection.adapters.mediapipe_pose import MediaPipePose
from posenet3d.errors import InputError
from posenet3d.formats.detect import read_people
from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.skeletons.skeleton import MEDIAPIPE_33
from tests.fixtures.checkout import CHECKOUT

PERSON = CHECKOUT / "demo" / "tests" / "e2e"  # a drawn person of this project's own

pytest.importorskip("mediapipe", reason="the extra mediapipe")


@pytest.fixture(scope="module")
def model():
    path = os.environ.get("POSENET3D_POSE_TASK", "")
    if not path:
        pytest.skip("POSENET3D_POSE_TASK names no model (.ci/pose_task.py makes one)")
    return path


@pytest.fixture
def detector(model):
    detector = MediaPipePose(model, 5)
    yield detector
    detector.close()


def test_a_person_is_found_from_head_to_foot(detector):
    found = detector.detect(np.array(Image.open(PERSON / "person.jpg")), 0.0)
    assert found.keypoints_2d.shape == (1, 33, 2)
    nose, left, right, ankle = (
        found.keypoints_2d[0, MEDIAPIPE_33.joint_names.index(name)]
        for name in ("nose", "left_shoulder", "right_shoulder", "left_ankle")
    )
    assert nose[1] < left[1] < ankle[1]
    assert right[0] < nose[0] < left[0]  # who looks at the camera has their left on its right
    assert (nose > 0).all()
    assert (nose < (640, 480)).all()
    assert found.confidence.max() > 0.9


def test_a_picture_of_two_people_has_two(detector):
    person = np.array(Image.open(PERSON / "person.jpg"))[:, 160:480]
    found = detector.detect(np.concatenate([person, person], axis=1), 0.0)
    middles = sorted(found.keypoints_2d[:, :, 0].mean(axis=1))
    assert len(middles) == 2
    assert middles[1] - middles[0] == pytest.approx(320, abs=25)


def test_an_empty_picture_has_nobody(detector):
    found = detector.detect(np.full((240, 320, 3), 128, np.uint8), 0.0)
    assert found.keypoints_2d.shape == (0, 33, 2)
    assert found.confidence.shape == (0, 33)


def test_a_video_becomes_keypoints_and_a_motion(model, tmp_path):
    film = PERSON / "person.mjpeg"
    output, video = tmp_path / "walk.bvh", tmp_path / "over.mp4"
    summary = lift_file(
        LiftConfig(
            input=str(film), output=str(output), video=str(video), detector="mediapipe",
            detector_model=model,
        )
    )  # fmt: skip
    assert summary.lifted == summary.people == 28
    keypoints = tmp_path / "walk.bvh.keypoints.json"
    people = read_people(keypoints)
    assert people.skeleton is MEDIAPIPE_33
    assert set(people.image_sizes) == {(640, 480)}
    assert "Frames: 28" in output.read_text()
    with av.open(str(video)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
    wall = frame[100:140, 40:200].reshape(-1, 3).mean(axis=0)
    assert np.ptp(wall) < 40  # the grey wall of the film behind the 2D, and no white ground
    assert wall.max() < 200


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("", "comes without a model: --detector_model is a file pose_landmarker_lite.task"),
        ("no.task", "no.task: there is no such model"),
        ("bad.task", "bad.task is no model of MediaPipe's Pose Landmarker"),
    ],
)
def test_without_a_right_model_it_says_what_to_get(tmp_path, monkeypatch, model, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.task").write_bytes(b"PK no model")
    config = DetectConfig(
        str(PERSON / "person.jpg"), "out.json", detector="mediapipe", detector_model=model
    )
    with pytest.raises(InputError, match=message):
        detect_file(config)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.task"]
