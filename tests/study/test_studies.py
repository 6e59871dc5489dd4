"""The studies of config/studies: each resolves, and what it judges is there to be judged."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from chrysalis.config.claims import ClassesClaim, DynamicsClaim, MapsClaim, UntestedClaim
from chrysalis.config.published import Published
from chrysalis.study.study import resolve

REPOSITORY = Path(__file__).parents[2]
FILES = sorted((REPOSITORY / "config/studies").glob("*.yaml"))
NAMES = [path.stem for path in FILES]
CLASSES = {
    "cifar10": [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ],
    "scenes": ["buildings", "forest", "glacier", "mountain", "sea", "street"],
    "butterflies50": ["Copper Tail", "Southern Dogface", "Monarch"],
    "butterflies100": [
        *("BLUE SPOTTED CROW", "CLEARWING MOTH", "COMMON BANDED AWL", "COPPER TAIL"),
        *("HUMMING BIRD HAWK MOTH", "SIXSPOT BURNET MOTH", "MONARCH", "ATLAS MOTH"),
    ],
}


@pytest.fixture
def planned(folder, images):
    """Resolve a study as Snakemake would, on a folder of empty images in place of its dataset."""
    shutil.copytree(REPOSITORY / "config", folder / "config")

    def make(name, **changes):
        config = yaml.safe_load(Path("config/config.yaml").read_text())
        config |= yaml.safe_load(Path(f"config/studies/{name}.yaml").read_text()) | changes
        dataset = Path(f"config/datasets/{config['dataset']}.yaml")
        content = yaml.safe_load(dataset.read_text())
        root = images(*CLASSES[config["dataset"]], root=config["dataset"])
        content["source"] = {"kind": "folder", "path": str(root)}
        dataset.write_text(yaml.safe_dump(content))
        return resolve(config)

    return make


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", ["full", "reduced"])
def test_a_study_resolves_in_full_and_reduced(planned, name, scale):
    study = planned(name, scale=scale)
    assert study.name == (name if scale == "full" else f"{name}_reduced")
    assert [each.name for each in study.experiments] and not study.skipped
    assert study.published.keys() == {name}
    assert study.config.assumed
    assert bool(study.record().reduced) == (scale == "reduced")
    assert study.too_small(study.runs) == []


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_and_claim_is_of_an_arm_that_the_study_asks(planned, name):
    study = planned(name)
    arms = {each.name: {(a.model, a.arm) for a in each.arm_runs} for each in study.experiments}
    published = study.published[name]
    for figure in published.figures:
        if figure.experiment is None:
            assert figure.model in study.plain_runs
        else:
            assert (figure.model, figure.arm) in arms[figure.experiment]
        assert figure.of_class is None or figure.of_class in CLASSES[study.config.dataset]
    for claim in published.claims:
        if isinstance(claim, UntestedClaim | MapsClaim):
            continue
        if isinstance(claim, DynamicsClaim):
            models = {model for model, _ in arms[claim.experiment]}
            assert {claim.model, claim.baseline} <= models
            continue
        names = [claim.arm, *([claim.baseline] if hasattr(claim, "baseline") else [])]
        if isinstance(claim, ClassesClaim):
            assert {*claim.lower, *claim.higher} <= set(CLASSES[study.config.dataset])
        for arm in (re.sub("(, masked)?(: .*)?$", "", each) for each in names):
            models = {model for model, name in arms[claim.experiment] if name == arm}
            assert len(models & {claim.model} if claim.model else models) == 1


# How many figures and claims of each source there are, counted by hand.
COUNTS = {
    "alexnet_cifar10": (4 * 3 + 1 + 10, 5),
    "butterflies100": (0, 2),
    "butterflies50": (3 * 7 + 2 * 10 + 2 * 4, 22),
    "resnet18_stems": (4 * 2, 7),
    "scenes_resnet50": (5, 10),
    "vgg_batch_norm": (5 * 4 + 5 * 3 + 3 * 2, 24),
}


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_or_claim_is_lost(name):
    content = yaml.safe_load((REPOSITORY / f"config/published/{name}.yaml").read_text())
    published = Published.model_validate(content)
    assert (len(published.figures), len(published.claims)) == COUNTS[name]
    assert len({claim.claim for claim in published.claims}) == len(published.claims)


def test_the_recipe_of_alexnet_is_its_sources(planned, arm_runs):
    study = planned("alexnet_cifar10")
    runs = arm_runs(study, "protocol")
    run = runs["alexnet_like", "by_test"]
    plan = run.training
    assert (plan.optimizer, plan.learning_rate, plan.momentum) == ("sgd", 0.03, 0)
    assert (plan.batch_size, plan.epochs, plan.schedule) == (100, 20, "constant")
    assert (plan.warmup_epochs, plan.weight_decay, plan.patience) == (0, 0, 0)
    assert (run.augmentation, run.initialisation, run.validate_on) == (None, "he_uniform", "test")
    assert run.options == {"dropout": 0.3}
    rates = arm_runs(study, "learning_rate")
    assert rates["alexnet_like", "higher"].training.learning_rate == 0.05


def test_the_recipe_of_vgg_has_a_rate_for_each_arm(planned, arm_runs):
    runs = arm_runs(planned("vgg_batch_norm"), "blocks")
    rates = {arm: run.training.learning_rate for (_, arm), run in runs.items()}
    assert rates.pop("vgg_a") == 0.01
    assert set(rates.values()) == {0.02}
    run = runs["vgg_a", "vgg_a"]
    assert (run.training.step_epochs, run.training.step_factor) == ((20, 25), 0.1)
    assert (run.initialisation, run.input_statistics) == ("xavier_normal", "half")


def test_the_recipe_of_scenes_is_its_sources(planned, arm_runs):
    study = planned("scenes_resnet50")
    run = arm_runs(study, "resnet50")["resnet50", "base"]
    assert (run.training.optimizer, run.training.epochs, run.image_size) == ("adam", 24, 150)
    assert (run.augmentation.flip, run.augmentation.rotation) == (0.5, 15)
    assert (run.augmentation.hue, run.augmentation.crop_area) == (0, (1.0, 1.0))
    removals = arm_runs(study, "class_removal")
    assert removals["resnet50", "removed"].removed_classes == ("buildings", "forest")
    assert removals["resnet50", "without_2"].removed_classes == ("glacier",)


def test_the_study_of_the_guide_resolves(planned):
    guide = (REPOSITORY / "docs/extending.md").read_text()
    for name in ("config/studies/small_batches.yaml", "config/published/small_batches.yaml"):
        block = re.search(rf"^`{name}`:\n\n```yaml\n(.*?)^```", guide, re.S | re.M)
        Path(name).write_text(block[1])
    study = planned("small_batches")
    assert [claim.kind for claim in study.published["small_batches"].claims] == [
        "difference",
        "not_tested",
    ]
    assert {run.training.batch_size for run in study.runs.values()} == {16}
