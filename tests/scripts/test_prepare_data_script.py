import os
import time

import numpy as np
import pytest
import scipy.io

from posenet3d.poses.archives.archive import read_archive
from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures import forked_scripts

SUBJECTS = ("S1", "S5", "S6", "S7", "S8", "S9", "S11")
DATA_SET = "--dataset=human36m"


class Touch:
    """Pickled as a command that leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.fixture
def keypoints(tmp_path):
    """A file of VideoPose3D's layout: each subject once for two seconds before four cameras."""
    rng = np.random.default_rng(0)
    views = {
        subject: {"Walking": [rng.normal(500, 100, (100, 17, 2)).astype("f4") for _ in range(4)]}
        for subject in SUBJECTS
    }
    metadata = {
        "layout_name": "h36m",
        "num_joints": 17,
        "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]],
    }
    path = tmp_path / "data_2d_h36m_cpn.npz"
    np.savez_compressed(path, positions_2d=views, metadata=metadata)
    return path


@pytest.fixture
def recordings(tmp_path):
    """MPI-INF-3DHP's folder with the training files of six subjects, seven frames each."""
    rng = np.random.default_rng(0)
    for subject in range(1, 7):
        for sequence in (1, 2):
            views = np.empty((14, 1), dtype=object)
            for camera in range(14):
                views[camera, 0] = rng.uniform(0, 2048, (7, 56))
            path = tmp_path / "mpi" / f"S{subject}" / f"Seq{sequence}" / "annot.mat"
            path.parent.mkdir(parents=True)
            scipy.io.savemat(path, {"annot2": views, "cameras": np.arange(14.0)})
    return tmp_path / "mpi"


def test_archive_can_be_trained_on_with_the_settings_for_it(
    script, checkout, small_run, keypoints, tmp_path
):
    output = tmp_path / "h36m.npz"
    process = script("prepare_data", DATA_SET, f"--keypoints_2d={keypoints}", f"--output={output}")
    assert process.returncode == 0, process.stderr
    assert "train: 2,000 poses, 20 views of 5 recordings, 2D only." in process.stdout
    assert "test: 800 poses, 8 views of 2 recordings, 2D only." in process.stdout
    assert "Human3.6M train: 1,559,752 poses expected, found 2,000." in process.stdout
    assert len(read_archive(output, "train")) == 2000
    with np.load(output) as archive:
        assert archive["test_cameras"].tolist() == [0, 1, 2, 3] * 2
    process = script(
        "train", f"--flagfile={checkout / 'configs' / 'chen2019_h36m_detected.flags'}",
        f"--train_data={output}", f"--run_dir={tmp_path / 'run'}", *small_run,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert (tmp_path / "run" / "report.json").exists()


def test_malicious_file_is_refused_in_one_line_and_runs_nothing(refused, tmp_path):
    marker, path = tmp_path / "ran", tmp_path / "bad.npz"
    np.savez(path, positions_2d={"S1": Touch(marker)}, metadata={})
    line = refused(
        "prepare_data", DATA_SET, f"--keypoints_2d={path}", f"--output={tmp_path / 'out.npz'}"
    )
    assert "system, which may run code; nothing was run" in line
    assert not marker.exists()
    assert not (tmp_path / "out.npz").exists()


def test_inputs_are_not_overwritten(refused, keypoints):
    before = keypoints.read_bytes()
    line = refused("prepare_data", DATA_SET, f"--keypoints_2d={keypoints}", f"--output={keypoints}")
    assert "output is one of the files to read" in line
    assert keypoints.read_bytes() == before


def test_killed_run_goes_on_and_writes_the_same_file(script, checkout, recordings, tmp_path):
    flags = ["--dataset=mpi_inf_3dhp", f"--input={recordings}"]
    whole = script("prepare_data", *flags, f"--output={tmp_path / 'whole.npz'}")
    assert whole.returncode == 0, whole.stderr
    assert "train: 672 poses, 96 views of 12 recordings, 2D only." in whole.stdout
    assert "found 672: S7/Seq1, S7/Seq2, S8/Seq1 and S8/Seq2 are missing." in whole.stdout

    output, parts = tmp_path / "killed.npz", tmp_path / "killed.npz.parts"
    slow = (  # every file takes a while
        "import time, posenet3d.data.datasets.mpi_inf_3dhp as m; read = m.read_mat\n"
        "m.read_mat = lambda *args: time.sleep(0.2) or read(*args)"
    )
    path, log = checkout / "scripts" / "prepare_data.py", tmp_path / "log"
    process = forked_scripts.Script(
        path, *flags, f"--output={output}", outputs=(log, log), before=slow
    )
    while len(list(parts.glob("0*.npz"))) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not output.exists()
    assert len(list(parts.glob("0*.npz"))) < 12
    again = script("prepare_data", *flags, f"--output={output}")
    assert again.returncode == 0, again.stderr
    assert not parts.exists()
    with np.load(tmp_path / "whole.npz") as expected, np.load(output) as found:
        assert expected.files == found.files
        for key in expected.files:
            assert expected[key].tobytes() == found[key].tobytes()


def test_flags_of_another_data_set_are_refused_in_one_line(refused, tmp_path):
    line = refused("prepare_data", "--dataset=coco", "--input=a", "--true_2d=b", "--output=out.npz")
    assert "--true_2d is not for coco, which takes --input, --min_joints." in line


@pytest.mark.parametrize("name", ["chen2019_h36m_gt", "chen2019_h36m_detected"])
def test_settings_are_those_of_chen2019_but_for_data_length_and_motion(checkout, name):
    def flags(name):
        lines = (checkout / "configs" / f"{name}.flags").read_text().splitlines()
        return dict(
            line.split("=") if "=" in line else (line, "") for line in lines if line[:1] == "-"
        )

    common, own = flags("chen2019"), flags(name)
    assert {key for key in common | own if common.get(key) != own.get(key)} <= {
        "--train_data", "--steps", "--steps_per_epoch", "--loss_motion",
    }  # fmt: skip
    assert own["--loss_motion"] == "1"
    assert int(own["--steps_per_epoch"]) == 1_559_752 // int(own["--batch_size"])
    assert int(own["--steps"]) == 200 * int(own["--steps_per_epoch"])


BVH = """HIERARCHY
ROOT pelvis
{{
OFFSET 0 0 0
CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
{joints}
}}
MOTION
Frames: {frames}
Frame Time: 0.0083333
{rows}
"""


@pytest.fixture
def captured(tmp_path):
    """A folder of BVH files: three people who turn round, 40 frames each at 120 Hz."""
    offsets = {
        "right_hip": (-10, -6, 0), "right_knee": (0, -43, 0), "right_ankle": (0, -41, 0),
        "left_hip": (10, -6, 0), "left_knee": (0, -43, 0), "left_ankle": (0, -41, 0),
        "spine": (0, 23, 0), "thorax": (0, 12, 0), "neck": (0, 18, 0), "head": (0, 9, 0),
        "left_shoulder": (19, 6, 0), "left_elbow": (10, -26, 0), "left_wrist": (5, -18, 3),
        "right_shoulder": (-19, 6, 0), "right_elbow": (-10, -26, 0), "right_wrist": (-5, -18, 3),
    }  # fmt: skip

    def block(joint):
        name = CMU_17.joint_names[joint]
        inside = "\n".join(map(block, CMU_17.children[joint]))
        offset = " ".join(map(str, offsets[name]))
        return f"JOINT {name}\n{{\nOFFSET {offset}\nCHANNELS 0\n{inside}\n}}"

    folder = tmp_path / "bvh"
    folder.mkdir()
    joints = "\n".join(map(block, CMU_17.children[CMU_17.root]))
    for name, turn in (("anna_1", 2), ("ben_1", 3), ("carl_1", 5)):
        rows = "\n".join(f"0 90 {i} 0 5 {turn * i}" for i in range(1, 41))
        (folder / f"{name}.bvh").write_text(BVH.format(joints=joints, frames=40, rows=rows))
    return folder


def test_motion_capture_becomes_poses_of_virtual_cameras(script, captured, tmp_path):
    (captured / "dora_1.bvh").write_text("HIERARCHY\nROOT x")
    output = tmp_path / "cmu.npz"
    process = script(
        "prepare_data", "--dataset=cmu", f"--input={captured}", f"--output={output}", "--skip_bad",
        "--cameras=2", "--test_subjects=ben", "--image_size=640x480", "--distance_m=5,6",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert "train: 40 poses, 4 views of 2 recordings, 2D only." in process.stdout
    assert "test: 20 poses, 2 views of 1 recording, 2D and 3D." in process.stdout
    assert "train: 2 motions of 2 subjects (anna, carl), 20 frames." in process.stdout
    assert "Left out: " in process.stdout
    assert "dora_1.bvh ends after line 2; expected {." in process.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bvh", "cmu.npz"]
    poses = read_archive(output, "test")
    assert poses.skeleton == CMU_17  # the archive says so
    assert poses.image_size == (640, 480)
    assert poses.sequences == ("ben_1", "ben_1")
    assert poses.frame_rate == 30
    with np.load(output) as archive:
        assert archive["train_cameras"].tolist() == [0, 1, 0, 1]


def test_motion_capture_that_cannot_be_used_is_refused_in_one_line(refused, captured, tmp_path):
    flags = ("prepare_data", "--dataset=cmu", f"--output={tmp_path / 'out.npz'}")
    (captured / "anna_1.bvh").write_text("HIERARCHY\nROOT x")
    assert "anna_1.bvh ends after line 2" in refused(*flags, f"--input={captured}")
    assert "distance_m must be numbers" in refused(*flags, "--input=x", "--distance_m=near,far")
    assert "cameras must lie between 1 and 1000" in refused(*flags, "--input=x", "--cameras=0")
