"""What contributors meet on the hosting site: the workflow, the forms and the findings."""

import re
import shlex
import subprocess
import sys

import pytest

import posenet3d
from tests.fixtures.checkout import CHECKOUT

yaml = pytest.importorskip("yaml", reason="reads the workflow and the forms; Ray brings PyYAML")

FORMS = CHECKOUT / ".github" / "ISSUE_TEMPLATE"
FINDINGS = CHECKOUT / "findings"
# https://docs.github.com/communities: the kinds of element of an issue form.
KINDS = {"markdown", "textarea", "input", "dropdown", "checkboxes", "upload"}


def load(path):
    return yaml.safe_load(path.read_text())


def test_workflow_runs_what_contributors_run():
    workflow = load(CHECKOUT / ".github" / "workflows" / "ci.yml")
    triggers = workflow[True]  # YAML 1.1 takes the key `on` for true
    assert set(triggers) == {"push", "pull_request"}
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert (CHECKOUT / ".ci" / "run").is_file()
    caches = [step["with"].get("cache-dependency-path") for step in job["steps"] if "with" in step]
    assert all((CHECKOUT / path).is_file() for path in caches if path)


@pytest.mark.parametrize("name", ["bug_report", "unread_file", "feature_request"])
def test_issue_form_can_be_filled_in(name):
    form = load(FORMS / f"{name}.yml")
    assert form["name"]
    assert form["description"]
    ids = [element["id"] for element in form["body"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[\w-]+", text) for text in ids)
    for element in form["body"]:
        assert element["type"] in KINDS
        assert element["attributes"]["label"]
    assert any(element.get("validations", {}).get("required") for element in form["body"])


def test_bug_report_asks_for_versions_by_a_command_that_works(capsys):
    (version,) = (e for e in load(FORMS / "bug_report.yml")["body"] if e["id"] == "version")
    (line,) = re.findall(r"^ *(python -c .*)$", version["attributes"]["description"], re.MULTILINE)
    _, _, code = shlex.split(line)
    exec(code, {})  # what the shell and Python do with it
    printed = capsys.readouterr().out
    assert printed.startswith(f"{posenet3d.__version__} ")
    assert sys.version.split()[0] in printed


def test_every_finding_is_in_the_table_and_cleans_up():
    table = re.findall(r"^\| \[([\w-]+)\]\(\1\.sh\) \|", (FINDINGS / "README.md").read_text(), re.M)
    scripts = sorted(FINDINGS.glob("*.sh"))
    assert sorted(table) == [path.stem for path in scripts]
    for path in scripts:
        text = path.read_text()
        for line in ("set -euo pipefail", "folder=$(mktemp -d)", "trap 'rm -rf \"$folder\"' EXIT"):
            assert f"\n{line}\n" in text, path.name
        assert "==" in text or "@" in text, f"{path.name} pins nothing"
        assert "posenet3d" not in text, f"{path.name} uses the product"
        header = text.split("set -euo pipefail")[0]
        assert all(
            f"# {word}" in header for word in ("Package", "Behaviour:", "Output:", "Matters:")
        )
        assert subprocess.run(["bash", "-n", path]).returncode == 0


def test_citation_is_of_this_version():
    assert load(CHECKOUT / "CITATION.cff")["version"] == posenet3d.__version__
