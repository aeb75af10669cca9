"""Poses per second and memory of posenet3d bulk, beside a plain loop on the same shards.

    python benchmarks/jobs/bulk.py --poses=100000,1000000 --models=full,small

Makes shards by procedural motion, replicated with noise, in a temporary folder, lifts them by a
plain loop in one process (read a shard, lift, write) and by posenet3d bulk, one after the
other, and prints a Markdown table. Memory is the proportional share (PSS) of all processes of a
run, at its peak; seconds are those of the whole run, its start included, and CPU seconds those of
all its processes, which other work on the machine hardly changes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.bulk.shards.examples import write_examples
from posenet3d.bulk.shards.files import ENDINGS
from posenet3d.bulk.shards.parquet import write_parquet
from posenet3d.data import synthetic

_POSES = flags.DEFINE_list("poses", ["100000", "1000000"], "Poses a run.")
_MODELS = flags.DEFINE_list("models", ["full", "small"], "Models.")
_SCORE = flags.DEFINE_bool("score", False, "Score the poses as well.")
_SHARD = flags.DEFINE_integer("shard", 50_000, "Poses a shard.", lower_bound=1)
_ENDING = flags.DEFINE_enum("ending", ENDINGS[0], ENDINGS, "Format of the shards.")
_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "lift_bulk.py"

# What somebody would write without this package's bulk part: no check, no resume, one process.
_PLAIN_LOOP = """
import sys, time
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
import posenet3d
from pathlib import Path
folder, output, model, score, ending = sys.argv[1:]
Path(output).mkdir()
estimator = posenet3d.load(model)
if ending == ".tfrecord":
    import tensorflow as tf
    features = {
        "keypoints_2d": tf.io.FixedLenFeature([34], tf.float32),
        "confidence": tf.io.FixedLenFeature([17], tf.float32),
    }
def lifted(keypoints_2d, confidence):
    poses = np.asarray(keypoints_2d, np.float32).reshape(-1, 17, 2)
    confidence = np.asarray(confidence, np.float32).reshape(-1, 17)
    return estimator.lift(poses, confidence, score=score == "True")
start = time.monotonic()
for shard in sorted(Path(folder).iterdir()):
    if ending == ".tfrecord":
        with tf.io.TFRecordWriter(f"{output}/{shard.name}") as writer:
            for batch in tf.data.TFRecordDataset(str(shard)).batch(32768):
                rows = tf.io.parse_example(batch, features)
                result = lifted(rows["keypoints_2d"], rows["confidence"])
                records = batch.numpy()
                for record, pose in zip(records, result.keypoints_3d.reshape(len(records), -1)):
                    example = tf.train.Example()
                    example.features.feature["keypoints_3d"].float_list.value.extend(pose.tolist())
                    writer.write(record + example.SerializeToString())
        continue
    file = pq.ParquetFile(shard)
    writer = None
    for batch in file.iter_batches(32768):
        columns = [batch.column(c).flatten().to_numpy() for c in ("keypoints_2d", "confidence")]
        result = lifted(*columns)
        flat = pa.array(result.keypoints_3d.reshape(-1))
        offsets = pa.array(np.arange(len(batch) + 1, dtype=np.int32) * 51)
        table = pa.Table.from_batches([batch])
        table = table.append_column("keypoints_3d", pa.ListArray.from_arrays(offsets, flat))
        table = table.append_column("score", pa.array(result.score))
        writer = writer or pq.ParquetWriter(f"{output}/{shard.name}", table.schema)
        writer.write_table(table)
    writer.close()
print(f"loop {time.monotonic() - start}")
"""


def main(_: list[str]) -> None:
    """Makes the shards, lifts them both ways and prints the table."""
    print("| model | poses | shards | way | s | poses/s | CPU s | peak MB | processes |")
    print("|---|---:|---:|---|---:|---:|---:|---:|---:|", flush=True)
    for poses in map(int, _POSES.value):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            count = write_shards(folder / "shards", poses)
            for model in _MODELS.value:
                measure(folder, model, poses, count)


def write_shards(folder: Path, poses: int) -> int:
    """Procedural poses, each time with other noise of a pixel; returns the number of shards."""
    folder.mkdir()
    config = synthetic.SyntheticConfig(num_sequences=50, frames_per_sequence=100, seed=5)
    skeleton = posenet3d.load(_MODELS.value[0]).skeleton
    base = synthetic.generate_poses(config).on(skeleton).keypoints_2d
    rng = np.random.default_rng(0)
    starts = range(0, poses, _SHARD.value)
    for number, first in enumerate(starts):
        rows = np.arange(first, min(poses, first + _SHARD.value))
        noisy = base[rows % len(base)] + rng.normal(size=(len(rows), 17, 2))
        columns = {
            "keypoints_2d": noisy.astype(np.float32).reshape(len(rows), -1),
            "confidence": rng.uniform(0.5, 1.0, size=(len(rows), 17)).astype(np.float32),
            "id": [str(row) for row in rows],
            "image": [f"video/{row}" for row in rows],
            "frame": rows.tolist(),
            "file": ["procedural"] * len(rows),
        }
        path = folder / f"poses-{number:05d}{_ENDING.value}"
        if path.suffix == ".parquet":
            write_parquet(path, [columns], skeleton.name)
        else:
            listed = {k: [getattr(v, "tolist", lambda v=v: v)() for v in values]
                      for k, values in columns.items()}  # fmt: skip
            write_examples(path, [listed])
    return len(starts)


def measure(folder: Path, model: str, poses: int, count: int) -> None:
    """A row for each way; seconds are those of the whole process, its start included."""
    shards, score, ending = folder / "shards", _SCORE.value, _ENDING.value
    plain = (shards, folder / f"plain-{model}", model, score, ending)
    bulk = (
        f"--input={shards}/*{ending}", f"--output={folder / f'bulk-{model}'}", f"--model={model}",
        f"--score={str(score).lower()}",
    )  # fmt: skip
    ways = {"plain loop": ("-c", _PLAIN_LOOP, *plain), "posenet3d bulk": (str(_SCRIPT), *bulk)}
    for way, arguments in ways.items():
        seconds, cpu, megabytes, processes = watched([sys.executable, *map(str, arguments)])
        print(
            f"| {model} | {poses} | {count} | {way} | {seconds:.1f} | {poses / seconds:.0f} | "
            f"{cpu:.0f} | {megabytes:.0f} | {processes} |",
            flush=True,
        )


def watched(command: list[str]) -> tuple[float, float, float, int]:
    """Runs a command: seconds; CPU seconds and peak megabytes of its family, and its number."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peak, most = 0.0, 0
    cpu: dict[int, float] = {}

    def watch() -> None:
        nonlocal peak, most
        while process.poll() is None:
            family = [process.pid, *descendants(process.pid)]
            peak = max(peak, sum(map(share_mb, family)))
            most = max(most, len(family))
            cpu.update({pid: cpu_seconds(pid) or cpu.get(pid, 0.0) for pid in family})
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    text = process.stdout.read()
    process.wait()
    seconds = time.monotonic() - start
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command[1][:80]} ended with {process.returncode}: {text[-2000:]}")
    return seconds, sum(cpu.values()), peak, most


def descendants(pid: int) -> list[int]:
    """All children of a process and theirs."""
    try:
        lists = [f.read_text().split() for f in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    children = [int(child) for one in lists for child in one]
    return children + [one for child in children for one in descendants(child)]


def cpu_seconds(pid: int) -> float:
    """What a process has used of the cores so far; 0 for one that has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share_mb(pid: int) -> float:
    """The process's proportional share of memory; 0 for one that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    app.run(main)
