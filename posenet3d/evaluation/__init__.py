"""Metrics against true 3D, and the report made of them.

The names here are the reference, in NumPy; `metrics_tf` has the metrics for TensorFlow graphs.
"""

from posenet3d.evaluation.actions import per_action
from posenet3d.evaluation.evaluate import Evaluation, evaluate
from posenet3d.evaluation.flat import flat_pose
from posenet3d.evaluation.metrics.joint_errors import (
    auc,
    cps,
    depth_flipped,
    match_size,
    mpjpe,
    n_mpjpe,
    pa_mpjpe,
    pa_mpjpe_reflected,
    pck,
)
from posenet3d.evaluation.table import format_table

__all__ = [
    "Evaluation",
    "auc",
    "cps",
    "depth_flipped",
    "evaluate",
    "flat_pose",
    "format_table",
    "match_size",
    "mpjpe",
    "n_mpjpe",
    "pa_mpjpe",
    "pa_mpjpe_reflected",
    "pck",
    "per_action",
]
