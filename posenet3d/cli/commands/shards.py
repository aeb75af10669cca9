"""Turns files that lift reads into shards for bulk.

posenet3d shards --input='keypoints/*.json' --output=shards/poses.parquet
"""

from posenet3d.bulk import ShardsConfig, make_shards
from posenet3d.cli import flags, progress

SETTINGS = ShardsConfig


def main() -> None:
    """Flags to settings, files to shards, their names to the terminal."""
    config = flags.parse(SETTINGS)
    with progress.shown() as (say, _):
        shards = make_shards(config, say)
    print(f"Wrote {len(shards)} shards, {shards[0]} to {shards[-1].name}.")
