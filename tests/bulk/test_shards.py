"""What becomes of single records and columns in both formats."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from posenet3d.bulk.shards import examples, parquet, records, tfrecord
from posenet3d.bulk.shards.files import open_shard, writer_for
from posenet3d.errors import InputError

ENDINGS = (".parquet", ".tfrecord")


def chunks(path):
    return list(open_shard(path).chunks())


def results(rows):
    return {
        "keypoints_3d": np.arange(rows * 6, dtype=np.float32).reshape(rows, 2, 3),
        "score": np.full(rows, 0.5, np.float32),
        "elevation": np.full(rows, np.nan, np.float32),
        "expected_error": np.arange(rows * 2, dtype=np.float32).reshape(rows, 2),
        "filled": np.eye(rows, 2, dtype=bool),
        "lifted": np.ones(rows, bool),
        "problem": [""] * rows,
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_columns_of_the_user_go_through_and_results_are_added(write, read, tmp_path, ending):
    path = write(
        f"a{ending}",
        {"keypoints_2d": [[1.0, 2.0, 3.0, 4.0]] * 2, "frame": [7, 8], "mine": ["é", "b"]},
    )
    reader, output = open_shard(path), tmp_path / f"out{ending}"
    with writer_for(reader)(output, reader, {"unit": "mm"}) as writer:
        for chunk in reader.chunks():
            writer.write(chunk, np.array([1]), {k: v[:1] for k, v in results(2).items()})
    (row,) = read(output)
    assert (row["frame"], row["mine"], row["keypoints_2d"]) == (8, "b", [1, 2, 3, 4])
    assert row["keypoints_3d"] == [0, 1, 2, 3, 4, 5]
    assert row["filled"] == [1, 0]
    assert row["expected_error"] == [0, 1]
    assert (row["lifted"], row["problem"], row["score"]) == (1, "", 0.5)
    assert np.isnan(row["elevation"])


@pytest.mark.parametrize("ending", ENDINGS)
def test_lifted_shards_are_not_taken_for_input(write, ending):
    path = write(f"a{ending}", {"keypoints_2d": [[1.0, 2.0]], "lifted": [1]})
    with pytest.raises(InputError, match="lifted already"):
        open_shard(path)


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float64()), pa.large_list(pa.int32()), pa.list_(pa.float32(), 4)]
)
def test_lists_of_every_kind_of_number_are_read(tmp_path, kind):
    column = pa.array([[1, 2, 3, 4], None, [5, 6, 7, 8]], kind)
    pq.write_table(pa.table({"keypoints_2d": column}), tmp_path / "a.parquet")
    (chunk,) = chunks(tmp_path / "a.parquet")
    poses = records.usable(chunk, 2)
    assert poses.keypoints_2d.reshape(-1, 4).tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert [one.record for one in poses.bad] == [1]


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"keypoints": [[1.0]]}, "no column keypoints_2d; it has keypoints"),
        ({"keypoints_2d": [1.0]}, "must hold lists of numbers, it is double"),
        ({"keypoints_2d": [["1"]]}, "must hold lists of numbers"),
        ({"keypoints_2d": [[1.0]], "confidence": ["1"]}, "column confidence must hold lists"),
    ],
)
def test_parquet_files_of_something_else_are_refused(write, columns, named):
    with pytest.raises(InputError, match=named):
        open_shard(write("a.parquet", columns))


def test_rows_behind_a_damaged_row_group_are_read(tmp_path):
    path = tmp_path / "a.parquet"
    keypoints = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
    parquet.write_parquet(
        path,
        [
            {
                "keypoints_2d": part, "confidence": np.ones((100, 2)), "frame": [1] * 100,
                **{name: ["x"] * 100 for name in ("id", "image", "file")},
            }
            for part in np.split(keypoints, 3)
        ],
    )  # fmt: skip
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(data)
    found = chunks(path)
    bad = [one for chunk in found for one in chunk.bad]
    assert [(one.record, one.count, one.reason) for one in bad] == [(100, 100, records.UNREADABLE)]
    numbers = np.concatenate([chunk.records for chunk in found])
    assert numbers.tolist() == [*range(100), *range(200, 300)]


def test_records_that_are_no_examples_are_told_from_their_neighbours(tmp_path):
    def example(**features):
        return examples.serialised(features)

    good = example(keypoints_2d=[1.0, 2.0, 3.0, 4.0], confidence=[1.0, 0.0])
    data = [
        good,
        b"\xff\xff",
        example(keypoints_2d=[1, 2, 3, 4]),
        good,
        b"",
        example(keypoints_2d="x"),
    ]
    with open(tmp_path / "a.tfrecord", "wb") as file:
        tfrecord.write_records(file, data)
    (chunk,) = chunks(tmp_path / "a.tfrecord")
    poses = records.usable(chunk, 2)
    assert chunk.records[poses.rows].tolist() == [0, 3]
    assert poses.confidence.tolist() == [[1, 0], [1, 0]]
    found = {one.record: one.reason for one in [*chunk.bad, *poses.bad]}
    assert found == {
        1: records.NOT_PARSED, 2: records.NOT_PARSED, 4: records.NO_KEYPOINTS,
        5: records.NOT_PARSED,
    }  # fmt: skip


def test_both_ways_to_parse_examples_agree():
    rng = np.random.default_rng(0)
    rows = [
        examples.serialised(
            {
                "keypoints_2d": rng.normal(size=size).tolist() or None,
                "confidence": rng.uniform(size=size // 2).tolist() or None,
            }
        )
        for size in (4, 0, 6, 4, 2)
    ]
    batch = list(enumerate(rows, 5))
    fast, slow = examples._chunk(batch), examples._one_by_one(batch, [])
    for joints in (1, 2, 3):
        one, other = records.usable(fast, joints), records.usable(slow, joints)
        assert one.rows.tolist() == other.rows.tolist()
        np.testing.assert_array_equal(one.keypoints_2d, other.keypoints_2d)
        np.testing.assert_array_equal(one.confidence, other.confidence)
        assert [b[:2] for b in one.bad] == [b[:2] for b in other.bad]


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("a.parquet", b"", "not a readable Parquet file"),
        ("a.parquet", b"PAR1 and no more", "not a readable Parquet file"),
        ("a.tfrecord", b"\x1f\x8b\x08\x00", "gzip"),
        ("a.json", b"[]", "is no shard"),
    ],
)
def test_files_that_are_no_shards_are_refused(tmp_path, name, content, named):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=named):
        open_shard(tmp_path / name)


def test_random_damage_never_gets_through_unseen(tmp_path):
    rng = np.random.default_rng(0)
    rows = [examples.serialised({"keypoints_2d": rng.normal(size=4).tolist()}) for _ in range(20)]
    path = tmp_path / "a.tfrecord"
    with open(path, "wb") as file:
        tfrecord.write_records(file, rows)
    whole = path.read_bytes()
    for place in rng.integers(len(whole), size=60):
        data = bytearray(whole)
        data[place] ^= 1 << rng.integers(8)
        path.write_bytes(data)
        found = chunks(path)
        kept = {
            int(n): row for chunk in found for n, row in zip(chunk.records, chunk.rows, strict=True)
        }
        assert all(kept[number] == rows[number] for number in kept)
        assert sum(len(chunk.bad) for chunk in found) == 1


def test_an_example_of_tensorflow_is_the_same_message():
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=[1.0, 2.0]))
    example = tf.train.Example(features=tf.train.Features(feature={"keypoints_2d": feature}))
    assert tf.train.Example.FromString(examples.serialised({"keypoints_2d": [1.0, 2.0]})) == example
