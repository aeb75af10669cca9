"""The house in order: no import runs back up, no room is crowded, no file is long."""

import ast
import functools
import itertools
import sys
from collections import defaultdict

import pytest

from tests.fixtures.checkout import CHECKOUT

MOST_FILES = 12
MOST_LINES = 300
# A list of commands: what is in it is named on the command line, not searched for.
FLAT = {"scripts"}


@functools.cache
def modules():
    """{dotted name: path} of the package; a package's name stands for its `__init__.py`."""
    found = {}
    for path in sorted((CHECKOUT / "posenet3d").rglob("*.py")):
        parts = path.relative_to(CHECKOUT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(source, known):
    """The modules that a source text imports, among those known, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def folder_of(name, path):
    """A module's folder; the files beside the folders, and the package's face, are for themselves.

    The face `posenet3d/__init__.py` offers names from below and nothing below imports it.
    """
    parent = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return name if parent == "posenet3d" else parent


def arrows(known, room):
    """{(room, room): ["module -> module", ...]} of the imports that lead from one to another."""
    found = defaultdict(list)
    for name, path in known.items():
        for imported in imports_of(path.read_text(), known):
            pair = room(name, path), room(imported, known[imported])
            if pair[0] != pair[1]:
                found[pair].append(f"{name} -> {imported}")
    return found


def circle(pairs):
    """Rooms that lead back to the first of them, or []."""
    below = defaultdict(set)
    for start, end in pairs:
        below[start].add(end)
    done, way = set(), []

    def walk(room):
        if room in way:
            return [*way[way.index(room) :], room]
        if room in done:
            return []
        way.append(room)
        for following in sorted(below[room]):
            if found := walk(following):
                return found
        way.pop()
        done.add(room)
        return []

    for room in sorted(below):
        if found := walk(room):
            return found
    return []


def explained(found, pairs):
    """The arrows of a circle by name, for the message of a failing test."""
    steps = itertools.pairwise(found)
    return "\n".join(f"{a} -> {b}: {', '.join(pairs[a, b][:3])}" for a, b in steps)


def test_no_import_between_folders_runs_back_up():
    pairs = arrows(modules(), folder_of)
    assert pairs, "no import was found at all"
    found = circle(pairs)
    assert not found, explained(found, pairs)


def test_no_files_import_each_other():
    # A package's __init__ offers names of its own files; files in it are compared with each other.
    known = {name: path for name, path in modules().items() if path.name != "__init__.py"}
    pairs = arrows(known, lambda name, path: name)
    found = circle(pairs)
    assert not found, explained(found, pairs)


def test_a_circle_is_found_and_named():
    pairs = {("a", "b"): ["a.x -> b.y"], ("b", "c"): ["b.y -> c.z"], ("c", "b"): ["c.z -> b.w"]}
    assert explained(circle(pairs), pairs) == "b -> c: b.y -> c.z\nc -> b: c.z -> b.w"
    assert circle({("a", "b"): [], ("a", "c"): [], ("b", "c"): []}) == []


@functools.cache
def folders():
    """{folder: its source files} of everything that is written by hand."""
    found = defaultdict(list)
    for part in ("posenet3d", "scripts", "benchmarks", "demo/src", "demo/make", "tests"):
        for path in (CHECKOUT / part).rglob("*"):
            if path.suffix in (".py", ".ts", ".js", ".css") and "node_modules" not in path.parts:
                found[path.parent.relative_to(CHECKOUT).as_posix()].append(path)
    return found


@pytest.mark.parametrize("folder", sorted(set(folders()) - FLAT))
def test_a_folder_holds_about_ten_files_of_under_300_lines(folder):
    shared = ("__init__.py", "conftest.py")
    files = [path for path in folders()[folder] if path.name not in shared]
    assert len(files) <= MOST_FILES, f"{len(files)} files; is there a seam?"
    long = {
        path.name: n for path in files if (n := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long


@pytest.mark.parametrize("part", ["scripts", "benchmarks", "demo/make", "docs", ".ci"])
def test_no_script_hides_a_module_of_pythons_own(part):
    """A script's folder comes first on the path: `numbers.py` beside it breaks NumPy."""
    hidden = [p.name for p in (CHECKOUT / part).rglob("*.py") if p.stem in sys.stdlib_module_names]
    assert not hidden
