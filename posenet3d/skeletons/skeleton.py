"""Skeletons: which joints a pose has, how they hang together, and how one skeleton maps to another.

A skeleton is plain data. Coordinates live elsewhere: an array `[..., J, D]` belongs to the skeleton
whose joint names its second to last axis follows.
"""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any

from posenet3d.skeletons import dataset_joints, detector_joints
from posenet3d.skeletons.heights import CMU_TRUNK, stature_weights


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """The joints of a pose as a tree.

    Args:
      name: What the skeleton is called in files and messages, for example `"h36m17"`.
      joint_names: The J joint names in the order of the arrays.
      parents: For each joint the index of its parent; -1 for the root, of which there is one.
      left: Indices of the joints on the person's left side.
      right: Their mirror partners, in the same order.
      stature_weights: One weight a bone; the weighted sum of the bone lengths is the length of the
        body from the ankles to the top of the head. Empty where the joints cannot tell it.

    Raises:
      ValueError: If the lengths disagree, names repeat, or the parents are not a tree.
    """

    name: str
    joint_names: tuple[str, ...]
    parents: tuple[int, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    stature_weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.joint_names)
        if len(self.parents) != count:
            raise ValueError(
                f"Skeleton {self.name!r} has {count} joint names but {len(self.parents)} parents; "
                "give one parent a joint (-1 for the root)."
            )
        if len(set(self.joint_names)) != count:
            raise ValueError(f"Skeleton {self.name!r} names a joint twice: {self.joint_names}.")
        if self.parents.count(-1) != 1:
            raise ValueError(
                f"Skeleton {self.name!r} needs exactly one root (parent -1), "
                f"got {self.parents.count(-1)}."
            )
        sides = {*self.left, *self.right}
        if len(self.left) != len(self.right) or len(sides) != 2 * len(self.left):
            raise ValueError(
                f"Skeleton {self.name!r}: left and right must be disjoint lists of partners, "
                f"got {self.left} and {self.right}."
            )
        if not sides <= set(range(count)):
            raise ValueError(
                f"Skeleton {self.name!r}: left and right must be joints from 0 to {count - 1}, "
                f"got {self.left} and {self.right}."
            )
        if not all(abs(weight) <= 100 for weight in self.stature_weights):
            raise ValueError(
                f"Skeleton {self.name!r}: stature_weights must lie between -100 and 100, "
                f"got {self.stature_weights}."
            )
        if len(self.stature_weights) not in (0, count - 1):
            raise ValueError(
                f"Skeleton {self.name!r} has {count - 1} bones but {len(self.stature_weights)} "
                "stature weights; give one a bone or none."
            )
        for joint in range(count):
            seen = set()
            while joint != -1:
                if joint in seen or not 0 <= joint < count:
                    raise ValueError(
                        f"Skeleton {self.name!r}: the parents {self.parents} are not a tree."
                    )
                seen.add(joint)
                joint = self.parents[joint]

    @property
    def num_joints(self) -> int:
        """J, the number of joints."""
        return len(self.joint_names)

    @cached_property
    def root(self) -> int:
        """Index of the root joint."""
        return self.parents.index(-1)

    @cached_property
    def bones(self) -> tuple[tuple[int, int], ...]:
        """The J - 1 bones as (parent, child), in the order of the children."""
        return tuple((p, c) for c, p in enumerate(self.parents) if p != -1)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """For each joint the joints that hang on it."""
        return tuple(
            tuple(c for c, parent in enumerate(self.parents) if parent == joint)
            for joint in range(self.num_joints)
        )

    @cached_property
    def mirror(self) -> tuple[int, ...]:
        """For each joint the joint that takes its place in a mirrored pose."""
        partner = dict(zip(self.left, self.right, strict=True))
        partner |= {right: left for left, right in partner.items()}
        return tuple(partner.get(j, j) for j in range(self.num_joints))

    @cached_property
    def bone_mirror(self) -> tuple[int, ...]:
        """For each bone (an index into `bones`) the bone of the other side.

        Itself on the trunk, and where the tree joins the mirrored joints in another way.
        """
        number = {frozenset(bone): i for i, bone in enumerate(self.bones)}
        mirrored = [frozenset(self.mirror[joint] for joint in bone) for bone in self.bones]
        return tuple(number.get(bone, i) for i, bone in enumerate(mirrored))

    @property
    def can_be_mirrored(self) -> bool:
        """Whether a pose in a mirror is a pose of this skeleton, centred on its root as well.

        There must be pairs, else nothing says which joint a mirrored one is, and the root must not
        be one of them.
        """
        return bool(self.left) and self.mirror[self.root] == self.root

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Skeleton:
        """Rebuilds a skeleton from `dataclasses.asdict`, or from the JSON of it.

        If name and joints are a known one's, it is that one: files hold the stature weights of the
        version that wrote them.
        """
        kept = cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
        known = SKELETONS.get(kept.name, kept)
        own, its = (dataclasses.asdict(s) | {"stature_weights": ()} for s in (kept, known))
        return known if own == its else kept

    def index(self, joint_name: str) -> int:
        """Index of a joint by name.

        Raises:
          ValueError: If there is no such joint; the message lists those there are.
        """
        if joint_name not in self.joint_names:
            raise ValueError(
                f"Skeleton {self.name!r} has no joint {joint_name!r}; "
                f"it has {', '.join(self.joint_names)}."
            )
        return self.joint_names.index(joint_name)


def _skeleton(
    name: str, joints: dict[str, str | None], stature: dict[str, float] | None = None
) -> Skeleton:
    """Builds a skeleton from {joint: parent} and {lower end of a bone: its stature weight}.

    `left_x` and `right_x` are partners.
    """
    names = tuple(joints)
    left = tuple(n for n in names if n.startswith("left_"))
    return Skeleton(
        name=name,
        joint_names=names,
        parents=tuple(-1 if p is None else names.index(p) for p in joints.values()),
        left=tuple(names.index(n) for n in left),
        right=tuple(names.index(n.replace("left_", "right_", 1)) for n in left),
        stature_weights=tuple(
            stature.get(n, 0.0) for n, parent in joints.items() if parent is not None
        )
        if stature
        else (),
    )


H36M_17 = _skeleton("h36m17", dataset_joints.H36M_17, stature=stature_weights())
"""The 17 joints of Human3.6M in the order used throughout the literature; the package's own."""

CMU_17 = _skeleton(
    "cmu17",
    dataset_joints.H36M_17,
    stature=stature_weights(trunk=CMU_TRUNK["thorax"] - CMU_TRUNK["pelvis"]),
)
"""The same 17 joints where the CMU motion capture database's skeleton has them: the pelvis above
the hips, the thorax below the shoulders, the head joint inside the head. Lifters are sensitive to
that, so it is a skeleton of its own."""

COCO_17 = _skeleton(
    "coco17",
    {
        "nose": None,
        "left_eye": "nose",
        "right_eye": "nose",
        "left_ear": "left_eye",
        "right_ear": "right_eye",
        "left_shoulder": "nose",
        "right_shoulder": "nose",
        "left_elbow": "left_shoulder",
        "right_elbow": "right_shoulder",
        "left_wrist": "left_elbow",
        "right_wrist": "right_elbow",
        "left_hip": "left_shoulder",
        "right_hip": "right_shoulder",
        "left_knee": "left_hip",
        "right_knee": "right_hip",
        "left_ankle": "left_knee",
        "right_ankle": "right_knee",
    },
)
"""The 17 keypoints of COCO (Lin et al., ECCV 2014), person category; it has no pelvis or spine."""

OPENPOSE_18 = _skeleton("openpose18", detector_joints.OPENPOSE_18)
"""The 18 keypoints of OpenPose's model COCO: COCO's and a neck, in an order of its own."""

BODY_25 = _skeleton("body25", detector_joints.BODY_25)
"""The 25 keypoints of OpenPose's default model, with neck, middle of the hips and feet."""

BODY_25B = _skeleton("body25b", detector_joints.BODY_25B)
"""The 25 keypoints of OpenPose's BODY_25B, in another order than BODY_25's, with the head's top."""

MPI_15 = _skeleton("mpi15", detector_joints.MPI_15)
"""The 15 keypoints of OpenPose's model MPI: limbs, head, neck and chest; no face."""

HALPE_26 = _skeleton("halpe26", detector_joints.HALPE_26)
"""The 26 body keypoints of Halpe (AlphaPose, MMPose), with the top of the head and feet."""

MEDIAPIPE_33 = _skeleton("mediapipe33", detector_joints.MEDIAPIPE_33)
"""The 33 landmarks of MediaPipe Pose; no joint of the trunk but shoulders and hips."""

MPII_16 = _skeleton("mpii16", dataset_joints.MPII_16)
"""The 16 joints of MPII Human Pose, which the Stacked Hourglass predicts as well."""

MPI_INF_3DHP_28 = _skeleton("mpi_inf_3dhp28", dataset_joints.MPI_INF_3DHP_28)
"""The 28 joints of MPI-INF-3DHP's training set."""

MPI_INF_3DHP_17 = _skeleton("mpi_inf_3dhp17", dataset_joints.MPI_INF_3DHP_17)
"""The 17 of them that its test set has, in its order."""

SKELETONS = {
    s.name: s
    for s in (
        H36M_17, CMU_17, COCO_17, OPENPOSE_18, BODY_25, HALPE_26, MEDIAPIPE_33, MPII_16,
        MPI_INF_3DHP_28, MPI_INF_3DHP_17, BODY_25B, MPI_15,
    )
}  # fmt: skip
"""Known skeletons by name."""


def get(name: str) -> Skeleton:
    """The skeleton of that name.

    Raises:
      ValueError: If there is none; the message lists those there are.
    """
    if name not in SKELETONS:
        raise ValueError(f"Unknown skeleton {name!r}; known are {', '.join(sorted(SKELETONS))}.")
    return SKELETONS[name]


def named(name: str | Skeleton) -> Skeleton:
    """The skeleton of that name; a skeleton as it is, since a user's own have no known name.

    Raises:
      ValueError: If there is none of that name.
    """
    return name if isinstance(name, Skeleton) else get(name)


def from_joint_names(joint_names: tuple[str, ...]) -> Skeleton:
    """The skeleton whose joints are exactly these, in this order.

    Raises:
      ValueError: If no known skeleton has them.
    """
    for skeleton in SKELETONS.values():
        if skeleton.joint_names == tuple(joint_names):
            return skeleton
    raise ValueError(
        f"No known skeleton has the {len(joint_names)} joints {', '.join(joint_names)} in this "
        f"order; known are {', '.join(sorted(SKELETONS))}."
    )
