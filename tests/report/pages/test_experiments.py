"""The page of an experiment: its answer, its tables, and what it does not show."""

import re
from dataclasses import replace

import numpy as np

from chrysalis.records.experiment import (
    CHECKS,
    CLAIMS,
    EFFECTS,
    ENDPOINTS,
    PAIRS,
    PRACTICE,
    SOURCES,
    Answer,
    ClaimRow,
    SourceRow,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.report.pages import (
    endpoints,
    experiments,
    numbers,
    overview,
    sections,
)
from chrysalis.report.pages.results import load_results
from tests.report.made.changes import change
from tests.report.pages.words import plain
from tests.tracing import untraced


def test_the_overview_names_just_some_of_many_comparisons(folder):
    place = StudyPaths(folder).experiment("augmentation").table("effects")
    many = [
        replace(row, sentence=f"Sentence {n}.", outcome="worse" if n == 1 else "none")
        for n, row in enumerate(EFFECTS.read(place) * 3)
    ]
    many = [replace(row, arm=f"arm {n}") for n, row in enumerate(many)]
    EFFECTS.write(many, place)
    paths = StudyPaths(folder)
    claims = [
        ClaimRow("augmentation", row.model, row.arm, row.baseline, 6, 0.04, 0.9, row.outcome)
        for row in many
    ]
    others = [row for row in CLAIMS.read(paths.claims) if row.experiment != "augmentation"]
    CLAIMS.write(claims + others, paths.claims)
    loaded = load_results(folder)
    stated, page = (
        {int(n) for n in re.findall(r"Sentence (\d+)", text)}
        for text in (
            overview.verdicts(loaded),
            experiments.answer(loaded.experiment("augmentation")),
        )
    )
    assert stated == {1}
    assert page == set(range(len(many)))


def test_how_often_an_arm_beats_its_baseline_and_that_it_is_not_worse(made, loaded):
    assert "| 89 % (41 to 100) |" in plain(made["augmentation/table.md"])
    for experiment in loaded.experiments:
        lines = made[f"{experiment.name}/answer.md"].splitlines()
        for line in lines:
            assert ("It is shown not to be worse." in line) == ("outcome-none" in line)
    # The overview corrects over all experiments, which these p values are not.
    assert "shown not to be worse" not in made["conclusion.md"]
    (row,) = loaded.experiment("models").practice
    single = replace(row, beats=np.nan)
    assert experiments._beats(single) == numbers.NOTHING


def test_other_endpoints_are_said_to_be_exploratory(made, loaded):
    text = plain(made["augmentation/more.md"])
    section = text[text.index("### Exploratory: other endpoints") :]
    assert "corrected for 6 comparisons, those of all endpoints together" in section
    assert "| −0.023 nats | −0.041 to −0.005 | 0.025 |" in section  # noqa: RUF001
    assert "| −2.33 points | −4.11 to −0.55 | 0.025 |" in section  # noqa: RUF001
    assert section.count("by brier: −0.023") == 2  # noqa: RUF001
    assert "by nll" not in section
    none = replace(
        loaded.experiment("augmentation"),
        endpoints=[replace(r, outcome="none") for r in loaded.experiment("augmentation").endpoints],
    )
    assert "None of them shows a difference." in endpoints.endpoints(none)
    empty = replace(none, endpoints=[], worst_classes=[])
    assert endpoints.endpoints(empty) == endpoints.worst_classes(empty) == ""


def test_the_worst_class_stands_beside_what_chance_would_show(made):
    text = plain(made["augmentation/more.md"])
    assert "| 12 | 70.3 % | 40.2 % to 95.1 % | 80.5 % | 0.016 |" in text
    assert "In 1 of 4 rows, the worst class is lower than chance explains" in text


def test_corrupted_images_where_they_are_asked_for(made):
    text = plain(made["augmentation/more.md"])
    section = text[text.index("### Exploratory: corrupted images") :]
    assert "corrupted in 14 ways, with 5 severities each" in section
    assert "| 90.3 % | 71.2 % (sd 1.1, n 3) | −19.1 | 125 |" in section  # noqa: RUF001
    assert "| +2.0 | −1.1 to +5.1 | 0.285 |" in section  # noqa: RUF001
    assert "None of them shows a difference." in section
    assert section.count("● no detectable difference | mynet |") == 1
    assert "## Corrupted images" in made["augmentation/figures.md"]
    assert "corrupted images" not in made["label_noise/more.md"]


def test_how_far_each_source_of_variance_moves_accuracy(folder):
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    augmentation = next(each for each in study["experiments"] if each["name"] == "augmentation")
    augmentation["analysis"] = "variance"
    study["primary"] = ["models"]
    StudyRecord.model_validate(study).write(paths.study)
    files = paths.experiment("augmentation")
    baseline = augmentation["baseline"]
    rows = [
        SourceRow("mynet", baseline, 5, 0.9, 0.0123, 0.0074, 0.0353, 1.0, 270, 0.0183),
        SourceRow("mynet", "split", 5, 0.91, 0.0087, 0.0052, 0.025, 0.5003, 270, 0.0174),
    ]
    SOURCES.write(rows, files.table("sources"))
    compared = {"effects": EFFECTS, "checks": CHECKS, "pairs": PAIRS, "endpoints": ENDPOINTS}
    for name, kind in (compared | {"practice": PRACTICE}).items():
        kind.write([], files.table(name))
    change(Answer, files.answer, headline="It differs.", sentences=["It differs."])
    loaded = load_results(folder)
    made = experiments.fragments(loaded.experiment("augmentation"))
    shown = plain(made["table.md"])
    assert "| mynet | split | 0.87 | 0.52 to 2.50 | 50.0 % | 5 |" in shown
    assert "(270) would move the accuracy of mynet by an sd of 1.83 points" in shown
    assert untraced(made["table.md"], folder) == set()
    assert made["answer.md"].count("It differs.") == 1
    assert "It differs." in overview.verdicts(loaded)


def test_a_negative_metric_has_a_real_minus(made):
    assert "| −1.2 |" in made["augmentation/more.md"]  # noqa: RUF001


def test_bootstrap_and_interval_are_compared(made):
    text = plain(made["augmentation/more.md"])
    assert "agree on whether they cover zero in 2 of 2 comparisons" in text
    assert "finds a difference in 0 of 6 pairs of trainings" in text
    assert "cannot give a p below 0.25" in text


def test_effects_on_classes_are_counted_by_sign(made):
    text = plain(made["class_removal/class_effects.md"])
    assert "the effect is positive for 1 class and negative for 0 classes" in text


def test_optimism_comes_with_its_interval(loaded):
    experiment = next(each for each in loaded.experiments if each.metrics)
    record = experiment.record.model_copy(update={"metrics": ["optimism"]})
    row = replace(experiment.metrics[0], metric="optimism", mean=0.456, low=0.123, high=0.789)
    text = sections.metrics(replace(experiment, record=record, metrics=[row]))
    assert "too high by 0.46 points (95\u00a0% interval 0.12 to 0.79 over 3 seeds)." in text
    alone = replace(row, low=np.nan, high=np.nan)
    assert "(no interval over" in sections.metrics(
        replace(experiment, record=record, metrics=[alone])
    )
    assert "too high by" not in sections.metrics(experiment)


def test_an_experiments_page_says_what_it_does_not_show_and_lists_its_files(made, loaded):
    for experiment in loaded.experiments:
        limits = plain(made[f"{experiment.name}/limits.md"])
        outcomes = {row.outcome for row in experiment.effects}
        assert ("would be missed in one of five" in limits) == ("none" in outcomes)
        assert ("Where there is not enough to tell" in limits) == ("insufficient" in outcomes)
        listed = set(re.findall(r"\(/files/[^)]+\)", made[f"{experiment.name}/files.md"]))
        own = [text for name, text in made.items() if name.startswith(f"{experiment.name}/")]
        assert listed == set(
            re.findall(r"\]?\(?(\(/files/[^)]+\.(?:csv|json|svg)\))", " ".join(own))
        )


def test_no_other_result_has_no_heading(made, loaded):
    without = ("metrics", "checks", "endpoints", "worst_classes", "robustness")
    bare = replace(loaded.experiments[0], **{key: [] for key in without})
    record = bare.record.model_copy(update={"metrics": [], "corruptions": False})
    assert experiments.more(replace(bare, record=record)) == ""
