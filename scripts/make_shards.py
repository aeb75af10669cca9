"""Turns files that lift.py reads into shards for lift_bulk.py.

python scripts/make_shards.py --input='keypoints/*.json' --output=shards/poses.parquet
"""

import sys

import _flags
import _progress

try:
    from posenet3d.bulk import ShardsConfig, make_shards
except ImportError as error:
    sys.exit(_flags.fail(str(error)))


def main() -> None:
    """Flags to settings, files to shards, their names to the terminal."""
    config = _flags.parse(ShardsConfig)
    with _progress.shown() as (say, _):
        shards = make_shards(config, say)
    print(f"Wrote {len(shards)} shards, {shards[0]} to {shards[-1].name}.")


if __name__ == "__main__":
    _flags.define(ShardsConfig)
    _flags.run(main)
