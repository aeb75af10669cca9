"""OpenPose's keypoint files, one a frame, as `--write_json` leaves them, and their relatives.

The format is that of doc/02_output.md in github.com/CMU-Perceptual-Computing-Lab/openpose. Others
write it too, with joints and names of files of their own: Pose2Sim (`save_to_openpose` in its
poseEstimation.py), AlphaPose (`--format=open` and `cmu`; `write_json` in alphapose/utils/
pPose_nms.py), and the ControlNet nodes of ComfyUI (`encode_poses_as_dict`).
"""

from __future__ import annotations

from pathlib import Path

from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.frame_units import frame_files, frame_units, sample_frames
from posenet3d.formats.interface.reader import Reader, Units
from posenet3d.formats.parsing.frame_files.layout import FrameLayout
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, HALPE_26, MPI_15, OPENPOSE_18

_ENDING = "_keypoints"

LAYOUT = FrameLayout(
    tool="OpenPose",
    people=("people", "bodies"),  # the latter in AlphaPose's form cmu
    keypoints=("pose_keypoints_2d", "pose_keypoints", "joints"),  # of old versions, and of cmu
    person_id="person_id",
    # OpenPose's own models, and those of Pose2Sim; full bodies begin with the body.
    skeletons={s.num_joints: s for s in (BODY_25, OPENPOSE_18, MPI_15, HALPE_26, COCO_17)}
    | {136: HALPE_26, 133: COCO_17},
    files=f"files *{_ENDING}.json, which OpenPose writes with --write_json",
    image_size=("canvas_width", "canvas_height"),  # ComfyUI
    ending=_ENDING,
)
"""OpenPose's frames and those of its relatives."""


def read_openpose(path: str | Path) -> People:
    """Reads a folder of OpenPose's frames, or a file with one or several.

    A frame is `{"version", "people": [{"person_id": [-1], "pose_keypoints_2d": [x, y, c] * J,
    ...}]}`. 75 numbers are BODY_25, 54 the model COCO, 45 the model MPI, 78 Halpe's 26 joints, 51
    COCO's 17; of full bodies (399 and 408) the body is taken. Faces, hands and 3D are not looked
    at; whoever has hands alone is a person without joints. The confidence `c` is clipped to
    [0, 1]; 0 or less marks a missing joint.

    Args:
      path: A folder, of which the files `*_keypoints.json` are read, or all JSON files where there
        are none, in the order of the numbers in their names (2 before 10). Or a file: one frame, a
        list of frames (ComfyUI), or an object of frames by image (AlphaPose).

    Returns:
      Every person of every frame. The image ids are the names of the files without
      `_keypoints.json`, a frame's number in its list, or its key. The person ids are the file's
      where they tell the persons of a frame apart, else the number within the frame; where persons
      who are away keep their places as NaN (Pose2Sim), that place. Missing joints are at (0, 0).

    Raises:
      InputError: If there is no such file, one cannot be read, nobody is in any, or a value cannot
        be meant; the message names the file, the person (numbered from 0) and the joint.
    """
    return READER.read(path)


def _units(content: Content) -> Units:
    return frame_units(content, LAYOUT)


def _recognises(content: Content) -> bool:
    if content.is_folder and any(
        f.stem.endswith(_ENDING) for f in frame_files(content, LAYOUT)[:1]
    ):
        return True
    return bool(sample_frames(content, LAYOUT))


READER = Reader(
    name="openpose",
    recognises=_recognises,
    units=_units,
    guessed_below=0.1,  # its scores are lower than others', and it writes none below 0.05
    general=True,  # any object with `people`
    folder=f"OpenPose's files *{_ENDING}.json, or others with its `people`",
)
