"""Procedural human motion: 2D poses to train on when there is no data set at all.

People of varied stature and proportions (`people`) move their joints within human limits through
many activities (`activities`, written with the tools of `clips`), and virtual cameras see them
(`cameras`). All is drawn from one seed; nothing is read from a file.

    train, test = synthetic.quickstart_split()  # twenty everyday activities
    poses = synthetic.wide_poses()  # all activities, also gymnastics and lying, by everyone
    poses = synthetic.generate_poses(SyntheticConfig(num_sequences=10, activities=("walking",)))

It is made by hand, not captured: good to learn and test with, no substitute for real motion in
a published number.
"""

from posenet3d.data.synthetic.activities.names import ACTIVITIES, QUICKSTART_ACTIVITIES
from posenet3d.data.synthetic.cameras import Cameras
from posenet3d.data.synthetic.config import SyntheticConfig
from posenet3d.data.synthetic.generate import (
    HELD_OUT_ACTIVITIES,
    Motion,
    generate_cameras,
    generate_motion,
    generate_poses,
    quickstart_split,
    wide_poses,
)

__all__ = [
    "ACTIVITIES",
    "HELD_OUT_ACTIVITIES",
    "QUICKSTART_ACTIVITIES",
    "Cameras",
    "Motion",
    "SyntheticConfig",
    "generate_cameras",
    "generate_motion",
    "generate_poses",
    "quickstart_split",
    "wide_poses",
]
