"""The smallest pretrained model as .tflite, and poses in which there is what is difficult."""

import numpy as np
import pytest

from tests.fixtures.checkout import CHECKOUT


@pytest.fixture(scope="session")
def file():
    """The .tflite file of `small` in float32."""
    return CHECKOUT / "saved_models" / "small" / "small_float32.tflite"


@pytest.fixture(scope="session")
def content(file):
    return file.read_bytes()


@pytest.fixture(scope="session")
def poses(people):
    """35 procedural people with gaps; the last but one has too few joints, the last is a point."""
    rng = np.random.default_rng(0)
    keypoints_2d = people.keypoints_2d[:350:10].copy()
    confidence = rng.uniform(0.3, 1.0, keypoints_2d.shape[:2]).astype(np.float32)
    confidence[10:] *= rng.random(confidence[10:].shape) > 0.2
    confidence[-2, :9] = 0
    keypoints_2d[-1] = 7.0
    return {"keypoints_2d": keypoints_2d, "confidence": confidence}


@pytest.fixture
def altered(content, tmp_path):
    """Writes a file that differs from the .tflite file in its metadata; returns its path."""
    from posenet3d.export.forms import litert

    def altered(change):
        model = litert._schema().ModelT.InitFromPackedBuf(content, 0)
        change(model)
        path = tmp_path / "altered.tflite"
        path.write_bytes(litert._pack(model))
        return path

    return altered
