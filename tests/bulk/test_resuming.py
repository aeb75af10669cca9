"""A run that finds the output of another, whole, of other settings, stopped or at work."""

import os

import numpy as np
import pytest

from posenet3d.bulk import folder
from posenet3d.errors import ConfigError, InputError
from tests.fixtures.holding import holding


def first(columns, count):
    return {name: values[:count] for name, values in columns.items()}


def content(path):
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


def test_finished_shards_are_passed_and_changed_ones_lifted_again(
    lift, write, read, columns, tmp_path
):
    write("a.parquet", columns)
    path = write("b.parquet", columns)
    lift()
    before = content(tmp_path / "out")
    os.utime(path, ns=(1, 1))  # the same content
    assert lift().resumed == 2
    assert content(tmp_path / "out") == before
    write("b.parquet", first(columns, 7))
    summary = lift()
    assert (summary.resumed, summary.changed) == (1, ["b.parquet"])
    assert "b.parquet" in str(summary)
    assert len(read(tmp_path / "out" / "b.parquet")) == 7


def test_bad_records_of_an_older_input_do_not_stay(lift, write, columns, bad_of, tmp_path):
    write("a.parquet", {"keypoints_2d": [*columns["keypoints_2d"], np.ones(3)]})
    lift()
    assert len(bad_of("a.parquet")) == 1
    write("a.parquet", columns)
    assert not lift().reasons
    assert not list((tmp_path / "out" / "_bad").iterdir())


def test_outputs_of_another_model_or_settings_are_refused_or_redone(
    lift, write, read, columns, model, other_model, tmp_path
):
    write("a.parquet", columns)
    lift()
    before = content(tmp_path / "out")
    with pytest.raises(ConfigError, match=r"model was .* --redo"):
        lift(model=str(other_model))
    with pytest.raises(ConfigError, match="score was True and is False now"):
        lift(score=False)
    assert content(tmp_path / "out") == before
    summary = lift(model=str(other_model), redo=True)
    assert (summary.resumed, summary.changed) == (0, ["a.parquet"])
    assert content(tmp_path / "out") != before
    assert lift(model=str(other_model)).resumed == 1


def test_a_lost_or_cut_output_is_made_again(lift, write, columns, tmp_path):
    write("a.parquet", columns)
    write("b.parquet", columns)
    lift()
    before = content(tmp_path / "out")
    (tmp_path / "out" / "a.parquet").unlink()
    (tmp_path / "out" / "b.parquet").write_bytes(b"PAR1")
    assert lift().resumed == 0
    assert content(tmp_path / "out") == before


STEPS = [(name, number) for name in ("replace", "fsync") for number in range(1, 8)]


@pytest.mark.parametrize(("operation", "number"), STEPS)
def test_stopped_at_any_step_nothing_is_half_there(
    lift, write, columns, tmp_path, monkeypatch, operation, number
):
    columns["keypoints_2d"][4] = np.ones(3, np.float32)
    write("a.parquet", columns)
    write("b.parquet", first(columns, 9))
    lift(output=f"{tmp_path}/whole")

    class Killed(BaseException):
        pass

    real, calls = getattr(os, operation), []

    def stop(*args):
        calls.append(args)
        if len(calls) == number:
            monkeypatch.setattr("pathlib.Path.unlink", lambda self, missing_ok=False: None)
            raise Killed
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(os, operation, stop)
        with pytest.raises(Killed):
            lift()
    monkeypatch.undo()
    whole = content(tmp_path / "whole")
    for name in ("a.parquet", "b.parquet"):  # there and whole, or not there
        path = tmp_path / "out" / name
        assert not path.exists() or path.read_bytes() == whole[name]
    assert lift().rows == 39 + 8
    assert content(tmp_path / "out") == whole


def test_an_output_in_use_is_refused(lift, write, columns, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "_PATIENCE", 0.2)
    write("a.parquet", columns)
    lift()
    code = (
        "import fcntl, sys; f = open(sys.argv[1], 'rb'); fcntl.flock(f, fcntl.LOCK_SH);"
        "print('held', flush=True); sys.stdin.read()"
    )
    refused = pytest.raises(InputError, match="is being written by another run")
    with holding(code, tmp_path / "out" / "_lock"), refused:
        lift()
    assert lift().resumed == 1


def test_a_shard_that_kills_its_workers_is_given_up(lift, write, columns, tmp_path, monkeypatch):
    write("a.parquet", columns)
    lift()
    folder_ = tmp_path / "out"
    (folder_ / ".unfinished").mkdir()
    (folder_ / ".unfinished" / "a.parquet.attempts").write_bytes(b"...")
    with (
        pytest.raises(InputError, match="3 workers have died"),
        folder.attempt(folder_, "a.parquet"),
    ):
        pass


def test_what_a_worker_that_died_left_half_written_goes_with_the_end(tmp_path):
    with folder.claimed(tmp_path / "out", {"model": "small"}):
        (tmp_path / "out" / ".unfinished" / "0123.output").write_bytes(b"half")
    assert not (tmp_path / "out" / ".unfinished").exists()
