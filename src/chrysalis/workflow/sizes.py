"""Keeps modules and functions small: `python -m chrysalis.workflow.sizes src scripts`."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

MODULE, FUNCTION, PARAMETERS = 350, 50, 6
Function = ast.FunctionDef | ast.AsyncFunctionDef


def too_large(path: Path) -> list[str]:
    """A line for each module or function in a Python file that is over a limit.

    Lines are those of the file, with docstrings and blank lines; a function's begin at its def.
    Parameters are all but self and cls.
    """
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    found = [f"{path}: {lines} lines, at most {MODULE}"] if lines > MODULE else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            where = f"{path}:{node.lineno}: {node.name}"
            length, count = (node.end_lineno or node.lineno) - node.lineno + 1, parameters(node)
            if length > FUNCTION:
                found.append(f"{where}: {length} lines, at most {FUNCTION}")
            if count > PARAMETERS:
                found.append(f"{where}: {count} parameters, at most {PARAMETERS}")
    return found


def parameters(node: Function) -> int:
    """How many parameters a function has, without self and cls."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([name for name in given if name.arg not in ("self", "cls")])


def main(roots: list[str]) -> int:
    """Print what is too large in the Python files under `roots`; the exit status."""
    files = [path for root in roots for path in sorted(Path(root).rglob("*.py"))]
    found = [line for path in files for line in too_large(path)]
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
