"""Lifts millions of poses: shards of 2D poses to shards of 3D poses, on this machine or a cluster.

posenet3d shards --input='keypoints/*.json' --output=shards/poses.parquet
posenet3d bulk --input='shards/*.parquet' --output=lifted

A shard is a Parquet file, or a TFRecord file of tf.train.Example, with a row (record) a person:

  keypoints_2d  list of 2 J floats   x0, y0, x1, y1, ... in pixels, in the order of the joints
  confidence    list of J floats     in [0, 1], 0: the joint is missing; may be absent
  id, image, frame, file, ...        whatever else there is goes through untouched

A lifted shard has the same, and:

  keypoints_3d  list of 3 J floats   x0, y0, z0, ...: x right, y down, z away, from the pelvis
  score, elevation                   floats, as lift gives them; NaN: none
  expected_error  list of J floats   how far each joint is expected to be off; NaN: not estimated
  filled        list of J bools      the joint was missing (TFRecord: int64)
  lifted        bool                 False: keypoints_3d are NaN (TFRecord: int64)
  problem       text                 why it was not lifted, else empty

A killed run goes on where it stopped: give the same command again. Ends with status 1 if a shard
could not be read; docs/bulk.md has more.
"""

import sys

from posenet3d.bulk import BulkConfig, lift_shards
from posenet3d.cli import flags, progress

SETTINGS = BulkConfig


def main() -> None:
    """Flags to settings, shards to lifted shards, what became of them to the terminal."""
    config = flags.parse(SETTINGS)
    with progress.shown() as (say, tell):
        summary = lift_shards(config, say, tell)
    print(summary)
    sys.exit(0 if summary.ok else 1)
