"""Every format is listed, documented and has a sample; nothing else knows its name."""

import csv
import importlib
import json
import pkgutil
from pathlib import Path

import numpy as np
import pytest

from posenet3d.formats import detect, output, readers, writers
from posenet3d.formats.interface.writer import CONFIDENCE, EXPECTED_ERROR, PROBLEMS, SCORE
from posenet3d.formats.readers import READERS
from posenet3d.formats.writers import WRITERS
from tests.fixtures.checkout import CHECKOUT, SAMPLES

DOCS = CHECKOUT / "docs"


def declared(package, name):
    """What each module of a package, and of the packages in it, declares under a name."""
    walked = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    found = [module.name for module in walked if not module.ispkg]
    assert found
    return {module: getattr(importlib.import_module(module), name) for module in found}


def test_every_module_of_a_format_is_listed_once():
    for package, name, listed in ((readers, "READER", READERS), (writers, "WRITER", WRITERS)):
        records = declared(package, name)
        missing = [m for m, record in records.items() if not any(record is one for one in listed)]
        assert not missing, f"{name}S in {package.__name__}/__init__.py lacks {missing}"
        assert len(records) == len(listed)
    assert len(set(detect.FORMATS)) == len(READERS)
    assert len(set(output.ENDINGS)) == len(WRITERS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_reader_is_documented(reader):
    text = (DOCS / "lift_your_keypoints.md").read_text()
    assert text.count(f"\n| `{reader.name}` |") == 1, "docs/lift_your_keypoints.md needs a row"


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.ending)
def test_every_writer_is_documented_with_its_axes_and_its_extra(writer):
    text = (DOCS / "output.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith(f"| `{writer.ending}` |")]
    assert len(rows) == 1, f"docs/output.md needs one row of {writer.ending}"
    (row,) = rows
    _, _, _, holds, _, axes, needs, _ = row.split("|")
    assert ("one person over time" in holds) == writer.holds_motion
    assert axes.strip() == ", ".join(f"`{up}`" for up in writer.ups)
    assert needs.strip() == (f"the extra `{writer.extra}`" if writer.extra else "")


@pytest.mark.parametrize(
    "writer", [w for w in WRITERS if w.holds_motion], ids=lambda writer: writer.ending
)
def test_every_writer_of_motion_says_what_becomes_of_gaps(writer):
    assert writer.gaps
    row = f"| `{writer.ending[1:]}` |"
    text = (DOCS / "output.md").read_text()
    assert f"\n{row} " in text, f"docs/output.md needs a row on frames without a pose: {row} ..."


@pytest.fixture(scope="module")
def formats_of_samples():
    """The formats of all that lies in docs/samples."""
    samples = DOCS / "samples"
    others = (".py", ".toml", "")
    files = [p for p in samples.iterdir() if p.is_file() and p.suffix not in others]
    folders = [p for p in samples.iterdir() if p.is_dir() and not p.name.startswith(("_", "."))]
    return {path.name: detect.detect_format(path) for path in (*files, *folders)}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_reader_has_a_sample(formats_of_samples, reader):
    assert reader.name in formats_of_samples.values()


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.name)
def test_large_json_is_recognised_and_gives_the_same_people(monkeypatch, sample):
    """Such a file shows a reader only its list (`files.json_items`), and no other key."""
    size = {"image_size": (1280, 720)}
    small = detect.read_people(sample, **size)
    found = detect.detect_format(sample)
    monkeypatch.setattr(detect, "LARGE_BYTES", 0)
    assert detect.detect_format(sample) == found
    large = detect.read_people(sample, **size)
    assert (large.image_ids, large.person_ids) == (small.image_ids, small.person_ids)
    np.testing.assert_array_equal(large.keypoints_2d, small.keypoints_2d)


def test_whoever_walks_the_lists_names_no_format():
    text = Path(detect.__file__).read_text().lower()
    assert not [reader.name for reader in READERS if reader.name in text]
    text = Path(output.__file__).read_text()
    assert "formats.writers." not in text
    assert not [writer.ending for writer in WRITERS if f'"{writer.ending}"' in text]


def names_in(path):
    """The names of all that a file of everybody holds."""
    if path.suffix == ".npz":
        return set(np.load(path))
    if path.suffix == ".json":
        return set(json.loads(path.read_text())["people"][0])
    return set(next(csv.reader(path.read_text().splitlines())))


@pytest.mark.parametrize(
    "writer", [w for w in WRITERS if not w.holds_motion], ids=lambda writer: writer.ending
)
def test_files_of_everybody_hold_what_is_declared(tmp_path, crowd, lifted, writer):
    (path,) = output.Output(tmp_path / f"out{writer.ending}").write(crowd, lifted()).paths
    names = names_in(path)
    marks = (CONFIDENCE, SCORE, PROBLEMS, EXPECTED_ERROR)
    held = {what for what in marks if {what, what.rstrip("s")} & names}
    assert held == set(writer.holds)
