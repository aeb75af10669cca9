import contextlib
import os
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.formats.readers.tables.deeplabcut import is_deeplabcut, read_deeplabcut
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, H36M_17
from tests.fixtures.checkout import SAMPLES
from tests.fixtures.labelled_csv import MULTI, PARTS, XYL, csv_of, single

HERE = Path(__file__).resolve().parent


def pickled(value):
    return np.bytes_(pickle.dumps(value, protocol=0))


def write_table(path, labels, values, levels=("scorer", "bodyparts", "coords"), kind=None):
    """`to_hdf(format="table")`, as far as it bears on reading."""
    with h5py.File(path, "w") as file:
        group = file.create_group("df_with_missing")
        group.attrs["pandas_type"] = np.bytes_(b"frame_table")
        names = {"names": list(levels), "type": "MultiIndex"}
        group.attrs["info"] = pickled({1: names, "index": {}})
        columns = values.shape[1]
        rows = np.zeros(len(values), [("index", "<i8"), ("values_block_0", "<f8", (columns,))])
        rows["index"], rows["values_block_0"] = np.arange(len(values)) + 5, values
        table = group.create_dataset("table", data=rows)
        table.attrs["values_block_0_kind"] = pickled(labels) if kind is None else kind
    return path


def write_fixed(path, labels, values):
    """`to_hdf(format="fixed")`, likewise."""
    levels = list(zip(*labels, strict=True))
    with h5py.File(path, "w") as file:
        group = file.create_group("df_with_missing")
        group.attrs.update(
            pandas_type=np.bytes_(b"frame"), nblocks=1, axis1_variety=np.bytes_(b"regular")
        )
        for axis in ("axis0", "block0_items"):
            group.attrs[f"{axis}_variety"] = np.bytes_(b"multi")
            group.attrs[f"{axis}_nlevels"] = len(levels)
            for number, texts in enumerate(levels):
                known = sorted(set(texts))
                level = group.create_dataset(f"{axis}_level{number}", data=np.array(known, "S"))
                level.attrs["name"] = np.bytes_(("scorer", "bodyparts", "coords")[number])
                numbers = np.array([known.index(text) for text in texts], np.int8)
                group.create_dataset(f"{axis}_label{number}", data=numbers)
        group.create_dataset("axis1", data=np.arange(len(values)) + 5)
        group.create_dataset("block0_values", data=values)
    return path


def test_csv_of_one_animal(write):
    rows = [([7], [10, 20, 0.5, 30, 40, 1, None, None, None]), ([8], [1, 2, 0.25] * 3)]
    path = write(single(rows))
    assert is_deeplabcut(path)
    people = read_deeplabcut(path)
    assert people.skeleton is COCO_17
    assert (people.image_ids, people.person_ids) == ((7, 8), (0, 0))
    np.testing.assert_array_equal(people.keypoints_2d[0, :2], [[10, 20], [30, 40]])
    np.testing.assert_array_equal(people.confidence[:, :3], [[0.5, 1, 0], [0.25] * 3])
    assert people.file_names is None


def test_individuals_are_persons_where_they_were_found(write):
    labels = [("s", who, part, c) for who in "ab" for part in PARTS for c in XYL]
    labels += [("s", "single", "corner", c) for c in XYL]
    nothing = [None] * 9
    rows = [([0], [5, 6, 1] * 3 + nothing + [1, 1, 1]),
            ([1], nothing + [7, 8, 1] * 3 + [1, 1, 1]), ([2], [None] * 21)]  # fmt: skip
    people = read_deeplabcut(write(csv_of(MULTI, labels, rows)))
    assert (people.image_ids, people.person_ids) == ((0, 1), ("a", "b"))
    np.testing.assert_array_equal(people.keypoints_2d[:, 1], [[5, 6], [7, 8]])


@pytest.mark.parametrize("names", [1, 3])
def test_labelled_images_keep_their_paths(write, names):
    labels = [("me", part, c) for part in PARTS for c in "xy"]
    name = ["labeled-data", "run", "img012.png"]
    row = (name if names == 3 else ["/".join(name)], [3, 4, 5, 6, None, None])
    people = read_deeplabcut(write(csv_of(("scorer", "bodyparts", "coords"), labels, [row], names)))
    assert people.image_ids == people.file_names == ("labeled-data/run/img012.png",)
    assert people.confidence[0, :3].tolist() == [1, 1, 0]


@pytest.mark.parametrize("write_hdf5", [write_table, write_fixed])
def test_hdf5_is_read_as_the_csv(write, tmp_path, write_hdf5):
    labels = [("net", part, c) for part in PARTS for c in XYL]
    values = np.random.default_rng(0).uniform(0, 1, (4, 9)) * np.tile([500, 500, 1], 3)
    values[2, 3:6] = np.nan
    path = write_hdf5(tmp_path / "video.h5", labels, values)
    rows = [([row + 5], ["" if np.isnan(v) else v for v in values[row]]) for row in range(4)]
    expected = read_deeplabcut(write(single(rows)))
    people = read_deeplabcut(path)
    assert is_deeplabcut(path)
    assert people.image_ids == expected.image_ids == (5, 6, 7, 8)
    np.testing.assert_array_equal(people.keypoints_2d, expected.keypoints_2d)
    np.testing.assert_array_equal(people.confidence, expected.confidence)


def test_samples_of_pandas_are_the_same_person_running():
    people, from_hdf5 = (read_deeplabcut(SAMPLES / f"deeplabcut.{end}") for end in ("csv", "h5"))
    np.testing.assert_array_equal(people.keypoints_2d, from_hdf5.keypoints_2d)
    np.testing.assert_array_equal(people.confidence, from_hdf5.confidence)
    assert people.image_ids == from_hdf5.image_ids == tuple(range(8))
    mapped = people.on(CMU_17)
    assert (mapped.confidence == 0).sum() == 2
    assert (mapped.confidence[3:5, CMU_17.index("right_wrist")] == 0).all()


def test_labels_of_two_animals_in_hdf5_that_pandas_wrote():
    """collected_data.h5: pandas 2.2, `to_hdf(key="df_with_missing", mode="w")`."""
    people = read_deeplabcut(HERE / "collected_data.h5")
    images = [f"labeled-data/vid/img{number:03d}.png" for number in (5, 5, 17)]
    assert people.image_ids == tuple(images)
    assert people.person_ids == ("one", "two", "one")
    joints = [COCO_17.index(n) for n in ("nose", "left_ear", "right_ear", "left_shoulder")]
    assert people.confidence[:, joints].tolist() == [[0, 1, 1, 1], [1] * 4, [1] * 4]
    np.testing.assert_array_equal(people.keypoints_2d[1, joints[3]], [114, 115])


def test_body_parts_of_ones_own_with_a_map_file(write):
    toml = 'joints = ["snout", "tail"]\nignore = ["corner"]\naliases = {tip = "tail"}\n'
    toml += '[to.h36m17]\nhead = "snout"'
    own = read_map_file(write(toml, "mouse.toml"))
    path = write(single([([0], [9, 9, 1, 10, 20, 0.5, 30, 40, 1])], ("corner", "Tip", "Snout")))
    people = read_deeplabcut(path, map_file=own)
    np.testing.assert_array_equal(people.keypoints_2d, [[[30, 40], [10, 20]]])
    np.testing.assert_array_equal(people.confidence, [[1, 0.5]])
    mapped = people.on(H36M_17, own.maps)
    assert mapped.confidence.sum() == 1
    with pytest.raises(
        InputError, match=r"no joint 'corner'.*map file.*joints = \[\"corner\", \"Tip\""
    ):
        read_deeplabcut(path)


ROW = [3, 4, 0.5]
BAD = {
    "text": (single([([1], ["left", 4, 0.5] + ROW * 2)]), "line 4: nose x is 'left'"),
    "half": (single([([1], [3, None, 0.5] + ROW * 2)]), "'nose' has x or y alone in frame 1"),
    "likelihood": (single([([1], [3, 4, 95] + ROW * 2)]), "joint nose: confidence 95"),
    "far": (single([([1], [3e7, 4, 1] + ROW * 2)]), r"joint nose: x = 3e\+07 px"),
    "infinite": (single([([1], ["inf", 4, 1] + ROW * 2)]), "joint nose: x = inf px"),
    "parts of the image": (single([([1], [0.3, 0.4, 1] * 3)]), "not pixels"),
    "cells": (single([([1], ROW)]), "line 4: 4 cells for the 10 columns"),
    "no rows": (single([]), "has a header and no rows"),
    "no columns": ("scorer\nbodyparts\ncoords\n0\n", "has a header and no columns"),
    "header": ("scorer,a\nbodyparts,nose\n0,1\n", "header rows from 'scorer' to 'coords', got"),
    "levels": ("scorer,a\nanimal,b\ncoords,x\n0,1\n", "labelled scorer, animal, coords; expected"),
    "no y": (single([([0], [1, 2])], ("nose",), ("x", "likelihood")), "'nose' has no column x or"),
    "no coordinates": (single([([0], [1])], ("nose",), ("x_ens",)), "none of the coordinates x, y"),
    "3D": (single([([0], [1, 2, 3])], ("nose",), "xyz"), "coordinate 'z'.*in 3D already"),
    "twice": (single([([0], ROW * 2)], ("nose", "nose")), "a body part is there twice"),
    "nobody": (csv_of(MULTI, [("s", a, "nose", c) for a in "ab" for c in "xy"],
                      [([0], [None] * 4)]), "no body part of any individual was found"),
    "unknown": (single([([0], ROW)], ("snout",)), r"no joint 'snout'; there are .*own_skeleton.md"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_are_named(write, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read_deeplabcut(write(content))
    assert "video.csv" in str(caught.value)


class Runs:
    """Pickled as a call of `function`."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


def test_malicious_pickle_in_the_labels_runs_nothing_and_is_named(tmp_path):
    marker = tmp_path / "ran"
    attack = pickle.dumps([Runs(os.system, f"touch {marker}")], protocol=0)
    path = write_table(tmp_path / "v.h5", [], np.ones((2, 3)), kind=np.bytes_(attack))
    with pytest.raises(InputError, match=r"asks for .*\.system, which may run code; nothing was"):
        read_deeplabcut(path)
    assert not marker.exists()
    pickle.loads(attack)  # which does run it: the attack is a real one
    assert marker.exists()


def test_other_hdf5_is_no_deeplabcut(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["tracks"] = np.zeros(3)
    assert not is_deeplabcut(path)
    with pytest.raises(InputError, match=r"other\.h5 cannot be read: it holds no data frame.*csv"):
        read_deeplabcut(path)


def test_missing_and_other_files_are_named(tmp_path, write):
    with pytest.raises(InputError, match="no such file"):
        read_deeplabcut(tmp_path / "absent.csv")
    path = write("frame,joint,x,y\n0,nose,1,2\n")
    assert not is_deeplabcut(path)
    with pytest.raises(InputError, match="must begin with header rows"):
        read_deeplabcut(path)


FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(
    st.sampled_from(["deeplabcut.csv", "deeplabcut.h5"]), st.floats(0, 0.999), st.integers(0, 255),
    st.booleans(),
)  # fmt: skip
def test_damaged_files_are_read_or_refused(write, name, place, byte, cut):
    content = bytearray((SAMPLES / name).read_bytes())
    at = int(place * (len(content) if name.endswith("csv") else 6000))  # there HDF5 has its labels
    content[at] = byte
    path = write(bytes(content[:at] if cut else content), name)
    with contextlib.suppress(InputError):  # anything else is a fault
        read_deeplabcut(path)
