"""Every ready dataset in miniature, laid out as it is published, runs a study; most to the site."""

import shutil
import tarfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from sklearn.datasets import load_digits

from chrysalis.report.site.check import check_site
from studies import SHAPES, Workspace, draw_shape, make_workspace
from tests import published

NOISY = [
    *("BLUE SPOTTED CROW", "CLEARWING MOTH", "COMMON BANDED AWL", "COPPER TAIL"),
    *("HUMMING BIRD HAWK MOTH", "SIXSPOT BURNET MOTH"),
]
SCENES = ["buildings", "forest", "glacier", "mountain", "sea", "street"]
LEEDS = ["Danaus plexippus", "Heliconius erato", "Pieris rapae", "Vanessa cardui"]


def drawn(place: str, label: int, number: int, side: int = 40) -> Image.Image:
    """No picture is in two places."""
    rng = np.random.default_rng([zlib.crc32(place.encode()), label, number])
    return draw_shape(SHAPES[label % len(SHAPES)], rng, side)


def folders(root: Path, places: list[str], classes: list[str], images: int) -> None:
    for place in places:
        for label, name in enumerate(classes):
            (root / place / name).mkdir(parents=True)
            for number in range(images):
                file = root / place / name / f"{number:03d}.jpg"
                drawn(place, label, number).save(file)


def pack(root: Path, archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:xz" if archive.suffix == ".xz" else "w") as tar:
        for member in sorted(root.iterdir()):
            tar.add(member, member.name)
    shutil.rmtree(root)


def butterflies50(raw: Path, _: dict) -> None:
    folders(raw / "new", ["."], ["Copper Tail", "Southern Dogface", "Monarch"], 10)
    pack(raw / "new", raw / "butterflies50.tar")


def butterflies100(raw: Path, _: dict, *, table: bool = False) -> None:
    splits = ["train", "valid", "test"]
    folders(raw / "new", splits, [*NOISY, "MONARCH", "ATLAS MOTH"], 3)
    if table:
        files = sorted(path.relative_to(raw / "new") for path in (raw / "new").rglob("*.jpg"))
        rows = [(number, path, path.parts[1], path.parts[0]) for number, path in enumerate(files)]
        frame = pd.DataFrame(rows, columns=["class id", "filepaths", "labels", "data set"])
        frame.to_csv(raw / "new/butterflies and moths.csv", index=False)
    pack(raw / "new", raw / "butterflies100.tar")


def scenes(raw: Path, _: dict) -> None:
    for part in ("seg_train", "seg_test"):
        folders(raw / "new", [f"{part}/{part}"], SCENES, 4)
        pack(raw / "new", raw / f"intel_scenes_{part}.tar")


def leeds(raw: Path, _: dict) -> None:
    folders(raw / "new", ["images"], LEEDS, 8)
    for image in sorted((raw / "new/images").rglob("*.jpg")):
        mask = raw / "new/masks" / image.relative_to(raw / "new/images").with_suffix(".png")
        mask.parent.mkdir(parents=True, exist_ok=True)
        Image.open(image).convert("L").point(lambda grey: 255 * (grey > 90)).save(mask)
    pack(raw / "new", raw / "leeds_butterfly_256.tar")


def cifar_jpeg(raw: Path, source: dict) -> None:
    folders(raw / "new", ["train", "test"], source["classes"], 4)
    pack(raw / "new", raw / "cifar10_jpeg_full.tar.xz")


def batch(place: str, size: int, colour: bool) -> published.Batch:
    labels = [number % 10 for number in range(size)]
    images = [drawn(place, n % 10, n, 40).resize((32, 32)) for n in range(size)]
    if not colour:
        images = [image.convert("L").resize((28, 28)) for image in images]
    return np.stack([np.asarray(image) for image in images]), labels


def cifar(kind: str, raw: Path, source: dict) -> None:
    choice = source if kind == "cifar_binary" else source["alternatives"][0]
    name = choice["files"][0]
    batches = [
        batch(place, 10 if "test" not in place else 40, True) for place in published.CIFAR_NAMES
    ]
    choice["md5"] = {
        name: published.md5(getattr(published, kind)(raw / name, batches, choice["classes"]))
    }


def fashion(raw: Path, source: dict) -> None:
    files = published.idx_files(raw, batch("train", 50, False), batch("test", 40, False))
    source["md5"] = {path.name: published.md5(path) for path in files}


def digits(raw: Path, source: dict) -> None:
    """A few of them: all are fetched in `tests/data/test_fetch.py`."""
    found = load_digits()
    for number, digit in enumerate(found.target[:150]):
        path = raw / str(digit) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.uint8(found.images[number] * 15)).save(path)
    source.clear()
    source |= {"kind": "folder", "path": str(raw)}


def specimens(_: Path, source: dict) -> None:
    source |= {"images": 16, "size": 48}


class Ready(NamedTuple):
    """A file of config/datasets, and what writes its images and fits its source to them.

    Of several layouts of one dataset one goes to the site; `target` ends the others earlier.
    """

    dataset: str
    make: Callable[[Path, dict], None]
    target: str = "all"


READY = {
    "butterflies50": Ready("butterflies50", butterflies50),
    "butterflies100": Ready("butterflies100", butterflies100, "data"),
    "butterflies100 with a table": Ready("butterflies100", partial(butterflies100, table=True)),
    "cifar10 as JPEG": Ready("cifar10", cifar_jpeg, "data"),
    "cifar10, binary": Ready("cifar10", partial(cifar, "cifar_binary")),
    "cifar10, Python": Ready("cifar10", partial(cifar, "cifar_python"), "data"),
    "digits": Ready("digits", digits),
    "fashion_mnist": Ready("fashion_mnist", fashion),
    "leeds": Ready("leeds", leeds),
    "scenes": Ready("scenes", scenes),
    "specimens": Ready("specimens", specimens),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory, python):
    """A copy of the tree, in which every dataset has its study."""
    return make_workspace(tmp_path_factory.mktemp("ready") / "study", python)


def study(made: Workspace, name: str) -> Path:
    """The results of a ready dataset's study, in miniature but otherwise as its file says."""
    ready, own = READY[name], f"ready{list(READY).index(name)}"
    files = made.root / "config/datasets"
    content = yaml.safe_load((files / f"{ready.dataset}.yaml").read_text())
    source, raw = content["source"], made.root / "data/raw" / f"files of {name}"
    ready.make(raw, source)
    if source["kind"] == "archive":
        source["folders"] = [str(raw.relative_to(made.root))]
    (files / f"{own}.yaml").write_text(yaml.safe_dump(content))
    options = ["experiments=[augmentation]", "seeds=1", "explained_images=10"]
    sizes = "settings={image_size: 32, training: {epochs: 1, batch_size: 16, warmup_epochs: 0}}"
    options += [f"dataset={own}", sizes]
    made.snakemake(ready.target, "--config", *options)
    return made.root / "results" / own


@pytest.mark.parametrize("name", READY)
def test_a_ready_dataset_runs_a_study(made, name):
    results = study(made, name)
    split = pd.read_csv(results / "data/split/split.csv")
    assert set(split["split"]) == {"train", "val", "test"}
    assert split["mask"].notna().all() == (name in ("leeds", "specimens"))
    assert (results / "data/audit/audit.json").is_file()
    if READY[name].target == "all":
        assert check_site(results / "site") == []
        assert (results / "site/truth.html").is_file() == (name == "specimens")
