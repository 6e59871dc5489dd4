"""Which modules of this package a script uses: its transitive imports, read from the source.

They are inputs of the script's rule, so an edit re-runs exactly the jobs that use what it changed.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from chrysalis.models import registry

PACKAGE = Path(__file__).parents[1]


def closure(*starts: Path) -> list[Path]:
    """`starts` and every module of chrysalis that they import, directly or not, sorted.

    Imports inside functions count; imports made by name at run time cannot be seen and must be
    given as a start of their own.
    """
    found: set[Path] = set()
    waiting = [path.resolve() for path in starts]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imports(path)
    return sorted(found)


def digest(paths: Iterable[Path]) -> str:
    """12 hex digits that stand for the content of these files, wherever they lie."""
    parts = sorted(hashlib.sha256(path.read_bytes()).digest() for path in paths)
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def model_module(model: str) -> Path:
    """The file that defines a model; scripts import it by name, so the closure cannot see it.

    Raises:
        UserError: there is no such model.
    """
    return registry.spec(model).file


def code_hash(script: Path, model: str) -> str:
    """The digest of all code that a script of this repository uses for a run of `model`."""
    return digest(closure(script, model_module(model)))


def nearby(path: str) -> str:
    """A file under the current folder by its relative path, which is shorter; another as it is."""
    here = f"{Path.cwd()}{os.sep}"
    return path.removeprefix(here) if path.startswith(here) else path


@functools.cache
def _imports(path: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            found += _files(name, PACKAGE)
    return tuple(found)


@functools.cache
def _files(name: str, package: Path) -> list[Path]:
    """The files that importing `name` of `package` executes: the packages above it and itself."""
    parts = name.split(".")
    if parts[0] != package.name:
        return []
    packages = [package.joinpath(*parts[1:depth], "__init__.py") for depth in range(1, len(parts))]
    here = package.joinpath(*parts[1:])
    module = [here.with_suffix(".py"), here / "__init__.py"]
    return [path for path in packages + module if path.is_file()]
