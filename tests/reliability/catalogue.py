"""Bad inputs and faults: each a test, and a row of docs/reliability.md.

`python -m tests.reliability` writes that page from these tests. What it says of a bad input is what
the test was told; a test fails if its row is not on the page.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
# The modules that register rows, in the order of the page.
INPUTS_OF = ("folders", "pictures", "archives", "published", "configuration")
FAULTS_OF = ("trainings", "images", "disk", "studies")


@dataclass(frozen=True)
class BadInput:
    """Something that a user may give; `told` gives it, in an empty folder."""

    what: str
    told: Callable[[], str]

    def row(self) -> str:
        """The row of the page, with what is answered now."""
        return f"| {self.what} | {_cell(self.told())} |"


@dataclass(frozen=True)
class Fault:
    """Something that may happen; `check` lets it, in an empty folder, and looks."""

    what: str
    happens: str
    lost: str
    check: Callable[[], None]
    slow: bool

    def row(self) -> str:
        """The row of the page."""
        return f"| {self.what} | {self.happens} | {self.lost} |"


INPUTS: dict[str, list[BadInput]] = {}
FAULTS: list[Fault] = []


def bad_input(kind: str, what: str):
    """Register a function that gives a bad input and returns what the user is told."""

    def register(told):
        INPUTS.setdefault(kind, []).append(BadInput(what, told))
        return told

    return register


def fault(what: str, happens: str, lost: str = "nothing", slow: bool = False):
    """Register a function that lets a fault happen and checks how it ends."""

    def register(check):
        FAULTS.append(Fault(what, happens, lost, check, slow))
        return check

    return register


def load() -> None:
    """Have every row registered."""
    for name in (*INPUTS_OF, *FAULTS_OF):
        importlib.import_module(f"tests.reliability.{name}")


@contextlib.contextmanager
def empty_folder() -> Iterator[None]:
    """Work in a new folder."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for kind, inputs in INPUTS.items():
        lines += [f"### {kind}\n", "| What you give | What Chrysalis answers |", "| --- | --- |"]
        for each in inputs:
            with empty_folder():
                lines.append(each.row())
        lines.append("")
    lines += [FAULTS_HEAD, "| What happens | What Chrysalis does | What is lost |"]
    lines += ["| --- | --- | --- |", *(each.row() for each in FAULTS)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text for a cell of a table, as code so that no character has a meaning."""
    shown = text.replace("|", "¦").replace("`", "'").replace("\n", "; ")
    return f"`{shown}`"


HEAD = """# Reliability

This page is written by the tests: `python -m tests.reliability` runs them and writes it, and each
test fails if its row is not true. What Chrysalis answers to a bad input is quoted word for word.

Three rules hold everywhere:

- **Bad input ends with one message**: what, where, and how to mend it. No traceback, no half study.
- **Nothing that is finished is lost.** A damaged file is set aside under the name with `.damaged`
  at its end, and made again. The tables and packed images that all else rests on are made again
  first, so that what was computed from them stays.
- **The same command goes on** from where it was, whatever ended it.

## Bad input
"""
FAULTS_HEAD = """## Faults
"""
