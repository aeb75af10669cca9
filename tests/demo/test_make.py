import json
import re

import numpy as np
import pytest

import posenet3d
from posenet3d.data.datasets.mocap.parsers.bvh import read_bvh
from posenet3d.skeletons import joint_maps
from tests.fixtures.checkout import CHECKOUT

NUMBER = re.compile(r"-?\d+\.\d+")
DEMO = CHECKOUT / "demo"


@pytest.fixture(scope="module")
def estimator():
    return posenet3d.load()


@pytest.fixture(scope="module")
def table():
    return json.loads((DEMO / "src" / "joints" / "tables.json").read_text(encoding="utf-8"))


def test_the_committed_tables_are_those_of_the_package(made, estimator, table):
    tables = made("tables")
    assert tables.as_text(tables.tables(estimator)) == tables.TABLES.read_text(encoding="utf-8"), (
        "run: python demo/make/tables.py"
    )
    assert table["skeleton"]["name"] == estimator.skeleton.name


def test_the_tables_suit_the_other_pretrained_lifter_as_well(made, table):
    small = posenet3d.load("small")
    assert made("tables").tables(small) == table


def test_the_tables_alone_map_joints_as_the_package_does(table):
    rng = np.random.default_rng(0)
    for name, given in table["maps"].items():
        joint_map = joint_maps.get(name, table["skeleton"]["name"])
        keypoints = rng.normal(size=(50, joint_map.source.num_joints, 2))
        confidence = (rng.random(keypoints.shape[:2]) < 0.7).astype(np.float32)
        expected, certain = joint_map.apply(keypoints, confidence)
        for row in range(len(keypoints)):
            for joint, sums in enumerate(given["rules"]):
                fit = [s for s in sums if confidence[row, s["joints"]].min() > 0]
                found = np.dot(fit[0]["weights"], keypoints[row, fit[0]["joints"]]) if fit else 0
                np.testing.assert_allclose(found, expected[row, joint], atol=1e-9)
                assert bool(fit) == (certain[row, joint] > 0)


def test_the_committed_golden_answers_are_the_package_s(made, estimator):
    golden = made("golden")
    for name, content in golden.golden(estimator).items():
        committed = json.loads((golden.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert_alike(golden.plain(content), committed, f"{name}: run python demo/make/golden.py")


def test_the_committed_samples_are_those_of_the_procedural_motion(made):
    samples = made("samples")
    for sample in samples.SAMPLES:
        file = samples.FOLDER / f"{sample.file}.json"
        committed = json.loads(file.read_text(encoding="utf-8"))
        assert_alike(json.loads(samples.as_text(sample)), committed, file.name, tolerance=0.11)
        assert file.stat().st_size < 60_000


def test_the_package_reads_the_demo_s_bvh_and_finds_the_joints_where_its_own_file_has_them(
    tmp_path,
):
    golden = json.loads((DEMO / "tests" / "golden" / "save.json").read_text(encoding="utf-8"))
    own = tmp_path / "own.bvh"
    own.write_text(golden["bvh"][0], encoding="utf-8")
    files = (DEMO / "tests" / "golden" / "recorded.bvh", own)
    demo, package = (read_bvh(file).motion() for file in files)
    assert demo.names == package.names
    np.testing.assert_allclose(demo.positions, package.positions, atol=1e-3)  # cm
    assert np.ptp(demo.positions, axis=0).max() > 10


def assert_alike(found, committed, where, tolerance=2e-3):
    """Equal, but for the last digits of what a lifter says on another processor."""
    if isinstance(committed, float):
        assert found == pytest.approx(committed, abs=tolerance, rel=1e-4), where
    elif isinstance(committed, str) and NUMBER.search(committed):  # tables and BVH
        assert NUMBER.sub("", found) == NUMBER.sub("", committed), where
        numbers = [np.array(NUMBER.findall(text), float) for text in (found, committed)]
        np.testing.assert_allclose(*numbers, atol=tolerance, rtol=1e-3, err_msg=where)
    elif isinstance(committed, dict | list):
        keys = committed.keys() if isinstance(committed, dict) else range(len(committed))
        assert len(found) == len(committed), where
        for key in keys:
            assert_alike(found[key], committed[key], where, tolerance)
    else:
        assert found == committed, where
