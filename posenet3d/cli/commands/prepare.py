"""Turns a public data set into a pose archive to train and evaluate on.

posenet3d prepare --dataset=human36m --keypoints_2d=data_2d_h36m_gt.npz \\
  --positions_3d=data_3d_h36m.npz --output=h36m_gt.npz
posenet3d prepare --dataset=mpi_inf_3dhp --input=mpi_inf_3dhp --output=mpi.npz
posenet3d prepare --dataset=cmu --input=all_asfamc --output=cmu.npz

A killed run goes on where it stopped: give the same command again.
"""

import functools
from typing import Any

from absl import flags
from tqdm import tqdm

from posenet3d.data.datasets.prepare import SOURCES, Request, prepare, summary
from posenet3d.errors import ConfigError
from posenet3d.settings import width_height

_MOCAP = (
    *("skip_bad", "cameras", "seed", "frame_rate", "capture_rate", "at_60_hz", "unit_m", "up"),
    *("test_subjects", "test_share", "elevation_mean_deg", "elevation_std_deg", "distance_m"),
    *("focal_length_px", "image_size"),
)
"""Flags of motion capture: settings of `MocapConfig`, and skip_bad."""


def define() -> None:
    """Defines the flags."""
    flags.DEFINE_enum("dataset", None, list(SOURCES), "The data set.", required=True)
    flags.DEFINE_string("output", None, "The pose archive (.npz) to write.", required=True)
    flags.DEFINE_string(
        "input", None, "Folder or file of the data set; of all but human36m, see docs/datasets.md."
    )
    flags.DEFINE_string(
        "keypoints_2d", None, "human36m: VideoPose3D's data_2d_h36m_*.npz, true or detected."
    )
    flags.DEFINE_string(
        "positions_3d",
        None,
        "human36m: VideoPose3D's data_3d_h36m.npz; evaluation needs it, training does not.",
    )
    flags.DEFINE_string(
        "true_2d",
        None,
        "human36m: VideoPose3D's data_2d_h36m_gt.npz; with positions_3d, where keypoints_2d is "
        "detected.",
    )
    flags.DEFINE_integer(
        "min_joints", None, "mpii, coco: leave out persons with fewer joints; by default 1."
    )
    # Settings of `MocapConfig`, and skip_bad.
    flags.DEFINE_bool("skip_bad", None, "cmu: leave out files that cannot be used, and list them.")
    flags.DEFINE_integer("cameras", None, "cmu: virtual cameras a motion; by default 4.")
    flags.DEFINE_integer("seed", None, "cmu: seed of cameras and split; by default 0.")
    flags.DEFINE_float("frame_rate", None, "cmu: frames a second of the archive; by default 30.")
    flags.DEFINE_float("capture_rate", None, "cmu: frames a second of .amc files; by default 120.")
    flags.DEFINE_list("at_60_hz", None, "cmu: subjects or motions (60,61_03) captured at 60 Hz.")
    flags.DEFINE_float(
        "unit_m", None, "cmu: metres a unit; by default as the files' origin has it."
    )
    flags.DEFINE_enum("up", None, ("y", "z"), "cmu: the files' axis that points up; by default y.")
    flags.DEFINE_list("test_subjects", None, "cmu: subjects to test on; by default drawn.")
    flags.DEFINE_float("test_share", None, "cmu: share of the subjects that is drawn; 0.2.")
    flags.DEFINE_float("elevation_mean_deg", None, "cmu: cameras above the horizontal; 8.")
    flags.DEFINE_float("elevation_std_deg", None, "cmu: its standard deviation; 6.")
    flags.DEFINE_list("distance_m", None, "cmu: least and greatest distance of cameras; 4,7.")
    flags.DEFINE_float("focal_length_px", None, "cmu: focal length in pixels; 1145.")
    flags.DEFINE_string("image_size", None, "cmu: WIDTHxHEIGHT of the pictures; 1000x1000.")


def _settings() -> dict[str, Any]:
    """What has been given of the settings of motion capture."""
    values = {name: flags.FLAGS[name].value for name in _MOCAP}
    given = {name: value for name, value in values.items() if value is not None}
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    if "distance_m" in lists:
        lists["distance_m"] = _numbers("distance_m", lists["distance_m"])
    if "image_size" in given:
        given["image_size"] = width_height("image_size", given["image_size"])
    return given | lists


def _numbers(name: str, words: tuple[str, ...]) -> tuple[float, ...]:
    try:
        return tuple(map(float, words))
    except ValueError:
        raise ConfigError(
            f"{name} must be numbers between commas, got {','.join(words)}."
        ) from None


def main() -> None:
    """Files of the data set to one archive, and what is in it to the terminal."""
    given = flags.FLAGS
    request = Request(
        dataset=given.dataset,
        output=given.output,
        input=given.input,
        keypoints_2d=given.keypoints_2d,
        positions_3d=given.positions_3d,
        true_2d=given.true_2d,
        min_joints=given.min_joints,
        settings=_settings(),
    )
    data = prepare(request, functools.partial(tqdm, unit="file", disable=None))
    print("\n".join(summary(data)))
    print(f"Wrote {given.output}.")
