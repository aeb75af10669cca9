"""TFRecord files are TensorFlow's, and damaged ones keep what can be kept."""

import io

import pytest
import tensorflow as tf

from posenet3d.bulk.shards import tfrecord
from posenet3d.bulk.shards.records import CHECKSUM, TRUNCATED, UNREADABLE, Bad

RECORDS = [b"first", b"", b"third" * 100]
HEADER, FOOTER = 12, 4


def framed():
    file = io.BytesIO()
    tfrecord.write_records(file, RECORDS)
    return bytearray(file.getvalue())


def read(data):
    return list(tfrecord.read_records(io.BytesIO(bytes(data))))


def test_tensorflow_reads_what_is_written(tmp_path):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(framed())
    assert [one.numpy() for one in tf.data.TFRecordDataset(str(path))] == RECORDS


def test_what_tensorflow_writes_is_read(tmp_path):
    path = tmp_path / "a.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in RECORDS:
            writer.write(record)
    assert read(path.read_bytes()) == RECORDS


def test_behind_a_damaged_record_reading_goes_on():
    data = framed()
    data[HEADER] ^= 1
    bad, *others = read(data)
    assert isinstance(bad, Bad)
    assert (bad.record, bad.reason) == (0, CHECKSUM)
    assert others == RECORDS[1:]


def test_behind_a_damaged_length_nothing_is_invented():
    data = framed()
    data[HEADER + 5 + FOOTER] ^= 1
    first, bad = read(data)
    assert first == RECORDS[0]
    assert (bad.record, bad.reason) == (1, UNREADABLE)


@pytest.mark.parametrize("cut", [1, 4, 5, 300, 504, 505, 515])
def test_wherever_a_file_is_cut_the_records_before_are_kept(cut):
    *good, bad = read(framed()[:-cut])
    assert good == RECORDS[:2]
    assert (bad.record, bad.reason) == (2, TRUNCATED)


def test_a_length_that_no_pose_has_reserves_no_memory():
    length = (1 << 60).to_bytes(8, "little")
    data = length + tfrecord._masked(length).to_bytes(4, "little") + b"rest"
    (bad,) = read(data)
    assert bad.reason == UNREADABLE
