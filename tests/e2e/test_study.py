"""A study from a folder with odd files in it to the report, looked at from outside."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.special import softmax

from chrysalis.records.pictures import COLUMNS, TILE
from chrysalis.report.pages.fragments import all_fragments
from chrysalis.report.pages.results import load_results
from chrysalis.report.site.check import check_site
from studies import draw_shape, make_workspace
from tests.tracing import totals, untraced

PAGES = ("index", "data", "models", "explanations", "how", "experiments/augmentation")


@pytest.fixture(scope="module")
def studied(tmp_path_factory, python):
    workspace = make_workspace(tmp_path_factory.mktemp("odd") / "study", python)
    folder = workspace.root / "data/raw/shapes/disc"
    rng = np.random.default_rng(5)
    drawn = [draw_shape("disc", rng) for _ in range(5)]
    whole = folder / "000.png"
    (folder / "zero.png").write_bytes(b"")
    (folder / "text.jpg").write_text("not an image")
    drawn[0].save(folder / "cut.jpg")
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:400])
    drawn[1].convert("CMYK").save(folder / "cmyk.jpg")
    drawn[2].convert("P").save(folder / "palette.png")
    Image.fromarray(np.asarray(drawn[3].convert("L")).astype(np.uint16) * 257).save(
        folder / "grey16.png"
    )
    drawn[4].save(folder / "moving.gif", save_all=True, append_images=[drawn[0]])
    (folder / "copy.png").write_bytes(whole.read_bytes())
    workspace.snakemake("--config", "experiments=[augmentation]", "seeds=1")
    return workspace.root


def test_odd_files_are_used_or_listed(studied):
    data = studied / "results/shapes/data/inspect_images"
    used = pd.read_csv(data / "images.csv")["path"].tolist()
    left_out = pd.read_csv(data / "left_out.csv").set_index("path")["reason"]
    for name in ("cmyk.jpg", "palette.png", "grey16.png", "moving.gif"):
        assert f"disc/{name}" in used
    assert set(left_out.index) == {
        f"disc/{n}" for n in ("zero.png", "text.jpg", "cut.jpg", "copy.png")
    }
    assert "disc/000.png" in left_out["disc/copy.png"]
    page = (studied / "results/shapes/site/data.html").read_text()
    for path in left_out.index:
        assert path.split("/")[1] in page


def test_the_site_is_whole_and_says_that_it_is_small(studied):
    site = studied / "results/shapes/site"
    assert check_site(site) == []
    for page in PAGES:
        assert "This study is too small to conclude from" in (site / f"{page}.html").read_text()


def test_each_number_of_the_report_is_in_the_files_that_it_names(studied):
    results = studied / "results/shapes"
    loaded = load_results(results)
    for name, text in all_fragments(loaded, "smalldocs").items():
        assert untraced(text, results, totals(loaded)) == set(), name


def test_numbers_of_several_seeds_are_in_those_files_too(finished):
    results = finished.root / "results/shapes"
    loaded = load_results(results)
    for name, text in all_fragments(loaded, "smalldocs").items():
        assert untraced(text, results, totals(loaded)) == set(), name


def test_every_error_of_the_predictions_is_listed_and_shown_once(studied):
    results = studied / "results/shapes"
    (folder,) = set(results.glob("runs/mynet-*/plot_model"))
    train = folder.with_name("seed0") / "train"
    classes = json.loads((train / "run.json").read_text())["classes"]
    table = pd.read_parquet(train / "predictions.parquet").query("split == 'test'")
    logits = table[[f"logit_{n}" for n in range(len(classes))]].to_numpy()
    wrong = table[logits.argmax(1) != table["label"]]
    listed = pd.read_csv(results / "runs/pictures/errors.csv")
    assert sorted(listed["path"]) == sorted(wrong["path"])
    page = (results / "site/models/mynet-errors.html").read_text()
    data = re.search(r'id="errors-data">(.*?)</script>', page, re.S)
    shown = [row["path"] for row in json.loads(data[1])] if data else []
    assert sorted(shown) == sorted(wrong["path"])
    assert page.count("<tr>") == len(shown) + bool(shown)  # and the headings


def test_a_picture_on_a_sheet_is_that_of_its_image(studied):
    results = studied / "results/shapes"
    (place,) = results.glob("data/pack/*.npy")
    images, index = np.load(place), pd.read_csv(place.with_suffix(".csv"))
    rows = dict(zip(index["path"], range(len(index)), strict=True))
    tiles = pd.read_csv(results / "runs/sheets/tiles.csv").query("sheet == 'map'")
    assert sorted(tiles["path"]) == sorted(index["path"])
    sheet = np.asarray(Image.open(results / "runs/sheets/sheets/map.webp").convert("RGB"))
    for path, number in zip(tiles["path"], tiles["tile"], strict=True):
        y, x = (TILE * each for each in divmod(number, COLUMNS))
        shown = sheet[y : y + TILE, x : x + TILE].reshape(-1, 3).mean(0)
        whole = images[rows[path]].reshape(-1, 3).mean(0)
        assert shown == pytest.approx(whole, abs=8), path


def test_there_is_a_page_for_each_class_and_model(studied):
    site = studied / "results/shapes/site"
    pages = {path.name for path in (site / "classes").iterdir()}
    assert pages == {"0-cross.html", "1-disc.html", "2-square.html", "3-triangle.html"}
    for page in ("models/mynet", "models/mynet-errors", "classes", "map"):
        assert (site / f"{page}.html").is_file()
    assert 'href="models/mynet.html"' in (site / "models.html").read_text()
    assert 'href="classes/1-disc.html"' in (site / "data.html").read_text()


def test_the_models_page_says_how_to_use_it(studied, tmp_path):
    """The code of the page, run as it stands, answers as the training's predictions do."""
    results = studied / "results/shapes"
    text = all_fragments(load_results(results), "smalldocs")["model_pages/mynet/loading.md"]
    (weights,) = re.findall(r"```text\n(.*)\n```", text)
    assert (studied / weights).is_file()
    train = (studied / weights).parent
    table = pd.read_parquet(train / "predictions.parquet").query("split == 'test'")
    classes = json.loads((train / "run.json").read_text())["classes"]
    code = re.search(r"```python\n(.*?)```", text, re.S)[1].replace("[:3]", "")
    code = code.replace(":.3f}", ":.6f}")
    for row in table.iloc[::5].to_dict("records"):
        photograph = studied / "data/raw/shapes" / row["path"]
        script = code.replace("photograph.jpg", str(photograph))
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=studied,
            env=os.environ | {"PYTHONPATH": str(studied / "src")},
            capture_output=True,
            text=True,
            check=True,
        )
        shares = dict(line.split(": ") for line in done.stdout.splitlines())
        expected = softmax([row[f"logit_{n}"] for n in range(len(classes))])
        found = [float(shares[name]) for name in classes]
        assert found == pytest.approx(expected, abs=0.02)  # the training may compute in bf16


def test_a_run_leaves_its_full_record(studied):
    for record in studied.glob("results/shapes/runs/*/seed0/train/run.json"):
        told = json.loads(record.read_text())
        folder = record.parent
        history = pd.read_csv(folder / "history.csv")
        predictions = pd.read_parquet(folder / "predictions.parquet")
        assert len(history) == told["epochs_run"] == 2
        assert set(predictions["split"]) == {"val", "test"}
        assert (predictions["split"] == "test").sum() == told["images"]["test"]
        assert told["best_val_top1"] == history["val_top1"].max()


def test_verdicts_do_not_claim_anything_from_one_seed(studied):
    answer = json.loads(
        (studied / "results/shapes/experiments/augmentation/compare/experiment.json").read_text()
    )
    assert all("Not enough seeds to tell" in sentence for sentence in answer["sentences"])
