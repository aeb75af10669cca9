"""What setup.cfg admits, and the versions that CI ran."""

import configparser

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.fixtures.checkout import CHECKOUT

# Counted by year or so: a new major version of these says nothing about what changed.
NO_BOUND = {"av", "pillow", "pyarrow", "hypothesis", "pytest", "pytest-xdist", "ruff"}


def admitted():
    """{name: all that setup.cfg says of its versions}, without the other stack's."""
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    extras = config["options.extras_require"]
    lists = [config["options"]["install_requires"]]
    lists += [lines for extra, lines in extras.items() if extra not in ("addons", "cuda")]
    found = {}
    for line in "\n".join(lists).split("\n"):
        if line.strip() and not line.strip().startswith("posenet3d["):
            requirement = Requirement(line)
            name = canonicalize_name(requirement.name)
            found[name] = found.get(name, "") + f",{requirement.specifier}"
    return {name: Requirement(name + said.strip(",")).specifier for name, said in found.items()}


# In an environment of its own: the leg python3.13 of scripts/test_stacks.sh.
ELSEWHERE = {"mediapipe", "rtmlib"}


@pytest.mark.parametrize("name", sorted(admitted().keys() - ELSEWHERE))
def test_what_ci_ran_is_admitted(name):
    lines = (CHECKOUT / ".ci" / "constraints.txt").read_text().split()
    ran = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}
    assert admitted()[name].contains(ran[name])


@pytest.mark.parametrize("name", sorted(admitted().keys() - NO_BOUND))
def test_next_major_version_is_not_admitted(name):
    specifier = admitted()[name]
    assert specifier
    assert not specifier.contains("99.0"), f"{name}{specifier} has no upper bound"
    assert not specifier.contains("0.0.1"), f"{name}{specifier} has no lower bound"
