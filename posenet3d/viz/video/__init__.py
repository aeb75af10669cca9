"""Videos of lifted people."""

from posenet3d.viz.video.video import ENDINGS, Video

__all__ = ["ENDINGS", "Video"]
