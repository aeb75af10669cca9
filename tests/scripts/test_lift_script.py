import json

import numpy as np
import pytest

import posenet3d
from posenet3d.poses.stature import mm_a_unit
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, H36M_17, MEDIAPIPE_33

STANDING = [
    (50, 10), (52, 8), (48, 8), (55, 10), (45, 10), (62, 30), (38, 30), (66, 50), (34, 50),
    (68, 68), (32, 68), (58, 70), (42, 70), (59, 100), (41, 100), (60, 130), (40, 130),
]  # fmt: skip


def person(image_id, missing=(), **fields):
    keypoints = []
    for joint, (right, down) in enumerate(STANDING):
        keypoints += [0, 0, 0] if joint in missing else [right, down, 0.9]
    return {
        "image_id": image_id, "category_id": 1, "keypoints": keypoints, "score": 0.8, **fields
    }  # fmt: skip


@pytest.fixture
def keypoints(tmp_path):
    """A COCO results file: two people in one image, one with a gap, and one almost hidden."""
    people = [
        person(7),
        person(7, missing=[9]),
        person("street.jpg", missing=range(5, 17)),
    ]
    path = tmp_path / "keypoints.json"
    path.write_text(json.dumps(people))
    return path


def test_every_person_is_lifted_or_reported(script, trained, keypoints, tmp_path):
    output, figure = tmp_path / "out.npz", tmp_path / "out.png"
    process = script(
        "lift", f"--model={trained}", f"--input={keypoints}", f"--output={output}",
        f"--figure={figure}",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert "Lifted 2 of 3 people" in process.stdout
    assert "left_wrist 1" in process.stdout
    assert "Not lifted: image street.jpg" in process.stdout
    assert figure.stat().st_size > 10_000
    with np.load(output) as lifted:
        assert lifted["keypoints_3d"].shape == (3, 17, 3)
        assert lifted["lifted"].tolist() == [True, True, False]
        assert [str(i) for i in lifted["image_ids"]] == ["7", "7", "street.jpg"]
        assert lifted["filled"][1].sum() == 1
        assert np.isnan(lifted["keypoints_3d"][2]).all()
        assert ((lifted["score"][:2] > 0) & (lifted["score"][:2] <= 1)).all()
        assert np.isnan(lifted["score"][2])
        assert str(lifted["unit"]) == "pose"


def test_height_gives_millimetres(script, trained, keypoints, tmp_path):
    output = tmp_path / "out.npz"
    process = script(
        "lift", f"--model={trained}", f"--input={keypoints}", f"--output={output}",
        "--height_mm=1800",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    with np.load(output) as lifted:
        assert str(lifted["unit"]) == "mm"
        poses = lifted["keypoints_3d"][lifted["lifted"]]
    # The stature that their bones tell is the one that was given.
    factors = mm_a_unit(poses, np.float32(1800), posenet3d.load(trained).skeleton)
    np.testing.assert_allclose(factors, 1.0, rtol=1e-4)


def test_height_in_metres_is_asked_about(refused, trained, keypoints, tmp_path):
    files = (f"--model={trained}", f"--input={keypoints}", f"--output={tmp_path / 'out.bvh'}")
    assert "did you mean 1750?" in refused("lift", *files, "--height_mm=1.75")


def test_pose_archives_are_lifted(script, trained, archive, tmp_path):
    output = tmp_path / "out.npz"
    process = script("lift", f"--model={trained}", f"--input={archive}", f"--output={output}")
    assert "Lifted 400 of 400 people" in process.stdout


def test_a_folder_of_openpose_is_lifted(script, tmp_path):
    body = dict(zip(COCO_17.joint_names, STANDING, strict=True))
    points = [body.get(name, (0, 0)) for name in BODY_25.joint_names]
    values = [v for x, y in points for v in (x, y, 0.9 if x else 0)]
    folder, output = tmp_path / "frames", tmp_path / "out.npz"
    folder.mkdir()
    for frame in (2, 10):
        content = {"people": [{"person_id": [-1], "pose_keypoints_2d": values}]}
        (folder / f"a_{frame}_keypoints.json").write_text(json.dumps(content))
    process = script("lift", "--model=small", f"--input={folder}", f"--output={output}")
    assert process.returncode == 0, process.stderr
    with np.load(output) as lifted:
        assert lifted["image_ids"].tolist() == ["a_2", "a_10"]
        assert lifted["lifted"].all()
        assert not lifted["filled"].any()
        heights = lifted["keypoints_3d"][0, :, 1]
        assert heights[H36M_17.index("head")] < heights[H36M_17.index("left_ankle")]


def test_landmarks_of_mediapipe_need_the_size_of_the_image(script, refused, tmp_path):
    body = dict(zip(COCO_17.joint_names, STANDING, strict=True))
    points = [body.get(name, (50, 70)) for name in MEDIAPIPE_33.joint_names]
    path, output = tmp_path / "landmarks.json", tmp_path / "out.npz"
    path.write_text(json.dumps([[[{"x": x / 200, "y": y / 150} for x, y in points]]]))
    files = ("--model=small", f"--input={path}", f"--output={output}")
    assert "--image_size=1920x1080" in refused("lift", *files)
    assert "WIDTHxHEIGHT" in refused("lift", *files, "--image_size=200")
    process = script("lift", *files, "--image_size=200x150")
    assert process.returncode == 0, process.stderr
    with np.load(output) as lifted:
        wrist = H36M_17.index("left_wrist")
        np.testing.assert_allclose(lifted["keypoints_2d"][0, wrist], body["left_wrist"], rtol=1e-5)


def test_motion_of_several_people_goes_to_a_file_each(script, trained, keypoints, tmp_path):
    process = script(
        "lift", f"--model={trained}", f"--input={keypoints}", f"--output={tmp_path / 'out.trc'}",
        "--fps=25", "--up=z",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert "out_0.trc" in process.stdout
    assert "1750 mm is assumed" in process.stdout
    lines = (tmp_path / "out_1.trc").read_text().split("\n")
    assert lines[2].split("\t")[:3] == ["25", "25", "2"]
    head, ankle = (float(lines[6].split("\t")[2 + 3 * joint + 2]) for joint in (10, 3))
    assert head > ankle + 500


def test_outputs_that_cannot_be_written_are_refused_first(refused, keypoints, tmp_path):
    for output, flag, named in (("a.fbx", "--fps=30", ".bvh"), ("a.bvh", "--fps=0", "fps")):
        path = tmp_path / output
        line = refused("lift", "--model=none", f"--input={keypoints}", f"--output={path}", flag)
        assert named in line


def test_broken_file_is_refused_and_nothing_written(refused, trained, keypoints, tmp_path):
    keypoints.write_text(keypoints.read_text()[:-30])
    output = tmp_path / "out.npz"
    line = refused("lift", f"--model={trained}", f"--input={keypoints}", f"--output={output}")
    assert "keypoints.json" in line
    assert not output.exists()


def test_missing_flag_is_named(refused):
    assert "--input" in refused("lift", "--output=lifted.npz")
