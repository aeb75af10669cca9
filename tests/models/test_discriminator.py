import pytest
import tensorflow as tf

from posenet3d.models import PoseDiscriminator


@pytest.mark.parametrize("normalisation", ["none", "layer"])
def test_keeps_the_guarantees(keeps, normalised_2d, normalisation):
    keeps(
        lambda: PoseDiscriminator(width=16, num_blocks=2, normalisation=normalisation),
        normalised_2d,
    )


def test_one_logit_a_pose(normalised_2d):
    assert PoseDiscriminator(width=8, num_blocks=1)(normalised_2d).shape == (8,)


def test_size_is_the_papers():
    discriminator = PoseDiscriminator()
    discriminator.build()
    assert discriminator.count_params() == 34 * 1024 + 1024 + 6 * 1024 * 1025 + 1025


def test_poses_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"must have the shape \[N, 16, 2\]"):
        PoseDiscriminator(num_joints=16, width=8, num_blocks=1)(tf.zeros((2, 17, 2)))
