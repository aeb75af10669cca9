"""Tracks are those of the plain way to join persons, whatever happens in front of the camera."""

import dataclasses

import numpy as np
import pytest

from posenet3d.motion.association import AssociationConfig, Associator
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import H36M_17
from tests.motion.plain_association import PlainAssociator

WIDE, FRAMES = 1600.0, 60
MIRROR = list(H36M_17.mirror)


@dataclasses.dataclass(frozen=True)
class Scene:
    """What happens: shares of persons, joints and poses, and how fast people walk, in pixels."""

    persons: int = 2
    missed: float = 0.0
    joints: float = 0.0  # missing
    exchanged: float = 0.0  # sides
    nobody: float = 0.0  # a detection without any joint
    false: float = 0.0  # somebody who is there for one frame
    twice: float = 0.0  # a detection that is there again
    still: bool = False  # nobody moves, at whole pixels
    sequences: int = 1
    names: str = "{frame}"
    skipped: float = 0.0  # frames


SCENES = {
    "two who cross": Scene(),
    "alone": Scene(persons=1, missed=0.2, joints=0.3, names="clip_{frame:04d}.jpg"),
    "missed": Scene(persons=4, missed=0.3, names="{sequence}/{frame}", sequences=3),
    "joints missing": Scene(persons=3, joints=0.6),
    "hardly a joint": Scene(persons=3, joints=0.93, nobody=0.1),
    "exchanged sides": Scene(persons=3, exchanged=0.4, joints=0.5),
    "frames skipped": Scene(persons=3, skipped=0.5, missed=0.2),
    "false and twice": Scene(persons=3, false=0.7, twice=0.3, nobody=0.2),
    "still": Scene(persons=5, still=True, missed=0.3),
    "a crowd": Scene(persons=25, missed=0.1, joints=0.2, exchanged=0.1, false=0.5),
    "everything": Scene(
        persons=4,
        missed=0.2,
        joints=0.4,
        exchanged=0.2,
        nobody=0.1,
        false=0.3,
        sequences=2,
        names="{sequence}/{frame}",
        skipped=0.2,
    ),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_tracks_are_those_of_the_plain_way(scene, seed):
    rng = np.random.default_rng(seed)
    people = seen(scene, rng)
    config = AssociationConfig(gate=rng.choice([0.1, 0.4, 1.0]), max_missed=int(rng.integers(12)))
    whole = told(people, PlainAssociator(config).associate(people).person_ids)
    assert told(people, Associator(config).associate(people).person_ids) == whole
    assert told(people, in_parts(Associator(config), people, rng)) == whole


def told(people, ids):
    """Who is where in each image; of two who are exactly alike either may be the one."""
    poses = (pose.tobytes() for pose in people.keypoints_2d)
    return sorted(zip(map(str, people.image_ids), ids, poses, strict=True))


def in_parts(associator, people, rng):
    """The tracks of a stream that is cut anywhere between two images."""
    ids = people.image_ids
    between = [row for row in range(1, len(ids)) if ids[row] != ids[row - 1]]
    cuts = sorted(row for row in between if rng.random() < 0.1)
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(ids)], strict=True):
        found += associator.associate(people.select(range(start, end))).person_ids
    return tuple(found)


def seen(scene, rng):
    """The people of a scene, in any order within their images."""
    rows = []
    for sequence in range(scene.sequences):
        pose = rng.uniform([-60, -150], [60, 150], (scene.persons, 17, 2))
        place = rng.uniform(0, WIDE, (scene.persons, 2)) * [1, 0.1]
        speed = rng.uniform(-40, 40, (scene.persons, 2)) * [1, 0.1]
        for frame in range(FRAMES):
            if not scene.still:
                pose = pose + rng.normal(0, 3, pose.shape)
                place = place + speed
                speed = np.where((place < 0) | (place > [WIDE, WIDE / 10]), -speed, speed)
            if rng.random() < scene.skipped:
                continue
            found = [p for p in pose + place[:, None] if rng.random() >= scene.missed]
            found += [p for p in found if rng.random() < scene.twice]
            found = [p[MIRROR] if rng.random() < scene.exchanged else p for p in found]
            if rng.random() < scene.false:
                found.append(rng.uniform(-200, 200, (17, 2)) + rng.uniform(0, WIDE, 2))
            image = scene.names.format(sequence=sequence, frame=frame)
            image = int(image) if image.isdigit() else image
            rows += [(sequence, image, found[i]) for i in rng.permutation(len(found))]
    rows = rows or [(0, 0, np.zeros((17, 2)))]
    keypoints_2d = np.array([pose for _, _, pose in rows], np.float32)
    if scene.still:
        keypoints_2d = keypoints_2d.round()
    confidence = (rng.random(keypoints_2d.shape[:2]) >= scene.joints).astype(np.float32)
    confidence[rng.random(len(rows)) < scene.nobody] = 0
    image_ids = tuple(image for _, image, _ in rows)
    return People(keypoints_2d, confidence, H36M_17, image_ids, (0,) * len(rows))
