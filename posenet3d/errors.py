"""What goes wrong for reasons that a user can mend; each message says how."""

from __future__ import annotations


class InputError(ValueError):
    """What a user's file says cannot be used.

    The message stands alone: it names the file, the person and the joint where there is one, what
    was found, what was expected and how to mend it. Scripts print it without a traceback. What of a
    file's text no terminal can print (lone surrogates) is escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message.encode("utf-8", "backslashreplace").decode())


class ConfigError(ValueError):
    """A setting is out of range or contradicts another; names it and gives its value."""


class TrainingError(RuntimeError):
    """Training cannot go on, or should not: the data or the losses make it pointless."""


class ExportError(RuntimeError):
    """A converted file is not the same model; says by what, and what to do instead."""


def reason_of(error: BaseException) -> str:
    """The first line of what an error of a library says, or the error's name if it says nothing."""
    return str(error).strip().split("\n")[0] or type(error).__name__
