import dataclasses

import numpy as np
import pytest

from posenet3d.viz.drawing import View
from posenet3d.viz.scene import scene_of
from posenet3d.viz.video.frames import FrameArtist
from posenet3d.viz.video.room_panel import RoomPanel

BOX = (640.0, 0.0, 1280.0, 614.0)
BLUE = (0, 114, 178)


def test_people_two_metres_apart_are_so_in_the_picture(in_a_room):
    people, result = in_a_room()
    panel = RoomPanel(scene_of(people, result), BOX, 20.0)
    roots = panel.see(result.root_3d, View("", 0, 20))[0]
    np.testing.assert_allclose((roots[6:] - roots[:6])[:, 0], 2000 * panel.scale, rtol=1e-5)
    aside = panel.see(result.root_3d, View("", 90, 20))[0]  # from the right: what is away is right
    np.testing.assert_allclose((aside[6:] - aside[:6])[:, 0], 1000 * panel.scale, rtol=1e-5)


def test_nobody_leaves_the_panel_from_any_side(in_a_room):
    scene = scene_of(*in_a_room(speed=700.0))
    panel = RoomPanel(scene, BOX, 20.0)
    for azimuth in range(0, 360, 15):
        view = View("", azimuth, 20)
        points = [panel.see(scene.bodies + scene.stands[:, None], view)[0].reshape(-1, 2)]
        points.append(panel.see(scene.ground().lines(), view)[0].reshape(-1, 2))
        points = np.concatenate(points)
        assert (points > BOX[:2]).all()
        assert (points < BOX[2:]).all()


def test_the_farthest_person_is_drawn_first(in_a_room):
    scene = scene_of(*in_a_room())
    panel = RoomPanel(scene, BOX, 20.0)
    for azimuth, order in ((0, [1, 0]), (180, [0, 1])):
        people = panel.people(scene.at[0], View("", azimuth, 20))
        assert [person[0].person_id for person in people] == order


@pytest.mark.parametrize("room", [True, False])
def test_a_walk_moves_through_the_picture_only_in_a_room(in_a_room, room):
    """The same pose over and over, seen from the same side: the way to the right is the change."""
    people, result = in_a_room(frames=5, speed=500.0)
    result.keypoints_3d[:] = result.keypoints_3d[0]
    if not room:
        result = dataclasses.replace(result, root_3d=None)
    artist = FrameArtist(scene_of(people, result), (640, 320), 30)
    middles = []
    for frame in (0, 4):
        half = np.asarray(artist.draw(frame, tick=0))[:, 320:].astype(int)
        blue = np.abs(half - BLUE).sum(axis=-1) < 120
        middles.append(np.nonzero(blue)[1].mean())
    assert (middles[1] - middles[0] > 30) == room
