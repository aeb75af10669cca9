"""Adapts the pretrained lifter to recordings of your own: their 2D alone, in minutes.

posenet3d adapt --input=recordings/ --output=runs/my_lab
posenet3d lift --model=runs/my_lab --input=new.json --output=new.bvh
"""

import functools

from posenet3d.adapting import AdaptConfig, adapt_lifter
from posenet3d.cli import flags
from posenet3d.platform.devices import let_memory_grow

SETTINGS = AdaptConfig


def main() -> None:
    """Flags to settings, settings to a lifter, what has changed to the terminal."""
    config = flags.parse(SETTINGS)
    let_memory_grow()
    print(adapt_lifter(config, functools.partial(print, flush=True)))
