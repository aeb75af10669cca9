"""Makes the sample files of this folder: two procedural people, eight frames, in every format.

    python docs/samples/make.py

The people are made by `posenet3d.data.synthetic`, so nobody's data are in the files. What other
tools' own code wrote of the same people is not made here: the files of pandas, SLEAP, movement and
Sports2D. docs/lift_your_keypoints.md says with which versions, under "Tools".
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from posenet3d.data import synthetic
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.proportions import EARS, EYES, NOSE, SHOULDERS, TOP
from posenet3d.skeletons.skeleton import (
    BODY_25,
    BODY_25B,
    COCO_17,
    H36M_17,
    HALPE_26,
    MEDIAPIPE_33,
    Skeleton,
)

HERE = Path(__file__).resolve().parent
SIZE = (1280, 720)
FRAMES = 8
PEOPLE = 2
CONFIDENCE = 0.9


def main() -> None:
    """Writes every file of the folder but itself."""
    body = named_points()
    seen = detected(body)
    frames = range(FRAMES)
    write_json("coco_results.json", [
        {"image_id": f, "category_id": 1, "keypoints": flat(seen, COCO_17, p, f), "score": 0.9}
        for f in frames for p in range(PEOPLE)
    ])  # fmt: skip
    write_json("coco_annotations.json", annotations(seen))
    write_openpose(seen, "openpose", BODY_25, FRAMES)
    write_openpose(seen, "openpose_body25b", BODY_25B, 4)
    write_easymocap(seen)
    write_json("alphapose-results.json", [
        {"image_id": f"{f}.jpg", "category_id": 1, "keypoints": flat(seen, HALPE_26, p, f),
         "score": 2.7, "box": [400.0, 100.0, 200.0, 500.0], "idx": p + 1}
        for f in frames for p in range(PEOPLE)
    ])  # fmt: skip
    write_json("mmpose.json", mmpose(seen))
    write_mmpose_images(seen)
    write_json("ultralytics.json", [
        [ultralytics(seen, p, f) for p in range(PEOPLE)] for f in frames
    ])  # fmt: skip
    write_json("mediapipe.json", [[landmarks(seen, p, f) for p in range(PEOPLE)] for f in frames])
    write_mediapipe_table(seen)
    write_detected(seen)
    write_table(seen)
    write_videopose3d(seen)
    np.save(HERE / "freemocap_2dData.npy", freemocap(seen))
    pixels = np.stack([body[name] for name in H36M_17.joint_names], axis=2)[0]
    poses = Poses2D(pixels.astype(np.float32), H36M_17, sequences=("walk",), frame_rate=25.0)
    write_archive(HERE / "archive.npz", poses)


def named_points() -> dict[str, np.ndarray]:
    """The joints of `H36M_17` by name, `[PEOPLE, FRAMES, 2]` pixels, beside each other."""
    config = synthetic.SyntheticConfig(num_sequences=PEOPLE, frames_per_sequence=FRAMES, seed=11)
    poses = synthetic.generate_poses(config)
    points = poses.keypoints_2d.reshape(PEOPLE, FRAMES, 17, 2).astype(np.float64)
    for person in range(PEOPLE):
        extent = np.ptp(points[person, 0], axis=0).max()
        middle = points[person, 0, H36M_17.root]
        place = np.array([SIZE[0] * (person + 1) / (PEOPLE + 1), 0.5 * SIZE[1]])
        points[person] = (points[person] - middle) * (450 / extent) + place
    return {name: points[:, :, j] for j, name in enumerate(H36M_17.joint_names)}


def detected(body: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The points that detectors find, by the names of all of their skeletons."""
    hips = (body["left_hip"] + body["right_hip"]) / 2
    shoulders = (body["left_shoulder"] + body["right_shoulder"]) / 2
    up = (body["head"] - shoulders) / (TOP - SHOULDERS)
    across = 0.1 * (body["left_shoulder"] - body["right_shoulder"])
    limbs = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    seen = {n: p for n, p in body.items() if n.split("_")[-1] in limbs}
    seen |= {"nose": shoulders + (NOSE - SHOULDERS) * up, "neck": shoulders}
    seen |= {"mid_hip": hips, "hip": hips, "head": body["head"]}
    seen |= {"upper_neck": body["neck"], "head_top": body["head"]}
    for side, sign in (("left", 1), ("right", -1)):
        eye = shoulders + (EYES - SHOULDERS) * up + sign * across
        seen |= dict.fromkeys((f"{side}_eye", f"{side}_eye_inner", f"{side}_eye_outer"), eye)
        seen[f"{side}_ear"] = shoulders + (EARS - SHOULDERS) * up + 2 * sign * across
        seen[f"{side}_mouth"] = seen["nose"] - 0.02 * up + sign * across / 2
        forearm = body[f"{side}_wrist"] - body[f"{side}_elbow"]
        for finger in ("pinky", "index", "thumb"):
            seen[f"{side}_{finger}"] = body[f"{side}_wrist"] + 0.25 * forearm
        for part in ("big_toe", "small_toe", "heel", "foot_index"):
            seen[f"{side}_{part}"] = body[f"{side}_ankle"] + [0.0, 20.0]
    return seen


def joints(
    seen: Mapping[str, np.ndarray], skeleton: Skeleton, person: int, frame: int
) -> np.ndarray:
    """`[J, 3]`: x, y and confidence; the second person's left wrist is missing."""
    points = np.stack([seen[name][person, frame] for name in skeleton.joint_names])
    confidence = np.full((len(points), 1), CONFIDENCE)
    if person == 1:
        wrist = skeleton.index("left_wrist")
        points[wrist], confidence[wrist] = 0, 0
    return np.concatenate([points, confidence], axis=1).round(2)


def flat(seen: Mapping[str, np.ndarray], skeleton: Skeleton, person: int, frame: int) -> list:
    """The same as one list of numbers."""
    return joints(seen, skeleton, person, frame).reshape(-1).tolist()


def annotations(seen: Mapping[str, np.ndarray]) -> dict:
    """COCO's annotations of the first two frames."""
    entries = []
    for frame in range(2):
        for person in range(PEOPLE):
            found = joints(seen, COCO_17, person, frame)
            found[:, 2] = 2 * (found[:, 2] > 0)
            about = {"id": len(entries) + 1, "image_id": frame, "category_id": 1, "iscrowd": 0}
            entries.append(about | {"keypoints": found.reshape(-1).tolist()})
    width, height = SIZE
    return {
        "images": [
            {"id": f, "width": width, "height": height, "file_name": f"{f}.jpg"} for f in range(2)
        ],
        "annotations": entries,
        "categories": [{"id": 1, "name": "person", "keypoints": list(COCO_17.joint_names)}],
    }


def instance(seen: Mapping[str, np.ndarray], person: int, frame: int) -> dict:
    """A person in MMPose's files."""
    found = joints(seen, COCO_17, person, frame)
    return {"keypoints": found[:, :2].tolist(), "keypoint_scores": found[:, 2].tolist()}


def mmpose(seen: Mapping[str, np.ndarray]) -> dict:
    """What MMPose's demo saves of a video."""
    names = {str(number): name for number, name in enumerate(COCO_17.joint_names)}
    frames = [
        {
            "frame_id": f,
            "instances": [instance(seen, p, f) | {"track_id": p} for p in range(PEOPLE)],
        }
        for f in range(FRAMES)
    ]
    return {"meta_info": {"keypoint_id2name": names}, "instance_info": frames}


def write_mmpose_images(seen: Mapping[str, np.ndarray]) -> None:
    """A folder as MMPose's inferencer leaves it of images; nobody is in the first."""
    (HERE / "mmpose_images").mkdir(exist_ok=True)
    write_json("mmpose_images/walk_0.json", [])
    for frame in range(1, 4):
        people = [instance(seen, p, frame) for p in range(PEOPLE)]
        write_json(f"mmpose_images/walk_{frame}.json", people)


def ultralytics(seen: Mapping[str, np.ndarray], person: int, frame: int) -> dict:
    """A person in the results of Ultralytics' YOLO-pose."""
    x, y, visible = joints(seen, COCO_17, person, frame).T.tolist()
    left, top, right, bottom = min(x), min(y), max(x), max(y)
    return {
        "name": "person",
        "class": 0,
        "confidence": 0.9,
        "box": {"x1": left, "y1": top, "x2": right, "y2": bottom},
        "track_id": person + 1,
        "keypoints": {"x": x, "y": y, "visible": visible},
    }


def landmarks(seen: Mapping[str, np.ndarray], person: int, frame: int) -> list[dict]:
    """MediaPipe's landmarks: parts of the image's size."""
    found = joints(seen, MEDIAPIPE_33, person, frame)
    return [
        {"x": round(x / SIZE[0], 5), "y": round(y / SIZE[1], 5), "visibility": c}
        for x, y, c in found.tolist()
    ]


def write_openpose(
    seen: Mapping[str, np.ndarray], folder: str, skeleton: Skeleton, frames: int
) -> None:
    """A folder with a file a frame."""
    (HERE / folder).mkdir(exist_ok=True)
    for frame in range(frames):
        people = [
            {"person_id": [-1], "pose_keypoints_2d": flat(seen, skeleton, p, frame)}
            for p in range(PEOPLE)
        ]
        name = f"{folder}/walk_{frame:012d}_keypoints.json"
        write_json(name, {"version": 1.3, "people": people})


def write_easymocap(seen: Mapping[str, np.ndarray]) -> None:
    """A folder of EasyMocap's annotations."""
    (HERE / "easymocap").mkdir(exist_ok=True)
    for frame in range(4):
        about = {"filename": f"images/walk/{frame:06d}.jpg", "height": SIZE[1], "width": SIZE[0]}
        people = [
            {"personID": p, "keypoints": joints(seen, BODY_25, p, frame).tolist()}
            for p in range(PEOPLE)
        ]
        write_json(f"easymocap/{frame:06d}.json", about | {"annots": people, "isKeyframe": False})


def write_mediapipe_table(seen: Mapping[str, np.ndarray]) -> None:
    """A row a frame of the first person."""
    header = [f"{quantity}{n}" for n in range(33) for quantity in ("x", "y", "visibility")]
    rows = [
        [frame] + [v for landmark in landmarks(seen, 0, frame) for v in landmark.values()]
        for frame in range(FRAMES)
    ]
    write_csv("mediapipe.csv", [["frame", *header], *rows])


def write_detected(seen: Mapping[str, np.ndarray]) -> None:
    """As `posenet3d detect` writes it: the header on one line, then a line a frame."""
    header = {"format": "posenet3d keypoints", "skeleton": "halpe26", "frame_rate": 25.0}
    frames = [
        json.dumps({"frame": frame, "size": SIZE, "people": [
            {"keypoints": flat(seen, HALPE_26, person, frame)} for person in range(PEOPLE)
        ]}) for frame in range(FRAMES)
    ]  # fmt: skip
    text = ",\n".join(frames)
    content = f'{json.dumps(header)[:-1]}, "frames": [\n{text}\n]}}\n'
    (HERE / "detected.json").write_text(content, encoding="utf-8")


def write_table(seen: Mapping[str, np.ndarray]) -> None:
    """A row a joint; a missing one has empty cells."""
    rows = []
    for frame in range(FRAMES):
        for person in range(PEOPLE):
            found = joints(seen, COCO_17, person, frame).tolist()
            for name, (x, y, c) in zip(COCO_17.joint_names, found, strict=True):
                rows.append([frame, person, name, *((x, y, c) if c else ("", "", ""))])
    write_csv("table.csv", [["frame", "person", "joint", "x", "y", "confidence"], *rows])


def write_videopose3d(seen: Mapping[str, np.ndarray]) -> None:
    """The first person as VideoPose3D's prepare_data_2d_custom.py would have written him."""
    points = np.stack([joints(seen, COCO_17, 0, f)[:, :2] for f in range(FRAMES)])
    symmetry = [list(COCO_17.left), list(COCO_17.right)]
    metadata = {
        "layout_name": "coco",
        "num_joints": 17,
        "keypoints_symmetry": symmetry,
        "video_metadata": {"walk.mp4": {"w": SIZE[0], "h": SIZE[1]}},
    }
    positions = {"walk.mp4": {"custom": [points.astype(np.float32)]}}
    np.savez_compressed(
        HERE / "data_2d_custom_walk.npz",
        positions_2d=np.array(positions, dtype=object),
        metadata=np.array(metadata, dtype=object),
    )


def freemocap(seen: Mapping[str, np.ndarray]) -> np.ndarray:
    """FreeMoCap's array of one camera, `[1, FRAMES, 33, 2]`: NaN where nothing was found."""
    points = np.stack([joints(seen, MEDIAPIPE_33, 1, frame) for frame in range(FRAMES)])
    points[points[..., 2] == 0] = np.nan
    return points[None, ..., :2]


def write_json(name: str, content: object) -> None:
    """A JSON file."""
    (HERE / name).write_text(json.dumps(content) + "\n", encoding="utf-8")


def write_csv(name: str, rows: list[list]) -> None:
    """A CSV file."""
    with open(HERE / name, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
