"""Every ready dataset in miniature up to the audit, and a table of odd names up to the site."""

import tarfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from chrysalis.report.site.check import check_site
from studies import SHAPES, draw_shape
from tests.data.test_images import HEIC


def archive(path: Path, folders: list[str], images: int = 4, *, masks: bool = False) -> None:
    """Pack the four shapes into each of the folders, with masks in place of images/ if asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name("scratch")
    for folder in folders:
        own = zlib.crc32(folder.encode())  # no picture is in two folders
        for label, shape in enumerate(SHAPES):
            for image in range(images):
                drawn = draw_shape(shape, np.random.default_rng([own, label, image]))
                file = scratch / folder / f"{shape.upper()} MOTH/{image:03d}.jpg"
                file.parent.mkdir(parents=True, exist_ok=True)
                drawn.save(file)
                if masks:
                    mask = scratch / "masks" / file.relative_to(scratch / "images")
                    mask.parent.mkdir(parents=True, exist_ok=True)
                    drawn.convert("L").save(mask.with_suffix(".png"))
    compression = "w:xz" if path.suffix == ".xz" else "w"
    with tarfile.open(path, compression) as tar:
        for member in sorted(scratch.iterdir()):
            tar.add(member, member.name)
    for file in sorted(scratch.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    scratch.rmdir()


READY = {
    "butterflies50": lambda raw: archive(raw / "butterflies50.tar", ["."], images=8),
    "butterflies100": lambda raw: archive(
        raw / "butterflies100.tar", ["train", "valid", "test"], images=4
    ),
    "cifar10": lambda raw: archive(raw / "cifar10_jpeg_full.tar.xz", ["train", "test"]),
    "leeds": lambda raw: archive(raw / "leeds_butterfly_256.tar", ["images"], 8, masks=True),
    "scenes": lambda raw: [
        archive(raw / f"intel_scenes_{part}.tar", [f"{part}/{part}"])
        for part in ("seg_train", "seg_test")
    ],
}


@pytest.mark.parametrize("dataset", READY)
def test_a_ready_dataset_is_read_split_packed_and_audited(workspace, dataset):
    READY[dataset](workspace.root / "data/raw")
    file = workspace.root / f"config/datasets/{dataset}.yaml"
    config = yaml.safe_load(file.read_text())
    config["source"]["folders"] = ["data/raw"]
    config["settings"] = {"image_size": 32}
    file.write_text(yaml.safe_dump(config | {"remove_classes": [], "published": []}))
    workspace.snakemake("data", "--config", f"dataset={dataset}", "experiments=[augmentation]")
    found = workspace.root / f"results/{dataset}/data"
    split = pd.read_csv(found / "split/split.csv")
    assert sorted(split["class"].unique()) == sorted(f"{shape.upper()} MOTH" for shape in SHAPES)
    assert set(split["split"]) == {"train", "val", "test"}
    assert split["mask"].notna().all() == (dataset == "leeds")
    assert (found / "audit/audit.json").is_file()


CLASSES = {"null": "disc", "gato ñ 猫": "square", "<b>1e5": "triangle"}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_of_photographs_with_odd_names_becomes_a_report(workspace, kind):
    photos = workspace.root / "my photos"
    photos.mkdir()
    rows = []
    for label, (name, shape) in enumerate(CLASSES.items()):
        for number in range(9):
            path = f"{name[:1]}'{number} 100%#.png".replace("<", "(")
            draw_shape(shape, np.random.default_rng([label, number])).save(photos / path)
            rows.append((path, name, f"{label}-{number // 2}", ""))
    (photos / "IMG_0001.HEIC").write_bytes(HEIC)
    rows.append(("IMG_0001.HEIC", "null", "", ""))
    Image.new("L", (40, 40), 255).save(photos / "mask.png")
    rows[0] = (*rows[0][:3], "mask.png")
    table = pd.DataFrame(rows, columns=["path", "label", "group", "mask"]).replace("", None)
    file = photos / f"list.{kind}"
    table.to_csv(file, index=False) if kind == "csv" else table.to_parquet(file)
    steps = [] if kind == "csv" else ["data"]
    options = ["experiments=[augmentation]", "seeds=1", "remove_classes=[]"]
    workspace.snakemake(*steps, "--config", f"dataset={file}", *options)
    found = workspace.root / "results/list"
    split = pd.read_csv(found / "data/split/split.csv", keep_default_na=False)
    assert split["class"].value_counts().to_dict() == {"null": 10, "gato ñ 猫": 9, "<b>1e5": 9}
    assert (split["mask"] != "").sum() == 1
    name = split["path"].str.rpartition("/")[2]
    group = name.map(table.set_index("path")["group"])
    assert (split.groupby(group.to_numpy())["split"].nunique() == 1).all()
    if kind == "csv":
        assert check_site(found / "site") == []
        page = (found / "site/data.html").read_text()
        assert "&lt;b&gt;1e5" in page
        assert "<b>1e5" not in page
