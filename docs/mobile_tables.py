"""Prints the tables of mobile.md that come from the package: joints, and formulas of the maps.

    python docs/mobile_tables.py

Needs no TensorFlow. A test compares what it prints with the page.
"""

from __future__ import annotations

from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.joint_rules import JointMap
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, MEDIAPIPE_33

DETECTORS = {"COCO, MoveNet": COCO_17, "BlazePose, ML Kit": MEDIAPIPE_33}
_DECIMALS = 4


def main() -> None:
    """Prints both tables."""
    print(joints_table(), formulas_table(), sep="\n\n")


def joints_table() -> str:
    """A row a joint of the lifter: index, parent, mirror partner, and place in each detector."""
    names = CMU_17.joint_names
    lines = [
        f"| index | joint | parent | mirrored | {' | '.join(DETECTORS)} |",
        "|---:|---|---:|---:|" + "---:|" * len(DETECTORS),
    ]
    for joint, name in enumerate(names):
        parent = "" if CMU_17.parents[joint] < 0 else CMU_17.parents[joint]
        places = " | ".join(place(name, skeleton) for skeleton in DETECTORS.values())
        lines.append(f"| {joint} | `{name}` | {parent} | {CMU_17.mirror[joint]} | {places} |")
    return "\n".join(lines)


def place(name: str, skeleton: joint_maps.Skeleton) -> str:
    """The index of a joint in a detector's set; empty where it must be computed."""
    return str(skeleton.index(name)) if name in skeleton.joint_names else ""


def formulas_table() -> str:
    """A row a choice of each joint that must be computed; the same for all the detectors."""
    maps = [joint_maps.get(skeleton.name, CMU_17.name) for skeleton in DETECTORS.values()]
    found = [rows(one) for one in maps]
    assert all(one == found[0] for one in found), "the detectors' maps differ: give each a table"
    return "\n".join(["| joint | choice | formula |", "|---|---:|---|", *found[0]])


def rows(joint_map: JointMap) -> list[str]:
    """The rows of the joints that a map computes."""
    return [
        f"| `{joint}` | {choice} | {formula(rule.weights())} |"
        for joint in joint_map.synthesised
        for choice, rule in enumerate(joint_map.alternatives(joint), start=1)
    ]


def formula(weights: dict[str, float]) -> str:
    """A weighted sum of joints, those of one weight together."""
    by_weight: dict[float, list[str]] = {}
    for joint, weight in weights.items():
        by_weight.setdefault(round(weight, _DECIMALS), []).append(joint)
    terms = []
    for weight, joints in by_weight.items():
        total = " + ".join(joints)
        terms.append(f"{weight:g} ({total})" if len(joints) > 1 else f"{weight:g} {total}")
    return " + ".join(terms)


if __name__ == "__main__":
    main()
