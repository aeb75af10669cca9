"""The small texts in a run's folder."""

from __future__ import annotations

from pathlib import Path

from posenet3d.files.atomic import atomic_path


def record(run_dir: Path, texts: dict[str, str]) -> None:
    """Writes texts by file name, each whole or not at all; makes the run's folders first."""
    for folder in ("best", "checkpoints"):
        (run_dir / folder).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with atomic_path(run_dir / name) as temporary:
            temporary.write_text(text + "\n")
