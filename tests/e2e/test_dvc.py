"""Contract 5: DVC runs the study, and Snakemake agrees that nothing is left to do."""

import json
import shutil

import yaml


def test_repro_metrics_and_checkout(workspace):
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost"]
    config = yaml.safe_load((workspace.root / "config/config.yaml").read_text())
    config |= {"seeds": 1, "experiments": ["augmentation"]}
    (workspace.root / "config/config.yaml").write_text(yaml.safe_dump(config))
    shutil.move(workspace.root / "data/raw/shapes", workspace.root.parent / "shapes")
    dataset = workspace.root / "config/datasets/shapes.yaml"
    told = yaml.safe_load(dataset.read_text())
    shutil.make_archive(workspace.root / "data/raw/drawn", "tar", workspace.root.parent / "shapes")
    told["source"] = {"kind": "archive", "files": ["drawn.tar"]}
    dataset.write_text(yaml.safe_dump(told))
    workspace.run("git", "init", "-q")
    workspace.run("git", "add", "-A")
    workspace.run(*git, "commit", "-qm", "start")

    workspace.run("dvc", "repro")
    assert workspace.planned() == {}
    assert "Data and pipelines are up to date" in workspace.run("dvc", "status").stdout
    shown = workspace.run("dvc", "metrics", "show", "--json").stdout
    told = json.loads(shown)[""]["data"]["results/shapes/metrics.json"]["data"]
    written = json.loads((workspace.root / "results/shapes/metrics.json").read_text())
    assert told["models"]["mynet"]["test_top1_mean"] == written["models"]["mynet"]["test_top1_mean"]
    assert told["experiments"].keys() == written["experiments"].keys() == {"augmentation"}
    unknown_to_git = workspace.run("git", "status", "--porcelain", "-uall").stdout.split()
    assert [name for name in unknown_to_git if name.startswith("results/")] == [
        "results/shapes/metrics.json"
    ]

    for name in ("runs", "experiments", "site", "data"):
        shutil.rmtree(workspace.root / "results/shapes" / name)
    shutil.rmtree(workspace.root / "data/raw/shapes")
    workspace.run("dvc", "checkout")
    assert (workspace.root / "results/shapes/site/index.html").exists()
    assert workspace.planned() == {}
