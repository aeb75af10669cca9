"""Every record once, whatever is damaged, and what cannot be is said first."""

import numpy as np
import pytest

import posenet3d
from posenet3d.bulk import BulkConfig, lift_shards
from posenet3d.bulk.shards import records
from posenet3d.errors import ConfigError, InputError
from posenet3d.lite import LiteEstimator

ENDINGS = (".parquet", ".tfrecord")


def some(columns, rows):
    return {name: [values[row] for row in rows] for name, values in columns.items()}


@pytest.mark.parametrize("ending", ENDINGS)
def test_shards_hold_what_the_estimator_says(lift, write, read, columns, model, tmp_path, ending):
    write(f"a{ending}", some(columns, range(25)))
    write(f"b{ending}", some(columns, range(25, 40)))
    summary = lift()
    rows = [row for name in "ab" for row in read(tmp_path / "out" / f"{name}{ending}")]
    assert [row["id"] for row in rows] == columns["id"]
    expected = posenet3d.load(model).lift(
        np.reshape(columns["keypoints_2d"], (-1, 17, 2)), np.array(columns["confidence"])
    )
    for name in ("keypoints_3d", "score", "elevation", "expected_error", "filled", "lifted"):
        found = np.array([row[name] for row in rows], float)
        np.testing.assert_allclose(
            found, getattr(expected, name).reshape(found.shape).astype(float), atol=1e-5
        )
    assert (summary.records, summary.rows, summary.lifted) == (40, 40, 40)
    assert summary.ok
    assert not list((tmp_path / "out" / "_bad").iterdir())


@pytest.mark.parametrize("count", [1, 40, 200])
def test_shards_are_lifted_by_a_tflite_file_whatever_their_length(
    serial, write, read, columns, tmp_path, count
):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    write("a.parquet", some(columns, [row % 40 for row in range(count)]))
    config = BulkConfig(f"{tmp_path}/shards/*", f"{tmp_path}/out", model="small", variant="float32")
    summary = lift_shards(config, engine=serial)
    assert (summary.lifted, summary.ok) == (count, True)
    rows = read(tmp_path / "out" / "a.parquet")
    expected = posenet3d.load("small").lift(
        np.reshape(columns["keypoints_2d"], (-1, 17, 2)), np.array(columns["confidence"])
    )
    for number, row in enumerate(rows):
        wanted = expected.keypoints_3d[number % 40].reshape(-1)
        np.testing.assert_allclose(row["keypoints_3d"], wanted, atol=1e-4)
        np.testing.assert_allclose(row["score"], expected.score[number % 40], atol=1e-4)


@pytest.mark.parametrize("variant", ["auto", "float32"])
def test_shards_are_lifted_by_int8_unless_another_is_named(
    serial, write, read, columns, tmp_path, variant
):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    write("a.parquet", columns)
    config = BulkConfig(f"{tmp_path}/shards/*", f"{tmp_path}/out", model="small", variant=variant)
    summary = lift_shards(config, engine=serial)
    by = "dynamic_int8" if variant == "auto" else variant
    assert f"Lifted by small_{by}.tflite." in str(summary)
    expected = LiteEstimator("small", by).lift(
        np.reshape(columns["keypoints_2d"], (-1, 17, 2)), np.array(columns["confidence"])
    )
    found = [row["keypoints_3d"] for row in read(tmp_path / "out" / "a.parquet")]
    np.testing.assert_array_equal(found, expected.keypoints_3d.reshape(40, -1))


def test_shards_of_float32_are_not_mixed_with_int8(serial, write, columns, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    write("a.parquet", columns)
    settings = (f"{tmp_path}/shards/*", f"{tmp_path}/out", "small")
    lift_shards(BulkConfig(*settings, variant="float32"), engine=serial)
    with pytest.raises(ConfigError, match=r"model was .* give --variant=float32 if .* --redo"):
        lift_shards(BulkConfig(*settings), engine=serial)
    assert lift_shards(BulkConfig(*settings, variant="float32"), engine=serial).resumed == 1


def test_a_file_that_gives_no_score_lifts_without_and_says_so(
    serial, write, columns, tmp_path, monkeypatch
):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    from posenet3d.bulk import job, lifter

    class Without(LiteEstimator):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.estimates_error = False

    monkeypatch.setattr(job, "load_lifter", Without)
    monkeypatch.setattr(lifter, "LiteEstimator", Without)
    write("a.parquet", columns)
    said = []
    config = BulkConfig(f"{tmp_path}/shards/*", f"{tmp_path}/out", model="small")
    assert lift_shards(config, said.append, engine=serial).lifted == 40
    assert "does not estimate its error" in said[0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_bad_records_are_set_aside_and_counted(
    lift, write, read, columns, bad_of, tmp_path, ending
):
    columns["keypoints_2d"][2] = columns["keypoints_2d"][2][:20]
    columns["keypoints_2d"][4] = np.full(34, np.nan, np.float32)
    columns["confidence"][6] = np.where(np.arange(17) < 5, 0.9, 0).astype(np.float32)
    columns["keypoints_2d"][8] = np.full(34, 5.0, np.float32)
    write(f"a{ending}", columns)
    summary = lift()
    assert summary.reasons == {
        records.WRONG_LENGTH: 1, records.NOT_FINITE: 1, records.TOO_FEW: 1, records.ONE_PLACE: 1
    }  # fmt: skip
    rows = {row["id"]: row for row in read(tmp_path / "out" / f"a{ending}")}
    assert sorted(rows, key=int) == [i for i in columns["id"] if i not in ("2", "4")]
    assert "5 of 17 joints" in rows["6"]["problem"]
    assert np.isnan(rows["6"]["keypoints_3d"]).all()
    assert [bool(rows[i]["lifted"]) for i in ("5", "6", "8")] == [True, False, False]
    aside = bad_of(f"a{ending}")
    assert [(one["shard"], one["record"]) for one in aside] == [
        (f"a{ending}", number) for number in (2, 4, 6, 8)
    ]
    assert summary.ok
    assert "wrong length 1" in str(summary)


def test_a_truncated_shard_gives_what_it_has(lift, write, read, columns, tmp_path):
    path = write("a.tfrecord", columns)
    path.write_bytes(path.read_bytes()[:-30])
    summary = lift()
    assert [row["id"] for row in read(tmp_path / "out" / "a.tfrecord")] == columns["id"][:-1]
    assert summary.reasons == {records.TRUNCATED: 1}


def test_shards_that_cannot_be_read_do_not_stop_the_others(lift, write, columns, tmp_path):
    write("a.parquet", columns)
    (tmp_path / "shards" / "b.parquet").write_bytes(b"PAR1" * 5)
    (tmp_path / "shards" / "c.txt").write_text("notes")
    write("d.parquet", {"keypoints_2d": [[1.0] * 50] * 3})
    summary = lift()
    assert not summary.ok
    assert summary.rows == 40
    assert len(summary.errors) == 3
    assert "50 numbers, 17 joints have 34" in summary.errors[2]
    assert sorted(p.name for p in (tmp_path / "out").glob("[a-z]*")) == ["a.parquet"]
    assert not (tmp_path / "out" / ".unfinished").exists()
    write("b.parquet", columns)
    again = lift()
    assert (again.resumed, again.rows) == (1, 80)


@pytest.mark.parametrize("ending", ENDINGS)
def test_empty_shards_give_empty_shards(lift, write, read, columns, tmp_path, ending):
    if ending == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        write(f"a{ending}", columns)
        schema = pa.schema([("keypoints_2d", pa.list_(pa.float32()))])
        pq.write_table(schema.empty_table(), tmp_path / "shards" / f"b{ending}")
    else:
        write(f"b{ending}", some(columns, []))
    assert lift().ok
    assert read(tmp_path / "out" / f"b{ending}") == []
    assert lift().resumed >= 1


def test_joints_of_detectors_are_mapped(lift, write, read, tmp_path):
    from posenet3d.skeletons import joint_maps

    rng = np.random.default_rng(0)
    coco = rng.uniform(100, 200, size=(5, 17, 2)).astype(np.float32)
    write("a.parquet", {"keypoints_2d": list(coco)})
    lift(skeleton="coco17")
    mapped, confidence = joint_maps.get("coco17", "h36m17").apply(coco)
    write("a.parquet", {"keypoints_2d": list(mapped), "confidence": list(confidence)})
    lift(output=f"{tmp_path}/mapped")
    one, other = (read(tmp_path / name / "a.parquet") for name in ("out", "mapped"))
    assert [row["keypoints_3d"] for row in one] == [row["keypoints_3d"] for row in other]
    np.testing.assert_array_equal([row["keypoints_2d"] for row in one], coco.reshape(5, -1))


def test_height_and_confidence_are_heeded(lift, write, read, columns, tmp_path):
    columns["confidence"][0][8] = 0.2
    write("a.parquet", columns)
    lift(height_mm=1800.0, min_confidence=0.5)
    first, second, *_ = read(tmp_path / "out" / "a.parquet")
    assert (first["filled"][8], second["filled"][8]) == (True, False)
    assert np.ptp(np.reshape(first["keypoints_3d"], (17, 3))) > 500


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"input": "nowhere/*.parquet"}, "There is no shard nowhere"),
        ({"input": "{tmp}/shards"}, "is a folder; give its shards"),
        ({"output": "{tmp}/a/b"}, "there is no folder"),
        ({"output": "{tmp}/shards"}, "is the input's folder"),
        ({"output": "{tmp}/other"}, "holds something else"),
        ({"output": "{tmp}/file"}, "Cannot write to"),
        ({"model": "none"}, "There is no model 'none'"),
        ({"height_mm": 175.0}, "did you mean 1750"),
        ({"input": "{tmp}/shards/*,{tmp}/other/*"}, "Two shards are called a.parquet"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_lifted(
    lift, write, columns, tmp_path, settings, named
):
    write("a.parquet", columns)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.parquet").write_bytes(b"")
    (tmp_path / "file").write_text("")
    settings = {n: v.format(tmp=tmp_path) if isinstance(v, str) else v for n, v in settings.items()}
    with pytest.raises((InputError, ConfigError), match=named):
        lift(**settings)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"input": ""}, "--input"), ({"output": ""}, "--output"), ({"batch_size": 0}, "batch_size"),
        ({"threads": 0}, "threads"), ({"workers": -1}, "workers"),
        ({"height_mm": -1.0}, "height_mm"),
        ({"min_confidence": float("nan")}, "min_confidence"),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_named(settings, named):
    with pytest.raises(ConfigError, match=named):
        BulkConfig(**{"input": "a", "output": "b"} | settings)
