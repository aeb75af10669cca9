"""The settings of bulk lifting: frozen dataclasses, each field a flag of its script."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from posenet3d.errors import ConfigError
from posenet3d.lifting.config import LiftConfig
from posenet3d.lifting.input_settings import Format, InputSettings, Placement
from posenet3d.lite.choice import Choice
from posenet3d.loading import Runtime
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.settings import check_height_mm, check_range, setting, setting_of
from posenet3d.skeletons.skeleton import SKELETONS


@dataclasses.dataclass(frozen=True)
class BulkConfig:
    """Everything that lifting shards depends on; flags of posenet3d bulk."""

    input: str = setting(
        "",
        "Shards: files of .parquet or .tfrecord, or patterns like 'shards/*.parquet', "
        "separated by commas.",
    )
    output: str = setting(
        "", "Folder of the lifted shards, each named as its input; made if absent."
    )
    model: str = setting_of(LiftConfig, "model")
    runtime: Runtime = setting_of(LiftConfig, "runtime")
    variant: Choice = setting(
        "auto",
        "With LiteRT: which of a model's .tflite files, by the precision of its weights. auto: "
        "dynamic_int8, if that file says that its error was measured to be the same, else float32.",
    )
    skeleton: Literal["auto", *SKELETONS] = setting(
        "auto", "Joints of the shards; auto: what a Parquet file says, else those of the model."
    )
    min_confidence: float = setting(0.1, "Joints of less confidence count as missing.")
    height_mm: float | None = setting_of(LiftConfig, "height_mm")
    score: bool = setting(
        True, "Score each pose; four times slower with a lifter that does not estimate its error."
    )
    batch_size: int = setting(1024, "With Keras: poses that the model is run on at a time.")
    workers: int = setting(
        0,
        "Processes that lift, each with its own model and shard; 0: as many as the cores have "
        "room for.",
    )
    threads: int = setting(1, "Cores a process.")
    address: str = setting(
        "",
        "Ray cluster: host:port of its head, or auto; local: Ray on this machine. Empty: this "
        "machine without Ray.",
    )
    redo: bool = setting(
        False, "Lift shards again that were lifted by another model or with other settings."
    )

    def __post_init__(self) -> None:
        if not self.input:
            raise ConfigError("Nothing to lift: give --input='shards/*.parquet'.")
        if not self.output:
            raise ConfigError("Nowhere to write: give --output=FOLDER.")
        check_range("min_confidence", self.min_confidence, 0.0, 1.0)
        check_range("batch_size", self.batch_size, 1, 1 << 20)
        check_range("workers", self.workers, 0, 100_000)
        check_range("threads", self.threads, 1, 1024)
        check_height_mm(self.height_mm)


@dataclasses.dataclass(frozen=True)
class ShardsConfig:
    """Everything that making shards depends on; flags of posenet3d shards."""

    input: str = setting(
        "", "Files that posenet3d lift reads, folders of OpenPose, or patterns like 'cam*/*.json', "
        "separated by commas.",
    )  # fmt: skip
    output: str = setting(
        "", "Where the shards go: shards/poses.parquet makes shards/poses-00000.parquet and so on; "
        "or .tfrecord.",
    )  # fmt: skip
    model: str = setting(DEFAULT_MODEL, "The shards get the joints that this model lifts.")
    rows: int = setting(65_536, "People a shard.")
    format: Format = setting_of(InputSettings, "format")
    split: str = setting_of(InputSettings, "split", "Split of pose archives, for example test.")
    map_file: str = setting_of(InputSettings, "map_file")
    placement: Placement = setting_of(InputSettings, "placement")
    image_size: str = setting_of(InputSettings, "image_size")
    skip_bad: bool = setting(False, "Leave out files and entries that cannot be used, and say so.")

    def __post_init__(self) -> None:
        if not self.input:
            raise ConfigError("Nothing to read: give --input=FILE.")
        if Path(self.output).suffix not in (".parquet", ".tfrecord"):
            raise ConfigError(
                f"output must be a name that ends with .parquet or .tfrecord, got {self.output!r}."
            )
        check_range("rows", self.rows, 1, 1 << 30)
        _ = self.reading  # whatever is wrong with it is said at once

    @property
    def reading(self) -> InputSettings:
        """How the input is read.

        Raises:
          ConfigError: If `image_size` is not two positive numbers.
        """
        return InputSettings(
            self.format, self.split, self.map_file, self.placement, self.image_size
        )
