"""What may happen to a study, and how it ends: nothing lost, and the next run finishing."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch

from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.data import inspection
from chrysalis.data.fetch import check_fetched, fetch_archives
from chrysalis.data.packed import Packed, open_for_training
from chrysalis.data.usable import usable_images
from chrysalis.engine import checkpoint, finished
from chrysalis.engine.earlier import Earlier
from chrysalis.engine.run import Context, execute
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.trained import load_trained
from chrysalis.errors import UserError
from chrysalis.records import predictions
from chrysalis.records.data import LEFT_OUT
from chrysalis.records.files import Hashes, set_aside, write_whole
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.training import RunRecord
from chrysalis.sweep.storage import open_study
from chrysalis.workflow import faults, mending, settings
from tests.reliability.catalogue import fault
from tests.reliability.inputs import PHOTOS, photos

SCRIPTS = Path(__file__).parents[2] / "scripts"
RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)
OUTPUT = Path("run/train")
RESULTS = Path("results/photos")
CHECKPOINT = Path("checkpoints/run.pt")


def plan(**changes: object) -> RunSettings:
    """Settings of a training of three epochs that takes a moment."""
    training = TrainingSettings.model_validate(
        {"epochs": 3, "batch_size": 8, "warmup_epochs": 0, "precision": "fp32"} | changes
    )
    return RunSettings(model="mynet", image_size=16, augmentation=None, training=training)


def pack() -> Packed:
    """48 noisy squares of three colours."""
    splits = (["train"] * 8 + ["val"] * 4 + ["test"] * 4) * 3
    labels = np.repeat([0, 1, 2], 16)
    noise = np.random.default_rng(0).integers(0, 120, (48, 21, 21, 3), dtype=np.uint8)
    noise[np.arange(48), :, :, labels] += 100
    names = [f"{label}/{row}.png" for row, label in enumerate(labels)]
    index = pd.DataFrame(
        {"path": names, "class": labels.astype(str), "label": labels, "split": splits}
    )
    return Packed(noise, index)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def train(output: Path = OUTPUT, killed_at: int = 0, **changes: object) -> Path:
    """Train to the end, or until so many epochs are done; returns the folder of the record.

    What an earlier one has finished counts as accepted by Snakemake.
    """
    shutil.rmtree(finished.place(CHECKPOINT), ignore_errors=True)

    def report(_: object, progress: checkpoint.Progress, __: object) -> None:
        if progress.epoch == killed_at:
            raise Killed

    torch.set_num_threads(1)
    with mock.patch("chrysalis.engine.run.ProgressReport.__call__", report):
        execute(plan(**changes), pack(), RUNTIME, output, Context(CHECKPOINT, "code", "data"))
    return output


def weights(folder: Path) -> bytes:
    """The bytes of a training's weights."""
    return (folder / "model.safetensors").read_bytes()


def flip(path: Path, place: float = 0.5) -> None:
    """Flip a bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Cut a file short."""
    os.truncate(path, path.stat().st_size // 2)


@contextlib.contextmanager
def refused(match: str, path: Path | None = None) -> Iterator[None]:
    """What is done here ends with such a message, and sets the file aside if one is given."""
    with pytest.raises(UserError, match=match):
        yield
    if path:
        assert not path.exists()
        assert path.with_name(f"{path.name}.damaged").exists()


def script(name: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a script."""
    command = [sys.executable, "-P", SCRIPTS / f"{name}.py", *arguments]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )


def inspected(results: Path = RESULTS) -> tuple[JobPaths, list[object]]:
    """Photos, inspected and split by the scripts; the paths, and the arguments of pack."""
    photos("cats", "dogs", each=4)
    paths = JobPaths(results)
    with mock.patch.object(inspection, "ProcessPoolExecutor", ThreadPoolExecutor):
        images, left_out = usable_images(PHOTOS)
    paths.images.parent.mkdir(parents=True)
    images.to_csv(paths.images, index=False)
    left_out.to_csv(paths.images.with_name("left_out.csv"), index=False)
    paths.split.parent.mkdir(parents=True)
    rows = images.assign(label=0, split="train").drop(columns=["mode", "format", "bytes", "note"])
    rows.to_csv(paths.split, index=False)
    return paths, ["--results", results, "--root", PHOTOS, "--size", "16"]


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of its own of so many bytes."""
    disk = Path("disk").resolve()
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"a file system may not be mounted here: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


# -- trainings


@fault(
    "A training is killed after an epoch",
    "It goes on after that epoch and ends with the same weights, bit for bit.",
    "the epoch that was running",
)
def _() -> None:
    expected = weights(train(Path("whole")))
    with pytest.raises(Killed):
        train(killed_at=2)
    assert weights(train()) == expected
    assert RunRecord.read(OUTPUT / "run.json").resumed == 1


@fault(
    "A cluster ends the job of a training after its last epoch, and its files are deleted",
    "The same command takes the record that was finished.",
)
def _() -> None:
    expected = weights(train())
    shutil.rmtree(OUTPUT)
    context = Context(CHECKPOINT, "code", "data")
    with mock.patch("chrysalis.engine.run.train", side_effect=AssertionError("it trains again")):
        execute(plan(), pack(), RUNTIME, OUTPUT, context)
    assert weights(OUTPUT) == expected


@fault(
    "A checkpoint is torn, empty, or has a flipped bit",
    "It is set aside with a warning, and the training starts again, to the same weights.",
    "the epochs of that training",
)
def _() -> None:
    expected = weights(train(Path("whole")))
    for damage in (cut, flip, lambda path: path.write_bytes(b"")):
        with pytest.raises(Killed):
            train(killed_at=2)
        damage(CHECKPOINT)
        assert weights(train()) == expected
        assert CHECKPOINT.with_name("run.pt.damaged").exists()
        shutil.rmtree(OUTPUT)


@fault(
    "A checkpoint holds a malicious pickle",
    "It is never unpickled. It is set aside, and the training starts again.",
)
def _() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, ("evil",)

    buffer = io.BytesIO()
    torch.save({"fingerprint": "x", "state": Evil()}, buffer)
    CHECKPOINT.parent.mkdir()
    for end in (b"", hashlib.sha256(buffer.getvalue()).digest()):
        CHECKPOINT.write_bytes(buffer.getvalue() + end)
        train(epochs=1)
        assert CHECKPOINT.with_name("run.pt.damaged").exists()
    assert not Path("evil").exists()


@fault(
    "A training diverges (a learning rate of 1e9)",
    "It ends there with a warning. Its record says in which epoch, and holds the best weights "
    "before that, which are finite, as are its predictions.",
)
def _() -> None:
    for precision in ("fp32", "bf16"):
        train(learning_rate=1e9, epochs=1, precision=precision, optimizer="sgd", momentum=0)
        assert RunRecord.read(OUTPUT / "run.json").diverged_at == 1
        state = load_trained(OUTPUT).model.state_dict().values()
        assert all(torch.isfinite(value).all() for value in state)
        assert np.isfinite(predictions.read(OUTPUT, "test").logits).all()


@fault(
    "A bit of `model.safetensors` flips",
    "Its reader notices by the hash in `run.json` and sets it aside; the same command trains that "
    "run again, to the same weights.",
    "the time of that training",
)
def _() -> None:
    expected = weights(train())
    flip(OUTPUT / "model.safetensors", 0.9)
    with refused("its content is not what was written", OUTPUT / "model.safetensors"):
        load_trained(OUTPUT)
    assert weights(train()) == expected
    load_trained(OUTPUT)


@fault(
    "`predictions.parquet` is cut short",
    "As above: it is set aside, and made again.",
    "the time of that training",
)
def _() -> None:
    train()
    cut(OUTPUT / "predictions.parquet")
    with refused("bytes, and .* were written", OUTPUT / "predictions.parquet"):
        predictions.read(OUTPUT, "test")
    train()
    assert len(predictions.read(OUTPUT, "test").labels) == 12


@fault(
    "`run.json` is damaged",
    "As above: it is set aside, and made again.",
    "the time of that training",
)
def _() -> None:
    train()
    for damage in (cut, lambda path: path.write_bytes(b"\xff\xfe"), lambda path: cut(path)):
        damage(OUTPUT / "run.json")
        with refused("run.json: damaged", OUTPUT / "run.json"):
            load_trained(OUTPUT)
        train()


@fault(
    "The result of a sweep, or the table of label quality, is damaged",
    "The training that needs it sets it aside and says so; the same command makes it again.",
)
def _() -> None:
    sweep, quality = Path("best.json"), Path("label_quality.csv")
    sweep.write_text('{"training": {"learning')
    quality.write_bytes(b"rank,class\n1,\xff\n")
    searched = {"trials": 2, "space": {"learning_rate": {"low": 1e-4, "high": 1e-2}}}
    swept = RunSettings.model_validate(plan().model_dump() | {"sweep": searched})
    with refused("best.json: damaged", sweep):
        Earlier(sweep=sweep).settle(swept)
    ranked = plan().model_copy(update={"worst_classes": 1, "ranked_by": "mynet-1"})
    with refused("label_quality.csv: damaged", quality):
        Earlier(label_quality=quality).settle(ranked)


@fault(
    "A trial of a sweep is killed while it writes to their journal",
    "The next one removes the unfinished line and goes on.",
)
def _() -> None:
    journal = Path("sweep.log")
    study = open_study(journal, "name", 0, 3)
    study.ask()
    with journal.open("ab") as file:
        file.write(b'{"op_code": 4, "worker')
    study = open_study(journal, "name", 1, 3)
    assert len(study.get_trials()) == 1
    study.ask()
    assert journal.read_bytes().endswith(b"\n")


@fault(
    "A second training of the same run starts while the first is at it",
    "It waits until the first has ended.",
)
def _() -> None:
    first, order = threading.Event(), []

    def second() -> None:
        first.wait()
        with checkpoint.exclusive(CHECKPOINT):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with checkpoint.exclusive(CHECKPOINT):
        first.set()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


# -- images


@fault(
    "A fetched image is damaged, gone, or another",
    "Inspection compares all with the manifest, and says so; the same command fetches them again.",
)
def _() -> None:
    photos()
    with zipfile.ZipFile("photos.zip", "w") as file:
        for path in sorted(PHOTOS.rglob("*.png")):
            file.write(path)
    root, name = Path("raw"), "photos/cats/0.png"
    for damage in (flip, cut, Path.unlink):
        fetch_archives([Path("photos.zip")], root)
        hashes = {name: hashlib.sha256((root / name).read_bytes()).hexdigest()}
        check_fetched(root, hashes)
        damage(root / name)
        if (root / name).exists():
            hashes = {name: hashlib.sha256((root / name).read_bytes()).hexdigest()}
        with refused("0.png: not the file that was fetched", root / "manifest.csv"):
            check_fetched(root, hashes)


@fault(
    "An image is replaced by another of the same size after it was inspected",
    "Packing stops before it writes anything; the same command inspects all images again.",
)
def _() -> None:
    paths, arguments = inspected()
    path = PHOTOS / "cats/0.png"
    size = path.stat().st_size
    path.write_bytes((PHOTOS / "cats/1.png").read_bytes()[:size].ljust(size, b"\0"))
    done = script("pack", *arguments)
    assert done.returncode == 1
    assert "cats/0.png: not the file that was inspected" in done.stderr
    assert "give the same command again, and all images are inspected anew" in done.stderr
    assert not paths.images.exists()  # so Snakemake runs the rule again
    assert not paths.packed(16).exists()


@fault(
    "An image is replaced by another of the same size in a finished study",
    "The next run notices by its content, and inspects all images again.",
)
def _() -> None:
    paths, _ = inspected()
    path = PHOTOS / "cats/0.png"
    path.touch()
    assert mending.changed_image(PHOTOS, paths.images) is None
    path.write_bytes((PHOTOS / "cats/1.png").read_bytes())
    os.utime(path, ns=(0, 0))  # a copy that keeps an old time
    assert mending.changed_image(PHOTOS, paths.images) == str(path)


@fault(
    "A table of the inspection or of the splits is cut short, or the packed images are",
    "The next run makes them again before it plans anything, so that no training is repeated.",
)
def _() -> None:
    paths, arguments = inspected()
    assert script("pack", *arguments).returncode == 0
    record = paths.packed(16).with_suffix(".json")
    assert mending.wrong_files(record) == []
    whole = {path: path.read_bytes() for path in (paths.packed(16), paths.index(16))}
    for path, content in whole.items():
        for damage in (cut, flip, Path.unlink):
            damage(path)
            assert [wrong.path for wrong in mending.wrong_files(record)] == [path]
            path.write_bytes(content)
            assert mending.wrong_files(record) == []
    cut(paths.packed(16))
    with refused("16px.npy: damaged", paths.packed(16)):
        open_for_training(paths.packed(16), paths.index(16))
    assert script("pack", *arguments).returncode == 0
    assert {path: path.read_bytes() for path in whole} == whole


@fault(
    "A file's time is in the future, or long ago",
    "Files are compared by what they hold, so nothing is repeated.",
)
def _() -> None:
    paths, _ = inspected()
    Hashes.of([paths.images]).write(paths.images.with_name("hashes.json"))
    for seconds in (0, 5 * 10**9):
        for path in (*PHOTOS.rglob("*.png"), *RESULTS.rglob("*.*")):
            os.utime(path, (seconds, seconds))
        assert mending.changed_image(PHOTOS, paths.images) is None
        assert mending.wrong_files(paths.images.with_name("hashes.json")) == []


@fault(
    "A worker process dies while images are opened or packed, as for want of memory",
    "The job ends with the setting to change: fewer workers.",
)
def _() -> None:
    photos()
    with mock.patch.object(inspection, "_inspect", _die), pytest.raises(BrokenProcessPool) as error:
        usable_images(PHOTOS)
    assert "--set-threads inspect_images=1" in str(faults.explain(error.value))
    usable_images(PHOTOS)


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@fault(
    "Unpacking is killed",
    "The half folder is hidden and cleared away; the next run unpacks the archive from its start.",
)
def _() -> None:
    photos()
    with zipfile.ZipFile("photos.zip", "w") as file:
        for path in sorted(PHOTOS.rglob("*.png")):
            file.write(path)
    with (
        mock.patch("shutil.copyfileobj", side_effect=Killed),
        mock.patch("shutil.rmtree"),  # a kill clears nothing away
        pytest.raises(Killed),
    ):
        fetch_archives([Path("photos.zip")], Path("raw"))
    assert not Path("raw").exists()
    fetch_archives([Path("photos.zip")], Path("raw"))
    assert sorted(path.name for path in Path().iterdir()) == ["photos", "photos.zip", "raw"]


# -- the disk


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
