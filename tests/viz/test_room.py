import dataclasses

import numpy as np
import pytest

from posenet3d.viz.room import ground_of, ways_of
from posenet3d.viz.scene import scene_of


def joints_of(scene):
    """All joints `[P, J, 3]` where the scene shows them."""
    stands = np.empty((len(scene.people), 3))
    for actor in scene.actors:
        stands[list(actor.rows)] = scene.stand(actor)
    return scene.bodies + stands[:, None]


def test_people_are_where_they_are_in_the_room(in_a_room):
    people, result = in_a_room()
    joints = joints_of(scene_of(people, result))
    roots = result.keypoints_3d[:, :1]
    np.testing.assert_allclose(
        joints, result.keypoints_3d - roots + result.root_3d[:, None], atol=0.1
    )
    apart = joints[6:, 0] - joints[:6, 0]
    np.testing.assert_allclose(apart[:, [0, 2]], np.tile([2000, 1000], (6, 1)), atol=0.1)


def test_without_a_room_everybody_has_a_place(in_a_room):
    people, result = in_a_room()
    scene = scene_of(people, dataclasses.replace(result, root_3d=None))
    joints = joints_of(scene)
    np.testing.assert_allclose(joints[:6, 0, [0, 2]], np.tile(scene.places[0, [0, 2]], (6, 1)))
    np.testing.assert_allclose(joints[..., 1].max(axis=1), 0, atol=1e-3)


def test_who_jumps_is_above_the_floor(in_a_room):
    people, result = in_a_room()
    result.root_3d[3, 1] -= 400
    scene = scene_of(people, result)
    lowest = joints_of(scene)[..., 1].max(axis=1)
    assert lowest[3] == pytest.approx(-400, abs=0.1)
    np.testing.assert_allclose(np.delete(lowest, 3), 0, atol=0.1)
    assert scene.height == pytest.approx(-joints_of(scene)[..., 1].min(), abs=0.1)


def test_the_floor_is_below_the_feet_where_the_tilt_was_not_undone(in_a_room):
    people, result = in_a_room(levelled=np.nan)
    result.root_3d[:, 1] += 1500  # the camera is the origin
    np.testing.assert_allclose(joints_of(scene_of(people, result))[..., 1].max(axis=1), 0, atol=0.1)


def test_a_place_that_is_not_known_lies_between_those_around_it(in_a_room):
    people, result = in_a_room()
    known = joints_of(scene_of(people, result))[2, 0]
    result.root_3d[2] = np.nan
    assert joints_of(scene_of(people, result))[2, 0, 0] == pytest.approx(known[0], abs=0.1)
    result.root_3d[:6] = np.nan
    assert scene_of(people, result).stands is None  # of the first nothing is known


def test_the_floor_has_whole_squares_and_room_for_everybody():
    stands = np.array([[-1400.0, 0, 3000], [2100, -300, 4000]], np.float32)
    ground = ground_of(stands, half_width=300)
    assert (ground.low, ground.high, ground.square) == ((-2000, 2500), (2500, 4500), 500)
    lines = ground.lines()
    assert (lines[..., 1] == 0).all()
    assert (np.linalg.norm(lines - ground.middle, axis=-1) < ground.reach + 1).all()
    assert ground_of(20 * stands, half_width=300).square == 2000


def test_a_way_is_cut_where_nobody_can_have_walked():
    stands = np.array([[0, 0, 0], [100, -50, 0], [200, 0, 0], [5000, 0, 0], [5100, 0, 0]], float)
    ways = ways_of(stands, np.array([3, 4, 5, 8, 9]), longest=1750)
    assert [way.points[:, 0].tolist() for way in ways] == [[0, 100, 200], [5000, 5100]]
    assert [way.frames.tolist() for way in ways] == [[3, 4, 5], [8, 9]]
    assert all((way.points[:, 1] == 0).all() for way in ways)


def test_a_long_way_has_fewer_points_and_the_same_ends():
    stands = np.arange(9000.0)[:, None] * [1, 0, 0]
    (way,) = ways_of(stands, np.arange(9000), longest=1750)
    assert len(way.frames) < 700
    assert way.points[[0, -1], 0].tolist() == [0, 8999]
    np.testing.assert_allclose(way.points[:, 0], way.frames)
