"""docs/extending.md, done: what it adds is added to a copy of the tree."""

import re
import tarfile
from pathlib import Path

import pandas as pd
import pytest
import warm

GUIDE = Path(__file__).parents[2] / "docs/extending.md"


def snippet(name: str) -> str:
    """The code block of the guide that is headed by a file's name."""
    found = re.search(
        rf"^`{re.escape(name)}`:\n\n```\w+\n(.*?)^```", GUIDE.read_text(), re.S | re.M
    )
    assert found, f"the guide has no block for {name}"
    return found[1]


def add(workspace, name):
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(snippet(name))


@pytest.fixture
def small(finished, tmp_path):
    """A finished study whose jobs run in a Python that knows its tree, not the repository's."""
    finished.edit("config/config.yaml", "seeds: 2", "seeds: 1")
    with warm.server(tmp_path / "warm", finished.root) as finished.python:
        yield finished


def test_adding_a_model(small):
    add(small, "src/chrysalis/models/twolayers.py")
    small.edit("config/config.yaml", "- mynet", "- mynet\n- twolayers")
    planned = small.planned()
    assert planned["train"] == 1  # the new model alone, for the comparison of models
    small.snakemake()
    table = pd.read_csv(small.root / "results/shapes/experiments/models/compare/arms.csv")
    assert table["model"].tolist() == ["mynet", "twolayers"]
    assert "twolayers" in (small.root / "results/shapes/site/models.html").read_text()


def test_adding_an_experiment(small):
    add(small, "config/experiments/batch_size.yaml")
    assert small.planned()["train"] == 1
    small.snakemake()
    page = (small.root / "results/shapes/site/experiments/batch_size.html").read_text()
    assert "Does a smaller batch help?" in page
    assert (
        "experiments/batch_size.html" in (small.root / "results/shapes/site/index.html").read_text()
    )


def test_adding_a_dataset(workspace):
    add(workspace, "config/datasets/moths.yaml")
    asked = ("split", "--config", "dataset=moths")
    missing = workspace.snakemake(*asked, check=False)
    assert missing.returncode != 0
    assert "Ask the author for moths.tar.gz." in missing.stdout + missing.stderr
    with tarfile.open(workspace.root / "data/raw/moths.tar.gz", "w:gz") as archive:
        for image in (workspace.root / "data/raw/shapes").rglob("*.png"):
            moth, number = divmod(int(image.stem), 2)
            archive.add(image, f"{image.parent.name}/{image.parent.name}{moth}_{number}.png")
    workspace.snakemake(*asked)
    split = pd.read_csv(workspace.root / "results/moths/data/split/split.csv")
    moths = split["path"].str.extract(r"([a-z]+\d+)_\d")[0]
    assert len(split) == 56
    assert moths.nunique() == 28
    assert (split.groupby(moths)["split"].nunique() == 1).all()


def test_adding_a_figure(small):
    for name in (
        "src/chrysalis/report/figures/confidence.py",
        "scripts/plot_confidence.py",
        "workflow/rules/runs.smk",
    ):
        add(small, name)
    assert "train" not in small.planned()
    small.snakemake()
    assert "confidence.svg" in (small.root / "results/shapes/site/models.html").read_text()
