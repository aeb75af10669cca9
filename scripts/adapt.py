"""Adapts the pretrained lifter to recordings of your own: their 2D alone, in minutes.

python scripts/adapt.py --input=recordings/ --output=runs/my_lab
python scripts/lift.py --model=runs/my_lab --input=new.json --output=new.bvh
"""

import functools

import _flags

from posenet3d.adapting import AdaptConfig, adapt_lifter
from posenet3d.platform.devices import let_memory_grow


def main() -> None:
    """Flags to settings, settings to a lifter, what has changed to the terminal."""
    config = _flags.parse(AdaptConfig)
    let_memory_grow()
    print(adapt_lifter(config, functools.partial(print, flush=True)))


if __name__ == "__main__":
    _flags.define(AdaptConfig)
    _flags.run(main)
