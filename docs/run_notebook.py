"""Runs quickstart.ipynb and keeps its outputs, which the page shows.

    python docs/run_notebook.py

A test runs it in the same way and compares the outputs.
"""

from __future__ import annotations

import logging
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parent / "quickstart.ipynb"
_TIMEOUT = 600  # seconds a cell


def main() -> None:
    """Runs the notebook and writes it in place."""
    notebook = execute(nbformat.read(NOTEBOOK, as_version=4))
    for cell in notebook.cells:
        cell.metadata.clear()  # times of the run
    nbformat.write(notebook, NOTEBOOK)


def execute(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Runs all cells in the folder docs/ and returns the notebook, with new outputs.

    What libraries write to the process's standard error by themselves, past Python, is no output.

    Raises:
      CellExecutionError: If a cell ends with an error.
    """
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    client = NotebookClient(
        notebook, timeout=_TIMEOUT, kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOK.parent)}}, store_widget_state=False,
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
    )  # fmt: skip
    notebook = client.execute()
    notebook.metadata.pop("language_info", None)  # the version of Python
    return notebook


if __name__ == "__main__":
    main()
