"""Lifting millions of poses from sharded archives, in several processes: posenet3d bulk."""

import importlib

for _library in ("pyarrow.parquet", "google_crc32c"):
    try:
        importlib.import_module(_library)
    except ImportError as _error:
        raise ImportError(
            f"posenet3d.bulk needs {_library}, which cannot be imported ({_error}); it comes with "
            "the extra: pip install 'posenet3d[bulk]'."
        ) from None

from posenet3d.bulk.config import BulkConfig, ShardsConfig  # noqa: E402
from posenet3d.bulk.job import lift_shards  # noqa: E402
from posenet3d.bulk.make_shards import make_shards  # noqa: E402
from posenet3d.bulk.summary import BulkSummary  # noqa: E402

__all__ = ["BulkConfig", "BulkSummary", "ShardsConfig", "lift_shards", "make_shards"]
