"""EasyMocap's annotations of images, one file a frame.

The format is that of `annot2string` in easymocap/annotator/file_utils.py of
github.com/zju3dv/EasyMocap, the joints those of easymocap/dataset/config.py.
"""

from __future__ import annotations

from pathlib import Path

from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.frame_units import frame_units, sample_frames
from posenet3d.formats.interface.reader import Reader, Units
from posenet3d.formats.parsing.frame_files.layout import FrameLayout
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import BODY_25, COCO_17, HALPE_26, MPII_16

LAYOUT = FrameLayout(
    tool="EasyMocap",
    people=("annots",),
    keypoints=("keypoints",),
    person_id="personID",
    # `bodyhand` has 67 points, `bodyhandface` 137; both begin with the body.
    skeletons={s.num_joints: s for s in (BODY_25, COCO_17, HALPE_26, MPII_16)}
    | {67: BODY_25, 137: BODY_25},
    files=".json files, of which EasyMocap writes one a frame",
    nested=True,
    image_size=("width", "height"),
    file_name="filename",
)
"""EasyMocap's frames."""


def read_easymocap(path: str | Path) -> People:
    """Reads a folder of EasyMocap's annotations (`annots/CAMERA`), or one of its files.

    A file is `{"filename", "height", "width", "annots": [{"personID", "keypoints": [[x, y, c] * J],
    ...}]}`. 25 keypoints are BODY_25, also where hands and a face follow; 17 are COCO's, 26
    Halpe's, 16 MPII's. The confidence `c` is clipped to [0, 1]; 0 or less marks a missing joint.

    Args:
      path: The folder, or a file.

    Returns:
      Every person of every frame. The image ids are the names of the files, the person ids
      `personID`, or, where not everybody has one of his own, the number within the frame.

    Raises:
      InputError: If there is no such file, one cannot be read, nobody is in any, or a value cannot
        be meant; the message names the file, the person (numbered from 0) and the joint.
    """
    return READER.read(path)


def _units(content: Content) -> Units:
    return frame_units(content, LAYOUT)


def _recognises(content: Content) -> bool:
    """By an image's file name or a person's id beside `annots`."""
    frames = sample_frames(content, LAYOUT)
    people = (person for frame in frames for person in LAYOUT.persons_of(frame) or [])
    return any(LAYOUT.file_name in frame for frame in frames) or any(
        isinstance(person, dict) and LAYOUT.person_id in person for person in people
    )


READER = Reader(
    name="easymocap",
    recognises=_recognises,
    units=_units,
    guessed_below=0.1,  # most of its files are made with OpenPose
    folder="EasyMocap's `annots`",
)
