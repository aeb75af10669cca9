import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.detect import detect_format, read_people
from posenet3d.formats.writers.trc import write_trc
from posenet3d.skeletons.map_files.map_file import read_map_file
from posenet3d.skeletons.skeleton import CMU_17, HALPE_26
from tests.fixtures.checkout import SAMPLES

SAMPLE = SAMPLES / "walk_Sports2D_px_person00.trc"
NOSE, WRIST = HALPE_26.index("nose"), HALPE_26.index("left_wrist")


@pytest.fixture
def write(write):
    return lambda content, name="clip_px_person01.trc": write(content, name)


def text(*rows, units="px", names=("Nose", "RBigToe"), path="any.trc"):
    return "\n".join([
        f"PathFileType\t4\t(X/Y/Z)\t{path}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate",
        f"25\t25\t2\t2\t{units}\t25",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t\t",
        "\t\tX1\tY1\tZ1\tX2\tY2\tZ2",
        *rows,
    ]) + "\n"  # fmt: skip


def test_the_file_of_sports2d_is_the_second_person_of_the_samples():
    """Sports2D 0.8.34's own code wrote it; the left wrist was not found."""
    assert detect_format(SAMPLE) == "trc"
    people = read_people(SAMPLE)
    assert people.skeleton is HALPE_26
    assert (people.image_ids, people.person_ids) == (tuple(range(8)), (0,) * 8)
    assert people.numbers_are_frames
    expected = read_people(SAMPLES / "alphapose-results.json").select(range(1, 16, 2))
    found = people.confidence > 0
    assert not found[:, WRIST].any()
    assert (found.sum(axis=1) == 21).all()
    np.testing.assert_allclose(people.keypoints_2d[found], expected.keypoints_2d[found], rtol=1e-6)


@pytest.mark.parametrize("blank", [[], ["", " \t"]], ids=["no empty line", "empty lines"])
def test_markers_have_pose2sims_names(write, blank):
    rows = ("7\t0.28\t10\t20\t0\t30\t40\t0\t", "8\t0.32\t\t\t\t31\t41", "9\t0.36\t\t\t\t\t\t")
    people = read_people(write(text(*blank, *rows, *blank)))
    assert people.image_ids == people.listed.image_ids == (7, 8, 9)
    toe = people.skeleton.index("right_big_toe")
    nose = people.skeleton.index("nose")
    np.testing.assert_array_equal(people.keypoints_2d[:, toe], [[30, 40], [31, 41], [0, 0]])
    assert people.confidence[:, [nose, toe]].tolist() == [[1, 1], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    "names", [("a_px_person00.trc", ""), ("a.trc", r"C:\clip\a_px_person00.trc")]
)
def test_the_name_tells_pixels_where_the_unit_is_m(write, names):
    name, path = names
    people = read_people(write(text("0\t0\t10\t20\t0\t30\t40\t0", units="m", path=path), name))
    assert len(people) == 1


def test_files_in_3d_are_told(write, tmp_path):
    message = r"a TRC file in m, so it is in 3D already\. Read are those in pixels"
    with pytest.raises(InputError, match=message):
        read_people(write(text("0\t0\t1\t2\t3\t3\t4\t5", units="m"), "a_m_person00.trc"))
    path = tmp_path / "out.trc"
    write_trc(path, np.ones((2, 17, 3)), CMU_17)
    with pytest.raises(InputError, match=r"a TRC file in mm"):
        read_people(path)


def test_names_in_an_old_encoding_are_no_fault_of_the_numbers(write):
    row = "0\t0\t10\t20\t0\t30\t40\t0"
    old = text(row, path="für_px.trc", names=("Nose", "RBigToe")).encode("latin-1")
    assert len(read_people(write(old))) == 1


def test_markers_of_ones_own_with_a_map_file(write, tmp_path):
    toml = tmp_path / "own.toml"
    toml.write_text('joints = ["RBigToe", "Horn"]\n[parents]\nHorn = "RBigToe"')
    path = write(text("0\t0\t10\t20\t0\t30\t40\t0", names=("Horn", "RBigToe")))
    people = read_people(path, map_file=read_map_file(toml))
    np.testing.assert_array_equal(people.keypoints_2d, [[[30, 40], [10, 20]]])
    with pytest.raises(InputError, match=r"no joint 'Horn'.*map file"):
        read_people(path)


ROW = "0\t0\t10\t20\t0\t30\t40\t0"
BAD = {
    "text": (text("0\t0\tleft\t20\t0\t30\t40\t0"), "line 6: x of Nose is 'left'"),
    "short": (text("0\t0\t10\t20"), "line 6: 2 cells for the 2 markers"),
    "long": (text(ROW + "\t5"), "line 6: 7 cells for the 2 markers"),
    "infinite": (text("0\t0\tinf\t20\t0\t30\t40\t0"), "joint nose: x = inf px"),
    "no rows": (text(), "a header and no rows"),
    "twice": (text(ROW, names=("Nose", "Nose")), "line 4: .* each once, got .'Nose'"),
    "no names": (text(ROW, names=("", "")), "line 4: expected the markers' names"),
    "header": ("PathFileType\t4\n", "is no TRC file: expected PathFileType and 5 lines"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_faults_are_named(write, content, message):
    path = write(content)
    with pytest.raises(InputError, match=message) as caught:
        read_people(path)
    assert str(path) in str(caught.value)
