"""Lifting a file in parts: the same result however it is cut, stopped and taken up again."""

import json
import os
import threading

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import ConfigError, InputError
from posenet3d.files.locks import alone_with
from posenet3d.formats.detect import read_people
from posenet3d.lifting import LiftConfig, job, lift_file
from posenet3d.lifting.parts.fill import read_part

pytestmark = pytest.mark.eagerly


def test_parts_give_what_the_estimator_gives_for_all(config, people, tmp_path, arrays):
    summary = lift_file(config(variant="float32"))
    assert (summary.people, summary.lifted) == (10, 7)
    estimator = posenet3d.load("small")
    whole = read_people(people).on(estimator.skeleton)
    result = estimator.lift(whole.keypoints_2d, whole.confidence)
    found = arrays(tmp_path / "out.npz")
    np.testing.assert_allclose(found["keypoints_3d"], result.keypoints_3d, atol=1e-4)
    assert found["image_ids"].tolist() == list(range(10))
    assert sorted(os.listdir(tmp_path)) == ["out.npz", "people.json"]


class Stopped(BaseException):
    pass


@pytest.mark.parametrize("ending", ["npz", "json", "csv", "trc"])
def test_a_stopped_job_goes_on_and_ends_with_the_same_bytes(config, tmp_path, ending, arrays):
    lift_file(config(f"whole.{ending}"))

    def stop(done, total):
        if done == 6:
            raise Stopped

    said = []
    with pytest.raises(Stopped):
        lift_file(config(f"out.{ending}"), said.append, stop)
    assert "2 finished parts are kept" in said[-1]
    assert not list(tmp_path.glob(f"out.{ending}"))
    steps = []
    lift_file(config(f"out.{ending}"), said.append, lambda done, total: steps.append((done, total)))
    assert "Going on behind 2 finished parts" in said[-1]
    assert steps == [(3, 10), (6, 10), (9, 10), (10, 10)]
    assert not (tmp_path / f"out.{ending}.parts").exists()
    whole, out = (
        sorted(path.read_bytes() for path in tmp_path.glob(f"{name}*.{ending}"))
        for name in ("whole", "out")
    )
    if ending == "npz":
        one, other = arrays(tmp_path / "whole.npz"), arrays(tmp_path / "out.npz")
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])
    else:
        strip = [[blob.replace(b"whole", b"out") for blob in blobs] for blobs in (whole, out)]
        assert strip[0] == strip[1]


@pytest.mark.parametrize("name", ["out.npz", "picture.png"])
def test_an_output_of_two_runs_is_refused_to_the_second(config, tmp_path, name):
    settings = config(figure=str(tmp_path / "picture.png"))
    with alone_with([tmp_path / name]):
        with pytest.raises(InputError, match=rf"{name} is being written by another run \(process"):
            lift_file(settings)
        assert not (tmp_path / "out.npz").exists()
    lift_file(settings)
    assert sorted(os.listdir(tmp_path)) == ["out.npz", "people.json", "picture.png"]


def test_finished_parts_are_not_lifted_again(config, monkeypatch):
    def stop(done, total):
        if done == 9:
            raise Stopped

    with pytest.raises(Stopped):
        lift_file(config(), progress=stop)
    lifted = []
    original = job.read_part
    monkeypatch.setattr(
        job, "read_part", lambda part, **kw: lifted.append(1) or original(part, **kw)
    )
    lift_file(config())
    assert len(lifted) == 1


def test_a_part_is_read_while_the_one_before_it_is_lifted(config, monkeypatch):
    began = threading.Event()
    original, read = job.load_lifter, []

    class Slow:
        """A lifter that ends its first part when the second has been read."""

        def __init__(self, *args, **kwargs):
            self._estimator = original(*args, **kwargs)

        def __getattr__(self, name):
            return getattr(self._estimator, name)

        def lift(self, *args, **kwargs):
            assert began.wait(60)
            return self._estimator.lift(*args, **kwargs)

    def noticed(part, **kwargs):
        read.append(part)
        if len(read) == 2:
            began.set()
        return read_part(part, **kwargs)

    monkeypatch.setattr(job, "load_lifter", Slow)
    monkeypatch.setattr(job, "read_part", noticed)
    assert lift_file(config()).lifted == 7


def test_scores_can_be_left_out(config, tmp_path, arrays):
    lift_file(config(score=False))
    assert np.isnan(arrays(tmp_path / "out.npz")["score"]).all()


def test_parts_of_another_height_are_not_gone_on_from(config):
    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        lift_file(config(), progress=stop)
    with pytest.raises(
        InputError, match=r"height_mm was None and is 1800\.0 now. Delete the folder"
    ):
        lift_file(config(height_mm=1800.0))


def test_bad_entries_are_named_or_left_out_and_counted(config, people):
    entries = json.loads(people.read_text())
    entries[7]["keypoints"] = [1]
    entries.append("nobody")
    people.write_text(json.dumps(entries))
    with pytest.raises(InputError, match=r"person 7 \(image 7\) has 1 numbers"):
        lift_file(config())
    summary = lift_file(config(skip_bad=True))
    assert (summary.people, summary.num_faults) == (9, 2)
    text = str(summary)
    assert "Bad, and left out: 2 of 11 persons." in text
    assert "person 10 of the results must be an object" in text


def test_nobody_to_lift_is_said_and_leaves_nothing(config, people, tmp_path):
    people.write_text(json.dumps(["a", "b"]))
    with pytest.raises(InputError, match="all of the 2 persons with people are bad, the first: "):
        lift_file(config(format="coco", skip_bad=True))
    assert os.listdir(tmp_path) == ["people.json"]


def test_summary_names_the_first_who_were_not_lifted(config, people):
    people.write_text(json.dumps([{"image_id": n, "keypoints": [0] * 51} for n in range(30)]))
    text = str(lift_file(config()))
    assert text.startswith("Lifted 0 of 30 people to ")
    assert "Not lifted: image 9, person 0: only 0 of 17 joints" in text
    assert "image 10" not in text
    assert "and 20 more" in text


def test_a_figure_alone_is_enough(config, tmp_path):
    summary = lift_file(config(output="", figure=str(tmp_path / "sheet.png")))
    assert summary.paths == [tmp_path / "sheet.png"]
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


def test_gaps_are_filled_marked_and_counted(config, tmp_path, arrays):
    summary = lift_file(config(smooth="savgol", fill_gaps=3))
    assert (summary.people, summary.lifted, summary.interpolated) == (10, 7, 3)
    assert "filled in between frames, and marked so: 3" in str(summary)
    found = arrays(tmp_path / "out.npz")
    assert found["interpolated"].nonzero()[0].tolist() == [3, 4, 5]
    assert np.isfinite(found["keypoints_3d"]).all()


@pytest.fixture
def crossing(people, person):
    """Two people in every image, listed in changing order."""
    entries = []
    for n in range(8):
        pair = [person(n), person(n)]
        pair[1]["keypoints"][::3] = [x + 300 for x in pair[1]["keypoints"][::3]]
        entries += pair[:: 1 if n % 2 else -1]
    people.write_text(json.dumps(entries))


@pytest.mark.usefixtures("crossing")
def test_people_without_ids_are_tracked_where_the_output_needs_it(config, tmp_path, arrays):
    lift_file(config("out.npz"))
    assert arrays(tmp_path / "out.npz")["person_ids"].tolist() == [0, 1] * 8
    lift_file(config("out.npz", associate="always"))
    left = arrays(tmp_path / "out.npz")["keypoints_2d"][:, 0, 0] < 200
    ids = arrays(tmp_path / "out.npz")["person_ids"]
    assert len(set(ids[left])) == len(set(ids[~left])) == 1
    summary = lift_file(config("out.trc"))
    assert len(summary.paths) == 2
    assert "left empty" not in str(summary)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"input": "", "output": "a.npz"}, "--input"),
        ({"input": "a.json"}, "--output"),
        ({"input": "a.json", "output": "a.npz", "fill_gaps": -1}, "fill_gaps"),
        ({"input": "a.json", "output": "a.npz", "image_size": "9"}, "image_size"),
    ],
)
def test_missing_files_are_named(settings, message):
    with pytest.raises(ConfigError, match=message):
        LiftConfig(**settings)


def test_a_folder_that_is_not_there_is_found_before_anything_is_read(config, tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        lift_file(config(output="gone/out.npz", input="gone.json"))
