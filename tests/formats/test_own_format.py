"""A format is one record: added here, it is recognised, read in parts, skipped and listed."""

import functools
import json
from pathlib import Path

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, open_people, read_people
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.interface.writer import Writer
from posenet3d.formats.output import Output
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.readers import READERS
from posenet3d.formats.writers import WRITERS
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import COCO_17

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
KEYPOINTS = [float(v) for j in range(17) for v in (10 * j, 20 * j + 1, 0.5)]


def stars_units(content, image_size):
    """Entries of a list that would be COCO's but for their star."""

    def read(batch, first):
        places = [Place(content.path, n, e["image_id"]) for n, e in enumerate(batch, first)]
        values = [
            persons.keypoint_values(place, entry["keypoints"], "keypoints", [COCO_17])[1]
            for place, entry in zip(places, batch, strict=True)
        ]
        for numbers in values:
            numbers[:, :2] *= image_size
        images = [place.image for place in places]
        return persons.make_people(values, places, COCO_17, images, [None] * len(places))

    return Units(content.json, "stars", read)


STARS = Reader(
    name="stars",
    recognises=from_json(
        lambda found: isinstance(found, list) and any("star" in e for e in found if type(e) is dict)
    ),
    units=stars_units,
    takes=("image_size",),
)
WITH_STARS = (*READERS, STARS)
SIZE = (3, 2)


@pytest.fixture
def path(tmp_path):
    """Ten entries, of which those at 4 and 7 are cut short."""
    entries = [{"image_id": n // 2, "star": True, "keypoints": KEYPOINTS} for n in range(10)]
    for bad in (4, 7):
        entries[bad] = entries[bad] | {"keypoints": [1.0]}
    path = tmp_path / "people.dat"
    path.write_text(json.dumps(entries))
    return path


def good(path):
    """The same without the bad entries."""
    entries = [e for e in json.loads(path.read_text()) if len(e["keypoints"]) > 1]
    path.write_text(json.dumps(entries))
    return path


def test_a_format_of_ones_own_is_recognised_by_its_content_before_general_ones(path):
    assert detect_format(path) == "coco"
    assert detect_format(path, readers=WITH_STARS) == "stars"
    assert open_people(path, readers=WITH_STARS, image_size=SIZE).format == "stars"


@pytest.mark.parametrize("large", [False, True], ids=["in memory", "entry by entry"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_it_is_read_in_parts_as_whole(path, monkeypatch, large, size):
    good(path)
    whole = read_people(path, readers=WITH_STARS, image_size=SIZE)
    if large:
        monkeypatch.setattr("posenet3d.formats.detect.LARGE_BYTES", 0)
    source = open_people(path, "stars", readers=WITH_STARS, image_size=SIZE)
    assert (source.count, source.kind) == (8, "stars")
    parts = [part.read() for part in source.parts(size=size)]
    assert len(parts) == -(-8 // size)
    np.testing.assert_array_equal(
        np.concatenate([part.keypoints_2d for part in parts]), whole.keypoints_2d
    )
    np.testing.assert_array_equal(whole.keypoints_2d[0, 1], [30, 42])
    assert sum((part.image_ids for part in parts), ()) == whole.image_ids
    assert sum((part.person_ids for part in parts), ()) == whole.person_ids
    assert whole.person_ids == (0, 1, 0, 1, 0, 0, 0, 1)


def test_bad_units_of_it_are_skipped_and_named(path):
    source = open_people(path, readers=WITH_STARS, image_size=SIZE)
    with pytest.raises(InputError, match=r"person 4 \(image 2\) has 1 numbers"):
        source.read()
    part = next(source.parts(skip_bad=True))
    assert len(part.read()) == 8
    assert [fault.split(" has ")[0] for fault in part.faults] == [
        f"{path}: person 4 (image 2)",
        f"{path}: person 7 (image 3)",
    ]


def test_what_holds_for_all_formats_holds_for_it(path):
    people = read_people(good(path), readers=WITH_STARS, image_size=SIZE)
    assert people.image_sizes == (SIZE,) * 8


@pytest.mark.parametrize("content", [b"hello", b'{"a": 1}', b"a,b\n1,2\n"])
def test_it_is_listed_where_a_file_is_of_no_format(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(InputError, match=r"none of .*coco, .*npz, stars\b"):
        read_people(tmp_path / "a", readers=WITH_STARS)
    with pytest.raises(ValueError, match=r"known are auto, coco, .*, npz, stars\."):
        read_people(tmp_path / "a", "moons", readers=WITH_STARS)
    with pytest.raises(ValueError, match=r"known are auto, coco, .*, npz\."):
        read_people(tmp_path / "a", "stars")


def test_a_format_of_folders_is_listed_where_a_folder_is_of_none(tmp_path):
    frames = Reader("frames", lambda c: c.is_folder and False, stars_units, folder="frames *.pose")
    with pytest.raises(InputError, match=r"without OpenPose's files .* or frames \*\.pose; give a"):
        read_people(tmp_path, readers=(*READERS, frames))
    with pytest.raises(InputError, match=r"is a folder; give a file"):
        read_people(tmp_path, "stars", readers=WITH_STARS)


def test_map_files_are_for_formats_that_take_them(path):
    map_file = read_map_file(SAMPLES / "own_detector.toml")
    with pytest.raises(InputError, match=r"format stars, whose joints are known; .* coco, .*npz"):
        open_people(path, map_file=map_file, readers=WITH_STARS)
    with pytest.raises(ValueError, match="stars takes colour; there are split, placement"):
        Reader("stars", STARS.recognises, stars_units, takes=("colour",))


def lines(path, keypoints_3d, skeleton, fps, up):
    """Writes a line a frame."""
    path.write_text("\n".join(f"{fps} {up} {frame[-1][0]:.3f}" for frame in keypoints_3d))


LINES = Writer(".lines", ups=("z", "y"), track=lines, gaps="written as nan")


def test_a_writer_of_ones_own_is_chosen_by_its_ending(tmp_path, crowd, lifted):
    output = Output(tmp_path / "out.LINES", fps=12, writers=(*WRITERS, LINES))
    assert output.holds_motion
    written = output.write(crowd, lifted())
    assert [path.name for path in written.paths] == ["out_1.LINES", "out_zoë.LINES"]
    first, second = (path.read_text().split("\n") for path in written.paths)
    assert first == [f"12 z {x:.3f}" for x in lifted().keypoints_3d[[0, 2], -1, 0]]
    assert second[1] == "12 z nan"
    assert written.notes == ("Without a pose, and written as nan: 1 frame.",)
    with pytest.raises(InputError, match=r"up=camera cannot be had in \.lines files; .* z, y"):
        Output("out.lines", up="camera", writers=(LINES,))


def test_a_writer_is_listed_where_an_ending_is_of_no_format():
    with pytest.raises(InputError, match=r"one of \.npz, .*, \.lines; got \.fbx"):
        Output("out.fbx", writers=(*WRITERS, LINES))
    with pytest.raises(InputError, match=r"got \.lines"):
        Output("out.lines")


def test_a_writer_says_which_library_it_lacks_before_anything_is_lifted():
    record = functools.partial(Writer, ".lines", ("y",), library="no_such_library", extra="lines")
    with pytest.raises(InputError, match=r"\.lines needs the library no_such_library.*\[lines\]"):
        Output("out.lines", writers=(record(track=lines),))
    with pytest.raises(ValueError, match="needs people or track"):
        record()
    with pytest.raises(ValueError, match="needs people or track"):
        record(track=lines, people=lines)
