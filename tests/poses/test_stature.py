import numpy as np
import pytest

import posenet3d
from posenet3d.data import synthetic
from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import draw_bodies
from posenet3d.data.synthetic.people.kinematics import forward_kinematics
from posenet3d.errors import InputError
from posenet3d.motion.steady import bone_lengths
from posenet3d.poses.stature import check_height, mm_a_unit
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import CMU_17, H36M_17

OTHER_UNITS = {
    "metres": (1.75, "metres, did you mean 1750?"),
    "metres of a child": (0.86, "metres, did you mean 860?"),
    "centimetres": (175, "centimetres, did you mean 1750?"),
    "centimetres of a child": (86, "centimetres, did you mean 860?"),
    "the smallest of several": ([1750, 1.6], "metres, did you mean 1600?"),
    "feet": (5.9, "1750 is 1.75 m"),
}


@pytest.mark.parametrize(("height", "question"), OTHER_UNITS.values(), ids=OTHER_UNITS)
def test_height_in_another_unit_is_asked_about(height, question):
    with pytest.raises(InputError) as refused:
        check_height(height, 2, CMU_17)
    assert question in str(refused.value)


@pytest.mark.parametrize("height", [500, 860, 1750.5, 2720, [480, 2100]])
def test_heights_of_people_from_birth_on_are_taken(height):
    np.testing.assert_allclose(check_height(height, 2, CMU_17), height)


@pytest.mark.parametrize("skeleton", [H36M_17, CMU_17], ids=lambda s: s.name)
@pytest.mark.parametrize("everyone", [False, True], ids=["adults", "everyone"])
def test_known_people_get_their_true_size(skeleton, everyone):
    """What `heights.stature_weights` says about procedural bodies."""
    bodies = draw_bodies(np.random.default_rng(0), 5000, everyone)
    metres = forward_kinematics(np.zeros((5000, 1, len(ANGLES))), bodies)[:, 0]
    joints, _ = joint_maps.get("h36m17", skeleton.name).apply(metres)
    told = bodies.stature * 1000 / mm_a_unit(joints, 1000 * bodies.stature, skeleton)[:, 0, 0]
    error = told / bodies.stature - 1
    assert error.mean() == pytest.approx(-0.003 if everyone else 0.0, abs=0.002)
    assert error.std() == pytest.approx(0.021 if everyone else 0.018, abs=0.001)
    assert np.abs(error).max() < 0.09
    if everyone:
        assert error[bodies.stature < 1.3].mean() == pytest.approx(-0.037, abs=0.003)


def test_lifted_people_get_their_true_size():
    config = synthetic.SyntheticConfig(
        num_sequences=40, frames_per_sequence=15, activities=("walking",), seed=4
    )
    true = synthetic.generate_poses(config).on(CMU_17)
    stature = 1000 * synthetic.generate_motion(config).stature
    lifted = posenet3d.load("small").lift(
        true.keypoints_2d, height_mm=stature.repeat(15), score=False
    )
    sizes = [
        np.median(bone_lengths(poses, CMU_17).sum(axis=-1).reshape(40, 15), axis=1)
        for poses in (lifted.keypoints_3d, true.keypoints_3d)
    ]
    ratio = sizes[0] / sizes[1]
    assert ratio.mean() == pytest.approx(1, abs=0.03)
    assert np.abs(ratio - 1).max() < 0.1
