"""A second study does nothing, whatever order Python gives its sets."""

import pytest

from studies import make_workspace

HASH_SEEDS = ("0", "1", "2", "3", "4", "random")
MODELS = ("mynet", "resnet10_tiny", "resnet18_cifar")


@pytest.fixture(scope="module")
def of_three_models(tmp_path_factory):
    """A finished study of three models, with an experiment that names a fourth."""
    workspace = make_workspace(tmp_path_factory.mktemp("idle") / "study")
    workspace.edit("config/config.yaml", "- mynet", "\n".join(f"- {name}" for name in MODELS))
    workspace.edit("config/config.yaml", "epochs: 2", "epochs: 1")
    workspace.edit("config/config.yaml", "seeds: 2", "seeds: 1\nexperiments: [models, stem]")
    (workspace.root / "config/experiments/stem.yaml").write_text(
        """
title: Stem
question: Which?
models: [resnet18_small]
baseline: base
arms:
  base: {}
  "off": {augmentation: none}
"""
    )
    workspace.run("git", "init", "-q")
    workspace.run("git", "add", "-A")
    workspace.run(
        *("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "start")
    )
    workspace.snakemake(PYTHONHASHSEED="5")
    return workspace


@pytest.mark.parametrize("seed", HASH_SEEDS)
def test_nothing_is_to_be_done(of_three_models, seed):
    assert of_three_models.planned(PYTHONHASHSEED=seed) == {}


def test_running_it_again_changes_no_file(of_three_models):
    def files():
        results = of_three_models.root / "results"
        return {path: path.stat().st_mtime_ns for path in results.rglob("*") if path.is_file()}

    before = files()
    done = of_three_models.snakemake(PYTHONHASHSEED="7")
    assert "Nothing to be done" in done.stdout + done.stderr
    assert files() == before


def test_the_tree_stays_clean(of_three_models):
    assert of_three_models.run("git", "status", "--short").stdout == ""


def test_one_plan_whatever_the_order(of_three_models):
    plans = list((of_three_models.root / "results/shapes/settings").glob("plan-*"))
    assert len(plans) == 1
