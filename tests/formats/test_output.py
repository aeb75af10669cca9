import dataclasses
import os

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.formats.output import ENDINGS, MAX_FILES, Output
from posenet3d.poses import stature
from posenet3d.skeletons.skeleton import H36M_17


@pytest.fixture
def one(crowd):
    """The four people as one person in four frames."""
    return dataclasses.replace(crowd, image_ids=(0, 1, 2, 3), person_ids=(1,) * 4)


def markers(path):
    """Positions `[F, 17, 3]` of a TRC file."""
    rows = [line.split("\t")[2:53] for line in path.read_text().split("\n")[6:-1]]
    return np.array([[cell or "nan" for cell in row] for row in rows], float).reshape(-1, 17, 3)


@pytest.mark.parametrize("ending", ENDINGS)
def test_ending_in_any_case_chooses_and_the_file_comes_alone(tmp_path, one, lifted, ending):
    path = tmp_path / f"out{ending.upper()}"
    assert Output(path).write(one, lifted()).paths == (path,)
    assert os.listdir(tmp_path) == [path.name]
    assert path.stat().st_size > 500


BAD = {
    "ending": (("out.fbx",), r"out\.fbx.*\.npz.*got \.fbx"),
    "no ending": (("out",), "got none"),
    "rate": (("out.trc", 0.0), "fps .* got 0"),
    "rate not a number": (("out.trc", float("nan")), "fps .* got nan"),
    "axis": (("out.npz", 30.0, "z"), r"up=z cannot be had in \.npz files; .* camera"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_refused_before_anything_is_lifted(arguments, message):
    with pytest.raises(InputError, match=message):
        Output(*arguments)


def test_several_persons_are_files_of_their_own(tmp_path, crowd, lifted):
    written = Output(tmp_path / "out.trc").write(crowd, lifted())
    assert [path.name for path in written.paths] == ["out_1.trc", "out_zoë.trc"]
    first, second = (markers(path) for path in written.paths)
    np.testing.assert_allclose(first, lifted().keypoints_3d[[0, 2]] * [1, -1, -1], atol=1e-3)
    np.testing.assert_allclose(second[0], lifted().keypoints_3d[1] * [1, -1, -1], atol=1e-3)
    assert np.isnan(second[1]).all()
    assert written.notes == ("Without a pose, and left empty: 1 frame.",)


def test_who_was_never_lifted_has_no_file(tmp_path, crowd, lifted):
    people = dataclasses.replace(crowd, person_ids=(1, 1, 1, 2), image_ids=(0, 1, 2, 0))
    Output(tmp_path / "out.trc").write(people, lifted())
    assert os.listdir(tmp_path) == ["out_1.trc"]


def test_without_a_height_metric_formats_assume_one_and_say_so(tmp_path, one, lifted):
    tiny = lifted(keypoints_3d=lifted().keypoints_3d / 400, unit="pose")
    written = Output(tmp_path / "out.trc").write(one, tiny)
    assert "1750 mm is assumed" in written.notes[0]
    found = markers(tmp_path / "out.trc")[:3].astype(np.float32)
    np.testing.assert_allclose(stature.mm_a_unit(found, 1750, H36M_17), 1, rtol=1e-4)


def test_millimetres_are_written_as_they_are(tmp_path, one, lifted):
    written = Output(tmp_path / "out.trc").write(one, lifted())
    assert "assumed" not in " ".join(written.notes)
    np.testing.assert_allclose(
        markers(tmp_path / "out.trc")[0], lifted().keypoints_3d[0] * [1, -1, -1], atol=1e-3
    )


def test_nobody_lifted_makes_no_motion(tmp_path, one, lifted):
    nobody = lifted(lifted=np.zeros(4, bool), problems=("too dark",) * 4)
    with pytest.raises(InputError, match=r"nobody was lifted .*too dark"):
        Output(tmp_path / "out.trc").write(one, nobody)
    assert os.listdir(tmp_path) == []


def test_ids_that_make_no_tracks_are_found_before_lifting(tmp_path, crowd):
    count = MAX_FILES + 1
    strangers = dataclasses.replace(
        crowd,
        keypoints_2d=np.zeros((count, 17, 2), np.float32),
        confidence=np.ones((count, 17), np.float32),
        image_ids=tuple(range(count)),
        person_ids=tuple(range(count)),
    )
    with pytest.raises(InputError, match=f"would become {count} files"):
        Output(tmp_path / "out.trc").check(strangers)
    Output(tmp_path / "out.json").check(strangers)


@pytest.mark.parametrize("ending", ENDINGS)
def test_results_of_other_people_are_refused(tmp_path, one, lifted, ending):
    with pytest.raises(ValueError, match="lifted has 3 rows for 4 people"):
        Output(tmp_path / f"out{ending}").write(one, lifted(lifted=np.ones(3, bool)))
    assert os.listdir(tmp_path) == []
