"""Measures a saved lifter against true 3D.

python scripts/evaluate.py --model=runs/quickstart --data=poses.npz --output=report
"""

from pathlib import Path

import _flags
from absl import flags

from posenet3d.errors import InputError
from posenet3d.evaluation.report import make_report, write_report
from posenet3d.models import load
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.platform.devices import let_memory_grow
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.skeletons.map_files.map_file import read_map_file

_MODEL = flags.DEFINE_string("model", DEFAULT_MODEL, "Pretrained model's name, or a path.")
_DATA = flags.DEFINE_string("data", None, "Pose archive with keypoints_3d.", required=True)
_SPLIT = flags.DEFINE_string("split", None, "Split of the archive; by default test if it has one.")
_KEYPOINTS = flags.DEFINE_string("keypoints", "keypoints_2d", "Which 2D poses to lift.")
_SKELETON = flags.DEFINE_enum(
    "skeleton", None, ("h36m17", "cmu17"), "Where the archive's joints lie; by default the model's."
)
_MAP_FILE = flags.DEFINE_string(
    "map_file", None, "Map file (.toml) with the archive's joints, where they are your own."
)
_OUTPUT = flags.DEFINE_string("output", None, "Folder for report.json, report.md and pictures.")
_FIGURES = flags.DEFINE_bool("figures", True, "Draw pictures into the report.")


def main() -> None:
    """Archive to poses, poses to a report, its table to the terminal."""
    let_memory_grow()
    estimator = load(_MODEL.value)
    split = _SPLIT.value or ("test" if "test" in archive_splits(_DATA.value) else None)
    own = read_map_file(_MAP_FILE.value) if _MAP_FILE.value else None
    placement = _SKELETON.value or estimator.skeleton
    poses = read_archive(_DATA.value, split, _KEYPOINTS.value, placement, own)
    if own is not None:
        poses = poses.on(estimator.skeleton, own.maps)
    if poses.keypoints_3d is None:
        raise InputError(f"{_DATA.value} has no keypoints_3d to measure against.")
    report = make_report(estimator, poses)
    print(report)
    if by_action := report.by_action():
        print(f"\nBy action:\n\n{by_action}\n")
    if report.not_lifted:
        print(f"{report.not_lifted} of {len(poses)} poses had too few joints to be lifted.")
    if _OUTPUT.value:
        folder = Path(_OUTPUT.value)
        folder.mkdir(parents=True, exist_ok=True)
        write_report(report, folder, figures=_FIGURES.value)


if __name__ == "__main__":
    _flags.run(main)
