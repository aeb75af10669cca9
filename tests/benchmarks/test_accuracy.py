import contextlib
import dataclasses
import io
import re
from unittest import mock

import keras
import numpy as np
import pytest
from absl import flags

from posenet3d.data import synthetic
from posenet3d.geometry import bones, camera
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.skeleton import CMU_17


@pytest.fixture(scope="module")
def accuracy(load_benchmark):
    return load_benchmark("accuracy")


@pytest.fixture(scope="module")
def poses(make_poses):
    return make_poses(12, 17)


@pytest.fixture(scope="module")
def archive(poses, tmp_path_factory):
    """A benchmark of these poses: true 2D, and noisy 2D with joints missing here and there."""
    folder = tmp_path_factory.mktemp("archive")
    write_archive(folder / "true.npz", poses, "test")
    with np.load(folder / "true.npz") as file:
        arrays = dict(file)
    rng = np.random.default_rng(0)
    confidence = (rng.random(poses.keypoints_2d.shape[:2]) > 0.05).astype(np.float32)
    confidence[0, 2:] = 0.0  # nobody can say anything about this person
    noisy = poses.keypoints_2d + rng.normal(0, 5.0, poses.keypoints_2d.shape)
    arrays["test_keypoints_2d_noisy"] = noisy.astype(np.float32) * confidence[..., None]
    np.savez(folder / "bench.npz", **arrays, test_confidence=confidence)
    return folder / "bench.npz"


@pytest.fixture(scope="module")
def models(poses, tmp_path_factory):
    """The files of two lifters that have learned nothing."""
    paths = []
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        lifter = Lifter(width=16, num_blocks=1, estimates_error=seed == 1)
        estimator = PoseEstimator(lifter, CMU_17, elevation=8.0)
        estimator.gap_filler.adapt(poses.keypoints_2d)
        paths.append(tmp_path_factory.mktemp("model") / "estimator.keras")
        estimator.save(paths[-1])
    return paths


def few(elevation, spread):
    """Twenty procedural poses, in place of thousands."""
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(
            num_sequences=4,
            frames_per_sequence=5,
            elevation_mean_deg=elevation,
            elevation_std_deg=spread,
        )
    )


@pytest.fixture(scope="module")
def tables(accuracy, archive, models):
    """What the script prints, as rows of {table: {title: cells}}."""
    flags.FLAGS(["accuracy", f"--data={archive}", f"--models={models[0]},{models[1]}", "--every=1"])
    printed = io.StringIO()
    with mock.patch.object(accuracy, "_procedural", few), contextlib.redirect_stdout(printed):
        accuracy.main([])
    found = {}
    for line in printed.getvalue().splitlines():
        if line.startswith("#"):
            table = found.setdefault(line.lstrip("# "), {})
        elif line.startswith("| ") and not line.startswith("| |"):
            title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            table[title] = cells
    return found


def numbers(cells):
    assert all(re.fullmatch(r"-?\d+\.\d+", cell) for cell in cells), cells
    return [float(cell) for cell in cells]


def test_every_lifter_and_the_flat_pose_have_a_row(tables, models):
    for title in ("true 2D", "noisy 2D, joints missing"):
        rows = tables[title]
        assert list(rows) == ["flat pose", *map(str, models)]
        assert rows["flat pose"][3:] == ["0.00"] * 3 + [""] * 4  # it has no score
        assert rows[str(models[0])][8:] == ["", ""]  # it does not estimate its error
        expected, spearman = numbers(rows[str(models[1])][8:])
        assert 10 < expected < 100  # a tenth of the pose's size, before any training
        assert -1 <= spearman <= 1
        pa_mpjpe, n_mpjpe, flipped = numbers(rows["flat pose"][:3])
        assert 20 < pa_mpjpe < n_mpjpe < 400
        assert flipped == 0.0
        for model in models:
            pa_mpjpe, n_mpjpe, flipped, *depths, spearman, best = numbers(rows[str(model)][:8])
            assert len(depths) == 3
            assert all(0 < depth < 3 for depth in depths)
            assert 20 < pa_mpjpe < n_mpjpe < 400
            assert 0 <= flipped <= 100
            assert -1 <= spearman <= 1
            assert 20 < best < 400
    assert tables["true 2D"] != tables["noisy 2D, joints missing"]


def test_what_was_left_out_of_training_has_a_row_each(tables, accuracy, poses, models):
    rows = tables["Left out of training, PA-MPJPE"]
    assert list(rows) == list(accuracy._left_out(poses))
    errors = np.array([numbers(cells) for cells in rows.values()])
    assert errors.shape == (7, 1 + len(models))
    assert ((errors > 20) & (errors < 400)).all()
    assert len(np.unique(errors[:, 0])) == 7  # no set is another one


def bone_vectors(poses):
    return bones.bone_vectors(poses.keypoints_3d.astype(np.float64), poses.skeleton).numpy()


def test_other_bodies_keep_directions_and_are_alike_left_and_right(accuracy, poses):
    others = accuracy._other_bodies(poses)
    before, after = (np.linalg.norm(bone_vectors(p), axis=-1) for p in (poses, others))
    np.testing.assert_allclose(
        bone_vectors(others) / after[..., None], bone_vectors(poses) / before[..., None], atol=1e-4
    )
    factors = after / before
    np.testing.assert_allclose(factors, factors[:, list(CMU_17.bone_mirror)], rtol=1e-3)
    assert np.log(factors).std() == pytest.approx(0.15, rel=0.1)


def test_other_bodies_are_seen_as_they_are(accuracy, poses):
    others = accuracy._other_bodies(poses)
    seen = camera.normalise(others.keypoints_2d, CMU_17.root).keypoints_2d
    metres = others.keypoints_3d / 1000.0
    expected = metres[..., :2] / (metres[..., 2:] + 5.0)
    np.testing.assert_allclose(
        seen, camera.normalise(expected, CMU_17.root).keypoints_2d, atol=1e-5
    )


def test_joints_are_placed_anew_in_2d_as_in_3d(accuracy, poses):
    from_afar = dataclasses.replace(poses, keypoints_2d=0.2 * poses.keypoints_3d[..., :2] + 500.0)
    placed = accuracy._placed_anew(from_afar)
    np.testing.assert_array_equal(placed.keypoints_3d[:, CMU_17.root], 0.0)
    centred = placed.keypoints_2d - placed.keypoints_2d[:, CMU_17.root, None]
    np.testing.assert_allclose(centred, 0.2 * placed.keypoints_3d[..., :2], atol=1e-2)
    moved = np.linalg.norm(placed.keypoints_3d - poses.keypoints_3d, axis=-1)
    assert (moved.max(axis=1) > 5.0).all()  # mm; no pose is left in the data's own placement
    assert len(np.unique(moved.round(3), axis=0)) > len(poses) / 2


def test_thinning_takes_every_so_many_th(accuracy, poses):
    thinned = accuracy._thinned(poses, 17)
    np.testing.assert_array_equal(thinned.keypoints_3d, poses.keypoints_3d[::17])
