"""The two stacks: what the page about them says is there, and files of another Keras."""

import importlib
import re

import keras
import pytest

from posenet3d.training.settings.optimizer_names import addons_names, keras_names
from tests.fixtures.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "stacks.md").read_text()


def test_the_tests_that_are_run_on_both_stacks_are_there():
    script = (CHECKOUT / "scripts" / "test_stacks.sh").read_text()
    lists = re.findall(r"^(?:stack|python)_tests=\((.*?)^\)", script, re.DOTALL | re.MULTILINE)
    assert len(lists) == 2
    listed = " ".join(lists).split()
    assert [path for path in listed if not (CHECKOUT / path).exists()] == []


@pytest.mark.current_stack("the names are Keras 3's")
@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(keras(?:\.\w+)+)`", PAGE))))
def test_documented_equivalents_exist(name):
    found = keras
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    assert callable(found)


@pytest.mark.addons
def test_documented_names_of_addons_exist():
    addons = importlib.import_module("tensorflow_addons")
    for name in addons_names():
        assert hasattr(addons.optimizers, name.removeprefix("addons/"))


def test_documented_optimizers_are_those_there_are():
    for name in (*keras_names(), *addons_names()):
        assert f"`{name}`" in PAGE
