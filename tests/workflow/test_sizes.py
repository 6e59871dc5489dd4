"""The check that modules and functions stay small."""

import subprocess
import sys

import pytest

from chrysalis.workflow import sizes


@pytest.fixture
def found(tmp_path):
    def found(text):
        path = tmp_path / "module.py"
        path.write_text(text)
        return [line.removeprefix(f"{path}") for line in sizes.too_large(path)]

    return found


def test_a_long_module(found):
    assert found("x = 1\n" * 350) == []
    assert found("x = 1\n" * 351) == [": 351 lines, at most 350"]


@pytest.mark.parametrize("start", ["def f():\n", "async def f():\n", "@cache\ndef f():\n"])
def test_a_long_function(found, start):
    assert found(start + "    x = 1\n" * 49) == []
    (line,) = found(start + "    x = 1\n" * 50)
    assert line.endswith("f: 51 lines, at most 50")


def test_functions_inside_others_and_methods_count(found):
    body = "        x = 1\n" * 50
    assert len(found(f"class A:\n    def f(self):\n{body}")) == 1
    assert len(found(f"def outer():\n    def f():\n{body}")) == 2


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ("a, b, c, d, e, f", 0),
        ("a, b, c, d, e, f, g", 7),
        ("a, b, /, c, d, *, e, f, g", 7),
        ("self, a, b, c, d, e, f", 0),
        ("a, b, c, d, e, f, *args, **kwargs", 0),
    ],
)
def test_many_parameters(found, parameters, count):
    expected = [f":1: f: {count} parameters, at most 6"] if count else []
    assert found(f"def f({parameters}):\n    pass\n") == expected


def test_as_a_command(tmp_path):
    def run():
        command = [sys.executable, "-m", "chrysalis.workflow.sizes", tmp_path]
        return subprocess.run(command, capture_output=True, text=True)

    (tmp_path / "fine.py").write_text("x = 1\n")
    assert (run().returncode, run().stdout) == (0, "")
    (tmp_path / "long.py").write_text("x = 1\n" * 400)
    assert run().returncode == 1
    assert run().stdout == f"{tmp_path}/long.py: 400 lines, at most 350\n"
