"""The estimator in the forms that servers, phones and other runtimes take.

`job.export(config)` is what posenet3d export does.
"""

from posenet3d.export.config import ExportConfig

__all__ = ["ExportConfig"]
