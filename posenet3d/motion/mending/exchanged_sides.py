"""Left and right that a detector has taken for each other, found in the 2D of a track.

A joint goes on about as it has moved; one that is called by the other side's name jumps to the
other side and, later, back. So for every frame is asked which joints would have to change names
for the whole track to go on best. Nothing but continuity is looked at, so which of both sides is
the true one cannot be told: where names have been exchanged, the rarer way is the wrong one.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np

from posenet3d.skeletons.limbs import limbs
from posenet3d.skeletons.skeleton import Skeleton

_LEAST_NOISE = 0.01  # sizes of a pose: of a joint's change of velocity, even where nothing moves
_MOST_GROUPS = 4  # sets of joints that change names on their own; 2 ** 4 states a frame
_EVENT = 6.0  # cost of a change of names from one frame to the next
_JUMP = 0.25  # sizes of a pose that joints move from a frame to the next; more is a cut. Ours
_RARE = 0.05  # cost of each frame in which names are exchanged
_UNKNOWN = 1.0  # cost of a joint that is missing: that of one that goes on as usual
_LONG = 6  # frames between which a joint is away for long
_SUSPICIOUS = 1.0  # cost that other names would save; where less, nobody looks closer


def exchanged_sides(
    keypoints_2d: np.ndarray, confidence: np.ndarray, size: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """Joints that have got the name of the other side.

    Args:
      keypoints_2d: `[F, J, 2]`, pixels, frame after frame of one person.
      confidence: `[F, J]`; 0: missing.
      size: `[F]`, of each pose in pixels.
      skeleton: The skeleton of the J joints.

    Returns:
      bool `[F, J]`: joints that are to change places with those of the other side. A missing joint
      is never marked, and neither is its partner if that is missing too.
    """
    seen = confidence > 0
    result = np.zeros(seen.shape, bool)
    if len(keypoints_2d) < 3:
        return result
    for start, end in _pieces(keypoints_2d, seen, size, skeleton):
        part = slice(start, end)
        result[part] = _exchanged(keypoints_2d[part], seen[part], size[part], skeleton)
    return result


def _pieces(
    keypoints_2d: np.ndarray, seen: np.ndarray, size: np.ndarray, skeleton: Skeleton
) -> list[tuple[int, int]]:
    """(first, one past the last) frame of each piece that goes on without a jump.

    Where a video is cut, neither the names as they are nor exchanged ones go on, and the nearer of
    both means nothing. Frames without anybody are no jump.
    """
    there = np.flatnonzero(seen.any(axis=1))
    before, after = there[:-1], there[1:]
    mirror = list(skeleton.mirror)
    known = seen[before] & seen[after]
    both = known & known[:, mirror]
    both = np.where(both.any(axis=1, keepdims=True), both, known)[..., None]
    count = np.maximum(both.sum(axis=1, keepdims=True), 1)
    here, next_to = (
        keypoints_2d[frames] - (both * keypoints_2d[frames]).sum(axis=1, keepdims=True) / count
        for frames in (before, after)
    )
    ways = [np.linalg.norm(next_to[:, names] - here, axis=-1) for names in (slice(None), mirror)]
    nearest = np.minimum(*ways) * both[..., 0]  # of each joint, whichever name it has now
    way = nearest.sum(axis=1) / count[:, 0, 0]
    starts = after[way > _JUMP * size[after]]
    edges = [0, *starts.tolist(), len(seen)]
    return [(a, b) for a, b in itertools.pairwise(edges) if b - a >= 3]


def _exchanged(
    keypoints_2d: np.ndarray, seen: np.ndarray, size: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """The answer for a piece without jumps; the rarer names are the wrong ones."""
    result = np.zeros(seen.shape, bool)
    noise = _noise(keypoints_2d, seen, size)
    somebody = seen.any(axis=1)
    if not somebody.any():
        return result
    # Limbs first, whatever they do together; then what single joints do beside.
    for groups in (_groups(skeleton), *([pair] for pair in _pairs(skeleton))):
        if not groups:
            continue
        sides_2d, there = (
            with_sides(keypoints_2d, result, skeleton),
            with_sides(seen, result, skeleton),
        )
        costs = [_costs(sides_2d, there, size, noise, group, skeleton) for group in groups]
        states = _cheapest(np.stack(costs, axis=1), _patterns(len(groups)), somebody)
        for number, group in enumerate(groups):
            wrong = (states >> number) & 1 == 1
            result[:, group] ^= wrong[:, None]
    for pair in _pairs(skeleton):
        if result[somebody, pair[0]].mean() > 0.5:
            result[:, pair] ^= True
    return result & (seen | seen[:, list(skeleton.mirror)])


def with_sides(values: np.ndarray, exchanged: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Values `[F, J, ...]` of joints, those marked in bool `[F, J]` taken from the other side."""
    if not exchanged.any():
        return values
    marked = exchanged.reshape(exchanged.shape + (1,) * (values.ndim - 2))
    return np.where(marked, values[:, list(skeleton.mirror)], values)


@functools.cache
def _limb_joints(skeleton: Skeleton) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """For each pair of limbs the joints where they begin, and those further out, of both sides."""
    found = []
    for limb in limbs(skeleton):
        bones = [skeleton.bones[bone] for bone in limb]
        start = bones[0][0]
        if start not in skeleton.left:
            continue
        outer = [child for _, child in bones if skeleton.mirror[child] != child]
        both = [*outer, *(skeleton.mirror[joint] for joint in outer)]
        found.append(((start, skeleton.mirror[start]), tuple(sorted(both))))
    return tuple(found)


def _groups(skeleton: Skeleton) -> list[list[int]]:
    """Joints that are exchanged together: beginnings and outer parts of limbs, both sides."""
    pairs = _limb_joints(skeleton)
    if 2 * len(pairs) <= _MOST_GROUPS:
        return [list(part) for pair in pairs for part in pair]
    if len(pairs) <= _MOST_GROUPS:
        return [[*first, *outer] for first, outer in pairs]
    sided = [j for j in range(skeleton.num_joints) if skeleton.mirror[j] != j]
    return [sided] if sided else []


def _pairs(skeleton: Skeleton) -> list[list[int]]:
    """Each joint of a side with its partner."""
    return [[joint, skeleton.mirror[joint]] for joint in skeleton.left]


def _patterns(number: int) -> list[int]:
    """Bits of the groups that one mistake exchanges: all, a limb, or a part of a limb."""
    single = [1 << group for group in range(number)]
    whole = [3 << group for group in range(0, number, 2)] if number == 4 else []
    return sorted({(1 << number) - 1, *single, *whole})


def _noise(keypoints_2d: np.ndarray, seen: np.ndarray, size: np.ndarray) -> np.ndarray:
    """`[J]`, how much a joint's velocity usually changes from frame to frame, in sizes."""
    change = np.linalg.norm(np.diff(keypoints_2d, n=2, axis=0), axis=-1) / size[1:-1, None]
    known = seen[2:] & seen[1:-1] & seen[:-2]
    usual = [
        np.median(change[known[:, j], j]) if known[:, j].any() else 0.0
        for j in range(change.shape[1])
    ]
    return np.maximum(usual, _LEAST_NOISE)


def _costs(
    keypoints_2d: np.ndarray,
    seen: np.ndarray,
    size: np.ndarray,
    noise: np.ndarray,
    group: list[int],
    skeleton: Skeleton,
) -> np.ndarray:
    """`[F - 2, 8]`: of three frames of a group, each exchanged or not (bits: 4, 2, 1).

    The cost is that of a Cauchy distribution of the change of velocity, so that single joints that
    are far off do not decide.
    """
    mirror = [skeleton.mirror[joint] for joint in group]
    sides = np.stack([keypoints_2d[:, group], keypoints_2d[:, mirror]])  # [2, F, K, 2]
    there = np.stack([seen[:, group], seen[:, mirror]])
    # Where one side is away for long, a quick motion of the other could hide behind it.
    both = _around(there[0])[1:-1] & _around(there[1])[1:-1]
    scale = np.maximum(noise[group], noise[mirror]) * size[1:-1, None]
    scale *= scale
    costs = []
    for b, c in itertools.product((0, 1), repeat=2):
        x, y = np.moveaxis(sides[c, 2:] - 2 * sides[b, 1:-1] + sides[0, :-2], -1, 0)
        known = there[0, :-2] & there[b, 1:-1] & there[c, 2:]
        cost = np.where(known, np.log1p((x * x + y * y) / scale), _UNKNOWN)
        costs.append((cost * both).sum(axis=1))
    # Groups have both sides: if all three frames change names, the same joints come together.
    return np.stack([*costs, *costs[::-1]], axis=1)


def _around(seen: np.ndarray) -> np.ndarray:
    """bool `[F, K]`: joints that are seen in frames near by, before and after."""
    frames = np.arange(len(seen))[:, None]
    last = np.maximum.accumulate(np.where(seen, frames, -len(seen)), axis=0)
    following = np.minimum.accumulate(np.where(seen, frames, 2 * len(seen))[::-1], axis=0)[::-1]
    return following - last <= _LONG


def _cheapest(costs: np.ndarray, patterns: list[int], somebody: np.ndarray) -> np.ndarray:
    """The states `[F]` of the cheapest way: bit g says whether group g is exchanged.

    Frames in which nobody is seen, `~somebody` `[F]`, tell nothing of what is rare.

    Viterbi, whose states are those of two frames one after another.
    """
    frames, groups = len(costs) + 2, costs.shape[1]
    count = 1 << groups
    states = np.arange(count)
    mistakes = _mistakes(count, patterns)
    rare = _RARE * mistakes[None] * somebody[:, None]  # [F, S]
    change = _EVENT * mistakes[states[:, None] ^ states]  # [S, S]
    bits = (states[:, None] >> np.arange(groups)) & 1  # [S, G]
    index = 4 * bits[:, None, None] + 2 * bits[None, :, None] + bits  # [S, S, S, G]
    which = np.arange(groups)
    suspicious = _suspicious(costs)
    total = rare[0][:, None] + change + rare[1]  # [S, S], of the last two states
    came_from = np.empty((frames - 2, count, count), np.uint8)
    frame = 0
    while frame < frames - 2:
        if suspicious[frame]:
            step = costs[frame][which, index].sum(axis=-1)
            ways = total[:, :, None] + step + change + rare[frame + 2]
            came_from[frame] = ways.argmin(axis=0)
            total = ways.min(axis=0)
            frame += 1
            continue
        # Names stay until the next such frame; whoever changed has done so by now.
        ahead = suspicious[frame:]
        end = frame + int(ahead.argmax()) if ahead.any() else frames - 2
        came_from[frame:end] = states[:, None]
        same = np.diag(total) + rare[frame + 2 : end + 2].sum(axis=0)
        total = np.full_like(total, np.inf)
        np.fill_diagonal(total, same)
        frame = end
    path = np.empty(frames, int)
    path[-2], path[-1] = np.unravel_index(total.argmin(), total.shape)
    for frame in range(frames - 3, -1, -1):
        path[frame] = came_from[frame, path[frame + 1], path[frame + 2]]
    return path


def _suspicious(costs: np.ndarray) -> np.ndarray:
    """bool `[F - 2]`: three frames in which other names would be cheaper, and those around."""
    saved = (costs[..., :1] - costs).max(axis=-1).sum(axis=-1) > _SUSPICIOUS
    for _ in range(2):
        saved = saved | np.append(saved[1:], False) | np.append(False, saved[:-1])
    return saved


def _mistakes(count: int, patterns: list[int]) -> np.ndarray:
    """For each state how few mistakes lead to it."""
    fewest = np.full(count, count)
    fewest[0] = 0
    for _ in range(count.bit_length()):
        for pattern in patterns:
            fewest = np.minimum(fewest, fewest[np.arange(count) ^ pattern] + 1)
    return fewest
