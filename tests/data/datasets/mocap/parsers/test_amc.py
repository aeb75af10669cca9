import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posenet3d.data.datasets.mocap.parsers.amc import read_amc
from posenet3d.data.datasets.mocap.parsers.asf import read_asf
from posenet3d.errors import InputError
from tests.fixtures.damage import damaged, fuzz


@pytest.fixture
def read(tmp_path, acclaim):
    """Reads a text as a motion of the made-up skeleton."""
    (tmp_path / "01.asf").write_text(acclaim.asf_text())
    skeleton = read_asf(tmp_path / "01.asf")

    def read(text, step=1):
        (tmp_path / "01_01.amc").write_text(text)
        return read_amc(tmp_path / "01_01.amc", skeleton, step)

    return read


def test_every_bone_ends_where_the_definition_puts_it(read, acclaim):
    walk = acclaim.walk(4)
    motion = read(acclaim.amc_text(walk))
    assert motion.positions.shape == (4, 1 + len(acclaim.BONES), 3)
    for index, name in enumerate(motion.names):
        expected = [acclaim.bone_end(name, walk, frame) for frame in range(4)]
        np.testing.assert_allclose(motion.positions[:, index], expected, atol=1e-6)
    assert motion.unit_m == pytest.approx(0.056444, abs=1e-6)


def test_radians_are_the_same_motion(read, acclaim):
    walk = acclaim.walk(3)
    degrees, radians = (read(acclaim.amc_text(walk, degrees)) for degrees in (True, False))
    np.testing.assert_allclose(radians.positions, degrees.positions, atol=1e-6)


def test_without_a_keyword_angles_are_as_in_the_skeleton(read, acclaim):
    text = acclaim.amc_text(acclaim.walk(2))
    bare = read("\n".join(text.splitlines()[3:]))
    np.testing.assert_array_equal(bare.positions, read(text).positions)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_comments_may_be_in_an_old_encoding(read, acclaim, tmp_path, encoding):
    text = acclaim.amc_text(acclaim.walk(2))
    plain = read(text)
    skeleton = read_asf(tmp_path / "01.asf")
    comment = r"#!OML:ASF X:\für einen Test\person.asf 10° "
    if encoding == "cp1252":
        comment += "… and more"  # 0x85, at which splitlines cuts a line of Latin-1
    (tmp_path / "old.amc").write_bytes(f"{comment}\r\n{text}".encode(encoding))
    np.testing.assert_array_equal(
        read_amc(tmp_path / "old.amc", skeleton).positions, plain.positions
    )


def test_what_is_looked_at_must_be_plain(read, acclaim, tmp_path):
    skeleton = acclaim.asf_text()
    (tmp_path / "old.asf").write_bytes(f"# Größe\n{skeleton}".encode("latin-1"))
    assert len(read_asf(tmp_path / "old.asf").bones) == 1 + len(acclaim.BONES)
    (tmp_path / "bad.asf").write_bytes(f"höhe\n{skeleton}".encode("latin-1"))
    with pytest.raises(InputError, match=r"bad\.asf, line 1: found 'höhe', expected a section"):
        read_asf(tmp_path / "bad.asf")


def test_every_third_frame_is_every_third_frame(read, acclaim):
    text = acclaim.amc_text(acclaim.walk(8))
    np.testing.assert_array_equal(read(text, step=3).positions, read(text).positions[::3])


def test_a_bone_that_the_file_never_has_is_not_turned(read, acclaim):
    walk = acclaim.walk(2)
    del walk["rwrist"]
    found = read(acclaim.amc_text(walk))
    walk["rwrist"] = np.zeros((2, 1))
    np.testing.assert_allclose(found.positions, read(acclaim.amc_text(walk)).positions, atol=1e-6)


def lines_of(acclaim):
    return acclaim.amc_text(acclaim.walk(3)).splitlines()


def change(acclaim, start, new, nth=0):
    """The text with the nth line that starts so replaced."""
    lines = lines_of(acclaim)
    at = [i for i, line in enumerate(lines) if line.startswith(start)][nth]
    lines[at : at + 1] = new
    return "\n".join(lines), at + 1


BAD = {
    "an angle too many": ("ltibia", ["ltibia 1 2"], 0, "each channel: 1 numbers after the name"),
    "no number": ("ltibia", ["ltibia x"], 0, "found 'ltibia x', expected a number"),
    "nan": ("ltibia", ["ltibia nan"], 1, "finite numbers"),
    "huge": ("ltibia", ["ltibia 1e30"], 1, "at most 1e"),
    "unknown bone": ("ltibia", ["tail 1"], 0, r"expected a bone of the skeleton \(root, lhip"),
    "twice": ("ltibia", ["ltibia 1", "ltibia 2"], 0, "ltibia once a frame"),
    "missing in a later frame": ("ltibia", [], 1, "frame 2 ends in line .* without ltibia"),
    "missing in the first": ("ltibia", [], 0, "frame 2, which ends in line .*, has ltibia"),
    "no root": ("root", [], 0, "without root"),
    "a frame is missing": ("2", ["3"], 0, "found '3', expected frame number 2"),
    "no frame number": ("1", [], 0, "expected the number of a frame"),
    "unknown keyword": (":DEGREES", [":GRADS"], 0, "found ':GRADS', expected :FULLY-SPECIFIED"),
}


@pytest.mark.parametrize(("start", "new", "nth", "said"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_named(read, tmp_path, acclaim, start, new, nth, said):
    text, _ = change(acclaim, start, new, nth)
    with pytest.raises(InputError, match=said) as error:
        read(text)
    assert str(tmp_path / "01_01.amc") in str(error.value)


def test_the_line_is_named(read, acclaim):
    text, line = change(acclaim, "ltibia", ["ltibia x"], nth=2)
    with pytest.raises(InputError, match=f"01_01.amc, line {line}: found 'ltibia x'"):
        read(text)


def test_a_file_without_frames_is_refused(read):
    with pytest.raises(InputError, match="holds no frame"):
        read(":FULLY-SPECIFIED\n:DEGREES\n")


@fuzz(150)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["", "nan", "-inf", "1e999", "1e5", "root", "2", ":RADIANS", "\0", "٣", "²"]),
    st.booleans(),
)  # fmt: skip
def test_damage_is_an_input_error_or_none(read, acclaim, position, word, cut):
    try:
        motion = read(damaged(acclaim.amc_text(acclaim.walk(3)), position, word, cut))
    except InputError as error:
        said = str(error)
    else:
        said = str(motion.path) if np.isfinite(motion.positions).all() else "NaN"
    assert "01_01.amc" in said
