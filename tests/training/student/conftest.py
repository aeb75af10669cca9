"""Students that the tests of this folder share."""

import dataclasses

import keras
import pytest

from posenet3d.training.second_stage import make_student
from posenet3d.training.settings.config import AugmentConfig, StudentConfig


@pytest.fixture(scope="module")
def taught(small_config, poses, normalised_2d):
    """Makes a student of the poses' true 3D, or of another; arguments are those of `student`."""

    def make(keypoints_3d=None, augment=None, lifter=None, **settings):
        settings = {"steps": 80, "batch_size": 64, "virtual": 0.75} | settings
        config = small_config(student=StudentConfig(**settings), augment=augment or AugmentConfig())
        if lifter is not None:
            config = dataclasses.replace(config, lifter=lifter)
        keras.utils.set_random_seed(0)
        if keypoints_3d is None:
            keypoints_3d = poses.keypoints_3d
        return make_student(config, poses.skeleton, normalised_2d.numpy(), keypoints_3d)

    return make
