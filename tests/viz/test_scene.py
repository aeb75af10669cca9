import dataclasses

import numpy as np
import pytest

from posenet3d.poses import stature
from posenet3d.viz.scene import scene_of


def test_everybody_stands_on_the_ground_in_a_place_of_their_own(moving):
    scene = scene_of(*moving(frames=4, persons=3))
    np.testing.assert_allclose(scene.bodies[..., 1].max(axis=1), 0, atol=1e-3)
    np.testing.assert_allclose(scene.bodies[:, 0, [0, 2]], 0, atol=1e-3)
    assert [actor.place for actor in scene.actors] == [0, 1, 2]
    assert (np.diff(scene.places[:, 0]) > 2 * scene.half_width).all()
    assert scene.num_frames == 4
    assert all(len(here) == 3 for here in scene.at)


def test_poses_are_as_lifted_but_for_where_they_stand(moving):
    people, result = moving()
    bodies = scene_of(people, result).bodies
    np.testing.assert_allclose(
        bodies - bodies[:, :1], result.keypoints_3d - result.keypoints_3d[:, :1], atol=0.1
    )


def test_places_follow_the_images_from_left_to_right(moving):
    people, result = moving(persons=3)
    mirrored = people.keypoints_2d * [-1, 1]
    people = dataclasses.replace(people, keypoints_2d=mirrored.astype(np.float32))
    assert [actor.place for actor in scene_of(people, result).actors] == [2, 1, 0]


def test_who_comes_after_another_left_takes_over_the_place(moving):
    image_ids = (0, 1, 2, 3, 4, 5)  # the second person comes when the first has gone
    people, result = moving(frames=3, persons=2, image_ids=image_ids)
    scene = scene_of(people, result)
    assert [actor.place for actor in scene.actors] == [0, 0]
    assert scene.num_places == 1
    assert [len(here) for here in scene.at] == [1] * 6


def test_who_was_never_lifted_has_no_place_but_is_there(moving):
    people, result = moving(frames=2, persons=2, missing=[(0, 1), (1, 1)])
    scene = scene_of(people, result)
    assert [actor.place for actor in scene.actors] == [0, None]
    assert all(len(here) == 2 for here in scene.at)


def test_without_a_height_everybody_is_drawn_equally_tall(moving):
    people, result = moving(unit="pose")
    scene = scene_of(people, result)
    np.testing.assert_allclose(stature.mm_a_unit(scene.bodies, 1750, people.skeleton), 1, rtol=1e-3)
    assert "1750 mm" in scene.size_note
    assert scene_of(*moving()).size_note == ""


def test_sequences_come_one_after_the_other(moving):
    image_ids = tuple(f"{name}/{frame}" for name in ("walk", "run") for frame in range(3))
    people, result = moving(frames=3, image_ids=image_ids, person_ids=(0,) * 6)
    scene = scene_of(people, result)
    assert scene.image_ids == image_ids
    assert scene.sequences == ("walk",) * 3 + ("run",) * 3
    assert scene.num_places == 1


NUMBERS = {
    "numbers": ((3, 4, 6), (0, 1, 2, 3, 4, 5, 6)),
    "steps": ((0, 10, 20), (0, 10, 20)),
    "names": (("v_01.jpg", "v_02.jpg", "v_04.jpg"), (1, 2, 3, 4)),
    "no numbers": (("a", "b", "c"), (None,) * 3),
    "far apart": ((5, 1000, 70000), (None,) * 3),
}


@pytest.mark.parametrize(("image_ids", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_frames_have_the_numbers_of_their_images(moving, image_ids, expected):
    scene = scene_of(*moving(frames=3, persons=1, image_ids=image_ids))
    assert scene.numbers == expected


def test_nobody_lifted_makes_a_scene_all_the_same(moving):
    scene = scene_of(*moving(frames=1, persons=1, missing=[(0, 0)]))
    assert scene.num_places == 0
    assert scene.half_width > 0
    assert scene.height > 0


def test_results_of_other_people_are_refused(moving):
    people, _ = moving(frames=2)
    with pytest.raises(ValueError, match="one of 2 people, not of 4"):
        scene_of(people, moving(frames=1)[1])
