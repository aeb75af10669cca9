"""The estimator in the forms that servers, phones and other runtimes take.

`job.export(config)` is what scripts/export.py does.
"""

from posenet3d.export.config import ExportConfig

__all__ = ["ExportConfig"]
