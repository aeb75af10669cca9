import functools
import re
import typing

import pytest

from posenet3d.adapting import AdaptConfig
from posenet3d.detection import DetectConfig
from posenet3d.export import ExportConfig
from posenet3d.formats.detect import FORMATS, detect_format, read_people
from posenet3d.formats.output import ENDINGS, Output
from posenet3d.lifting import LiftConfig, job, lift_file
from posenet3d.skeletons import joint_maps, skeleton
from posenet3d.training import TrainingConfig
from tests.fixtures.checkout import load_module

TARGETS = {"output", "figure", "video", "html", "rerun"}


@pytest.mark.parametrize(
    ("page", "config"),
    [
        ("training", TrainingConfig),
        ("inference", LiftConfig),
        ("video", DetectConfig),
        ("export", ExportConfig),
        ("adapt", AdaptConfig),
    ],
)
def test_documented_flags_are_those_there_are(checkout, page, config):
    flags = load_module("posenet3d/cli/flags.py")
    table = flags.to_markdown(config)
    text = (checkout / "docs" / f"{page}.md").read_text()
    missing = [row for row in table.splitlines() if f"{row}\n" not in text]
    assert not missing, f"docs/{page}.md must have these rows:\n" + "\n".join(missing)
    assert table in text, f"docs/{page}.md must have its flags in this order:\n{table}"


def test_documented_maps_are_those_there_are(checkout):
    rows = [
        "| keypoints | joints | computed for `h36m17` | computed for `cmu17` |",
        "|---|---:|---|---|",
    ]
    for source in skeleton.SKELETONS.values():
        if source.name not in ("h36m17", "cmu17"):
            maps = [joint_maps.get(source.name, target) for target in ("h36m17", "cmu17")]
            assert not any(one.absent for one in maps)
            computed = " | ".join(", ".join(one.synthesised) for one in maps)
            rows.append(f"| `{source.name}` | {source.num_joints} | {computed} |")
    table = "\n".join(rows)
    text = (checkout / "docs" / "lift_your_keypoints.md").read_text()
    assert table in text, f"docs/lift_your_keypoints.md must have this table:\n{table}"


def test_every_format_is_documented_and_the_table_can_be_read(checkout, tmp_path):
    text = (checkout / "docs" / "lift_your_keypoints.md").read_text()
    for name in FORMATS:
        assert f"\n| `{name}` |" in text
    example = re.search(r"```text\n(frame,person,joint,.*?)```", text, re.DOTALL)
    path = tmp_path / "people.csv"
    path.write_text(example[1])
    people = read_people(path)
    assert people.confidence.sum() == pytest.approx(0.9 + 0.9 + 0.8 + 1)


def commands(checkout):
    """The documented calls of lift.py whose input is a sample: (page, {flag: value})."""
    found = []
    for page in [checkout / "README.md", *sorted((checkout / "docs").glob("*.md"))]:
        text = page.read_text().replace("\\\n", " ")
        for line in re.findall(r"^posenet3d lift (.*docs/samples/.*)$", text, re.MULTILINE):
            flags = dict(flag.removeprefix("--").split("=", 1) for flag in line.split())
            found.append((page.name, flags))
    return found


def test_documented_commands_lift_everybody_of_the_samples(checkout, tmp_path, monkeypatch):
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(job, "load_lifter", functools.cache(job.load_lifter))
    kinds = typing.get_type_hints(LiftConfig)
    formats = set()
    for page, flags in commands(checkout):
        values = {
            name: float(value) if kinds[name] in (float, float | None) else value
            for name, value in flags.items()
        }
        for target in TARGETS & set(values):
            values[target] = str(tmp_path / values[target])
        summary = lift_file(LiftConfig(**values))
        assert summary.lifted == summary.people > 0, (page, flags)
        assert all(path.stat().st_size > 500 for path in summary.paths)
        formats.add(detect_format(flags["input"]))
    assert formats == set(FORMATS)


def test_documented_outputs_are_those_there_are_with_their_axes(checkout):
    lines = (checkout / "docs" / "output.md").read_text().splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `.")]
    assert {row[1].strip(" `") for row in rows} == set(ENDINGS)
    for row in rows:
        for up in row[5].replace("`", "").split(","):
            Output(f"lifted{row[1].strip(' `')}", up=up.strip())


def test_documented_ways_to_use_exported_files_work(checkout, monkeypatch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT")
    monkeypatch.chdir(checkout)
    text = (checkout / "docs" / "export.md").read_text()
    saved_model, litert, metadata, _ = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for code in (saved_model, litert):
        names = {}
        exec(code, names)
        assert names["outputs"]["keypoints_3d"].shape == (1, 17, 3)
    exec(metadata, names)
    assert names["about"]["joint_names"][0] == "pelvis"
    assert "Apache-2.0" in names["about"]["licence"]
