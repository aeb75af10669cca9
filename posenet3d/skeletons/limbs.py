"""What hangs on what: the bones of a limb, and those on the way from the root to a joint."""

from __future__ import annotations

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton


def limbs(skeleton: Skeleton) -> list[tuple[int, ...]]:
    """The bones of each limb, from the trunk outwards: below the first joint of a side.

    Below a hip or a shoulder, say; the bones that lead there are the trunk's. Indices into
    `skeleton.bones`; no limbs where the skeleton has no sides.
    """
    sided = {*skeleton.left, *skeleton.right}
    found: dict[int, list[int]] = {}
    for bone, (parent, _) in enumerate(skeleton.bones):
        start = parent
        while start in sided and skeleton.parents[start] in sided:
            start = skeleton.parents[start]
        if start in sided:
            found.setdefault(start, []).append(bone)
    return [tuple(limb) for limb in found.values()]


def bone_paths(skeleton: Skeleton) -> np.ndarray:
    """float32 `[J, J - 1]`: 1 where a bone lies on the way from the root to a joint.

    Joints from the root on are `bone_paths @ bone_vectors`.
    """
    number = {child: i for i, (_, child) in enumerate(skeleton.bones)}
    paths = np.zeros((skeleton.num_joints, len(skeleton.bones)), np.float32)
    for joint in range(skeleton.num_joints):
        on_the_way = joint
        while on_the_way != skeleton.root:
            paths[joint, number[on_the_way]] = 1.0
            on_the_way = skeleton.parents[on_the_way]
    return paths
