"""What users have filmed: videos, images and folders of images, read picture by picture."""

from posenet3d.footage.footage import Footage, is_footage, open_footage, picture_sizes
from posenet3d.footage.picture import Picture

__all__ = ["Footage", "Picture", "is_footage", "open_footage", "picture_sizes"]
