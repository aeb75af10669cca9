"""Other placements of the joints along their bones.

Every detector and every lab places its joints a little differently: the pelvis in the middle of the
hips or above, the head at its top or inside. A placement is a matrix that makes each joint of a
pose a weighted sum of its joints, the same in the image, in space and in any unit; a lifter that
has been trained on many can be used on one that it has never seen.
"""

from __future__ import annotations

import numpy as np

from posenet3d.skeletons import joint_maps
from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.skeleton import Skeleton

# Standard deviations in parts of a bone's length; ours. Knees, ankles, elbows and wrists mean
# nearly the same to everybody; hips, shoulders, trunk, neck and head do not.
_LIMB = 0.04
_TRUNK = 0.2
_LIMIT = 2.0  # standard deviations
_BEYOND = 1.2  # how far on the way to another data set's placement, of which 1 is all of it


def draw_placements(skeleton: Skeleton, count: int, seed: int) -> np.ndarray:
    """Draws placements, left and right alike.

    Half of them start from the data's own placement and half from somewhere on the way to that of
    another skeleton with the same joint names, if there is one; then every joint moves along its
    bone at random.

    Args:
      skeleton: The skeleton of the J joints.
      count: Number of placements K drawn beside the data's own.
      seed: Seed of the drawing.

    Returns:
      float32 `[1 + K, J, J]`; rows sum to 1, the first is the data's own placement (the identity).
    """
    rng = np.random.default_rng([seed, 0x9ACE])
    own, others = np.eye(skeleton.num_joints), _other_placements(skeleton)
    placements = [own]
    for number in range(count):
        start = own
        if others and number % 2:
            share = rng.uniform(0.0, _BEYOND)
            start = (1.0 - share) * own + share * others[number // 2 % len(others)]
        placements.append(_moved_along_bones(skeleton, rng) @ start)
    return np.stack(placements).astype(np.float32)


def _other_placements(skeleton: Skeleton) -> list[np.ndarray]:
    """Matrices of the declared maps to skeletons with the same joint names."""
    if skeletons.SKELETONS.get(skeleton.name) != skeleton:
        return []
    same = [
        other
        for other in skeletons.SKELETONS.values()
        if other.joint_names == skeleton.joint_names and other.name != skeleton.name
    ]
    maps = [joint_maps.get(skeleton.name, other.name) for other in same]
    return [joint_map.apply(np.eye(skeleton.num_joints))[0] for joint_map in maps]


def _moved_along_bones(skeleton: Skeleton, rng: np.random.Generator) -> np.ndarray:
    """A matrix that moves every joint by a random part of its bone."""
    matrix = np.eye(skeleton.num_joints)
    for joint in _one_side(skeleton):
        deviation = _LIMB if _is_limb(skeleton, joint) else _TRUNK
        for moved, ends in _ways(skeleton, joint):
            share = deviation * np.clip(rng.standard_normal(), -_LIMIT, _LIMIT)
            for row, towards in zip(moved, ends, strict=True):
                matrix[row, row] -= share
                matrix[row, list(towards)] += share / len(towards)
    return matrix


def _one_side(skeleton: Skeleton) -> list[int]:
    """Every joint but the left ones, which move as their partners do."""
    return [j for j in range(skeleton.num_joints) if j not in skeleton.left]


def _is_limb(skeleton: Skeleton, joint: int) -> bool:
    """Whether the joint and the one before it are on one side: knee, ankle, elbow, wrist."""
    sided = {*skeleton.left, *skeleton.right}
    return joint in sided and skeleton.parents[joint] in sided


def _ways(skeleton: Skeleton, joint: int) -> list[tuple[tuple[int, ...], list[tuple[int, ...]]]]:
    """Along what a joint and its partner move: (joints, for each the joints it moves towards).

    A joint moves along the bone from its parent; the root along those to its children, mirrored
    pairs of which count as one, so that it stays in the middle.
    """
    if joint == skeleton.root:
        children = [c for c, parent in enumerate(skeleton.parents) if parent == joint]
        pairs = sorted({tuple(sorted({c, skeleton.mirror[c]})) for c in children})
        return [((joint,), [pair]) for pair in pairs]
    moved = tuple(sorted({joint, skeleton.mirror[joint]} - {skeleton.root}))
    return [(moved, [(skeleton.parents[j],) for j in moved])]
