"""What every command shares: one clear message for what a person can mend, and quick help."""

import subprocess
import sys

import pytest

from chrysalis.command import app as module
from chrysalis.errors import UserError


def run(*words):
    return subprocess.run(
        [sys.executable, "-P", "-m", "chrysalis.command", *words], capture_output=True, text=True
    )


def test_bad_input_ends_with_one_message_and_status_1(tmp_path):
    done = run("compare", str(tmp_path / "a"), str(tmp_path / "b"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"chrysalis: '{tmp_path / 'a'}': no finished study")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("name a study"), "chrysalis: name a study"),
        (OSError(28, "No space left on device", "out.csv"), "chrysalis: out.csv: the disk is full"),
    ],
)
def test_what_a_person_can_mend_has_no_traceback(monkeypatch, error, said):
    def fail():
        raise error

    monkeypatch.setattr(module, "app", fail)
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert str(ended.value.code).startswith(said)


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setattr(module, "app", fail)
    with pytest.raises(ZeroDivisionError):
        module.main()


def test_windows_is_told_at_once(monkeypatch):
    monkeypatch.setattr(module.os, "name", "nt")
    with pytest.raises(SystemExit, match="On Windows, use it inside WSL 2"):
        module.main()


def test_help_names_every_command_without_loading_torch():
    code = (
        "import sys; sys.argv = ['chrysalis', '--help']\n"
        "from chrysalis.command.app import main\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("predict", "export", "compare", "new", "run", "plan", "doctor"):
        assert f"\n  {name} " in done.stdout
