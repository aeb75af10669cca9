"""Which skeleton the joints of a file are, by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.map_files.map_checks import listed
from posenet3d.skeletons.map_files.map_file import MapFile, advice
from posenet3d.skeletons.skeleton import COCO_17, Skeleton


def skeleton_of(
    path: str | Path,
    names: Sequence[str],
    placement: str | Skeleton,
    map_file: MapFile | None = None,
    where: Callable[[str], str] = lambda name: "",
) -> tuple[Skeleton, tuple[int | None, ...]]:
    """The skeleton that has the joints of these names, and the index of each in it.

    It is that of the map file, else the smallest of `skeleton.SKELETONS` that has them all, COCO's
    where limbs alone are given. Upper and lower case do not count, nor whether words are parted by
    spaces, hyphens or underscores.

    Args:
      path: The file, for messages.
      names: The names, each once.
      placement: Where the joints of Human3.6M's names lie: `h36m17` or `cmu17`. Or a lifter's own
        skeleton, which is preferred where it has all the joints.
      map_file: The user's own skeleton.
      where: What messages say after the file's name of where it has a joint: ", line 3".

    Returns:
      The skeleton, and for each name an index; None: the map file says to ignore it.

    Raises:
      InputError: If no skeleton has them all, or two are the same joint.
    """
    if map_file is not None:
        return map_file.skeleton, map_file.places(names, str(path))
    plain = [plain_name(name) for name in names]
    # COCO's first, which has the limbs that all share: its maps make up the trunk that is missing.
    wanted = skeletons.named(placement)
    known = sorted(
        skeletons.SKELETONS.values(),
        key=lambda s: (s != COCO_17, s.num_joints, s != wanted),
    )
    if wanted not in known:
        known.insert(0, wanted)
    twice = next((name for name, count in Counter(plain).items() if count > 1), None)
    if twice is not None:
        raise InputError(f"{path} has the joint {twice[:40]!r} twice.")
    for skeleton in known:
        own = {plain_name(name): joint for joint, name in enumerate(skeleton.joint_names)}
        if set(plain) <= own.keys():
            return skeleton, tuple(own[name] for name in plain)
    every = {name for skeleton in known for name in skeleton.joint_names}
    known_names = set(map(plain_name, every))
    unknown = [n for n in names if plain_name(n) not in known_names]
    if unknown:
        raise InputError(
            f"{path}{where(unknown[0])}: there is no joint {unknown[0][:40]!r}; there are "
            f"{', '.join(sorted(every))}. {advice(names)}"
        )
    raise InputError(
        f"{path}: no skeleton has all of the joints {listed(names)}; give those of one of "
        f"{', '.join(sorted(skeletons.SKELETONS))}. {advice(names)}"
    )


def plain_name(name: str) -> str:
    """What is compared of a joint's name."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())
