import os

import numpy as np
import pytest


@pytest.mark.parametrize("durable", [True, False])
def test_files_are_written_with_and_without_the_disk(
    load_benchmark, tmp_path, monkeypatch, durable
):
    calls = []
    monkeypatch.setattr(os, "fsync", calls.append)
    path = tmp_path / "file.npz"
    assert load_benchmark("jobs/durable").seconds(path, np.arange(9), durable) > 0
    assert len(calls) == (2 if durable else 0)  # the file and its folder
    assert np.array_equal(np.load(path)["array"], np.arange(9))
