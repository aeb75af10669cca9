"""A small estimator, exported once, and poses in which there is what is difficult."""

import keras
import numpy as np
import pytest

from posenet3d.export import ExportConfig
from posenet3d.export.job import export
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures.made_once import made_once


@pytest.fixture(scope="session")
def estimator(people):
    """Small, with all that the pretrained ones have; do not change it."""
    keras.utils.set_random_seed(0)
    lifter = Lifter(
        width=64, num_blocks=1, normalisation="none", activation="leaky_relu", completes=True,
        elevation=9.0, estimates_error=True,
    )  # fmt: skip
    estimator = PoseEstimator(lifter, CMU_17, elevation=9.0)
    rng = np.random.default_rng(0)
    for head, size in ((lifter.head, 0.1), (lifter.correction_head, 0.1)):
        head.kernel.assign(rng.normal(scale=size, size=head.kernel.shape))
    lifter.error_head.kernel.assign(rng.normal(scale=0.1, size=lifter.error_head.kernel.shape))
    lifter.elevation_head.kernel.assign(rng.normal(scale=0.02, size=(64, 1)))
    estimator.gap_filler.adapt(people.keypoints_2d)
    return estimator


@pytest.fixture(scope="session")
def saved(estimator, people, tmp_path_factory):
    """A model's folder, `saved`, with everything that an export can write, measured on `people`."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    pytest.importorskip("tf2onnx", reason="the extra onnx")
    pytest.importorskip("tensorflow_serving", reason="the extra serving")

    def make(folder):
        estimator.save(folder / "estimator.keras")
        (folder / "MODEL_CARD.md").write_text(
            "# mine\n\n- **Trained on**: ten poses of\n  [people](people.md).\n- **Size**: small\n"
            "\n## Licence\n\nPublic domain.\n"
        )
        write_archive(folder / "labelled.npz", people, "test")
        export(
            ExportConfig(
                model=str(folder / "estimator.keras"), output=str(folder / "saved"), tflite=True,
                onnx=True, golden=True, labelled_data=str(folder / "labelled.npz"),
            )
        )  # fmt: skip

    return made_once(tmp_path_factory, "exported", make) / "saved"


@pytest.fixture(scope="session")
def poses(people):
    """Procedural people: keypoints_2d and confidence. A third is complete, others have gaps of any
    kind, some few have too many or stand in one point, some are tiny or huge."""
    rng = np.random.default_rng(0)
    keypoints_2d = people.keypoints_2d[::8].copy()
    confidence = rng.uniform(0.3, 1.0, keypoints_2d.shape[:2]).astype(np.float32)
    confidence[20:] *= rng.random(confidence[20:].shape) > 0.25
    confidence[-2, :9] = 0
    keypoints_2d[-1] = 7.0
    for row, scale in ((0, 1e-6), (1, 200.0), (30, 1e-6), (31, 200.0)):  # 1e-3 and 1e5 px
        keypoints_2d[row] *= scale
    keypoints_2d[confidence == 0] = 1e6
    return {"keypoints_2d": keypoints_2d, "confidence": confidence}
