"""How keypoints are read: the settings that every script has which reads what detectors write."""

from __future__ import annotations

import dataclasses
from typing import Literal

from posenet3d.formats.detect import FORMATS, open_people
from posenet3d.formats.parsing.source import PeopleSource
from posenet3d.settings import setting, width_height
from posenet3d.skeletons.map_files.map_file import MapFile, read_map_file
from posenet3d.skeletons.skeleton import Skeleton

Format = Literal["auto", *FORMATS]
Placement = Literal["auto", "h36m17", "cmu17"]


@dataclasses.dataclass(frozen=True)
class InputSettings:
    """What reading an input depends on beside its path.

    A script's own dataclass lists them among its settings (`settings.setting_of`), so that each
    flag keeps its place in the script's help and tables, and gives them as its `reading`.

    Raises:
      ConfigError: If `image_size` is not two positive numbers.
    """

    format: Format = setting("auto", "Format of the input; auto: by content.")
    split: str = setting("", "Split of a pose archive, for example test.")
    map_file: str = setting(
        "", "The input's joints, where no known skeleton has them: docs/own_skeleton.md."
    )
    placement: Placement = setting(
        "auto", "Where the joints of an archive or a table lie; auto: where the model's do."
    )
    image_size: str = setting(
        "", "WIDTHxHEIGHT of the images in pixels; MediaPipe's landmarks need it."
    )

    def __post_init__(self) -> None:
        _ = self.image_width_height

    @property
    def image_width_height(self) -> tuple[int, int] | None:
        """`image_size` as two numbers; None where it is not given."""
        return width_height("image_size", self.image_size) if self.image_size else None

    def read_map(self) -> MapFile | None:
        """The input's own skeleton and its maps; None where no map file is given.

        Raises:
          InputError: If the map file cannot be used.
        """
        return read_map_file(self.map_file) if self.map_file else None

    def open(self, path: str, skeleton: Skeleton, map_file: MapFile | None) -> PeopleSource:
        """Opens an input, to be read whole or in parts.

        Args:
          path: A file, a folder of frames, or a pose archive.
          skeleton: The model's, which says what `placement` auto is.
          map_file: What `read_map` gave.

        Raises:
          InputError: As `formats.detect.open_people` does.
        """
        placement = skeleton if self.placement == "auto" else self.placement
        size = self.image_width_height
        return open_people(path, self.format, self.split or None, placement, size, map_file)
