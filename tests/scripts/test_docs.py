import importlib.util

from posenet3d.formats.writers.choose import ENDINGS, Output
from posenet3d.training import TrainingConfig


def test_documented_flags_are_those_there_are(checkout):
    spec = importlib.util.spec_from_file_location("_flags", checkout / "scripts" / "_flags.py")
    flags = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(flags)
    table = flags.to_markdown(TrainingConfig)
    assert table in (checkout / "docs" / "training.md").read_text(), (
        f"docs/training.md must have this table of flags:\n{table}"
    )


def test_documented_outputs_are_those_there_are_with_their_axes(checkout):
    lines = (checkout / "docs" / "output.md").read_text().splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `.")]
    assert {row[1].strip(" `") for row in rows} == set(ENDINGS)
    for row in rows:
        for up in row[5].replace("`", "").split(","):
            Output(f"lifted{row[1].strip(' `')}", up=up.strip())
