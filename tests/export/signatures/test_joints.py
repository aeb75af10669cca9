import numpy as np
import pytest
import tensorflow as tf

from posenet3d.export.signatures.joints import apply_maps
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import CMU_17, SKELETONS

SOURCES = ("coco17", "body25", "openpose18", "halpe26", "mediapipe33", "cmu17")


@pytest.mark.parametrize("source", SOURCES)
def test_maps_do_what_they_do_outside_the_graph(source):
    source = SKELETONS[source]
    maps = joint_maps.route(source, CMU_17)
    rng = np.random.default_rng(0)
    keypoints_2d = rng.normal(scale=500, size=(200, source.num_joints, 2)).astype(np.float32)
    confidence = rng.uniform(0.1, 1, keypoints_2d.shape[:2]).astype(np.float32)
    confidence *= rng.random(confidence.shape) > np.linspace(0, 0.9, 200)[:, None]
    expected, expected_confidence = keypoints_2d, confidence
    for joint_map in maps:
        expected, expected_confidence = joint_map.apply(expected, expected_confidence)
    found, found_confidence = apply_maps(maps, tf.constant(keypoints_2d), tf.constant(confidence))
    np.testing.assert_array_equal(found_confidence, expected_confidence)
    np.testing.assert_allclose(found, expected, atol=1e-3)
