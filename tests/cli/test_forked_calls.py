"""A function that tests call in another process gives there what it gives here."""

import os
import signal

import pytest

from tests.fixtures.processes import forked_calls


@pytest.fixture
def call():
    """Calls functions in a process of the test's own."""
    child = forked_calls.Child()
    yield child.call
    child.end()


def test_calls_share_a_process_beside_this_one(call):
    first, second = call(os.getpid), call(os.getpid)
    assert first == second != os.getpid()


def test_its_error_is_raised_with_where_it_was(call):
    with pytest.raises(ValueError, match="invalid literal") as raised:
        call(int, "a")
    assert any("Traceback" in note for note in raised.value.__notes__)
    assert call(int, "7") == 7


def raise_what_cannot_be_copied():
    error = LookupError("that is why")
    error.function = lambda: None
    raise error


def test_an_error_that_cannot_be_copied_says_the_same(call):
    with pytest.raises(RuntimeError, match=r"LookupError\('that is why"):
        call(raise_what_cannot_be_copied)


def die():
    print("my last words", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_process_that_dies_said_is_shown_and_another_takes_its_place(call):
    first = call(os.getpid)
    with pytest.raises(EOFError) as raised:
        call(die)
    assert any("my last words" in note for note in raised.value.__notes__)
    assert call(os.getpid) != first


kept = []


def keep(size):
    kept.append(b"1" * size)


def test_one_that_has_grown_is_replaced(call, monkeypatch):
    monkeypatch.setattr(forked_calls, "GROWTH", 20e6)
    first = call(os.getpid)
    call(keep, 1_000_000)
    assert call(os.getpid) == first
    call(keep, 40_000_000)
    assert call(os.getpid) != first
