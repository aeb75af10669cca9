"""The size of the images in which keypoints were found, taken from the images themselves."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from posenet3d.errors import InputError
from posenet3d.footage import picture_sizes
from posenet3d.lifting.config import LiftConfig
from posenet3d.settings import width_height

Config = TypeVar("Config", bound=LiftConfig)


def with_size_of_images(config: Config) -> tuple[Config, list[str]]:
    """Takes `image_size` from `images` where the settings have no other.

    Args:
      config: The settings.

    Returns:
      The settings, with `image_size` where all images have the same size; and what the user should
      know, a sentence each.

    Raises:
      InputError: If the images cannot be read, or nothing is wanted of them but a size and they
        have several.
    """
    if not config.images:
        return config, []
    sizes = {"x".join(map(str, size)): at for size, at in picture_sizes(config.images).items()}
    if config.image_size:
        given = "x".join(map(str, width_height("image_size", config.image_size)))
        note = f"The keypoints count as found in images of {given} pixels (--image_size); "
        notes = [] if given in sizes else [f"{note}{config.images} has {next(iter(sizes))}."]
    elif len(sizes) == 1:
        (size,) = sizes
        config = dataclasses.replace(config, image_size=size)
        shown = f"{config.images} gives the size of the images ({size}); only --video shows them."
        notes = [] if config.video else [shown]
    elif config.video:
        notes = []
    else:
        (size, at), (other, there), *_ = sizes.items()
        raise InputError(
            f"{config.images} does not tell the size of the images: {at.name} is {size}, "
            f"{there.name} is {other}. Lift the keypoints of each size alone, with --image_size."
        )
    return config, notes
