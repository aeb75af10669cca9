"""The skeleton that a pose archive declares by its arrays; the layout is in docs/data.md."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.skeleton import Skeleton

_UNNAMED = "own"  # what an archive's skeleton is called where the archive does not say


def archived_skeleton(arrays: Mapping[str, np.ndarray], placement: Skeleton) -> Skeleton:
    """The skeleton of an archive's joints.

    Args:
      arrays: `joints` `[J]`, their names, and for a skeleton that is not a known one `parents`
        `[J]`, the index of each joint's parent and -1 for the root; if there are, `left` and
        `right`, indices of mirror partners. `skeleton` is its name, or that of a known one.
      placement: The skeleton where several have joints of these names.

    Raises:
      ValueError: If there are no parents and no known skeleton has the joints, or the arrays do not
        make a skeleton.
    """
    if "joints" not in arrays:
        raise ValueError("there are parents but no joints; give the names of the joints as well.")
    names = tuple(str(name) for name in arrays["joints"].flat)
    name = str(arrays["skeleton"]) if "skeleton" in arrays else _UNNAMED
    if name in skeletons.SKELETONS:
        placement = skeletons.SKELETONS[name]
        if names != placement.joint_names:
            raise ValueError(f"skeleton is {name!r}, which has other joints; rename it.")
    if names == placement.joint_names:
        return placement
    if not all(text.strip() and text.isprintable() for text in (name, *names)):
        raise ValueError("joints and skeleton must hold names, none of them empty or broken.")
    try:
        return skeletons.from_joint_names(names)
    except ValueError as error:
        if "parents" not in arrays:
            raise ValueError(
                f"{error} For a skeleton of your own give parents as well, or a map file "
                "(docs/own_skeleton.md)."
            ) from None
    parents, left, right = (
        _indices(key, arrays.get(key), least, len(names))
        for key, least in (("parents", -1), ("left", 0), ("right", 0))
    )
    return Skeleton(name, names, parents, left, right)


def skeleton_arrays(skeleton: Skeleton) -> dict[str, np.ndarray]:
    """What `archived_skeleton` reads; of a known skeleton the names alone."""
    arrays = {"joints": np.array(skeleton.joint_names)}
    if skeletons.SKELETONS.get(skeleton.name) == skeleton:
        return arrays
    indices = {key: np.array(getattr(skeleton, key), int) for key in ("parents", "left", "right")}
    return arrays | indices | {"skeleton": np.array(skeleton.name)}


def _indices(key: str, array: np.ndarray | None, least: int, joints: int) -> tuple[int, ...]:
    if array is None:
        return ()
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{key} must be a list of whole numbers, got {array.dtype} {array.shape}.")
    if array.size and not (least <= array.min() and array.max() < joints):
        raise ValueError(
            f"{key} must be indices of the {joints} joints, got {array.min()} to {array.max()}."
        )
    return tuple(array.astype(int).tolist())
