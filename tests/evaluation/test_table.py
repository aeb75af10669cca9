import pytest

from posenet3d.evaluation import Evaluation, evaluate, format_table
from posenet3d.evaluation.table import HEADINGS
from tests.fixtures.checkout import CHECKOUT

ROWS = {
    "flat pose": {"mpjpe": 153.04, "pck150": 55.87, "num_poses": 35376},
    "after training": {"mpjpe": 61.25, "pck150": 100.0},
}


def test_aligned_markdown():
    assert format_table(ROWS, ("mpjpe", "pck150", "num_poses")).splitlines() == [
        "|                | MPJPE mm | PCK150 % | poses |",
        "| -------------- | -------: | -------: | ----: |",
        "| flat pose      |    153.0 |     55.9 | 35376 |",
        "| after training |     61.2 |    100.0 |       |",
    ]


def test_default_columns_show_every_metric_of_an_evaluation(random_poses):
    overall = evaluate(random_poses(), random_poses()).overall
    head, _, row = format_table({"perfect": overall}).splitlines()
    for heading in ("MPJPE mm", "PA-MPJPE mm", "PA reflected mm", "AUC %", "CPS %", "flipped %"):
        assert f" {heading} |" in head
    assert [cell.strip() for cell in row.split("|")[1:-1]] == ["perfect", *["0.0"] * 4] + [
        "100.0"
    ] * 3 + ["0.0"]


def test_every_metric_of_an_evaluation_has_a_heading_and_is_defined(random_poses):
    keys = set(evaluate(random_poses(), random_poses()).overall)
    assert keys == set(HEADINGS)
    page = (CHECKOUT / "docs" / "evaluation.md").read_text()
    for key in keys - {"num_poses"}:
        unit = HEADINGS[key].split()[-1]
        row = f"| `{key}` | {unit} |"
        assert f"\n{row} " in page, f"docs/evaluation.md must define it in a row: {row} ..."
        assert f"`{key}`" in Evaluation.__doc__


def test_a_bar_in_a_name_does_not_break_the_table():
    lines = format_table({"a|b": {"mpjpe": 1.0}}, ("mpjpe",)).splitlines()
    assert lines[-1].startswith(r"| a\|b |")
    assert len({len(line) for line in lines}) == 1


def test_own_columns_head_themselves():
    assert "| minutes |" in format_table({"run": {"minutes": 12.0}}, ("minutes",))


def test_a_column_that_no_row_has_is_refused():
    with pytest.raises(
        ValueError, match="No row has the column 'mpjp'; there are mpjpe, num_poses"
    ):
        format_table(ROWS, ("mpjp",))


@pytest.mark.parametrize(("rows", "columns"), [({}, ("mpjpe",)), (ROWS, ())])
def test_an_empty_table_is_refused(rows, columns):
    with pytest.raises(ValueError, match="needs rows and columns"):
        format_table(rows, columns)
