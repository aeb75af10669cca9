import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import read_people


def test_what_detectron_wrote_is_told_what_to_run(tmp_path):
    """VideoPose3D's inference/infer_video_d2.py: a file a video, before they are put together."""
    path = tmp_path / "walk.mp4.npz"
    parts = {name: np.zeros(2) for name in ("boxes", "segments", "keypoints", "metadata")}
    np.savez_compressed(path, **parts)
    with pytest.raises(InputError, match=r"walk\.mp4\.npz .* run its data/prepare_data_2d_custom"):
        read_people(path)
    np.savez_compressed(path, reconstruction=np.zeros((1, 2, 17, 2)))
    with pytest.raises(InputError, match="holds no array keypoints_2d; it holds reconstruction"):
        read_people(path)
