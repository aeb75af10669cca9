"""Readers of detectors' files, one file a format; each declares a `Reader` and gives `People`."""

from posenet3d.formats.readers import (
    alphapose,
    coco,
    csv_file,
    deeplabcut,
    mediapipe,
    mmpose,
    openpose,
    pose_archive,
    videopose3d,
)

READERS = (
    coco.READER,
    openpose.READER,
    alphapose.READER,
    mmpose.READER,
    mediapipe.READER,
    deeplabcut.READER,
    csv_file.READER,
    videopose3d.READER,
    pose_archive.READER,
)
"""The formats that can be read, in the order in which messages and --help list them.

A file is the first's that recognises it; those that are `general` are asked last.
"""
