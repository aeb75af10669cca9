"""The whole way in short: a pretrained model lifts, on LiteRT too; ten steps of training; what was
trained is loaded, exported and served over gRPC, and all give the same.

`scripts/test_stacks.sh lowest` runs it on the lowest versions that setup.cfg admits.
"""

import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

import posenet3d
from posenet3d.data import synthetic
from posenet3d.export import ExportConfig
from posenet3d.export.job import export
from posenet3d.lite import LiteEstimator
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.serving import Client
from posenet3d.training import DiscriminatorConfig, LifterConfig, TrainingConfig, train_and_evaluate

CHECKOUT = Path(__file__).resolve().parents[1]


def main(folder: Path) -> None:
    """Goes the way, with its files in this folder."""
    people = synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=8, frames_per_sequence=16, seed=0)
    )
    pretrained = posenet3d.load("small")
    keypoints_2d = people.on(pretrained.skeleton).keypoints_2d[:8]
    lifted = pretrained.lift(keypoints_2d).keypoints_3d
    assert np.isfinite(lifted).all()
    lite = LiteEstimator(CHECKOUT / "saved_models" / "small" / "small_float32.tflite")
    np.testing.assert_allclose(lite.lift(keypoints_2d).keypoints_3d, lifted, atol=1e-4)
    print("The pretrained model lifts, on LiteRT too.")

    write_archive(folder / "poses.npz", people)
    run = folder / "run"
    train_and_evaluate(
        TrainingConfig(
            run_dir=str(run), train_data=str(folder / "poses.npz"), steps=10, steps_per_epoch=10,
            batch_size=32, validation_poses=64, elevation=8.0, figures=False,
            lifter=LifterConfig(width=16, num_blocks=1),
            discriminator=DiscriminatorConfig(width=16, num_blocks=1),
        )
    )  # fmt: skip
    keypoints_2d = people.keypoints_2d[:8]
    expected = posenet3d.load(run).lift(keypoints_2d).keypoints_3d
    from_weights = posenet3d.load(run / "best" / "estimator.npz").lift(keypoints_2d)
    np.testing.assert_array_equal(from_weights.keypoints_3d, expected)
    print("Ten steps are trained, and both files of the lifter are the same lifter.")

    export(ExportConfig(model=str(run), output=str(folder / "mine")))
    command = [sys.executable, str(CHECKOUT / "scripts" / "serve.py")]
    command += [f"--model_base_path={folder / 'mine'}", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = (line for line in server.stdout if line.startswith("Serving "))
            with Client(next(said).split()[-1], "mine") as client:
                served = client.lift(keypoints_2d)["keypoints_3d"]
        finally:
            server.terminate()
            server.communicate()
    np.testing.assert_allclose(served, expected, atol=1e-4)
    print("Exported, it gives the same over gRPC.")


if __name__ == "__main__":
    for library in ("tensorflow", "keras", "numpy", "scipy", "h5py", "grpcio", "protobuf"):
        print(library, metadata.version(library), end="; ")
    print()
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder))
