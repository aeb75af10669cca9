"""Poses as detectors of each keypoint set would give them."""

import dataclasses

import numpy as np
import pytest

from posenet3d import joint_maps, proportions
from posenet3d.skeleton import CMU_17, H36M_17, Skeleton


@dataclasses.dataclass(frozen=True)
class Detected:
    """What a detector says of people whose joints are known.

    `keypoints_2d` `[N, J, 2]`, pixels, on `skeleton`; `true` `[N, 17, 2]`, the joints that
    `h36m17` has where its own convention places them.
    """

    skeleton: Skeleton
    keypoints_2d: np.ndarray
    true: np.ndarray

    def flat(self, person, confidence=0.9):
        """x, y, confidence of each joint in turn, as most files have them."""
        joints = self.keypoints_2d[person].tolist()
        return [value for x, y in joints for value in (x, y, confidence)]

    def check(self, people, confidence=0.9, atol=0.01):
        """That people read from a file of these have their joints where lifters expect them."""
        assert people.skeleton is self.skeleton
        for target in (H36M_17, CMU_17):
            mapped = people.on(target)
            expected, _ = joint_maps.get("h36m17", target.name).apply(self.true)
            np.testing.assert_allclose(mapped.keypoints_2d, expected, atol=atol)
            np.testing.assert_allclose(mapped.confidence, confidence)


@pytest.fixture(scope="session")
def detected(people):
    """Makes `Detected` of twelve synthetic people for a skeleton."""

    def detected(skeleton):
        pose = people.keypoints_2d[::40].astype(np.float64)
        named = {name: pose[:, j] for j, name in enumerate(H36M_17.joint_names)}
        hips = (named["left_hip"] + named["right_hip"]) / 2
        shoulders = (named["left_shoulder"] + named["right_shoulder"]) / 2
        upwards = (named["head"] - shoulders) / (proportions.TOP - proportions.SHOULDERS)

        def at(height):
            return shoulders + (height - proportions.SHOULDERS) * upwards

        named |= {
            "pelvis": hips, "mid_hip": hips, "hip": hips, "thorax": shoulders,
            "spine": (hips + shoulders) / 2, "neck": shoulders, "nose": at(proportions.NOSE),
        }  # fmt: skip
        for side, shift in (("left", 3.0), ("right", -3.0)):
            named[f"{side}_ear"] = at(proportions.EARS) + [shift, 0]
            named[f"{side}_eye"] = at(proportions.EYES) + [shift, 0]
        others = {"toe": "ankle", "heel": "ankle", "index": "wrist", "thumb": "wrist"}

        def of(name):
            side, _, part = name.partition("_")
            near = others.get(part.split("_")[-1], "wrist" if part == "pinky" else "eye")
            return named[name] if name in named else named[f"{side}_{near}"] + 1

        true = np.stack([named[n] for n in H36M_17.joint_names], axis=1)
        true[:, H36M_17.index("neck")] = at(proportions.NECK)
        keypoints = np.stack([of(n) for n in skeleton.joint_names], axis=1)
        return Detected(skeleton, keypoints, true)

    return detected
