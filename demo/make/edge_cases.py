"""Texts that are hardly or not keypoints; the readers' answers to them are golden."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def edge_cases() -> dict[str, str]:
    """By what is odd about each."""
    coco = [[float(10 * j), float(20 * j), 0.9] for j in range(17)]

    def person(change: Callable[[list[list[Any]]], Any] = lambda k: None, **more: Any) -> dict:
        keypoints = [list(joint) for joint in coco]
        change(keypoints)
        return {"image_id": 7, "keypoints": [v for joint in keypoints for v in joint]} | more

    def put(joint: int, axis: int, value: Any) -> Callable[[list[list[Any]]], None]:
        return lambda keypoints: keypoints[joint].__setitem__(axis, value)

    landmark = {"x": 0.5, "y": 0.25, "visibility": 0.8}
    body25 = [v for j in range(25) for v in (10.0 * j, 5.0 * j, 0.5)]
    visible = person(lambda k: [j.__setitem__(2, 2) for j in k], id=3, category_id=1)
    content = {
        "confidence above one": [person(put(0, 2, 1.05))],
        "confidence far above one": [person(put(0, 2, 7.5))],
        "missing joints": [person(put(5, 2, 0), score=1)],
        "all joints missing": [person(lambda k: [j.__setitem__(2, 0) for j in k])],
        "a number as text": [person(put(3, 0, "12"))],
        "null among the numbers": [person(put(3, 1, None))],
        "true among the numbers": [person(put(3, 1, True))],
        "a huge coordinate": [person(put(16, 0, 1e9))],
        "too few numbers": [{"image_id": 1, "keypoints": [1.0, 2.0, 0.5]}],
        "no keypoints": [{"image_id": 1, "score": 0.5}],
        "no image id": [{"keypoints": person()["keypoints"]}],
        "an image id that is a list": [person(image_id=[1])],
        "a person that is a number": [person(), 5],
        "two images, one by name": [person(), person(image_id="b.jpg", box=[0, 0, 1, 1], idx=1)],
        "alphapose, nothing found": [person(put(2, 2, 1e-5), image_id="a.jpg", idx=[[4.0]])],
        "alphapose, two of one track": [person(image_id="a.jpg", idx=1)] * 2,
        "alphapose, whole body": [
            {"image_id": "a.jpg", "keypoints": person()["keypoints"] + [0.0] * (3 * (133 - 17))}
        ],
        "an empty list": [],
        "an empty object": {},
        "a list of nothing": [None, None],
        "nested lists": [[[[[[]]]]]],
        "a number": 5,
        "annotations": {"annotations": [visible, {"image_id": 7, "id": 4, "iscrowd": 1}]},
        "annotations with confidences": {"annotations": [person(id=1)]},
        "annotations that are no list": {"annotations": {"a": 1}},
        "no annotations": {"annotations": []},
        "images that are no list": {"annotations": [visible], "images": 3},
        "a category of other joints": {
            "annotations": [visible],
            "categories": [{"id": 1, "name": "dog", "keypoints": ["nose", "tail"]}],
        },
        "openpose without people": {"people": []},
        "openpose, people no list": {"people": 3},
        "openpose with a tracker": {"people": [{"person_id": [8], "pose_keypoints_2d": body25}]},
        "openpose of an old version": {"people": [{"pose_keypoints": body25[:54]}]},
        "openpose, parts of the image": {
            "people": [{"pose_keypoints_2d": [v / 1000 for v in body25]}]
        },
        "openpose, both models": {
            "people": [{"pose_keypoints_2d": body25}, {"pose_keypoints_2d": body25[:54]}]
        },
        "mediapipe, one pose": [landmark] * 33,
        "mediapipe, an empty frame": [None, {"pose_landmarks": [[landmark] * 33]}],
        "mediapipe, objects in objects": {
            "frame": 4,
            "poseLandmarks": {"landmark": [landmark] * 33},
        },
        "mediapipe, too few landmarks": [landmark] * 20,
        "mediapipe, pixels": [{"x": 300, "y": 200}] * 33,
        "mediapipe without visibility": [{"x": 0.1, "y": 0.2}] * 33,
    }
    texts = {name: json.dumps(value) for name, value in content.items()}
    table = "frame,person,joint,x,y,confidence\n"
    return texts | {
        "not a number": '[{"image_id": 1, "keypoints": [NaN]}]',
        "infinity": '[{"image_id": 1, "keypoints": [1e999]}]',
        "cut short": texts["missing joints"][:100],
        "no json": "{hello",
        "empty": " \n",
        "a byte order mark": "\ufeff" + texts["missing joints"],
        "a table of limbs": table + "0,0,Left Knee,5,6,0.5\n0,0,left-ankle,7,8,\n",
        "a table in h36m's names": table + "3,bo,thorax,5,6,1\n4,bo,thorax,,,\n",
        "a table with an unknown joint": table + "0,0,tail,5,6,1\n",
        "a table with a joint twice": table + "0,0,nose,5,6,1\n0,0,nose,5,6,1\n",
        "a table with text": table + "0,0,nose,five,6,1\n",
        "a table with a short row": table + "0,0,nose\n",
        "a table without rows": table,
        "a table of parts": table + "0,0,nose,0.5,0.6,1\n",
        "a table of other columns": "a,b\n1,2\n",
    }
