"""A network of timm's, each run trained by two processes, from images to the report."""

import json

import pandas as pd

from chrysalis.report.site.check import check_site

MODEL = "timm/test_resnet"


def test_a_study_of_a_timm_network_by_two_processes(prepared):
    workspace = prepared
    workspace.snakemake(
        *("--cores", "2", "--config", f"models=[{MODEL}]", "experiments=[augmentation]"),
        *("processes=2", "seeds=1"),
    )
    results = workspace.root / "results/shapes"
    records = [json.loads(path.read_text()) for path in results.glob("runs/*/seed0/train/run.json")]
    assert len(records) == 2
    for record in records:
        assert record["settings"]["model"] == MODEL
        assert record["processes"] == 2
    for path in results.glob("runs/*/seed0/train/predictions.parquet"):
        predictions = pd.read_parquet(path)
        held_out = pd.read_csv(results / "data/split/split.csv").query("split != 'train'")
        assert sorted(predictions["path"]) == sorted(held_out["path"])
    assert check_site(results / "site") == []
    assert MODEL in (results / "site/experiments/augmentation.html").read_text()
    assert (
        workspace.planned(
            "--config", f"models=[{MODEL}]", "experiments=[augmentation]", "processes=2", "seeds=1"
        )
        == {}
    )
