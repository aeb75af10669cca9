"""docs/quickstart.ipynb runs from top to bottom and gives what is stored in it."""

import base64
import re

import numpy as np
import pytest

from tests.fixtures.checkout import CHECKOUT, load_module

nbformat = pytest.importorskip("nbformat", reason="the extra docs")
pytest.importorskip("nbclient", reason="the extra docs")
pytest.importorskip("ipykernel", reason="the extra docs")
pytest.importorskip("tensorflow_serving.apis", reason="the extra serving")
pytest.importorskip("matplotlib", reason="the extra viz")

NOTEBOOK = CHECKOUT / "docs" / "quickstart.ipynb"
NUMBER = r"-?\d+(?:\.\d+)?"
MOST_BYTES = 100_000  # of a picture


def stored():
    """The notebook as it is kept."""
    return nbformat.read(NOTEBOOK, as_version=4)


def outputs(notebook):
    """For each cell of code what it prints, and the kinds of what it shows.

    A kernel cuts what a cell prints into pieces as time has it; here it is one text.
    """

    def shown(cell):
        printed = "".join(output.get("text", "") for output in cell.outputs)
        kinds = [kind for output in cell.outputs for kind in sorted(output.get("data", {}))]
        return ([printed] if printed else []) + kinds

    return [shown(cell) for cell in notebook.cells if cell.cell_type == "code"]


def without_numbers(shown):
    return [[re.sub(NUMBER, "#", str(one)) for one in cell] for cell in shown]


def numbers(shown):
    return np.array(re.findall(NUMBER, str(shown)), float)


def test_stored_outputs_are_small_and_of_no_one_machine():
    for cell in stored().cells:
        for output in cell.get("outputs", []):
            assert output.output_type in ("stream", "execute_result")
            assert output.get("name") != "stderr", output.text
            assert not re.search(r"(?:^|[\s'\"(])/\w|WARNING|INFO", output.get("text", ""))
            picture = output.get("data", {}).get("image/png")
            assert picture is None or len(base64.b64decode(picture)) < MOST_BYTES
    assert any("image/png" in cell for cell in outputs(stored()))


def test_notebook_runs_and_gives_what_is_stored():
    expected = outputs(stored())
    run_notebook = load_module("docs/run_notebook.py")
    found = outputs(run_notebook.execute(stored()))  # an error in a cell is one here
    assert without_numbers(found) == without_numbers(expected), "python docs/run_notebook.py"
    np.testing.assert_allclose(numbers(found), numbers(expected), rtol=0.02, atol=0.02)
