"""Lifted people where they are in the room: a camera whose focal length is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from posenet3d.errors import InputError
from posenet3d.lifting.scene.by_track import Lift, LiftTogether
from posenet3d.motion.mending.mended_2d import is_motion
from posenet3d.motion.root_path import aims, calm_path, centred_2d, root_positions, turns
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of
from posenet3d.skeletons.skeleton import Skeleton


@dataclasses.dataclass(frozen=True)
class Room:
    """The camera that saw the people.

    Args:
      focal_length: Pixels.
      centre: (x, y) of the image's centre, pixels.
    """

    focal_length: float
    centre: tuple[float, float]

    def lift(self, lift: Lift, people: People) -> LiftResult:
        """People as a camera that looks at each of them would have them lifted.

        Somebody at the side of the image is seen from that side. A lifter does not know where in
        the image a person is, and takes everybody for seen along the camera's axis.
        """
        return self.centring(lift, people)(people.keypoints_2d, people.confidence)

    def centring(self, lift: Lift, people: People) -> Lift:
        """The same, for other 2D of people of this skeleton."""
        return lambda *given: lift(*self._centred(*given, people.skeleton))

    def centring_all(self, over_time: LiftTogether, people: People) -> LiftTogether:
        """The same for what lifts persons over time."""
        return lambda persons: over_time(
            [self._centred(*person, people.skeleton) for person in persons]
        )

    def _centred(
        self, keypoints_2d: np.ndarray, confidence: np.ndarray, skeleton: Skeleton
    ) -> tuple[np.ndarray, np.ndarray]:
        aim = aims(keypoints_2d, confidence, skeleton)
        rotations = turns(np.nan_to_num(aim), self.focal_length, np.array(self.centre))
        seen = centred_2d(keypoints_2d, rotations, self.focal_length, np.array(self.centre))
        seen = np.where(confidence[..., None] > 0, seen, 0.0)
        return seen.astype(np.float32), confidence

    def placed(self, lifted: Lifted, seen: People) -> Lifted:
        """People whom `lift` has lifted in the frame of the camera, with `root_3d`, mm.

        Args:
          lifted: The people.
          seen: The same with the 2D that was lifted, which may have been mended.
        """
        result, centre = lifted.result, np.array(self.centre)
        aim = np.nan_to_num(aims(seen.keypoints_2d, seen.confidence, seen.skeleton))
        rotations = turns(aim, self.focal_length, centre)
        keypoints_3d = np.einsum("nij,nkj->nki", rotations, result.keypoints_3d)
        root_3d = root_positions(
            seen.keypoints_2d, seen.confidence, keypoints_3d, self.focal_length, centre
        )
        tilt = np.degrees(np.arcsin(np.clip(rotations[:, 1, 2], -1.0, 1.0)))
        changed = dataclasses.replace(
            result,
            keypoints_3d=keypoints_3d.astype(np.float32),
            elevation=(result.elevation - tilt).astype(np.float32),
            root_3d=root_3d.astype(np.float32),
        )
        return Lifted(lifted.people, changed)


def with_calm_paths(lifted: Lifted, fps: float) -> Lifted:
    """People with `root_3d`, whose distances from the camera are smoothed over time.

    Raises:
      InputError: If a person is twice in an image, or `fps` is no positive number.
    """
    people, root_3d = lifted.people, lifted.root_3d.copy()
    for track in tracks_of(people):
        rows, frames = list(track.rows), np.array(track.frames) - track.frames[0]
        if is_motion(track.span(people.keypoints_2d), track.span(people.confidence)):
            root_3d[rows] = calm_path(track.span(root_3d), fps)[frames]
    return Lifted(people, dataclasses.replace(lifted.result, root_3d=root_3d))


def room_of(
    people: People,
    focal_length: float | None,
    fov: float | None,
    image_size: tuple[int, int] | None,
) -> Room | None:
    """The camera that saw these people; None: its focal length is not known.

    Args:
      people: Their images may have a size.
      focal_length: Pixels, or None.
      fov: Horizontal field of view, degrees; in its place.
      image_size: (width, height), in place of what the images have.

    Raises:
      InputError: If the size of the images is not known, or they have several.
    """
    if focal_length is None and fov is None:
        return None
    sizes = {tuple(size) for size in people.image_sizes or () if size is not None}
    if image_size is not None:
        sizes = {image_size}
    if len(sizes) != 1:
        found = "has none" if not sizes else f"has {len(sizes)} of them"
        raise InputError(
            f"--focal_length and --fov need the size of the images, and the input {found}: give "
            "--image_size=WIDTHxHEIGHT."
        )
    ((width, height),) = sizes
    if focal_length is None:
        focal_length = width / 2 / math.tan(math.radians(fov / 2))
    return Room(focal_length, (width / 2, height / 2))
