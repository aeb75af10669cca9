"""Lifts every person of a keypoint file to 3D.

python scripts/lift.py --input=keypoints.json --output=lifted.npz --figure=lifted.png
"""

from collections import Counter

import _flags
import numpy as np
from absl import flags

import posenet3d
from posenet3d.formats.detect import FORMATS, read_people
from posenet3d.formats.writers.choose import ENDINGS, Output
from posenet3d.models.loading import DEFAULT_MODEL

_MODEL = flags.DEFINE_string("model", DEFAULT_MODEL, "Pretrained model's name, or a path.")
_INPUT = flags.DEFINE_string("input", None, "Keypoints, or a pose archive.", required=True)
_OUTPUT = flags.DEFINE_string(
    "output", None, f"The file to write: {', '.join(ENDINGS)}.", required=True
)
_FIGURE = flags.DEFINE_string("figure", None, "A picture (.png, .pdf, .svg) of lifted people.")
_FORMAT = flags.DEFINE_enum("format", "auto", ("auto", *FORMATS), "Format of the input.")
_SPLIT = flags.DEFINE_string("split", None, "Split of a pose archive, for example test.")
_SKELETON = flags.DEFINE_enum(
    "skeleton", None, ("h36m17", "cmu17"), "Where an archive's joints lie; by default the model's."
)
_IMAGE_SIZE = flags.DEFINE_string(
    "image_size", None, "WIDTHxHEIGHT of the images in pixels; MediaPipe's landmarks need it."
)
_HEIGHT = flags.DEFINE_float("height_mm", None, "Standing height of the people; gives mm.")
_FPS = flags.DEFINE_float("fps", 30.0, "Frames a second, for outputs that hold motion.")
_UP = flags.DEFINE_enum(
    "up", None, ("camera", "y", "z"), "Axis of the output that points up; by default the format's."
)
_SHOWN = 10


def main() -> None:
    """File to people, people to 3D, 3D to files and a picture."""
    output = Output(_OUTPUT.value, _FPS.value, _UP.value)
    estimator = posenet3d.load(_MODEL.value)
    placement = _SKELETON.value or estimator.skeleton.name
    size = _flags.image_size(_IMAGE_SIZE.value)
    people = read_people(_INPUT.value, _FORMAT.value, _SPLIT.value, placement, size)
    people = people.on(estimator.skeleton)
    output.check(people)
    result = estimator.lift(people.keypoints_2d, people.confidence, height_mm=_HEIGHT.value)
    written = output.write(people, result)
    if _FIGURE.value:
        from posenet3d.viz import figures

        names = zip(people.image_ids, people.person_ids, strict=True)
        sheet = figures.lifted_sheet(
            people.keypoints_2d,
            result.keypoints_3d,
            people.skeleton,
            confidence=people.confidence,
            filled=result.filled,
            problems=result.problems,
            titles=[f"image {image}, person {person}" for image, person in names],
        )
        figures.save_figure(sheet, _FIGURE.value)
    files = ", ".join(str(path) for path in written.paths[:_SHOWN])
    more = f" and {len(written.paths) - _SHOWN} more" if len(written.paths) > _SHOWN else ""
    print(f"Lifted {result.lifted.sum()} of {len(people)} people to {files}{more}.")
    for note in written.notes:
        print(note)
    gaps = result.filled.sum(axis=0)
    if gaps.any():
        guessed = Counter(dict(zip(people.skeleton.joint_names, gaps.tolist(), strict=True)))
        listed = ", ".join(f"{joint} {count}" for joint, count in guessed.most_common() if count)
        print(f"Missing joints filled in, and marked so: {listed}.")
    missed = np.flatnonzero(~result.lifted)
    for row in missed[:_SHOWN]:
        where = f"image {people.image_ids[row]}, person {people.person_ids[row]}"
        print(f"Not lifted: {where}: {result.problems[row]}.")
    if len(missed) > _SHOWN:
        print(f"... and {len(missed) - _SHOWN} more; an output .npz or .json has them all.")


if __name__ == "__main__":
    _flags.run(main)
