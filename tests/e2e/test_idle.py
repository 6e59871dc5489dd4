"""A second study does nothing, whatever order Python gives its sets. It is one in parts."""

import pytest

from studies import make_workspace

HASH_SEEDS = ("0", "1", "2", "3", "4", "random")
MODELS = ("mynet", "resnet10_tiny", "resnet18_small")


@pytest.fixture(scope="module")
def started(tmp_path_factory, python):
    """A study of the three models of the default one, with an experiment that names a fourth."""
    workspace = make_workspace(tmp_path_factory.mktemp("idle") / "study", python)
    workspace.edit("config/config.yaml", "- mynet", "\n".join(f"- {name}" for name in MODELS))
    workspace.edit("config/config.yaml", "epochs: 2", "epochs: 1")
    workspace.edit(
        "config/config.yaml", "seeds: 2", "seeds: 1\nparts: 2\nexperiments: [models, stem]"
    )
    (workspace.root / "config/experiments/stem.yaml").write_text(
        """
title: Stem
question: Which?
models: [alexnet_like]
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
    return workspace


@pytest.fixture(scope="module")
def part_of_it(started):
    """What is planned before and after one part of the packed images is made."""
    before = started.planned()
    started.snakemake("results/shapes/data/pack_part/43px/2-of-2.npy")
    return before, started.planned()


@pytest.fixture(scope="module")
def of_three_models(started, part_of_it):
    """The study, finished."""
    started.snakemake(PYTHONHASHSEED="5")
    return started


def test_a_part_that_is_there_is_not_made_again(part_of_it):
    before, after = part_of_it
    assert before["inspect_part"] == before["embed_part"] == 2
    assert after["pack_part"] == before["pack_part"] - 1
    assert not after.keys() & {"inspect_part", "embed_part", "inspect_images", "embed"}


def test_no_part_is_left(of_three_models):
    data = of_three_models.root / "results/shapes/data"
    assert not [path for path in data.glob("*_part/**/*") if path.is_file()]


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
