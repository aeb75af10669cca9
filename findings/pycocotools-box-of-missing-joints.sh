#!/usr/bin/env bash
# Package:   pycocotools 2.0.11; numpy 2.4.6
# Behaviour: COCO.loadRes makes the box and the area of a detected person from all keypoints, those that
#            were not found (0, 0, 0) too: the box reaches to the picture's corner.
# Output:    wrist not found: box [0, 0, 340, 260], area 88400; of the joints found: 40 x 60 = 2400
# Matters:   the area decides whether an unmatched detection counts among medium or large persons, so
#            AP (medium) and AP (large) depend on which joints a detector left out; and a crop or a
#            scale taken from this box is that of another person.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pycocotools==2.0.11 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import contextlib
import io

from pycocotools.coco import COCO

names = ["shoulder", "elbow", "wrist"]
coco = COCO()
coco.dataset = {
    "info": {},
    "images": [{"id": 1, "width": 640, "height": 480}],
    "categories": [{"id": 1, "name": "person", "keypoints": names, "skeleton": []}],
    "annotations": [],
}
keypoints = [300, 200, 0.9, 340, 260, 0.8, 0, 0, 0]
with contextlib.redirect_stdout(io.StringIO()):
    coco.createIndex()
    found = coco.loadRes(
        [{"image_id": 1, "category_id": 1, "keypoints": keypoints, "score": 0.9}]
    )
(person,) = found.dataset["annotations"]
box = [int(value) for value in person["bbox"]]
print(f"wrist not found: box {box}, area {int(person['area'])}; of the joints found: 40 x 60 = 2400")
assert box == [0, 0, 340, 260] and person["area"] == 340 * 260
PYTHON
