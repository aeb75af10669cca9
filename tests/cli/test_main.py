"""The command `posenet3d`, as a user types it."""

import re
import subprocess
import sys
from functools import partial

import pytest

from posenet3d.cli import flags
from posenet3d.cli.main import COMMANDS
from posenet3d.version import __version__
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT, environment


@pytest.fixture(scope="module")
def posenet3d():
    """Runs the command in a process of its own, in another folder."""

    def run(*args, cwd="/"):
        return subprocess.run(
            [sys.executable, "-m", "posenet3d", *map(str, args)],
            cwd=cwd, env=environment(), capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


@pytest.fixture
def light(tmp_path):
    """Runs the command where TensorFlow cannot be imported, as the file that pip installs does."""
    path = tmp_path / "posenet3d"
    path.write_text("from posenet3d.cli.main import main; main()")
    return partial(
        forked_scripts.run, path, cwd="/", server=forked_scripts.WITHOUT_TENSORFLOW,
        before="import sys; assert sys.modules['tensorflow'] is sys.modules['keras'] is None",
    )  # fmt: skip


def test_alone_it_lists_the_commands(posenet3d, light):
    for run, words, status in ((posenet3d, (), 2), (light, ("--help",), 0), (light, ("help",), 0)):
        process = run(*words)
        assert process.returncode == status
        listed = re.findall(r"^  (\w+) +[A-Z]", process.stdout, re.MULTILINE)
        assert listed == list(COMMANDS)
        assert process.stderr == ""


def test_its_version(posenet3d):
    assert posenet3d("--version").stdout == f"posenet3d {__version__}\n"


def test_a_word_misspelt_is_guessed(light):
    process = light("lfit", "--input=x.json")
    assert process.returncode == 2
    assert process.stderr == (
        "posenet3d: error: There is no command 'lfit'. Did you mean lift? "
        "`posenet3d --help` lists them all.\n"
    )


@pytest.mark.parametrize("name", ["lift", "detect", "prepare", "demo"])
def test_help_of_a_light_command_needs_no_tensorflow(light, name):
    process = light(name, "--help")
    assert process.returncode == 0, process.stderr
    assert "--" in process.stdout


def test_help_is_read_by_a_person(light):
    text = light("lift", "--help").stdout
    assert text.startswith("Lifts every person of a keypoint file")
    assert "  --threads=1\n      Threads of LiteRT." in text
    assert "  --[no]mend (true)\n" in text
    assert "One of auto, litert, keras." in text
    assert "<auto|litert|keras>" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_every_command_is_a_script_too():
    scripts = {path.stem for path in (CHECKOUT / "scripts").glob("*.py")}
    named = {
        re.search(r'run\("(\w+)"\)', (CHECKOUT / "scripts" / f"{name}.py").read_text())
        for name in scripts - {"demo"}
    }
    assert {found[1] for found in named} == COMMANDS.keys() - {"demo"}
    assert "demo" in scripts


def test_lift_says_nothing_but_what_it_has_done(posenet3d, tmp_path):
    sample = CHECKOUT / "docs" / "samples" / "openpose"
    for runtime in ("auto", "keras"):
        given = [f"--input={sample}", "--model=small", f"--runtime={runtime}"]
        process = posenet3d("lift", *given, f"--output={tmp_path / 'a.npz'}", cwd=tmp_path)
        assert process.returncode == 0, process.stderr
        assert process.stderr == ""
        assert process.stdout.startswith("Lifted 16 of 16 people to ")


@pytest.mark.parametrize(
    ("installed", "named"),
    [(["posenet3d-lite"], "posenet3d-lite"), (["posenet3d-lite", "posenet3d"], "posenet3d")],
)
def test_an_extra_is_that_of_the_distribution_installed(monkeypatch, capsys, installed, named):
    found = {"posenet3d": installed}
    monkeypatch.setattr(flags.importlib.metadata, "packages_distributions", lambda: found)
    assert flags.fail("pip install 'posenet3d[viz]'\nor not") == 2
    assert capsys.readouterr().err.endswith(f": error: pip install '{named}[viz]' or not\n")


def test_a_broken_pipe_is_no_error():
    command = f"{sys.executable} -m posenet3d lift --help | head -1"
    process = subprocess.run(
        command, shell=True, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert process.stderr == ""
    assert len(process.stdout.splitlines()) == 1
