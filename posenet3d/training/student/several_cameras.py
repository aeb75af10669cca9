"""Makes what a teacher says of one motion agree where several cameras saw it at once.

Each camera measures where joints are across its line of sight, and leaves their depth to the
lifter. What is depth for one camera lies across the line of sight of another. The cameras need not
be calibrated: lifted poses tell how they stand to one another, well enough to begin with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from posenet3d.geometry import camera

MOST_APART = 0.1
"""A camera that disagrees with the others by more than this share of a pose's size, across its
line of sight, did not see the same at once, or moved; its poses stay as they are. Ours: 0.03 at
most with true 2D, 0.075 with the benchmark's noisy 2D, means over cameras."""

_SHIFT = 3  # frames, by which cameras that run at the same time may not be shifted and agree better
_ALONG = 0.05  # weight of what a camera says along its line of sight; across it, 1. Ours
_STEPS = 12  # of the alternation, which changes nothing by then
_FEW_STEPS = 5  # to see whether cameras fit better otherwise


def agree(
    keypoints_2d: np.ndarray, keypoints_3d: np.ndarray, lengths: np.ndarray, sequences: list[str]
) -> np.ndarray:
    """Lifted poses whose depths agree between cameras; their 2D stays as it is.

    Sequences of one name and one length are one motion, seen by several cameras that stood still,
    frame by frame at the same time.

    Args:
      keypoints_2d: `[N, J, 2]`, normalised.
      keypoints_3d: `[N, J, 3]`, what a lifter says of them: camera frame, root-relative, pose
        units, so that they project to `keypoints_2d`.
      lengths: `[S]`, frames of each sequence.
      sequences: `[S]`, their names.

    Returns:
      `[N, J, 3]`, likewise. As they were are the poses of what one camera saw alone, of cameras
      that do not agree (`MOST_APART`), and of motions too short to tell.
    """
    result = np.array(keypoints_3d, np.float32)
    for rows in shown_at_once(lengths, sequences):
        while len(rows) > 1:
            agreed = pose_between(keypoints_2d[rows], result[rows])
            good = (agreed.apart <= MOST_APART) & _at_once(keypoints_2d, result, rows)
            if good.all():
                result[rows] = agreed.keypoints_3d
                break
            # Of two nobody knows which is wrong. Of more the worst goes, and the others try again.
            worst = np.where(good, -np.inf, agreed.apart).argmax()
            rows = np.delete(rows, worst, axis=0) if len(rows) > 2 else rows[:0]
    return result


def _at_once(keypoints_2d: np.ndarray, keypoints_3d: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Which cameras' frames fit the others' better as they are than shifted in time, `[V]` bool."""
    cameras, frames = len(rows), rows.shape[1] - _SHIFT
    if frames < 2 * _SHIFT:  # too short to tell
        return np.zeros(cameras, bool)

    def apart(starts: np.ndarray) -> float:
        shown = np.stack(
            [own[start : start + frames] for own, start in zip(rows, starts, strict=True)]
        )
        return pose_between(keypoints_2d[shown], keypoints_3d[shown], _FEW_STEPS).apart.mean()

    as_they_are = apart(np.zeros(cameras, int))
    at_once = np.ones(cameras, bool)
    for number in range(cameras if cameras > 2 else 1):
        for own, others in ((0, _SHIFT), (_SHIFT, 0)):
            starts = np.full(cameras, others)
            starts[number] = own
            at_once[number] &= as_they_are <= apart(starts)
    return at_once if cameras > 2 else at_once[[0, 0]]  # of two, the other's shifts are the same


def shown_at_once(lengths: np.ndarray, sequences: list[str]) -> list[np.ndarray]:
    """Rows `[V, F]` of the poses of each motion that V > 1 cameras saw."""
    starts = np.cumsum(lengths) - lengths
    seen: dict[tuple[str, int], list[int]] = {}
    for name, length, start in zip(sequences, lengths.tolist(), starts.tolist(), strict=True):
        seen.setdefault((name, length), []).append(start)
    return [
        np.add.outer(first_rows, np.arange(length))
        for (_, length), first_rows in seen.items()
        if len(first_rows) > 1
    ]


class Agreed(NamedTuple):
    """What V cameras agree on."""

    keypoints_3d: np.ndarray  # [V, F, J, 3], as each sees them
    apart: np.ndarray  # [V], by how much each disagrees across its line of sight, sizes of a pose


def pose_between(keypoints_2d: np.ndarray, keypoints_3d: np.ndarray, steps: int = _STEPS) -> Agreed:
    """The poses that V cameras agree on, as each of them sees them.

    Alternating least squares: poses from what the cameras say across their lines of sight, and a
    little of what they say along them; then from these poses the depths, the scale of each frame,
    and how each camera stands.

    Args:
      keypoints_2d: `[V, F, J, 2]`, normalised, of the same F moments.
      keypoints_3d: `[V, F, J, 3]`, lifted.
      steps: Of the alternation.

    Returns:
      Poses in the cameras' frames, root-relative, that project to `keypoints_2d`; and by how much
      each camera disagrees, mean over its joints.
    """
    keypoints_2d = np.asarray(keypoints_2d, np.float32)
    seen_3d = np.array(keypoints_3d, np.float64)
    scale = np.linalg.norm(seen_3d, axis=(2, 3))
    scale /= scale.mean(axis=0)
    poses_3d = seen_3d[0] / scale[0][:, None, None]
    trusted = np.array([1.0, 1.0, _ALONG])
    for step in range(steps):
        said = seen_3d / scale[..., None, None]
        stands = np.stack([_rotation(own, poses_3d) for own in said])  # from the camera's frame
        weights = np.einsum("vab,b,vcb->ac", stands, trusted, stands)
        summed = np.einsum("vab,vfjb->fja", stands, trusted * said)
        poses_3d = np.linalg.solve(weights, summed[..., None])[..., 0]
        from_cameras = np.einsum("fja,vab->vfjb", poses_3d, stands)
        across, measured = from_cameras[..., :2], seen_3d[..., :2]
        scale = (measured * across).sum((2, 3)) / (across**2).sum((2, 3))
        scale /= scale.mean(axis=0)
        if step:  # the first poses know the cameras too little
            depth = from_cameras[..., 2] * scale[..., None]
            seen_3d = camera.unproject(keypoints_2d, depth.astype(np.float32)).numpy()
            seen_3d = seen_3d.astype(np.float64)
    apart = np.linalg.norm(across * scale[..., None, None] - seen_3d[..., :2], axis=-1)
    return Agreed(seen_3d.astype(np.float32), apart.mean(axis=(1, 2)))


def _rotation(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The rotation `[3, 3]` that brings points nearest to others, both `[F, J, 3]` (Kabsch)."""
    left, _, right = np.linalg.svd(onto.reshape(-1, 3).T @ points.reshape(-1, 3))
    handed = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return left @ handed @ right
