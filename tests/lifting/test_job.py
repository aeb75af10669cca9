"""Lifting a file in parts: the same result however it is cut, stopped and taken up again."""

import json
import os

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import ConfigError, InputError
from posenet3d.formats.detect import read_people
from posenet3d.formats.parsing import source
from posenet3d.lifting import LiftConfig, job, lift_file

pytestmark = pytest.mark.eagerly

STANDING = [
    (50, 10), (52, 8), (48, 8), (55, 10), (45, 10), (62, 30), (38, 30), (66, 50), (34, 50),
    (68, 68), (32, 68), (58, 70), (42, 70), (59, 100), (41, 100), (60, 130), (40, 130),
]  # fmt: skip


def person(image, shift=0.0, **more):
    keypoints = [v for x, y in STANDING for v in (x + shift * (y - 60) / 60, y, 0.9)]
    return {"image_id": image, "keypoints": keypoints} | more


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(source.PeopleSource.parts, "__defaults__", (False, 3))
    monkeypatch.setattr(job, "UNITS_A_PART", 3)


@pytest.fixture
def people(tmp_path):
    """Ten people in ten images; the fourth to the sixth have no joint."""
    entries = [person(n, shift=n) for n in range(10)]
    for n in (3, 4, 5):
        entries[n]["keypoints"] = [0] * 51
    path = tmp_path / "people.json"
    path.write_text(json.dumps(entries))
    return path


@pytest.fixture
def config(people, tmp_path):
    def config(output="out.npz", **more):
        files = {"input": str(people), "output": output and str(tmp_path / output)}
        return LiftConfig(**files | {"model": "small"} | more)

    return config


def arrays(path):
    with np.load(path) as read:
        return {name: read[name] for name in read.files}


def test_parts_give_what_the_estimator_gives_for_all(config, people, tmp_path):
    summary = lift_file(config())
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
def test_a_stopped_job_goes_on_and_ends_with_the_same_bytes(config, tmp_path, ending):
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


def test_finished_parts_are_not_lifted_again(config, monkeypatch):
    def stop(done, total):
        if done == 9:
            raise Stopped

    with pytest.raises(Stopped):
        lift_file(config(), progress=stop)
    lifted = []
    original = job._lift
    monkeypatch.setattr(job, "_lift", lambda part, **kw: lifted.append(1) or original(part, **kw))
    lift_file(config())
    assert len(lifted) == 1


def test_joints_of_little_confidence_count_as_missing(config, people, tmp_path):
    entries = json.loads(people.read_text())
    entries[1]["keypoints"][3 * 9 + 2] = 0.2  # the left wrist
    people.write_text(json.dumps(entries))
    lift_file(config(min_confidence=0.3))
    assert arrays(tmp_path / "out.npz")["filled"][:3].sum(axis=1).tolist() == [0, 1, 0]


def test_joints_that_the_detector_guesses_count_as_missing_unless_asked_for(
    config, people, tmp_path
):
    entries = json.loads(people.read_text())
    for joint in (13, 14, 15, 16):  # knees and ankles
        entries[0]["keypoints"][3 * joint + 2] = 0.06
        entries[1]["keypoints"][3 * joint + 2] = 0.3
    people.write_text(json.dumps(entries))
    summary = str(lift_file(config()))
    assert arrays(tmp_path / "out.npz")["filled"][:3].sum(axis=1).tolist() == [4, 0, 0]
    assert "Of a confidence below 0.2 (--min_confidence)" in summary
    assert "left_ankle 1" in summary
    lift_file(config("all.npz", min_confidence=0.0))
    assert not arrays(tmp_path / "all.npz")["filled"][:3].any()


def test_an_upper_body_alone_is_lifted(config, people, tmp_path):
    entries = json.loads(people.read_text())
    for value in range(3 * 11, 3 * 17):  # hips, knees and ankles
        entries[0]["keypoints"][value] = 0
    people.write_text(json.dumps(entries))
    lift_file(config())
    assert arrays(tmp_path / "out.npz")["lifted"][0]


def test_joints_in_the_corner_are_missing_whatever_their_confidence(config, people, tmp_path):
    entries = json.loads(people.read_text())
    entries[0]["keypoints"][3 * 9 : 3 * 9 + 3] = [0, 0, 0.31]
    entries[8]["keypoints"][3 * 9 : 3 * 9 + 3] = [0, 0, 0.31]  # in another part
    people.write_text(json.dumps(entries))
    summary = str(lift_file(config()))
    assert arrays(tmp_path / "out.npz")["filled"][[0, 1, 8]].sum(axis=1).tolist() == [1, 0, 1]
    assert "At exactly (0, 0), so taken for missing: left_wrist 2." in summary


def test_parts_of_the_images_size_are_refused_or_multiplied(config, people, tmp_path):
    lift_file(config())
    entries = json.loads(people.read_text())
    for entry in entries:
        entry["keypoints"] = [
            value / (1280, 720, 1)[place % 3] for place, value in enumerate(entry["keypoints"])
        ]
    people.write_text(json.dumps(entries))
    with pytest.raises(InputError, match=r"not pixels; give its size, for example --image_size="):
        lift_file(config("parts.npz"))
    lift_file(config("parts.npz", image_size="1280x720"))
    pixels, parts = arrays(tmp_path / "out.npz"), arrays(tmp_path / "parts.npz")
    np.testing.assert_allclose(parts["keypoints_2d"], pixels["keypoints_2d"], rtol=1e-4)


def test_garbage_is_said_to_be_that(config, people):
    summary = str(lift_file(config()))
    assert "probably wrong" not in summary
    entries = json.loads(people.read_text())
    for entry in entries:  # joints in an order that is not COCO's
        points = np.reshape(entry["keypoints"], (17, 3))
        entry["keypoints"] = points[np.random.default_rng(7).permutation(17)].ravel().tolist()
    people.write_text(json.dumps(entries))
    summary = str(lift_file(config("garbage.npz")))
    assert "probably wrong: 7 of 7 poses. Are the joints in the order of the format" in summary


def frames_of(path):
    """The numbers of the rows of a TRC that have a pose, and how many rows there are."""
    rows = [line.split("\t") for line in path.read_text().splitlines()[6:]]
    return [n for n, row in enumerate(rows) if any(cell.strip() for cell in row[2:])], len(rows)


def test_frames_without_anybody_count_at_the_start_and_at_the_end(config, tmp_path):
    folder = tmp_path / "clip"
    folder.mkdir()
    pose = person(0)["keypoints"] + [50, 30, 0.9]  # as many joints as OpenPose's 18
    for number in range(24):
        found = [{"person_id": [-1], "pose_keypoints_2d": pose}] if 12 <= number <= 20 else []
        file = folder / f"clip_{number:012d}_keypoints.json"
        file.write_text(json.dumps({"people": found}))
    lift_file(config("out.trc", input=str(folder), height_mm=1750.0))
    assert frames_of(tmp_path / "out.trc") == (list(range(12, 21)), 24)


def test_scores_can_be_left_out(config, tmp_path):
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


def test_gaps_are_filled_marked_and_counted(config, tmp_path):
    summary = lift_file(config(smooth="savgol", fill_gaps=3))
    assert (summary.people, summary.lifted, summary.interpolated) == (10, 7, 3)
    assert "filled in between frames, and marked so: 3" in str(summary)
    found = arrays(tmp_path / "out.npz")
    assert found["interpolated"].nonzero()[0].tolist() == [3, 4, 5]
    assert np.isfinite(found["keypoints_3d"]).all()


@pytest.fixture
def crossing(people):
    """Two people in every image, listed in changing order."""
    entries = []
    for n in range(8):
        pair = [person(n), person(n)]
        pair[1]["keypoints"][::3] = [x + 300 for x in pair[1]["keypoints"][::3]]
        entries += pair[:: 1 if n % 2 else -1]
    people.write_text(json.dumps(entries))


@pytest.mark.usefixtures("crossing")
def test_people_without_ids_are_tracked_where_the_output_needs_it(config, tmp_path):
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
