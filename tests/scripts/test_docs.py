import importlib.util

from posenet3d.training import TrainingConfig


def test_documented_flags_are_those_there_are(checkout):
    spec = importlib.util.spec_from_file_location("_flags", checkout / "scripts" / "_flags.py")
    flags = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(flags)
    table = flags.to_markdown(TrainingConfig)
    assert table in (checkout / "docs" / "training.md").read_text(), (
        f"docs/training.md must have this table of flags:\n{table}"
    )
