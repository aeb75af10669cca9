"""Readers of detectors' files, one module a format; each declares a `Reader` and gives `People`.

`json_files`, `tables` and `arrays` say what kind of file a format is made of.
"""

from posenet3d.formats.readers.arrays import (
    movement,
    numpy_array,
    pose_archive,
    videopose3d,
)
from posenet3d.formats.readers.json_files import (
    alphapose,
    coco,
    detected,
    easymocap,
    mediapipe,
    mmpose,
    openpose,
    openpose_body25b,
    ultralytics,
)
from posenet3d.formats.readers.tables import csv_file, deeplabcut, sleap, trc

READERS = (
    coco.READER,
    openpose.READER,
    openpose_body25b.READER,
    alphapose.READER,
    mmpose.READER,
    easymocap.READER,
    ultralytics.READER,
    mediapipe.READER,
    detected.READER,
    deeplabcut.READER,
    sleap.READER,
    movement.READER,
    trc.READER,
    csv_file.READER,
    videopose3d.READER,
    numpy_array.READER,
    pose_archive.READER,
)
"""The formats that can be read, in the order in which messages and --help list them.

A file is the first's that recognises it; those that are `general` are asked last.
"""
