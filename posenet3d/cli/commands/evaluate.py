"""Measures a saved lifter against true 3D.

posenet3d evaluate --model=runs/quickstart --data=poses.npz --output=report
"""

from pathlib import Path

from absl import flags

from posenet3d.errors import InputError
from posenet3d.evaluation.report import make_report, write_report
from posenet3d.models import load
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.platform.devices import let_memory_grow
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.skeletons.map_files.map_file import read_map_file


def define() -> None:
    """Defines the flags."""
    flags.DEFINE_string("model", DEFAULT_MODEL, "Pretrained model's name, or a path.")
    flags.DEFINE_string("data", None, "Pose archive with keypoints_3d.", required=True)
    flags.DEFINE_string("split", None, "Split of the archive; by default test if it has one.")
    flags.DEFINE_string("keypoints", "keypoints_2d", "Which 2D poses to lift.")
    flags.DEFINE_enum(
        "skeleton",
        None,
        ("h36m17", "cmu17"),
        "Where the archive's joints lie; by default the model's.",
    )
    flags.DEFINE_string(
        "map_file", None, "Map file (.toml) with the archive's joints, where they are your own."
    )
    flags.DEFINE_string("output", None, "Folder for report.json, report.md and pictures.")
    flags.DEFINE_bool("figures", True, "Draw pictures into the report.")


def main() -> None:
    """Archive to poses, poses to a report, its table to the terminal."""
    let_memory_grow()
    given = flags.FLAGS
    estimator = load(given.model)
    split = given.split or ("test" if "test" in archive_splits(given.data) else None)
    own = read_map_file(given.map_file) if given.map_file else None
    placement = given.skeleton or estimator.skeleton
    poses = read_archive(given.data, split, given.keypoints, placement, own)
    if own is not None:
        poses = poses.on(estimator.skeleton, own.maps)
    if poses.keypoints_3d is None:
        raise InputError(f"{given.data} has no keypoints_3d to measure against.")
    report = make_report(estimator, poses)
    print(report)
    if by_action := report.by_action():
        print(f"\nBy action:\n\n{by_action}\n")
    if report.not_lifted:
        print(f"{report.not_lifted} of {len(poses)} poses had too few joints to be lifted.")
    if given.output:
        folder = Path(given.output)
        folder.mkdir(parents=True, exist_ok=True)
        write_report(report, folder, figures=given.figures)
