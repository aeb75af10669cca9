"""Runs on skeletons that the package does not know."""

import dataclasses

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import ConfigError, InputError
from posenet3d.evaluation import evaluate
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import train_and_evaluate
from posenet3d.training.prepare import prepare
from posenet3d.training.records import callbacks
from posenet3d.training.settings.config import AugmentConfig, FlowConfig, LossConfig, StudentConfig

# {name: (joint of h36m17, parent)}; the order is neither's.
TWELVE = {
    "Crown": ("head", "Chest"), "LSho": ("left_shoulder", "Chest"), "Chest": ("thorax", None),
    "RSho": ("right_shoulder", "Chest"), "LHand": ("left_wrist", "LSho"),
    "RHand": ("right_wrist", "RSho"), "RHip": ("right_hip", "Chest"), "LHip": ("left_hip", "Chest"),
    "LKnee": ("left_knee", "LHip"), "RKnee": ("right_knee", "RHip"),
    "LFoot": ("left_ankle", "LKnee"), "RFoot": ("right_ankle", "RKnee"),
}  # fmt: skip
OTHER_NAMES = str.maketrans("LR", "AB")
UNPAIRED = {
    name.translate(OTHER_NAMES): (joint, parent and parent.translate(OTHER_NAMES))
    for name, (joint, parent) in TWELVE.items()
}


BELOW = ("Knee", "Foot")


def toml_of(joints, root="Chest"):
    """A map file; with another root the bones on the way to it are turned round."""
    parents = {name: parent for name, (_, parent) in joints.items()}
    joint, before = root, None
    while joint is not None:
        above, parents[joint] = parents[joint], before
        joint, before = above, joint
    lines = [f"{name} = {parent!r}" for name, parent in parents.items() if parent]
    height = []
    if root == "RHip":
        height = ["[stature]", "Crown = 1", *(f"{s}{p} = 0.5" for s in "LR" for p in BELOW)]
    return "\n".join([f"joints = {list(joints)}", "[parents]", *lines, *height])


KINDS = {"pairs": (TWELVE, "Chest"), "root in a pair": (TWELVE, "RHip"),
         "no pairs": (UNPAIRED, "Chest")}  # fmt: skip


@pytest.fixture
def own(poses, tmp_path):
    """Makes a map file and an archive with its joints; returns the two paths."""

    def make(kind="pairs", name="twelve.toml"):
        joints, root = KINDS[kind]
        path = tmp_path / name
        path.write_text(toml_of(joints, root))
        columns = [H36M_17.index(joint) for joint, _ in joints.values()]
        archive = tmp_path / "poses.npz"
        own = read_map_file(path).skeleton
        points_3d = poses.keypoints_3d[:, columns]
        mine = dataclasses.replace(
            poses,
            skeleton=own,
            keypoints_2d=poses.keypoints_2d[:, columns],
            keypoints_3d=points_3d - points_3d[:, own.root, None],
        )
        write_archive(archive, mine)
        return str(path), str(archive)

    return make


@pytest.fixture
def settings(own, small_config, tmp_path):
    """Settings of a run of both stages on a skeleton of one's own."""

    def make(kind="pairs", **changes):
        path, archive = own(kind)
        return small_config(
            **{
                "run_dir": str(tmp_path / "run"),
                "train_data": archive,
                "skeleton": path,
                "student": StudentConfig(steps=2, batch_size=32),
                "augment": AugmentConfig(placements=3, hide=0.3, noise=0.05, swap=0.1),
                **changes,
            }
        )

    return make


@pytest.mark.eagerly
@pytest.mark.parametrize("kind", KINDS)
def test_twelve_joints_are_trained_on_saved_loaded_lifted_measured_and_drawn(settings, kind):
    config = settings(kind, figures=kind == "pairs", steps=2)
    said = []
    report = train_and_evaluate(config, say=said.append)
    mirrors = kind == "pairs"
    assert said == [] if mirrors else said[0].startswith("Nothing is mirrored: the skeleton")
    run_dir = config.run_dir
    estimator = posenet3d.load(run_dir)
    skeleton = read_map_file(config.skeleton).skeleton
    assert estimator.skeleton == skeleton
    assert estimator.average_mirrored == mirrors
    poses = prepare(config).evaluation
    result = estimator.lift(poses.keypoints_2d)
    assert result.lifted.all()
    np.testing.assert_array_equal(result.keypoints_3d[:, skeleton.root], 0)
    error = evaluate(result.keypoints_3d, poses.keypoints_3d, skeleton=skeleton)
    assert error.overall["pa_mpjpe"] == pytest.approx(report.rows["final"].overall["pa_mpjpe"])
    assert set(report.training["bone_ratios"]) == {*skeleton.joint_names} - {
        skeleton.joint_names[skeleton.root]
    }
    if config.figures:
        with open(f"{run_dir}/lifted.png", "rb") as picture:
            assert picture.read(4) == b"\x89PNG"
    if kind == "root in a pair":  # whose map file tells the height
        in_mm = estimator.lift(poses.keypoints_2d, height_mm=1700)
        np.testing.assert_allclose(np.ptp(in_mm.keypoints_3d[..., 1], axis=1).max(), 1700, rtol=0.4)
    else:
        with pytest.raises(InputError, match="height_mm cannot be used with the skeleton 'twelve'"):
            estimator.lift(poses.keypoints_2d, height_mm=1700)


@pytest.mark.eagerly
def test_stopped_run_goes_on_with_the_same_skeleton_alone(settings, tmp_path, monkeypatch):
    config = settings(student=StudentConfig(), augment=AugmentConfig(), steps=4)
    whole = train_and_evaluate(config)
    stopped = dataclasses.replace(config, run_dir=str(tmp_path / "stopped"))
    save = callbacks.save_checkpoint

    def save_and_stop(*args):
        save(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(callbacks, "save_checkpoint", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train_and_evaluate(stopped)
    monkeypatch.undo()
    text = (tmp_path / "twelve.toml").read_text()
    (tmp_path / "twelve.toml").write_text(text.replace("LHand = 'LSho'", "LHand = 'Chest'"))
    with pytest.raises(ConfigError, match=r"holds a run with skeleton_parents = \[2, 2"):
        train_and_evaluate(stopped)
    (tmp_path / "twelve.toml").write_text(text)
    assert train_and_evaluate(stopped).rows == whole.rows


@pytest.mark.eagerly
def test_motion_and_likelihood_are_learned_where_nothing_is_mirrored(settings):
    config = settings(
        "no pairs",
        steps=2,
        loss=LossConfig(motion=1.0, flow=1.0, same_body=1.0, deformation=1.0),
        flow=FlowConfig(steps=4, width=16, num_blocks=2, batch_size=32),
        student=StudentConfig(),
        augment=AugmentConfig(),
    )
    assert np.isfinite(train_and_evaluate(config).rows["final"].overall["pa_mpjpe"])


def test_known_joints_are_taken_by_name_where_they_are_human(small_config, poses, tmp_path):
    """Procedural motion and archives of 17 joints serve a skeleton of some of them."""
    limbs = [n for n in H36M_17.joint_names if "_" in n]
    path = tmp_path / "limbs.toml"
    ignored = [n for n in H36M_17.joint_names if n not in limbs]
    parents = "\n".join(f'{limb} = "{limbs[0]}"' for limb in limbs[1:])
    path.write_text(f"joints = {limbs}\nignore = {ignored}\n[parents]\n{parents}")
    write_archive(tmp_path / "poses.npz", poses)
    config = small_config(
        skeleton=str(path), train_data=str(tmp_path / "poses.npz"), synthetic_sequences=17
    )
    data = prepare(config)
    assert len(data.train) == 380 + 17 * 40
    columns = [H36M_17.index(n) for n in limbs]
    held_out = prepare(dataclasses.replace(config, skeleton="h36m17")).evaluation
    np.testing.assert_array_equal(data.evaluation.keypoints_2d, held_out.keypoints_2d[:, columns])


BAD = {
    "skeleton": ({"skeleton": "h36m18"}, "skeleton must be one of h36m17, cmu17 or the path"),
    "absent": ({"skeleton": "absent.toml"}, r"absent\.toml: there is no such file"),
    "procedural": ({"synthetic_sequences": 20}, "Procedural motion is human .*'twelve' does not"),
    "no data": ({"train_data": ""}, "Procedural motion is human"),
    "ratios": ({"bone_ratios": (1.0,) * 16}, "16 values; the skeleton twelve has 11 bones"),
    "scale": (
        {"scale": "dataset", "augment": AugmentConfig(), "student": StudentConfig()},
        "'twelve' has no joint 'head'",
    ),
    "teacher": ({"student": StudentConfig(steps=2, teacher="small")}, "lifts the skeleton cmu17"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_what_own_skeletons_cannot_have_is_refused(settings, changes, message):
    with pytest.raises((ConfigError, InputError), match=message):
        train_and_evaluate(settings(**changes))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('joints = ["a", "b", "c", "d"]\n[to.h36m17]\nhead = "a"', r"has no \[parents\]"),
        ('joints = ["a", "b"]\n[parents]\na = "b"', "has 2 joints; at least 4"),
    ],
)
def test_skeletons_that_cannot_be_trained_are_refused(small_config, tmp_path, content, message):
    path = tmp_path / "own.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        prepare(small_config(skeleton=str(path), train_data="poses.npz"))
