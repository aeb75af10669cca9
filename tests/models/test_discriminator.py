import pytest
import tensorflow as tf

from posenet3d.models import MotionDiscriminator, PoseDiscriminator

both = pytest.mark.parametrize("kind", [PoseDiscriminator, MotionDiscriminator])


@both
@pytest.mark.parametrize("normalisation", ["none", "layer"])
def test_keeps_the_guarantees(keeps, normalised_2d, kind, normalisation):
    size = 1.0 if kind is PoseDiscriminator else 0.1
    keeps(
        lambda: kind(width=16, num_blocks=2, normalisation=normalisation),
        size * normalised_2d,
    )


@both
def test_one_logit_a_pose(normalised_2d, kind):
    assert kind(width=8, num_blocks=1)(normalised_2d).shape == (8,)


def test_size_is_the_papers():
    discriminator = PoseDiscriminator()
    discriminator.build()
    assert discriminator.count_params() == 34 * 1024 + 1024 + 6 * 1024 * 1025 + 1025


@both
def test_poses_of_another_shape_are_refused(kind):
    with pytest.raises(ValueError, match=r"must have the shape \[N, 16, 2\]"):
        kind(num_joints=16, width=8, num_blocks=1)(tf.zeros((2, 17, 2)))
