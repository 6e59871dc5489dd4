"""A table of photographs with odd names, up to the site."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chrysalis.report.site.check import check_site
from studies import draw_shape
from tests.data.test_images import HEIC

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
