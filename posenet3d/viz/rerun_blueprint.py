"""What Rerun's viewer shows of lifted people at first, and from where."""

from __future__ import annotations

from typing import Any

import numpy as np

from posenet3d.viz.drawing import View
from posenet3d.viz.scene import Scene

_FROM = View("", 20, 20)
_FAR = 1.7  # the eye's distance in radii of the scene; chosen by eye


def blueprint_of(scene: Scene) -> Any:
    """2D and 3D side by side; below, the scores and perhaps the expected errors over time."""
    from rerun import blueprint

    curves = ["score"]
    if np.isfinite(scene.result.expected_error).any():
        curves.append("expected_error")
    return blueprint.Blueprint(
        blueprint.Vertical(
            blueprint.Horizontal(
                blueprint.Spatial2DView(origin="/input", name="2D input"),
                blueprint.Spatial3DView(origin="/lifted", name="lifted", **_eye(scene)),
            ),
            blueprint.Horizontal(
                *(
                    # No blank in a path: the viewer of 0.41 finds nothing below it.
                    blueprint.TimeSeriesView(origin=f"/{name}", name=name.replace("_", " "))
                    for name in curves
                )
            ),
            row_shares=[4, 1],
        ),
        collapse_panels=True,
    )


def _eye(scene: Scene) -> dict[str, Any]:
    """An eye that sees everybody; none where Rerun is too old to be told."""
    from rerun import blueprint

    if not hasattr(blueprint, "EyeControls3D"):
        return {}
    ground = scene.ground()
    target = ground.middle - (0, scene.height / 2, 0)
    distance = _FAR * np.hypot(ground.reach, scene.height / 2)
    position = target - distance * _FROM.axes()[2]
    eye = blueprint.EyeControls3D(position=position, look_target=target, eye_up=(0, -1, 0))
    return {"eye_controls": eye}
