"""What a made-up study is: its models, seeds and classes, and study.json."""

from dataclasses import dataclass
from functools import cached_property

from chrysalis.config.experiment import Arm
from chrysalis.config.published import Published
from chrysalis.config.schema import SplitSettings
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import (
    ArmRun,
    DatasetRecord,
    ExperimentRecord,
    ModelRecord,
    SkippedExperiment,
    StudyRecord,
)

MODELS = ("mynet", "resnet18_small")
SEEDS = (0, 1, 2)
CLASSES = ("Danaus plexippus", "Heliconius charitonius", "Vanessa atalanta")
NASTY = (
    "<script>alert(1)</script>",
    "a|b",
    "*x*",
    "[l](u)",
    "$x$",
    "@fig-x",
    "{{< include x >}}",
    "`code` and ``more``",
    "a--b ... 'c' \"d\"",
    "&lt;b&gt; &#42;",
    "# 1. - ~~y~~ ^z^ H~2~O",
    "\\*back\\slash ::: {.callout}",
    "NA",
    "<!-- x --> <b>",
)
OUTCOMES = ("better", "none", "worse", "insufficient")


@dataclass(frozen=True)
class Made:
    """Where a made-up study lies, and the names that are in it."""

    paths: StudyPaths
    classes: tuple[str, ...]
    models: tuple[str, ...] = MODELS
    seeds: tuple[int, ...] = SEEDS

    @cached_property
    def runs(self) -> dict[tuple[str, str], str]:
        """The name of each run, by its model and its place among the arms: a, b, c."""
        return {
            (model, arm): f"{model}-{arm}0000000"[:20] for model in self.models for arm in "abc"
        }


def make_study(made, too_small) -> StudyRecord:
    """study.json."""
    experiments = [
        make_experiment(
            made, "models", {model: Arm(model=model) for model in made.models}, too_small
        ),
        make_experiment(
            made, "augmentation", {"off": Arm(augmentation="none"), "on": Arm()}, too_small
        ),
        make_experiment(
            made,
            "class_removal",
            {"full": Arm(), "removed": Arm(remove_classes=[made.classes[0]])},
            too_small,
        ),
        make_experiment(
            made,
            "label_noise",
            {"none": Arm(), "some": Arm(training={"label_smoothing": 0.3})},
            too_small,
        ),
    ]
    return StudyRecord(
        name="butterflies",
        title="Butterflies, under a title as long as those of hand-built networks tend to be",
        dataset=DatasetRecord(
            title="Three butterflies",
            description="Photographs of butterflies.",
            citation="A. Author, A Set of Images, 2009.",
            url="https://example.org/set/",
            kind="specimens",
            licence="None is <stated>.",
        ),
        seeds=list(made.seeds),
        threshold=0.01,
        too_small=too_small,
        experiments=experiments,
        primary=[each.name for each in experiments if each.name != "label_noise"],
        skipped_experiments=[
            SkippedExperiment(name="masks", title="Masks", reason="the dataset has no masks")
        ],
        models=[ModelRecord(name=model, title=f"The {model} network") for model in made.models],
        runs=list(made.runs.values()),
        base_runs={model: made.runs[model, "a"] for model in made.models},
        plain_runs={model: made.runs[model, "a"] for model in made.models},
        explained=[f"{made.runs[made.models[0], 'a']}/seed0"],
        split=whole(SplitSettings()),
        vary_split=False,
        assumed=["The rate is not known: here 0.5 <is> taken."],
        reduced={},
        published={
            "others": Published(
                title="Other butterflies",
                source="B. Author, A Report, 2010.",
                differences=["fifty species", "another split"],
            )
        },
    )


def make_experiment(made, name, arms, too_small) -> ExperimentRecord:
    """One experiment, whose first arm is the baseline; its arms are the runs a, b, ..."""
    analysis = "class_removal" if name == "class_removal" else "accuracy"
    return ExperimentRecord(
        name=name,
        title=name.replace("_", " ").capitalize(),
        question=f"What does {name} do?",
        analysis=analysis,
        metrics=["gap", "nll"] if analysis == "accuracy" else [],
        against=[],
        dynamics=False,
        baseline=next(iter(arms)),
        arms=arms,
        arm_runs=[
            ArmRun(model=model, arm=arm, run=made.runs[model, letter])
            for letter, arm in zip("abc", arms, strict=False)
            for model in made.models
            if name != "models" or model == arm
        ],
        sweep=None,
        swept_runs=[],
        ranked_by=[],
        too_small=too_small,
        corruptions=name == "augmentation",
    )


def whole(settings):
    """The settings with every key given, as after resolving: a record holds just what is given."""
    return type(settings).model_validate(settings.model_dump())
