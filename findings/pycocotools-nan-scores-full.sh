#!/usr/bin/env bash
# Package:   pycocotools 2.0.11; numpy 2.4.6
# Behaviour: COCOeval("keypoints") matches a detection with one NaN coordinate to any person. Its
#            similarity (OKS) is NaN, and the comparison that should reject a bad match is false for NaN.
# Output:    16 of 17 joints 10,000 px away, the last at its place: OKS 0.06, AP 0.000
#            the same, the last joint NaN:                          OKS nan, AP 1.000
# Matters:   NaN is how several tools of pose write a joint that was not found. Such a file does not
#            fail in the evaluation: it is reported as perfect. Set missing joints to a number before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pycocotools==2.0.11 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import contextlib
import io

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

truth = np.random.default_rng(0).uniform(50, 400, (17, 2)).round()


def evaluate(keypoints):
    """OKS and AP of one detection of the one person in the one image."""
    with contextlib.redirect_stdout(io.StringIO()):
        person = COCO()
        person.dataset = {
            "info": {},
            "images": [{"id": 1, "width": 640, "height": 480}],
            "categories": [{"id": 1, "name": "person"}],
            "annotations": [
                {
                    "id": 1,
                    "image_id": 1,
                    "category_id": 1,
                    "keypoints": np.c_[truth, np.full(17, 2)].ravel().tolist(),
                    "num_keypoints": 17,
                    "bbox": [50, 50, 350, 350],
                    "area": 80000,
                    "iscrowd": 0,
                }
            ],
        }
        person.createIndex()
        flat = np.c_[keypoints, np.ones(17)].ravel().tolist()
        found = person.loadRes(
            [{"image_id": 1, "category_id": 1, "keypoints": flat, "score": 0.9}]
        )
        evaluation = COCOeval(person, found, "keypoints")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.ious[1, 1].item(), evaluation.stats[0].item()


assert evaluate(truth) == (1.0, 1.0) or evaluate(truth)[1] > 0.999
wrong = truth + 10000
wrong[16] = truth[16]
similarity, precision = evaluate(wrong)
print(f"16 of 17 joints 10,000 px away, the last at its place: OKS {similarity:.2f}, AP {precision:.3f}")
assert similarity < 0.1 and precision == 0

wrong[16] = np.nan
similarity, precision = evaluate(wrong)
print(f"the same, the last joint NaN:                          OKS {similarity}, AP {precision:.3f}")
assert np.isnan(similarity) and precision > 0.999
PYTHON
