"""One captured person: from a file to the joints of `cmu17` in metres, y up."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.data.datasets.mocap import cgspeed
from posenet3d.data.datasets.mocap import joints as naming
from posenet3d.data.datasets.mocap.config import MocapConfig
from posenet3d.data.datasets.mocap.files import MotionFiles
from posenet3d.data.datasets.mocap.parsers.amc import read_amc
from posenet3d.data.datasets.mocap.parsers.asf import read_asf
from posenet3d.data.datasets.mocap.parsers.bvh import read_bvh
from posenet3d.data.datasets.mocap.parsers.motion import Motion
from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import CMU_17

_Y_UP = {"y": np.eye(3), "z": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])}
_TO_THE_HEAD = dict.fromkeys(("spine", "thorax", "neck", "head"), 1.0)
_TO_THE_HEAD |= dict.fromkeys(("left_knee", "right_knee", "left_ankle", "right_ankle"), 0.5)
_LENGTH_M = (0.7, 2.0)  # from the ankles to the head joint: 1.46 m in the CMU database (median)
_SLOW = 60.0  # frames a second of `config.at_60_hz`
_RATE_ERROR = 0.02  # share by which a thinned frame rate may be off the one wanted; ours
_UNITS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254,
          "the CMU database's": cgspeed.UNIT_M}  # fmt: skip


def read_person(files: MotionFiles, name: str, config: MocapConfig) -> np.ndarray:
    """Where the 17 joints of a person are.

    Args:
      files: The files of the motion.
      name: Its name, for `config.at_60_hz`.
      config: Frame rate, unit, axis and names.

    Returns:
      float64 `[F, 17, 3]`, metres, y up, at `config.frame_rate`; a rest pose that was put before
      the motion is left out.

    Raises:
      InputError: If a file cannot be used; says what it is about it.
    """
    slow = bool({name, files.subject} & set(config.at_60_hz))
    if files.motion.suffix.lower() == ".amc":
        motion, known = _from_amc(files, slow, config), (naming.ASF,)
    else:
        motion, known = _from_bvh(files.motion, slow, config), naming.BVH
    if config.joints is not None:
        known = (naming.given(config.joints),)
    convention = naming.convention(motion, known)
    positions = naming.pick(motion, convention.joints) @ _Y_UP[config.up].T
    unit = config.unit_m or motion.unit_m or convention.unit_m
    return positions * _checked_unit(unit, positions, motion.path)


def _from_amc(files: MotionFiles, slow: bool, config: MocapConfig) -> Motion:
    if len(files.skeletons) != 1:
        have = ", ".join(map(str, files.skeletons)) or "none"
        raise InputError(
            f"{files.motion}: expected one skeleton {files.subject}.asf in its folder or below the "
            f"one that was given, found {have}."
        )
    step = _step(files.motion, _SLOW if slow else config.capture_rate, config.frame_rate)
    return read_amc(files.motion, read_asf(files.skeletons[0]), step)


def _from_bvh(path: Path, slow: bool, config: MocapConfig) -> Motion:
    bvh = read_bvh(path)
    if cgspeed.is_conversion(bvh):
        bvh = cgspeed.with_thorax(bvh)
    step = _step(path, _SLOW if slow else bvh.frame_rate, config.frame_rate)
    return bvh.motion(int(bvh.rest_first), step)


def _step(path: Path, rate: float, wanted: float) -> int:
    """How many frames make one of those wanted."""
    step = max(1, round(rate / wanted))
    if abs(rate / step / wanted - 1) > _RATE_ERROR:
        raise InputError(
            f"{path} has {rate:.6g} frames a second, which whole steps do not thin to {wanted:g}; "
            f"set frame_rate to {rate / step:.6g}, for example."
        )
    return step


def _checked_unit(unit_m: float | None, positions: np.ndarray, path: Path) -> float:
    """The unit, if it makes the person as tall as people are."""
    parents, children = np.array(CMU_17.bones).T
    bones = np.linalg.norm(positions[:, children] - positions[:, parents], axis=-1)
    weights = [_TO_THE_HEAD.get(CMU_17.joint_names[child], 0.0) for child in children]
    length = np.median(bones, axis=0) @ weights
    least, most = _LENGTH_M
    if unit_m is not None and least <= length * unit_m <= most:
        return unit_m
    units = [f"{name} ({u:.6g})" for name, u in _UNITS.items() if least <= length * u <= most]
    hint = f"With {' or '.join(units)} it would be." if units else "No usual unit makes it one."
    if unit_m is None:
        raise InputError(
            f"{path} does not say how long its unit is; set unit_m, metres a unit. The person is "
            f"{length:.4g} units from the ankles to the head; expected {least} to {most} m. {hint}"
        )
    raise InputError(
        f"{path}: the person is {length * unit_m:.4g} m from the ankles to the head, with "
        f"{unit_m:.6g} m a unit; expected {least} to {most} m. {hint} Set unit_m."
    )
