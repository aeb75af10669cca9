"""Ten people in ten images, and the settings that lift them in small parts."""

import json

import numpy as np
import pytest

from posenet3d.formats.parsing import source
from posenet3d.lifting import LiftConfig, job

STANDING = [
    (50, 10), (52, 8), (48, 8), (55, 10), (45, 10), (62, 30), (38, 30), (66, 50), (34, 50),
    (68, 68), (32, 68), (58, 70), (42, 70), (59, 100), (41, 100), (60, 130), (40, 130),
]  # fmt: skip


def person_of(image, shift=0.0, **more):
    keypoints = [v for x, y in STANDING for v in (x + shift * (y - 60) / 60, y, 0.9)]
    return {"image_id": image, "keypoints": keypoints} | more


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(source.PeopleSource.parts, "__defaults__", (False, 3))
    monkeypatch.setattr(job, "UNITS_A_PART", 3)


@pytest.fixture
def people(tmp_path):
    """Ten people in ten images; the fourth to the sixth have no joint."""
    entries = [person_of(n, shift=n) for n in range(10)]
    for n in (3, 4, 5):
        entries[n]["keypoints"] = [0] * 51
    path = tmp_path / "people.json"
    path.write_text(json.dumps(entries))
    return path


@pytest.fixture
def config(people, tmp_path):
    def config(output="out.npz", **more):
        files = {"input": str(people), "output": output and str(tmp_path / output)}
        return LiftConfig(**files | {"model": "small"} | more)

    return config


@pytest.fixture
def person():
    """A person of COCO's results in an image."""
    return person_of


@pytest.fixture
def arrays():
    """Reads all arrays of an archive."""

    def arrays(path):
        with np.load(path) as read:
            return {name: read[name] for name in read.files}

    return arrays
