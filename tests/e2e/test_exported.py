"""The exported program in a fresh environment of three packages."""

import subprocess
import sys

import pytest

PACKAGES = ("numpy", "onnxruntime", "pillow")


def test_three_packages_are_enough(finished, tmp_path):
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin/python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-qq", *PACKAGES], capture_output=True, text=True
    )
    if installed.returncode:
        pytest.skip(f"no package index: {installed.stderr.strip().splitlines()[-1]}")
    command = (sys.executable, "-m", "chrysalis.command", "export", "shapes", "--output", "out")
    finished.run(*command, PYTHONPATH=str(finished.root / "src"))
    photographs = sorted((finished.root / "data/raw/shapes").rglob("*.png"))[:5]
    done = subprocess.run(
        [python, finished.root / "out/predict.py", *photographs],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == list(map(str, photographs))
    assert all(0 <= float(line.split("\t")[3]) <= 1 for line in lines)
