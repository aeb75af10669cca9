"""Tables of metrics for the terminal and for reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

HEADINGS = {
    "mpjpe": "MPJPE mm",
    "n_mpjpe": "N-MPJPE mm",
    "pa_mpjpe": "PA-MPJPE mm",
    "pa_mpjpe_reflected": "PA reflected mm",
    "pck150": "PCK150 %",
    "auc": "AUC %",
    "pck150_14": "PCK150-14 %",
    "auc_14": "AUC-14 %",
    "cps": "CPS %",
    "depth_flip_rate": "flipped %",
    "num_poses": "poses",
}
"""What heads the column of each metric of `Evaluation`, with its unit."""

DEFAULT_COLUMNS = tuple(key for key in HEADINGS if key not in ("num_poses", "pck150_14", "auc_14"))


def format_table(
    rows: Mapping[str, Mapping[str, float]], columns: Sequence[str] = DEFAULT_COLUMNS
) -> str:
    """Lays metrics out as a table that reads well in a terminal and is GitHub Markdown as well.

    Args:
      rows: {what the row is called: {metric: value}}, for example
        `{"flat pose": flat.overall, "after training": trained.overall}` or `per_sequence`.
      columns: The metrics to show, in this order. A key that is not in `HEADINGS` heads its own
        column.

    Returns:
      Lines joined by newlines, without one at the end; numbers to the right with one decimal (whole
      numbers as they are), an empty cell where a row lacks the metric.

    Raises:
      ValueError: If there is no row, no column, or a column that no row has.
    """
    if not rows or not columns:
        raise ValueError(f"A table needs rows and columns, got {len(rows)} and {len(columns)}.")
    for key in columns:
        if not any(key in metrics for metrics in rows.values()):
            known = sorted({k for metrics in rows.values() for k in metrics})
            raise ValueError(f"No row has the column {key!r}; there are {', '.join(known)}.")
    cells = [["", *(HEADINGS.get(key, key) for key in columns)]]
    for name, metrics in rows.items():
        # A bar in a name would end its cell in Markdown.
        cells.append([name.replace("|", "\\|"), *(_cell(metrics.get(key)) for key in columns)])
    widths = [max(3, *(len(line[i]) for line in cells)) for i in range(len(columns) + 1)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(line, widths) for line in [cells[0], rule, *cells[1:]])


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers = (
        cell.rjust(width) if i else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join([name, *numbers])} |"
