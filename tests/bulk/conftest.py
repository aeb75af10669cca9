"""Shards, a lifter of no size, and an engine without processes."""

import importlib.util
import json

import numpy as np
import pytest

MISSING = [n for n in ("ray", "pyarrow", "google_crc32c") if importlib.util.find_spec(n) is None]


class WithoutExtra(pytest.Module):
    """A module of tests that cannot even be imported."""

    def collect(self):
        pytest.skip(f"the extra bulk: {MISSING[0]} is missing", allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    return WithoutExtra.from_parent(parent, path=module_path) if MISSING else None


@pytest.fixture(scope="session")
def model(people, tmp_path_factory):
    """The file of an untrained estimator with weights of its own."""
    return saved_estimator(people, tmp_path_factory.mktemp("model") / "estimator.keras", seed=0)


@pytest.fixture(scope="session")
def other_model(people, tmp_path_factory):
    return saved_estimator(people, tmp_path_factory.mktemp("other") / "estimator.keras", seed=1)


@pytest.fixture(scope="session")
def loaded():
    """Models by the content of their files."""
    return {}


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch, loaded):
    """Loads a model once for all tests of this process: tracing it takes seconds."""
    from posenet3d.bulk import job, lifter
    from posenet3d.loading import file_of, load_lifter

    def remembered(path):
        content = file_of(path).read_bytes()
        if content not in loaded:
            loaded[content] = load_lifter(path)
        return loaded[content]

    monkeypatch.setattr(job, "load_lifter", remembered)
    monkeypatch.setattr(lifter, "load_lifter", remembered)


def saved_estimator(people, path, seed):
    from posenet3d.models import Lifter, PoseEstimator

    lifter = Lifter(width=16, num_blocks=1, normalisation="layer", estimates_error=True)
    estimator = PoseEstimator(lifter, people.skeleton)
    rng = np.random.default_rng(seed)
    lifter.head.kernel.assign(rng.normal(scale=0.1, size=lifter.head.kernel.shape))
    estimator.gap_filler.adapt(people.keypoints_2d)
    estimator.save(path)
    return path


@pytest.fixture
def write(tmp_path):
    """Writes a shard from columns; arrays and lists as they come. Returns its path."""
    from posenet3d.bulk.shards.examples import write_examples

    def write(name, columns):
        path = tmp_path / "shards" / name
        path.parent.mkdir(exist_ok=True)
        listed = {key: [_plain(value) for value in values] for key, values in columns.items()}
        if path.suffix == ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.table(listed), path)
        else:
            write_examples(path, [listed])
        return path

    return write


def _plain(value):
    return np.asarray(value).reshape(-1).tolist() if isinstance(value, np.ndarray) else value


@pytest.fixture
def read():
    """Reads a lifted shard as a list of a dict a row, the same for both formats."""

    def read(path):
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            return pq.read_table(path).to_pylist()
        import tensorflow as tf

        rows = []
        for record in tf.data.TFRecordDataset(str(path)):
            features = tf.train.Example.FromString(record.numpy()).features.feature
            rows.append({name: _value(name, features[name]) for name in features})
        return rows

    return read


def _value(name, feature):
    values = list(getattr(feature, feature.WhichOneof("kind")).value)
    if isinstance(values[0], bytes):
        return values[0].decode()
    return values[0] if len(values) == 1 else values


@pytest.fixture
def serial():
    """An engine that lifts one shard after the other in this process."""
    from posenet3d.bulk.lifter import ShardLifter

    def engine(work, shards):
        lifter = ShardLifter(work)
        for shard in shards:
            yield lifter.lift(shard)

    return engine


@pytest.fixture
def lift(model, serial, tmp_path):
    """Lifts `shards/*` to `out`; settings may be given."""

    from posenet3d.bulk import BulkConfig, lift_shards

    def lift(**settings):
        given = {"input": f"{tmp_path}/shards/*", "output": f"{tmp_path}/out", "model": str(model)}
        return lift_shards(BulkConfig(**given | settings), engine=serial)

    return lift


@pytest.fixture
def columns(people):
    """Forty people of the usual columns, one joint of one of them missing."""
    keypoints_2d = people.keypoints_2d[:40].reshape(40, -1)
    confidence = np.full((40, 17), 0.9, np.float32)
    confidence[3, 5] = 0
    return {
        "keypoints_2d": list(keypoints_2d), "confidence": list(confidence),
        "id": [str(i) for i in range(40)],
    }  # fmt: skip


@pytest.fixture
def bad_of(tmp_path):
    """The records that `lift` has set aside of a shard, by its name."""

    def bad_of(name):
        lines = (tmp_path / "out" / "_bad" / f"{name}.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    return bad_of
