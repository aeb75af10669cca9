import base64
import contextlib
import dataclasses
import json
import os
import re

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.viz.page import Page
from posenet3d.viz.scene import scene_of
from tests.viz.browser import CHROMIUM, Browser

NASTY = '</script><script>alert("x")</script>&amp;"{{data}}'


def data_of(path):
    text = path.read_text("utf-8")
    (data,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL
    )
    return json.loads(data)


def decode(text, dtype, *shape):
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def test_poses_come_back_from_the_page(moving, tmp_path):
    people, result = moving(frames=5, persons=2, missing=[(2, 1)])
    Page(tmp_path / "out.html", fps=12).write(people, result)
    data = data_of(tmp_path / "out.html")
    bodies = decode(data["bodies"], "<i2", 10, 17, 3) * data["bodyStep"]
    lifted = result.lifted
    np.testing.assert_allclose(
        bodies[lifted], scene_of(people, result).bodies[lifted], atol=data["bodyStep"]
    )
    keypoints = decode(data["keypoints"], "<i2", 10, 17, 2) * data["keypointStep"]
    keypoints += data["keypointStart"]
    seen = people.confidence > 0
    np.testing.assert_allclose(keypoints[seen], people.keypoints_2d[seen], atol=0.1)
    assert decode(data["frames"], "<i4", 10).tolist() == [0, 1, 2, 3, 4] * 2
    assert data["problemOf"] == {"7": 0}
    assert data["problems"] == ["too few joints"]
    assert data["fps"] == 12


def test_people_two_metres_apart_are_so_in_the_page(in_a_room, tmp_path):
    people, result = in_a_room(frames=3)
    Page(tmp_path / "out.html").write(people, result)
    data = data_of(tmp_path / "out.html")
    stands = decode(data["stands"], "<i2", 6, 3) * data["standStep"]
    joints = decode(data["bodies"], "<i2", 6, 17, 3) * data["bodyStep"] + stands[:, None]
    np.testing.assert_allclose(joints[:, 0], result.root_3d, atol=1)
    np.testing.assert_allclose((joints[3:, 0] - joints[:3, 0])[:, 0], 2000, atol=1)
    low, high = data["ground"]["low"], data["ground"]["high"]
    assert (joints[..., [0, 2]] > low).all()
    assert (joints[..., [0, 2]] < high).all()
    Page(tmp_path / "out.html").write(people, dataclasses.replace(result, root_3d=None))
    assert not {"stands", "ground"} & set(data_of(tmp_path / "out.html"))


def test_the_expected_error_is_that_of_each_pose_or_absent(moving, tmp_path):
    errors = np.outer(np.arange(4), np.ones(17)).astype(np.float32)
    errors[:, 0], errors[3] = 0.0, np.nan  # mm; the root's, and of one it is not known
    Page(tmp_path / "out.html").write(*moving(frames=4, persons=1, errors=errors))
    data = data_of(tmp_path / "out.html")
    found = decode(data["errors"], "u1", 4) * data["errorStep"]
    np.testing.assert_allclose(found, [0.0, 1.0, 2.0, 0.0], atol=data["errorStep"])
    Page(tmp_path / "none.html").write(*moving(frames=4, persons=1))
    assert data_of(tmp_path / "none.html")["errorStep"] is None


def test_axes_are_named_after_what_they_point_to(moving, tmp_path):
    named = {}
    for up in ("camera", "y", "z"):
        Page(tmp_path / "out.html", up=up).write(*moving(frames=1))
        named[up] = [axis["name"] for axis in data_of(tmp_path / "out.html")["axes"]]
    assert named == {
        "camera": ["x right", "y down", "z away"],
        "y": ["x right", "y up", "z near"],
        "z": ["x right", "y away", "z up"],
    }


def test_page_asks_for_nothing_from_outside(moving, tmp_path):
    Page(tmp_path / "out.html").write(*moving(frames=2))
    text = (tmp_path / "out.html").read_text("utf-8")
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", text)
    assert "default-src 'none'" in text
    assert not re.search(r"<(link|script|img)[^>]*(src|href)=(?!\"data:)", text)


def test_names_do_not_break_out(moving, tmp_path):
    people, result = moving(frames=1, persons=1, person_ids=(NASTY,), image_ids=(NASTY,))
    names = (NASTY, *people.skeleton.joint_names[1:])
    people = dataclasses.replace(
        people, skeleton=dataclasses.replace(people.skeleton, joint_names=names)
    )
    Page(tmp_path / "out.html", title=NASTY).write(people, result)
    data = data_of(tmp_path / "out.html")
    assert data["actors"][0]["id"] == data["joints"][0] == data["imageIds"][0] == NASTY
    assert "alert(" not in (tmp_path / "out.html").read_text().replace("\\u003cscript>alert", "") \
        .replace("&lt;script&gt;alert", "")  # fmt: skip


def test_a_pose_costs_few_bytes(moving, tmp_path):
    sizes = []
    for frames in (10, 110):
        Page(tmp_path / "out.html").write(*moving(frames=frames, persons=1))
        sizes.append(os.path.getsize(tmp_path / "out.html"))
    assert (sizes[1] - sizes[0]) / 100 < 340


BAD = {
    "ending": (("out.pdf",), r"out\.pdf: a page ends in \.html"),
    "rate": (("out.html", 0.0), "fps .* got 0"),
    "axes": (("out.html", 30.0, "x"), "up=x cannot be had; there are camera, y, z"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Page(*arguments)


def test_page_comes_whole_or_not_at_all(moving, tmp_path):
    with pytest.raises(InputError, match="no folder"):
        Page(tmp_path / "gone" / "out.html").write(*moving(frames=1))
    people, _ = moving(frames=2)
    with pytest.raises(ValueError, match="not of 4"):
        Page(tmp_path / "out.html").write(people, moving(frames=1)[1])
    assert os.listdir(tmp_path) == []


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    """What a page says of itself in a real browser."""
    if not CHROMIUM:
        pytest.skip("needs a browser: apt-get install chromium")
    with contextlib.closing(Browser(tmp_path_factory.mktemp("profile"))) as browser:
        yield lambda path, width=1280, height=800: browser.selftest(path, width, height)


CROWDS = {
    "one image": (dict(frames=1, persons=1), (1280, 800)),
    "people over time": (dict(frames=12, persons=3, missing=[(0, 1)]), (1280, 800)),
    "on a phone": (dict(frames=12, persons=3, missing=[(0, 1)]), (390, 844)),
    "a crowd": (dict(frames=2, persons=14), (390, 844)),
}


@pytest.mark.parametrize(("crowd", "size"), CROWDS.values(), ids=CROWDS)
def test_browser_shows_every_joint_of_everybody_from_all_sides(look, moving, tmp_path, crowd, size):
    people, result = moving(**crowd)
    Page(tmp_path / "out.html").write(people, result)
    report = look(tmp_path / "out.html", *size)
    assert report["failures"] == report["requests"] == []
    assert report["outside"] == 0
    assert report["joints"] >= 6 * 17 * (crowd["persons"] - 1)  # six sides of one frame at least
    shown = {point["person"] for point in report["first"]}
    assert shown == {str(p) for p in range(crowd["persons"])} - {
        str(p) for frame, p in crowd.get("missing", ()) if frame == 0
    }
    assert report["smallest"] > (90 if crowd["persons"] < 4 else 20)  # px from head to foot
    assert report["tip"].startswith("pelvis\n")
    assert not report["wide"]


def test_browser_plays_and_obeys_keys(look, moving, tmp_path):
    Page(tmp_path / "out.html", fps=10).write(*moving(frames=12))
    report = look(tmp_path / "out.html")
    assert report["started"]
    assert report["played"] == 3  # after 0.25 and 0.1 seconds, at 10 frames a second
    assert report["next"] == 1
    assert report["turned"] == -10
    Page(tmp_path / "out.html").write(*moving(frames=1))
    report = look(tmp_path / "out.html")
    assert not report["started"]
    assert report["next"] == 0


def test_browser_shows_the_camera_frame_unmirrored(look, moving, tmp_path):
    """From the camera itself the pose is the true one's projection without perspective, nearly."""
    people, result = moving(frames=1, persons=1, person_ids=(NASTY,))
    Page(tmp_path / "out.html").write(people, result)
    report = look(tmp_path / "out.html")
    assert report["people"][-1] == f"person {NASTY}"
    found = np.array([[point["x"], point["y"]] for point in report["first"]])
    turn, tilt = np.radians(25), np.radians(12)
    x, y, z = result.keypoints_3d[0].T
    right = x * np.cos(turn) + z * np.sin(turn)
    down = y * np.cos(tilt) - (z * np.cos(turn) - x * np.sin(turn)) * np.sin(tilt)
    for seen, expected in zip(found.T, (right, down), strict=True):
        assert np.corrcoef(seen, expected)[0, 1] > 0.97


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_browser_shows_everybody_in_one_room(look, in_a_room, tmp_path, size):
    people, result = in_a_room(frames=12, speed=300.0)
    Page(tmp_path / "out.html").write(people, result)
    report = look(tmp_path / "out.html", *size)
    assert report["failures"] == report["requests"] == []
    assert report["outside"] == 0
    assert report["joints"] == 5 * 6 * 2 * 17  # frames, sides, people
    roots = {p["person"]: p["x"] for p in report["first"] if p["joint"] == "pelvis"}
    heads = [p["y"] for p in report["first"] if p["person"] == "0"]
    assert roots["1"] - roots["0"] > max(heads) - min(heads)  # 2 m are more than a person is tall
