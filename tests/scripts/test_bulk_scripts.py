import pytest

from tests.fixtures import forked_scripts
from tests.fixtures.checkout import load_module


@pytest.mark.parametrize(
    ("library", "name", "flags"),
    [
        ("pyarrow", "make_shards", ()),
        ("pyarrow", "lift_bulk", ()),
        ("ray", "lift_bulk", ("--input=a.parquet", "--output=out", "--address=auto")),
    ],
)
def test_without_the_extra_the_scripts_name_it(checkout, tmp_path, library, name, flags):
    (tmp_path / library).mkdir()
    (tmp_path / library / "__init__.py").write_text("raise ImportError('not installed')")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    process = forked_scripts.run(
        checkout / "scripts" / f"{name}.py", *flags, cwd=tmp_path,
        before=f"import sys; sys.path.insert(0, {str(tmp_path)!r})",
        server=forked_scripts.WITHOUT_TENSORFLOW,
    )  # fmt: skip
    assert process.returncode == 2
    assert "pip install 'posenet3d[bulk]'" in process.stderr
    assert "Traceback" not in process.stderr


def test_documented_flags_are_those_there_are(checkout):
    bulk = pytest.importorskip(
        "posenet3d.bulk", reason="needs the extra bulk", exc_type=ImportError
    )
    flags = load_module("posenet3d/cli/flags.py")
    text = (checkout / "docs" / "bulk.md").read_text()
    for config in (bulk.BulkConfig, bulk.ShardsConfig):
        table = flags.to_markdown(config)
        assert table in text, f"docs/bulk.md must have this table of flags:\n{table}"


def test_what_a_user_can_mend_is_one_line(refused, tmp_path):
    pytest.importorskip("posenet3d.bulk", reason="needs the extra bulk", exc_type=ImportError)
    assert "--input" in refused("lift_bulk", "--output=lifted")
    assert "There is no shard" in refused(
        "lift_bulk", "--input=x/*.parquet", f"--output={tmp_path}"
    )
    assert "no such file" in refused("make_shards", "--input=x.json", "--output=poses.parquet")
