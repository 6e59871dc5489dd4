"""What `chrysalis doctor` says of machines, each fault with a way to mend it."""

import pytest
from typer.testing import CliRunner

from chrysalis.command import doctor
from chrysalis.command.app import app


def found(look):
    (finding,) = look()
    return finding


def test_every_fault_says_what_it_means_and_how_to_mend_it(monkeypatch, tmp_path):
    """A machine where all that can be missing is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").touch()
    (tmp_path / "scripts").symlink_to(tmp_path / "gone")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(doctor, "requires", lambda name: ["no-such-package>=1", "torch<1"])
    monkeypatch.setattr(doctor.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("D", (), {"free": 1e6}))
    findings = doctor.examine()
    wrong = {each.what: each for each in findings if each.state == "wrong"}
    assert set(wrong) == {"Packages", "Disk", "DVC", "This folder"}
    assert "no-such-package is missing" in wrong["Packages"].found
    assert "(needed: <1)" in wrong["Packages"].found
    for each in wrong.values():
        assert each.means
        assert each.mend
    assert all(each.means for each in findings if each.state == "note")


def test_the_exit_status_says_whether_something_is_wrong(monkeypatch):
    fine = doctor.Finding("A", "good", "fine")
    monkeypatch.setattr(doctor, "LOOKS", (lambda: iter([fine]),))
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 0
    bad = doctor.Finding("B", "wrong", "broken", "It matters.", "Mend it.")
    monkeypatch.setattr(doctor, "LOOKS", (lambda: iter([fine, bad]),))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "!!  B: broken\n      It matters.\n      Mend it." in done.output


@pytest.mark.parametrize(("native", "state"), [(True, "good"), (False, "note")])
def test_bf16(monkeypatch, native, state):
    monkeypatch.setattr(doctor, "has_native_bf16", lambda device: native)
    *_, bf16 = doctor._devices()
    assert (bf16.what, bf16.state) == ("bf16", state)


def test_a_driver_without_a_gpu_that_torch_sees(monkeypatch):
    monkeypatch.setattr(doctor.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    gpu, _ = doctor._devices()
    assert gpu.state == "wrong"
    assert "driver" in gpu.mend


def test_threads_given_from_outside(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert found(doctor._processors).state == "note"
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert found(doctor._processors).state == "good"


def test_macos_is_told_what_works(monkeypatch):
    monkeypatch.setattr(doctor.platform, "system", lambda: "Darwin")
    assert "not by MPS" in found(doctor._python).means
