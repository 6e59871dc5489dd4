"""The errors that a user can mend, and what a message suggests."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Bad input. The message says what is wrong, where, and how to mend it.

    Scripts print it as one message, without a traceback, and exit with status 1.
    """


def first_line(error: Exception) -> str:
    """What a library says went wrong, without the advice that follows."""
    return str(error).strip().partition("\n")[0]


def suggest(word: str, known: Iterable[str]) -> str:
    """What is allowed in place of `word`, with the nearest first: text to end a message with."""
    known = list(known)
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"allowed: {', '.join(known)}{hint}"
