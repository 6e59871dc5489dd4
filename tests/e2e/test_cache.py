"""Contract 4: with a shared cache, a second checkout trains nothing again."""

import json


def test_a_second_checkout_takes_runs_from_the_cache(workspace, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    clone = workspace.copy(tmp_path / "clone")
    small = ["--config", "seeds=1", "experiments=[augmentation]"]
    trainings = ["--until", "train"]  # nothing after them is cached
    workspace.snakemake("--cache", *small, *trainings, SNAKEMAKE_OUTPUT_CACHE=str(cache))
    trained = sorted(workspace.root.glob("results/shapes/runs/*/seed*/train/run.json"))
    assert len(trained) == 2

    clone.snakemake("--cache", *small, SNAKEMAKE_OUTPUT_CACHE=str(cache))
    logs = list(clone.root.glob("results/shapes/logs/train/*"))
    assert not any(log.stat().st_size for log in logs)  # Snakemake makes them; no job wrote
    for record in trained:
        other = clone.root / record.relative_to(workspace.root)
        assert json.loads(other.read_text()) == json.loads(record.read_text())
    assert (clone.root / "results/shapes/site/index.html").exists()
