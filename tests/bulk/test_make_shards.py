"""From detectors' files to shards that lift_bulk.py lifts as lift.py would."""

import json

import numpy as np
import pytest

from posenet3d.bulk import BulkConfig, ShardsConfig, lift_shards, make_shards
from posenet3d.errors import ConfigError, InputError
from posenet3d.lifting import LiftConfig, lift_file

STANDING = [
    (50, 10), (52, 8), (48, 8), (55, 10), (45, 10), (62, 30), (38, 30), (66, 50), (34, 50),
    (68, 68), (32, 68), (58, 70), (42, 70), (59, 100), (41, 100), (60, 130), (40, 130),
]  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """Two files of COCO results, of seven and of five people."""
    for name, people in (("a", 7), ("b", 5)):
        entries = [
            {
                "image_id": f"{name}_{n}.jpg",
                "keypoints": [v for x, y in STANDING for v in (x + n * (y - 60) / 60, y, 0.9)],
            }
            for n in range(people)
        ]
        (tmp_path / f"{name}.json").write_text(json.dumps(entries))
    return f"{tmp_path}/?.json"


@pytest.fixture
def made(files, model, tmp_path):
    def made(ending=".parquet", **settings):
        given = {"input": files, "output": f"{tmp_path}/poses{ending}", "model": str(model)}
        said = []
        return make_shards(ShardsConfig(**given | {"rows": 5} | settings), said.append), said

    return made


@pytest.mark.parametrize("ending", [".parquet", ".tfrecord"])
def test_shards_are_lifted_as_the_files_are(made, read, model, serial, tmp_path, ending):
    shards, _ = made(ending)
    assert [path.name for path in shards] == [f"poses-0000{n}{ending}" for n in range(3)]
    config = BulkConfig(f"{tmp_path}/poses-*{ending}", f"{tmp_path}/out", str(model))
    assert lift_shards(config, engine=serial).lifted == 12
    rows = [row for path in shards for row in read(tmp_path / "out" / path.name)]
    assert [row["image"] for row in rows[5:8]] == ["a_5.jpg", "a_6.jpg", "b_0.jpg"]
    assert [row["frame"] for row in rows[5:8]] == [5, 6, 0]
    assert [row["file"][-6:] for row in rows[5:8]] == ["a.json", "a.json", "b.json"]
    lift_file(LiftConfig(f"{tmp_path}/b.json", f"{tmp_path}/b.npz", str(model)))
    with np.load(tmp_path / "b.npz") as alone:
        found = np.reshape([row["keypoints_3d"] for row in rows[7:]], (-1, 17, 3))
        np.testing.assert_allclose(found, alone["keypoints_3d"], atol=1e-5)


def test_bad_files_stop_it_or_are_left_out(made, tmp_path):
    (tmp_path / "c.json").write_text("[{")
    with pytest.raises(InputError, match=r"c\.json"):
        made()
    assert not list(tmp_path.glob("*.parquet"))
    assert not list(tmp_path.glob(".*"))
    shards, said = made(skip_bad=True)
    assert len(shards) == 3
    assert len(said) == 1
    assert "c.json" in said[0]


def test_the_folder_of_the_shards_is_made(made, tmp_path):
    shards, _ = made(output=str(tmp_path / "shards" / "poses.parquet"))
    assert {shard.parent for shard in shards} == {tmp_path / "shards"}


def test_shards_that_are_there_are_not_mixed_with_new_ones(made):
    made()
    with pytest.raises(InputError, match=r"poses-00000\.parquet is there already"):
        made()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"input": ""}, "--input"),
        ({"output": "poses.npz"}, "ends with .parquet or .tfrecord"),
        ({"rows": 0}, "rows"),
        ({"image_size": "big"}, "WIDTHxHEIGHT"),
        ({"input": "nowhere*.json"}, "there is no such file"),
        ({"output": "no/where/poses.parquet"}, "there is no folder no"),
    ],
)
def test_what_cannot_be_is_said_at_once(made, settings, named):
    with pytest.raises((ConfigError, InputError), match=named):
        made(**settings)
