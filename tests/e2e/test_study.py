"""A study from a folder with odd files in it to the report, looked at from outside."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chrysalis.report.pages.fragments import all_fragments
from chrysalis.report.pages.results import load_results
from chrysalis.report.site.check import check_site
from studies import draw_shape, make_workspace
from tests.tracing import totals, untraced

PAGES = ("index", "data", "models", "explanations", "how", "experiments/augmentation")


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    workspace = make_workspace(tmp_path_factory.mktemp("odd") / "study")
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
