#!/usr/bin/env bash
# Package:   pose-format 0.15.0; numpy 2.4.6
# Behaviour: load_openpose_directory numbers the keypoints through all parts of a person and does not
#            skip the places of a part whose list is empty. OpenPose run with hands and without face
#            writes "face_keypoints_2d": []; the hands then come out as points of the face.
# Output:    pose_keypoints_2d: 25 of 25 points, the first at (100, 200)
#            face_keypoints_2d: 42 of 70 points, the first at (500, 500)   <- the left hand's wrist
#            hand_left_keypoints_2d: 0 of 21 points
#            hand_right_keypoints_2d: 0 of 21 points
# Matters:   nothing is raised, and the confidences are those of a good detection: hands are missing
#            throughout, and a face is there that moves like hands.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pose-format==0.15.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import json
from pathlib import Path

from pose_format.utils.openpose import load_openpose_directory


def part(count, x, y):
    return [value for k in range(count) for value in (x + k, y + k, 0.9)]


person = {
    "person_id": [-1],
    "pose_keypoints_2d": part(25, 100, 200),
    "face_keypoints_2d": [],
    "hand_left_keypoints_2d": part(21, 500, 500),
    "hand_right_keypoints_2d": part(21, 700, 500),
}
Path("clip").mkdir()
for frame in range(2):
    path = Path("clip", f"clip_{frame:012d}_keypoints.json")
    path.write_text(json.dumps({"version": 1.3, "people": [person]}))

pose = load_openpose_directory("clip", fps=25, width=1280, height=720)
seen, start = {}, 0
for component in pose.header.components:
    points = pose.body.data[0, 0, start : start + len(component.points)]
    start += len(component.points)
    there = points.compressed().reshape(-1, 2)
    seen[component.name] = there
    where = f", the first at ({there[0, 0]:g}, {there[0, 1]:g})" if len(there) else ""
    print(f"{component.name}: {len(there)} of {len(component.points)} points{where}")

assert len(seen["pose_keypoints_2d"]) == 25
assert len(seen["face_keypoints_2d"]) == 42
assert seen["face_keypoints_2d"][0].tolist() == [500.0, 500.0]
assert seen["face_keypoints_2d"][21].tolist() == [700.0, 500.0]
assert not len(seen["hand_left_keypoints_2d"]) and not len(seen["hand_right_keypoints_2d"])
PYTHON
