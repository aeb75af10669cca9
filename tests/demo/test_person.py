import io

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def person(made, monkeypatch):
    person = made("person")
    monkeypatch.setattr(person, "SIZE", (160, 120))
    monkeypatch.setattr(person, "FOCAL", 200.0)
    return person


def jpegs(clip):
    """The pictures of a clip; every JPEG begins with the same three bytes."""
    return [
        Image.open(io.BytesIO(b"\xff\xd8\xff" + part)) for part in clip.split(b"\xff\xd8\xff")[1:]
    ]


def in_picture(person, joints):
    """Pixels `[17, 2]` of joints: the camera stands before the person at the height of its hips."""
    width, height = person.SIZE
    offset = joints - [0, 0.9, person.DISTANCE]
    return person.FOCAL * offset[:, :2] / -offset[:, 2:] * [1, -1] + [width / 2, height / 2]


def test_the_figure_is_where_its_joints_are(person):
    joints = person.motion()[0]
    picture = person.render(joints).astype(int)
    away = person.render(joints + [50, 0, 0]).astype(int)  # out of the picture
    figure = np.abs(picture - away).max(axis=-1) > 40
    columns, rows = in_picture(person, joints).round().astype(int).T
    assert figure[rows, columns].mean() > 0.9
    assert 0.03 < figure.mean() < 0.25  # and not everywhere


def test_the_walk_ends_where_it_began(person):
    joints = person.motion()
    steps = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=-1)
    assert np.linalg.norm(joints[-1] - joints[0], axis=-1).mean() < 2 * steps.max()
    assert steps.mean() > 0.01  # it does walk


def test_the_committed_clip_has_a_picture_a_frame(made):
    person = made("person")
    pictures = jpegs(person.CLIP.read_bytes())
    assert len(pictures) == len(person.motion())
    assert {picture.size for picture in pictures} == {person.SIZE}
    (first,) = jpegs(person.CLIP.with_suffix(".jpg").read_bytes())
    assert np.array_equal(np.asarray(first), np.asarray(pictures[0]))


def test_a_clip_gives_back_its_pictures(person):
    grey = [np.full((16, 16, 3), value, np.uint8) for value in (10, 200)]
    found = jpegs(person.as_clip(grey))
    assert [round(np.asarray(picture).mean()) for picture in found] == [10, 200]
