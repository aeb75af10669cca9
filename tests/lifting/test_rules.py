"""What holds for the 2D joints and the frames of every input."""

import json
import re

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.lifting import lift_file

pytestmark = pytest.mark.eagerly


def test_joints_of_little_confidence_count_as_missing(config, people, tmp_path, arrays):
    entries = json.loads(people.read_text())
    entries[1]["keypoints"][3 * 9 + 2] = 0.2  # the left wrist
    people.write_text(json.dumps(entries))
    lift_file(config(min_confidence=0.3))
    assert arrays(tmp_path / "out.npz")["filled"][:3].sum(axis=1).tolist() == [0, 1, 0]


def test_joints_that_the_detector_guesses_count_as_missing_unless_asked_for(
    config, people, tmp_path, arrays
):
    entries = json.loads(people.read_text())
    for joint in (13, 14, 15, 16):  # knees and ankles
        entries[0]["keypoints"][3 * joint + 2] = 0.06
        entries[1]["keypoints"][3 * joint + 2] = 0.3
    people.write_text(json.dumps(entries))
    summary = str(lift_file(config()))
    assert arrays(tmp_path / "out.npz")["filled"][:3].sum(axis=1).tolist() == [4, 0, 0]
    assert "Of a confidence below 0.2 (--min_confidence)" in summary
    assert "left_ankle 1" in summary
    lift_file(config("all.npz", min_confidence=0.0))
    assert not arrays(tmp_path / "all.npz")["filled"][:3].any()


def test_an_upper_body_alone_is_lifted(config, people, tmp_path, arrays):
    entries = json.loads(people.read_text())
    for value in range(3 * 11, 3 * 17):  # hips, knees and ankles
        entries[0]["keypoints"][value] = 0
    people.write_text(json.dumps(entries))
    lift_file(config())
    assert arrays(tmp_path / "out.npz")["lifted"][0]


def test_joints_in_the_corner_are_missing_whatever_their_confidence(
    config, people, tmp_path, arrays
):
    entries = json.loads(people.read_text())
    entries[0]["keypoints"][3 * 9 : 3 * 9 + 3] = [0, 0, 0.31]
    entries[8]["keypoints"][3 * 9 : 3 * 9 + 3] = [0, 0, 0.31]  # in another part
    people.write_text(json.dumps(entries))
    summary = str(lift_file(config()))
    assert arrays(tmp_path / "out.npz")["filled"][[0, 1, 8]].sum(axis=1).tolist() == [1, 0, 1]
    assert "At exactly (0, 0), so taken for missing: left_wrist 2." in summary


def test_parts_of_the_images_size_are_refused_or_multiplied(config, people, tmp_path, arrays):
    lift_file(config())
    entries = json.loads(people.read_text())
    for entry in entries:
        entry["keypoints"] = [
            value / (1280, 720, 1)[place % 3] for place, value in enumerate(entry["keypoints"])
        ]
    people.write_text(json.dumps(entries))
    with pytest.raises(InputError, match=r"not pixels; give its size, for example --image_size="):
        lift_file(config("parts.npz"))
    lift_file(config("parts.npz", image_size="1280x720"))
    pixels, parts = arrays(tmp_path / "out.npz"), arrays(tmp_path / "parts.npz")
    np.testing.assert_allclose(parts["keypoints_2d"], pixels["keypoints_2d"], rtol=1e-4)


def test_garbage_is_said_to_be_that(config, people):
    summary = str(lift_file(config()))
    assert "Do not rely on them" not in summary
    entries = json.loads(people.read_text())
    for entry in entries:  # joints in an order that is not COCO's
        points = np.reshape(entry["keypoints"], (17, 3))
        entry["keypoints"] = points[np.random.default_rng(7).permutation(17)].ravel().tolist()
    people.write_text(json.dumps(entries))
    summary = str(lift_file(config("garbage.npz")))
    assert re.search(r"Expected error above .*: 7 of 7 poses.* Do not rely on them", summary)
    assert "not in the order of the format" in summary


def frames_of(path):
    """The numbers of the rows of a TRC that have a pose, and how many rows there are."""
    rows = [line.split("\t") for line in path.read_text().splitlines()[6:]]
    return [n for n, row in enumerate(rows) if any(cell.strip() for cell in row[2:])], len(rows)


def test_frames_without_anybody_count_at_the_start_and_at_the_end(config, tmp_path, person):
    folder = tmp_path / "clip"
    folder.mkdir()
    pose = person(0)["keypoints"] + [50, 30, 0.9]  # as many joints as OpenPose's 18
    for number in range(24):
        found = [{"person_id": [-1], "pose_keypoints_2d": pose}] if 12 <= number <= 20 else []
        file = folder / f"clip_{number:012d}_keypoints.json"
        file.write_text(json.dumps({"people": found}))
    lift_file(config("out.trc", input=str(folder), height_mm=1750.0))
    assert frames_of(tmp_path / "out.trc") == (list(range(12, 21)), 24)
