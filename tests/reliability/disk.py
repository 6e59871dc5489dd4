"""What may happen to the disk, to memory, and to any file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from chrysalis.engine import checkpoint
from chrysalis.records.data import LEFT_OUT
from chrysalis.records.files import set_aside, write_whole
from chrysalis.workflow import faults, settings
from tests.reliability.catalogue import fault
from tests.reliability.damage import (
    Killed,
    inspected,
    refused,
    script,
    small_disk,
)


@fault(
    "The disk is full before images are packed",
    "Packing says how much is needed and how much there is, and begins nothing.",
)
def _() -> None:
    with small_disk("64k") as disk:
        _, arguments = inspected(disk / "photos")
        (disk / "filler").write_bytes(bytes(shutil.disk_usage(disk).free - 4096))
        done = script("pack", *arguments)
        assert done.returncode == 1
        assert "needs 6.1 kB, and the disk of" in done.stderr
        assert "has 4.1 kB left" in done.stderr
        assert "free some space and give the same command again" in done.stderr
        (disk / "filler").unlink()
        assert script("pack", *arguments).returncode == 0


@fault(
    "The disk fills up while a record, a table or a checkpoint is written",
    "The old file stays, no half file is left, and the job says what to free.",
)
def _() -> None:
    with small_disk("64k") as disk:
        path = disk / "record.json"
        write_whole(path, "old")
        with pytest.raises(OSError, match="No space left") as error:
            write_whole(path, "x" * 10**6)
        said = str(faults.explain(error.value))
        assert "the disk is full. Nothing finished is lost. Free some space" in said
        place = disk / "run.pt"
        with pytest.raises(Exception) as error:  # torch has an error of its own
            checkpoint.save(place, checkpoint.Progress("x" * 10**6), mock.Mock(state_dict=dict))
        assert "the disk is full" in str(faults.explain(error.value))
        assert [found.name for found in disk.iterdir()] == ["record.json"]
        assert path.read_text() == "old"
        write_whole(path, "new")


@fault(
    "The results may only be read",
    "The job, and Snakemake's planning, say so and name the file.",
)
def _() -> None:
    with small_disk("1m") as disk:
        _, arguments = inspected(disk / "photos")
        options = ["mount", "-o", "remount,ro", str(disk)]
        if subprocess.run(options, capture_output=True, check=False).returncode:
            pytest.skip("a file system may not be made read-only here")
        done = script("pack", *arguments, "--log", disk / "logs/pack.log")
        assert done.returncode == 1
        assert "may not be read or written (Read-only file system)" in done.stderr
        assert "Traceback" not in done.stderr


@fault(
    "Memory runs out", "The job ends with the settings to change: batch size, image size, cores."
)
def _() -> None:
    code = (
        "import resource, numpy; from chrysalis.workflow import cli;"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, 3 * 10**9));"
        "cli.run(lambda args: numpy.ones(10**10), cli.parser(None))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("out of memory. Nothing finished is lost.")
    assert "a smaller training.batch_size or image_size" in done.stderr


@fault(
    "A process is killed while it writes a record",
    "The record holds all of the old content or all of the new.",
)
def _() -> None:
    path = Path("record.json")
    write_whole(path, "old")
    with mock.patch("os.fsync", side_effect=Killed), pytest.raises(Killed):
        write_whole(path, "new")
    assert path.read_text() == "old"
    write_whole(path, "new")
    assert path.read_text() == "new"


@fault(
    "A table of results is cut in the middle of a character, or has lost a column",
    "Its reader sets it aside and names it; the same command makes it again.",
)
def _() -> None:
    path = Path("left_out.csv")
    for content in (
        b"",
        b"path,class,reas",
        b"path,class,reason\na,b,\xc3",
        b'path,class,reason\n"a',
    ):
        path.write_bytes(content)
        with refused("left_out.csv: damaged", path):
            LEFT_OUT.read(path)


@fault(
    "A file of settings is damaged",
    "Each run of Snakemake compares it with what it should hold, and writes it anew.",
)
def _() -> None:
    path = Path("settings/run.json")
    settings._write(path, {"seed": 1})
    expected = path.read_text()
    for content in (b"", b"\xff", b"{"):
        path.write_bytes(content)
        settings._write(path, {"seed": 1})
        assert path.read_text() == expected


@fault(
    "A damaged file lies in Snakemake's cache",
    "It is set aside there too, so the cache does not give it out again.",
)
def _() -> None:
    cached, path = Path("cache/model.safetensors"), Path("model.safetensors")
    cached.parent.mkdir()
    cached.write_bytes(b"damaged")
    path.symlink_to(cached)
    set_aside(path)
    assert not cached.exists()
    assert not path.is_symlink()
