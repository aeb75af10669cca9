"""The joints of detectors' keypoint sets, as {joint: its parent}, in the order of their files.

Left and right are the person's own. Names are COCO's where COCO has the joint. The parents are
ours: the formats define points and no tree.
"""

from __future__ import annotations

Joints = dict[str, str | None]


def _chain(side: str, start: str, *parts: str) -> Joints:
    """A limb of one side, each joint the parent of the next, the first hanging from `start`."""
    names = [f"{side}_{part}" for part in parts]
    return dict(zip(names, [start, *names], strict=False))


def _pairs(parent: str, *parts: str) -> Joints:
    """Left and right of each part in turn; `{}` in the parent stands for the side."""
    return {f"{s}_{part}": parent.format(s) for part in parts for s in ("left", "right")}


OPENPOSE_18: Joints = {
    "nose": "neck",
    "neck": None,
    **_chain("right", "neck", "shoulder", "elbow", "wrist"),
    **_chain("left", "neck", "shoulder", "elbow", "wrist"),
    **_chain("right", "neck", "hip", "knee", "ankle"),
    **_chain("left", "neck", "hip", "knee", "ankle"),
    "right_eye": "nose",
    "left_eye": "nose",
    "right_ear": "right_eye",
    "left_ear": "left_eye",
}
"""OpenPose's model COCO: POSE_COCO_BODY_PARTS in its poseParameters."""

BODY_25: Joints = {
    "nose": "neck",
    "neck": "mid_hip",
    **_chain("right", "neck", "shoulder", "elbow", "wrist"),
    **_chain("left", "neck", "shoulder", "elbow", "wrist"),
    "mid_hip": None,
    **_chain("right", "mid_hip", "hip", "knee", "ankle"),
    **_chain("left", "mid_hip", "hip", "knee", "ankle"),
    "right_eye": "nose",
    "left_eye": "nose",
    "right_ear": "right_eye",
    "left_ear": "left_eye",
    **dict.fromkeys(("left_big_toe", "left_small_toe", "left_heel"), "left_ankle"),
    **dict.fromkeys(("right_big_toe", "right_small_toe", "right_heel"), "right_ankle"),
}
"""OpenPose's default model: POSE_BODY_25_BODY_PARTS in its doc/02_output.md."""

BODY_25B: Joints = {
    "nose": "upper_neck",
    **_pairs("nose", "eye"),
    **_pairs("{}_eye", "ear"),
    **_pairs("upper_neck", "shoulder"),
    **_pairs("{}_shoulder", "elbow"),
    **_pairs("{}_elbow", "wrist"),
    **_pairs("upper_neck", "hip"),
    **_pairs("{}_hip", "knee"),
    **_pairs("{}_knee", "ankle"),
    "upper_neck": None,
    "head_top": "upper_neck",
    **dict.fromkeys(("left_big_toe", "left_small_toe", "left_heel"), "left_ankle"),
    **dict.fromkeys(("right_big_toe", "right_small_toe", "right_heel"), "right_ankle"),
}
"""OpenPose's experimental model BODY_25B: COCO's 17, then MPII's upper neck and head top, and the
feet. POSE_BODY_25B_BODY_PARTS in its poseParameters."""

MPI_15: Joints = {
    "head_top": "upper_neck",
    "upper_neck": "chest",
    **_chain("right", "upper_neck", "shoulder", "elbow", "wrist"),
    **_chain("left", "upper_neck", "shoulder", "elbow", "wrist"),
    **_chain("right", "chest", "hip", "knee", "ankle"),
    **_chain("left", "chest", "hip", "knee", "ankle"),
    "chest": None,
}
"""OpenPose's models MPI and MPI_4_layers: POSE_MPI_BODY_PARTS in its poseParameters. Head and Neck
have MPII's names here: the models learned MPII's joints."""

HALPE_26: Joints = {
    "nose": "head",
    **_pairs("nose", "eye"),
    **_pairs("{}_eye", "ear"),
    **_pairs("neck", "shoulder"),
    **_pairs("{}_shoulder", "elbow"),
    **_pairs("{}_elbow", "wrist"),
    **_pairs("hip", "hip"),
    **_pairs("{}_hip", "knee"),
    **_pairs("{}_knee", "ankle"),
    "head": "neck",
    "neck": "hip",
    "hip": None,
    **_pairs("{}_ankle", "big_toe", "small_toe", "heel"),
}
"""The 26 body keypoints of Halpe: COCO's 17, then top of the head, neck, middle of the hips and
the feet. README.md of github.com/Fang-Haoshu/Halpe-FullBody; the names are MMPose's (halpe26)."""

MEDIAPIPE_33: Joints = {
    "nose": None,
    **_chain("left", "nose", "eye_inner", "eye", "eye_outer"),
    **_chain("right", "nose", "eye_inner", "eye", "eye_outer"),
    **_pairs("{}_eye_outer", "ear"),
    **_pairs("nose", "mouth", "shoulder"),
    **_pairs("{}_shoulder", "elbow"),
    **_pairs("{}_elbow", "wrist"),
    **_pairs("{}_wrist", "pinky", "index", "thumb"),
    **_pairs("{}_shoulder", "hip"),
    **_pairs("{}_hip", "knee"),
    **_pairs("{}_knee", "ankle"),
    **_pairs("{}_ankle", "heel", "foot_index"),
}
"""The 33 landmarks of MediaPipe Pose (BlazePose), which calls `left_mouth` "mouth (left)".
ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker."""
