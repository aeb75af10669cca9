"""The detectors there are."""

from __future__ import annotations

from posenet3d.detection.adapters import mediapipe_pose, rtmlib_body
from posenet3d.detection.interface.detector import Kind
from posenet3d.errors import ConfigError, InputError

DETECTORS = (
    rtmlib_body.KIND,
    mediapipe_pose.KIND,
)
"""In the order in which `auto` takes the first that is installed."""

NAMES = tuple(kind.name for kind in DETECTORS)
"""What `--detector` takes beside auto."""

AUTO = "auto"


def choose(name: str, model: str) -> Kind:
    """The detector that the settings mean.

    Args:
      name: One of `NAMES`; auto: the first that is installed and could have this model.
      model: Its model; empty: its own choice.

    Raises:
      ConfigError: If none could have this model.
      InputError: If none is installed; the message says what to install.
    """
    named = [kind for kind in DETECTORS if name in (AUTO, kind.name)]
    fitting = [kind for kind in named if not model or kind.takes(model)]
    if not fitting:
        advice = " ".join(f"{kind.name}: {kind.models}" for kind in named)
        raise ConfigError(f"detector_model {model!r} is none. {advice}")
    installed = next((kind for kind in fitting if kind.is_installed), None)
    if installed is None:
        ways = ", or ".join(f"{kind.install} ({kind.models})" for kind in fitting)
        missing = "Nothing that finds people in pictures" if name == AUTO else name
        raise InputError(
            f"{missing} is {'' if name == AUTO else 'not '}installed. Run {ways}. Or give the "
            "keypoints of a detector of your own: docs/lift_your_keypoints.md."
        )
    return installed
