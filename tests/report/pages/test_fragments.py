"""Every number of the report comes from the results, and says what they say."""

import html
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chrysalis.errors import UserError
from chrysalis.evaluation import traces
from chrysalis.records.dynamics import (
    DIVERGED,
    DYNAMICS,
    DYNAMICS_EFFECTS,
    DivergedRow,
    DynamicsEffectRow,
    DynamicsRow,
)
from chrysalis.records.experiment import (
    ARMS,
    CHECKS,
    CLAIMS,
    EFFECTS,
    ENDPOINTS,
    LABEL_QUALITY,
    MODEL_METRICS,
    PAIRS,
    PRACTICE,
    SOURCES,
    Answer,
    ClaimRow,
    LabelQualityRow,
    SourceRow,
)
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.sweep import IMPORTANCES, ImportanceRow, SweepResult
from chrysalis.records.training import RunMetrics, RunRecord
from chrysalis.report.pages import (
    captions,
    dataset,
    endpoints,
    experiments,
    fragments,
    models,
    numbers,
    overview,
    provenance,
    sections,
    tables,
)
from chrysalis.report.pages.order import by_model
from chrysalis.report.pages.plots import Plot
from chrysalis.report.pages.results import load_results
from tests.tracing import totals, untraced


@pytest.fixture(scope="module")
def loaded(results):
    return load_results(results)


@pytest.fixture(scope="module")
def made(loaded):
    return fragments.all_fragments(loaded, "smalldocs 0.5.4")


@pytest.fixture
def folder(results, tmp_path):
    """The results, to be changed."""
    return shutil.copytree(results, tmp_path / "results")


def change(kind, path, **values):
    """Change a record on disk: keys are joined by two underscores where records hold records."""
    record = kind.read(path).model_dump()
    for name, value in values.items():
        *parents, last = name.split("__")
        place = record
        for parent in parents:
            place = place[parent]
        place[last] = value
    kind.model_validate(record).write(path)


def plain(text):
    """A fragment's text without tags, with common spaces."""
    return html.unescape(re.sub("<.*?>", "", text)).replace("\u00a0", " ")


def test_every_number_can_be_traced(results, loaded, made):
    for name, text in made.items():
        assert untraced(text, results, totals(loaded)) == set(), name


def test_the_net_is_not_too_wide(results, made):
    """A number that is off by a tenth, or that another experiment's files have, is not traced."""
    text = made["augmentation/table.md"]
    shown = re.search(r"\d\d\.\d\u00a0%", text)[0]
    for wrong in ("97.3\u00a0%", f"{float(shown[:4]) + 0.1:.1f}\u00a0%"):
        assert untraced(text.replace(shown, wrong, 1), results) == {wrong[:4]}


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


def test_what_a_perfect_network_would_score_stands_beside_the_ece(results, made, folder):
    text = plain(made["models_calibration_error.md"])
    assert "| mynet | as trained | 4.1 % | 3.1 % | 1.2 % | 0.0 % to 5.2 % |" in text
    assert "Chance alone can explain the ECE of every model." in text
    path = StudyPaths(folder).models
    rows = [
        replace(row, mean=0.0021, values=values)
        if (row.model, row.metric) == ("mynet", "scaled_ece_low")
        else row
        for row in MODEL_METRICS.read(path)
        for values in [(0.0019, 0.0021, 0.0023)]
    ]
    MODEL_METRICS.write(rows, path)
    text = plain(models.models_calibration_error(load_results(folder)))
    assert "Chance alone does not explain the ECE of mynet (scaled)." in text
    assert "| 1.2 % | 0.2 % to 5.2 % |" in text
    rows = [replace(row, values=(0.0, *row.values[1:])) for row in rows]
    MODEL_METRICS.write(rows, path)
    text = plain(models.models_calibration_error(load_results(folder)))
    assert "Chance alone can explain" in text
    assert "0.2 % to 5.2 %" not in text


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


def test_errors_if_only_the_surest_answers_count(made):
    text = plain(made["models_selective.md"])
    assert "| mynet | 9.0 % | 3.4 % | 2.1 % | 1.23 % |" in text


def test_numbers_of_a_sentence_stay_with_their_units_and_have_a_real_minus():
    text = "1.0 points (95 % interval -1.0 to +2.2, p = 0.370, p < 0.001) for class a-1 -2 x-3.5"
    assert html.unescape(re.sub("<.*?>", "", tables.sentence(text))) == (
        "1.0 points (95\xa0% interval −1.0 to +2.2, p\xa0=\xa00.370, p\xa0<\xa00.001) "  # noqa: RUF001
        "for class a-1 -2 x-3.5"
    )


def test_numbers_follow_the_results(folder):
    place = StudyPaths(folder).experiment("augmentation").table("arms")
    first, *others = ARMS.read(place)
    first = replace(first, mean=0.77777, sd=0.0321, seeds=5, images=12345)
    ARMS.write([first, *others], place)
    loaded = load_results(folder)
    expected = "77.8 % (sd 3.2, n 5)".replace(" ", "\u00a0")
    for text in (
        fragments.key_table(loaded),
        experiments.arms(loaded.experiment("augmentation")),
    ):
        assert expected in text
        assert "| 12,345 |" in text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.accuracy(0.94149, 0.0084, 3), "94.1 % (sd 0.8, n 3)"),
        (numbers.accuracy(1.0, np.nan, 1), "100.0 % (n 1)"),
        (numbers.number(1797), "1,797"),
        (numbers.number(-1234.56, 1), "−1,234.6"),  # noqa: RUF001
        (numbers.number(-0.04, 1), "0.0"),
        (numbers.signed(2.5, 1), "+2.5"),
        (numbers.signed(-2.5, 1), "−2.5"),  # noqa: RUF001
        (numbers.signed(0.0, 2), "0.00"),
        (numbers.significant(12345.6), "12,300"),
        (numbers.significant(0.0073449), "0.00734"),
        (numbers.significant(-1.5), "−1.5"),  # noqa: RUF001
        (numbers.significant(np.nan), "–"),  # noqa: RUF001
        (numbers.percent(np.nan), "–"),  # noqa: RUF001
        (numbers.points(-0.0123), "−1.2"),  # noqa: RUF001
        (numbers.points(0.0123), "+1.2"),
        (numbers.points(0.00001), "0.0"),
        (numbers.points(np.nan), "–"),  # noqa: RUF001
        (numbers.interval(-0.003, 0.0271), "−0.3 to +2.7"),  # noqa: RUF001
        (numbers.interval(np.nan, np.nan), "–"),  # noqa: RUF001
        (numbers.p_value(0.0004), "&lt; 0.001"),
        (numbers.p_value(0.0426), "0.043"),
        (numbers.duration(59.94), "59.9 s"),
        (numbers.duration(90), "1.5 min"),
        (numbers.duration(5400), "1.5 h"),
        (numbers.count(1, "seed"), "1 seed"),
        (numbers.count(12345, "class", "classes"), "12,345 classes"),
    ],
)
def test_numbers_are_written_plainly(written, expected):
    assert written.replace("\u00a0", " ") == expected


def test_tables_take_widths_from_what_is_shown_and_drop_empty_columns():
    text = tables.table(
        ["Name", "Nothing", "n"],
        [['<span class="data">&#42;&#42;&#42;&#42;&#42;&#42;</span>', numbers.NOTHING, "1"]],
        right="llr",
    )
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert lines[0] == "| Name | n |"
    assert lines[1] == "| ------ | --: |"


def test_settings_are_flattened():
    flat = tables.flatten({"a": {"b": [1, 2]}, "c": None, "d": [], "e": True})
    assert {name: re.sub("<.*?>", "", value) for name, value in flat.items()} == {
        "a.b": "1, 2",
        "c": "none",
        "d": "none",
        "e": "true",
    }


def test_long_lists_are_cut_with_a_count(made):
    assert made["left_out.md"].count("bad") == dataset.MOST_ROWS
    assert "And 10\u00a0more files." in made["left_out.md"]


def test_nothing_left_out_is_said(folder):
    place = folder / "data/inspect_images/left_out.csv"
    place.write_text("path,class,reason\n")
    assert dataset.left_out(load_results(folder)).startswith("No file was left out.")


def test_best_model_is_chosen_on_val(folder):
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study)
    for model, val, test in (("mynet", 0.8, 0.95), ("resnet18_small", 0.85, 0.7)):
        for seed in study.seeds:
            place = paths.training(study.base_runs[model], seed).metrics
            change(RunMetrics, place, val__top1=val, test__top1=test)
    best = plain(models.models_metrics(load_results(folder)).split("\n")[0])
    assert "best model on val is resnet18_small." in best
    assert "85.0 % on val and 70.0 % on test, the mean over 3 seeds" in best


def test_metrics_that_too_few_classes_lack_are_left_out(folder):
    assert "Test top-3" in models.models_metrics(load_results(folder))
    for place in folder.glob("runs/*/seed*/evaluate/metrics.json"):
        change(RunMetrics, place, test__top3=None)
    assert "Test top-3" not in models.models_metrics(load_results(folder))


def test_settings_in_which_runs_differ_are_set_apart(made):
    shared, differing = made["settings.md"].replace("<wbr>", "").split("The runs differ")
    assert "learning&#95;rate" in shared
    assert "augmentation&#46;flip" in shared or "augmentation.flip" in shared
    assert "removed&#95;classes" in differing
    assert differing.count("as above") == 4  # of six runs, two have augmentation off


def test_a_setting_that_some_models_lack_is_a_dash(folder):
    for place in folder.glob("runs/resnet18_small-*/*/train/run.json"):
        change(RunRecord, place, settings__options={})
    for place in folder.glob("runs/mynet-b*/*/train/run.json"):
        change(RunRecord, place, settings__options={"dropout": 0.25})
    differing = provenance.settings(load_results(folder)).split("The runs differ")[1]
    rows = [line.split(" | ") for line in differing.splitlines() if line.startswith("| ")]
    column = next(n for n, cell in enumerate(rows[0]) if "dropout" in cell)
    shown = [re.sub("<.*?>", "", row[column]) for row in rows[2:]]
    assert shown == ["0.5", "0.25", "0.5", *[numbers.NOTHING] * 3]
    assert "options</code>" not in differing


def test_each_figure_and_table_names_its_rule_and_its_file(made, results):
    for name, text in made.items():
        if name == "strip.md":  # it leads to the page of the data, which names its rule
            continue
        figures = re.findall(r"!\[[^]]*\]\(/files/([^)]+)\)", text)
        for figure in figures:
            rule = figure.split("/")[-2]
            assert f"Rule `{rule}`" in text, name
        for path in re.findall(r"\]\(/files/([^)]+)\)", text):
            assert (results / path).is_file()


@pytest.mark.parametrize(
    "missing",
    [
        "study.json",
        "data/split/split.csv",
        "experiments/augmentation/compare/effects.csv",
        "experiments/augmentation/plot_experiment/arms.csv",
    ],
)
def test_a_missing_file_is_named(missing, folder):
    (folder / missing).unlink()
    with pytest.raises(UserError, match=re.escape(missing)):
        load_results(folder)


def test_a_damaged_file_is_named(folder):
    (folder / "study.json").write_text('{"name":')
    with pytest.raises(UserError, match=r"study\.json: damaged"):
        load_results(folder)


def test_explanations_say_how_coarse_the_maps_are(results):
    loaded = load_results(results)
    text = plain(fragments.galleries(loaded))
    assert "3 right predictions and 2 wrong predictions" in text
    assert "layer features.stage4. They have 2 by 7 cells and are enlarged" in text
    assert "hardly tell places apart" in text
    fine = [
        replace(gallery, shown=[replace(row, rows=7) for row in gallery.shown])
        for gallery in loaded.galleries
    ]
    assert "hardly tell" not in fragments.galleries(replace(loaded, galleries=fine))


def test_runs_that_are_chosen_by_test_are_named_on_every_page(folder):
    assert "Chosen by test" not in fragments.banner(load_results(folder))
    for path in folder.glob("runs/*-b*/seed*/train/run.json"):
        change(RunRecord, path, settings__validate_on="test")
    loaded = load_results(folder)
    text = html.unescape(fragments.banner(loaded)).replace("<wbr>", "").replace("\\", "")
    names = {training.run for training in loaded.trainings if "-b" in training.run}
    assert all(name in text for name in names)
    assert 'title="Chosen by test"' in text
    made = fragments.all_fragments(loaded, "quarto")
    assert all("Chosen by test" in made[name] for name in made if name.endswith("banner.md"))


def test_a_reduced_study_says_so_on_every_page(folder):
    loaded = load_results(folder)
    assert "Reduced study" not in fragments.banner(loaded)
    less = {"train_share": ("1.0", "0.1"), "training.epochs": ("20", "5")}
    record = loaded.record.model_copy(update={"reduced": less})
    made = fragments.all_fragments(replace(loaded, record=record), "quarto")
    banners = [made[name] for name in made if name.endswith("banner.md")]
    assert len(banners) > 1
    for text in map(plain, banners):
        assert "train_share is 0.1 in place of 1.0; training.epochs is 5 in place of 20" in text


def test_what_a_source_does_not_say_is_listed(folder):
    loaded = load_results(folder)
    text = plain(fragments.all_fragments(loaded, "quarto")["assumed.md"])
    assert "- The rate is not known: here 0.5 <is> taken." in text
    record = loaded.record.model_copy(update={"assumed": []})
    assert fragments.all_fragments(replace(loaded, record=record), "quarto")["assumed.md"] == ""


def test_test_time_flip_is_named_on_every_page(folder):
    assert "mirror image" not in fragments.banner(load_results(folder))
    for path in folder.glob("runs/*-b*/seed*/train/run.json"):
        change(RunRecord, path, settings__training__test_time_flip=True)
    loaded = load_results(folder)
    text = html.unescape(fragments.banner(loaded)).replace("<wbr>", "").replace("\\", "")
    names = {training.run for training in loaded.trainings if "-b" in training.run}
    assert all(name in text for name in names)
    assert "All runs" not in text
    assert "average each prediction over an image and its mirror image" in text
    for path in folder.glob("runs/*/seed*/train/run.json"):
        change(RunRecord, path, settings__training__test_time_flip=True)
    assert "All runs average" in fragments.banner(load_results(folder))


@pytest.fixture
def swept(folder):
    """The results with a sweep and with ranked classes in the experiment on augmentation."""
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    experiment = next(each for each in study["experiments"] if each["name"] == "augmentation")
    base, best = (
        next(each["run"] for each in experiment["arm_runs"] if each["arm"] == arm)
        for arm in ("off", "on")
    )
    space = {
        "learning_rate": {"low": 0.0001, "high": 0.01, "log": True},
        "batch_size": {"choices": [8, 16]},
    }
    experiment |= {
        "sweep": {"trials": 9, "space": space},
        "swept_runs": [best],
        "ranked_by": [base],
    }
    StudyRecord.model_validate(study).write(paths.study)
    for run, rate, size in ((base, 0.002, 32), (best, 0.00734, 16)):
        for seed in study["seeds"]:
            change(
                RunRecord,
                paths.training(run, seed).record,
                settings__training__learning_rate=rate,
                settings__training__batch_size=size,
            )
    SweepResult(
        training={"learning_rate": 0.00734, "batch_size": 16},
        trial=4,
        val_top1=0.937,
        val_loss=0.21,
        trials=9,
        complete=5,
        pruned=3,
        diverged=1,
    ).write(paths.sweep(best) / "best.json")
    IMPORTANCES.write(
        [ImportanceRow("learning_rate", 0.71, 5), ImportanceRow("batch_size", 0.12, 5)],
        paths.sweep(best) / "importances.csv",
    )
    LABEL_QUALITY.write(
        [LabelQualityRow(1, "a|b", 14, 0.857, 0.6644), LabelQualityRow(2, "NA", 13, 1.0, 0.912)],
        paths.label_quality(base),
    )
    return folder


def test_an_experiment_that_is_too_small_is_named_and_the_others_are_not(folder):
    path = StudyPaths(folder).study
    study = StudyRecord.read(path).model_dump(exclude_unset=True)
    study["too_small"] = study["experiments"][1]["too_small"] = ["5 epochs are needed, not 4"]
    StudyRecord.model_validate(study).write(path)
    loaded = load_results(folder)
    models_experiment, augmentation = loaded.experiments[:2]
    assert fragments.banner(loaded) == ""
    named = fragments.small_experiments(loaded)
    shown = re.sub("<.*?>", "", named)
    assert "[Augmentation](experiments/augmentation.qmd) (5 epochs are needed, not 4)" in shown
    assert "Models" not in named
    warning = plain(fragments.banner(loaded, augmentation))
    assert "This experiment is too small to conclude from: 5 epochs are needed, not 4." in warning
    assert fragments.banner(loaded, models_experiment) == ""


def test_every_page_says_that_splits_vary(folder):
    path = StudyPaths(folder).study
    assert fragments.varied(load_results(folder)) == ""
    assert "Each training seed has its own split" not in dataset.data_counts(load_results(folder))
    change(StudyRecord, path, vary_split=True)
    loaded = load_results(folder)
    assert "corrected resampled t-test" in fragments.banner(loaded)
    assert "Each training seed has its own split" in dataset.data_counts(loaded)


def test_what_a_sweep_found_and_how_classes_rank(swept):
    experiment = load_results(swept).experiment("augmentation")
    made = experiments.fragments(experiment)
    found = html.unescape(made["more.md"]).replace("\u00a0", " ")
    assert "| 0.0001 to 0.01, logarithmic | 0.002 | 0.00734 | 71.0 % |" in found
    assert "| 8, 16 | 32 | 16 | 12.0 % |" in found
    assert "Of 9 trials, 5 ran to the end, 3 were pruned and 1 diverged. Trial 4" in found
    assert "highest accuracy on val, 93.7 %" in found
    ranked = html.unescape(made["measured.md"]).replace("\u00a0", " ")
    assert "| 85.7 % | 0.664 |" in ranked
    assert ranked.index("a|b") < ranked.index(">NA<")
    for name in ("more.md", "measured.md"):
        assert untraced(made[name], swept) == set()


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


def test_what_the_search_of_each_arm_found(swept):
    paths = StudyPaths(swept)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    experiment = next(each for each in study["experiments"] if each["name"] == "augmentation")
    base, best = (
        next(each["run"] for each in experiment["arm_runs"] if each["arm"] == arm)
        for arm in ("off", "on")
    )
    experiment["swept_runs"] = [base, best]
    StudyRecord.model_validate(study).write(paths.study)
    values = {"learning_rate": 0.002, "batch_size": 32}
    found = SweepResult.read(paths.sweep(best) / "best.json")
    change = {"training": values, "val_top1": 0.875, "complete": 6, "pruned": 3, "diverged": 0}
    found.model_copy(update=change).write(paths.sweep(base) / "best.json")
    IMPORTANCES.write([], paths.sweep(base) / "importances.csv")
    text = experiments.fragments(load_results(swept).experiment("augmentation"))["more.md"]
    shown = html.unescape(text).replace("\u00a0", " ")
    assert "| 0.002 | 32 | 87.5 % | 6 | 3 | 0 |" in shown
    assert "| 0.00734 | 16 | 93.7 % | 5 | 3 | 1 |" in shown
    assert "a search of its own, of 9 trials over the same space" in shown
    assert untraced(text, swept) == set()


def test_a_sweep_is_no_setting_of_all_runs(swept):
    sweep = {"trials": 9, "space": {"batch_size": {"choices": [8, 16]}}}
    for path in swept.glob("runs/*/seed*/train/run.json"):
        if path.parents[2].joinpath("sweep").exists():
            change(RunRecord, path, settings__sweep=sweep)
    assert "trials" not in provenance.settings(load_results(swept))


def test_a_training_with_other_settings_than_the_sweep_found_is_refused(swept):
    (best,) = swept.glob("runs/*/sweep/best.json")
    change(SweepResult, best, training__learning_rate=0.001)
    with pytest.raises(UserError, match=r"not trained with what .* holds; remove"):
        load_results(swept)


def measured(measure, scale, outcome, **numbers):
    """A line of the comparison of two arms' dynamics."""
    name = traces.COMPARED[measure].title
    told = f"{name}: {outcome} for on than for off (0.345 times)."
    usual = {"base_mean": 12345.6, "mean": 4259.2, "effect": 0.345, "low": 0.2, "high": 0.6}
    usual |= {"p": 0.001, "p_adjusted": 0.012, "seeds": 3}
    of = {"measure": measure, "scale": scale, "outcome": outcome, "sentence": told}
    return DynamicsEffectRow(
        subject="mynet (on)", baseline="mynet (off)", arms="on", **usual | numbers, **of
    )


def with_dynamics(folder, effects, diverged=()):
    """Add how its arms train to the experiment augmentation; returns its fragments."""
    paths = StudyPaths(folder)
    study = StudyRecord.read(paths.study).model_dump(exclude_unset=True)
    study["experiments"][1]["dynamics"] = True
    StudyRecord.model_validate(study).write(paths.study)
    files = paths.experiment("augmentation")
    shares = [name for name, measure in traces.SHOWN.items() if measure.share]
    rows = [
        DynamicsRow("mynet", arm, name, 3, 0.125 if name in shares else 3.14159, 0.1, (1.0, 2.0))
        for arm in ("off", "on")
        for name in traces.SHOWN
    ]
    DYNAMICS.write(rows, files.dynamics("summary"))
    DYNAMICS_EFFECTS.write(effects, files.dynamics("effects"))
    DIVERGED.write(diverged, files.dynamics("diverged"))
    return experiments.fragments(load_results(folder).experiment("augmentation"))


def test_how_each_arm_trained(folder):
    shares = {"base_mean": 0.25, "mean": 0.125, "effect": -0.125, "low": -0.2, "high": 0.01}
    made = with_dynamics(
        folder,
        [
            measured("smoothness", "ratio", "lower"),
            measured("dead", "difference", "none", p_adjusted=0.3, **shares),
        ],
    )
    text = made["more.md"]
    shown = plain(text)
    assert "### How each arm trained" in text
    assert "No training diverged." in text
    assert (
        "| ▽ lower | Effective beta-smoothness (Santurkar et al.) | 12,300 | 4,260 | 0.345 "
        "| 0.2 to 0.6 | 0.012 | 3 |" in shown
    )
    assert "25.0 % | 12.5 % | −12.5 | −20.0 to +1.0 | 0.300 | 3 |" in shown  # noqa: RUF001
    assert shown.count("3.14") == 2 * 9
    assert untraced(text, folder) == set()
    counted = (
        "Of 2 measures of how mynet (on) trains, compared with mynet (off): 1 lower, 1 without"
    )
    assert counted in html.unescape(re.sub("<[^>]*>", "", made["answer.md"]))


def test_what_the_table_of_measures_cannot_say_is_said_below_it(folder):
    gap = dict.fromkeys(("base_mean", "mean", "effect", "low", "high", "p", "p_adjusted"), np.nan)
    rows = [
        measured("smoothness", "ratio", "lower"),
        replace(measured("band", "ratio", "insufficient", **gap), arms="", sentence="No band."),
        replace(measured("dead", "difference", "none", p=np.nan), sentence="All are alike."),
    ]
    shown = html.unescape(re.sub("<[^>]*>", "", with_dynamics(folder, rows)["more.md"]))
    assert "- No band.\n- All are alike.\n" in shown
    assert rows[0].sentence not in shown


def test_the_list_of_trainings_says_which_diverged(folder):
    path = next(folder.glob("runs/*/seed0/train/run.json"))
    change(RunRecord, path, diverged_at=7, epochs_run=6)
    text = provenance.runs(load_results(folder))
    assert text.count("6, diverged in epoch 7") == 1


def test_a_training_that_diverged_is_a_result_on_the_page(folder):
    gap = dict.fromkeys(("base_mean", "mean", "effect", "low", "high", "p", "p_adjusted"), np.nan)
    row = measured("smoothness", "ratio", "insufficient", **gap)
    row = replace(row, seeds=0, arms="")
    gone = [DivergedRow("mynet", "on", seed, 37, 2, "the training loss") for seed in (0, 2)]
    made = with_dynamics(folder, [row], gone)
    shown = html.unescape(re.sub("<[^>]*>", "", made["more.md"]))
    assert "2\u00a0trainings diverged. That is a result." in shown
    for seed in (0, 2):
        told = f"- mynet, on, seed {seed}: the training loss was no longer finite at step 37"
        assert f"{told}, in epoch 2." in shown
    assert untraced(made["more.md"], folder) == set()
    nothing = "How mynet (on) trains can't be compared with mynet (off)"
    assert nothing in shown
    of_dynamics = shown.split("How each arm trained")[1].split("###")[0]
    assert "| Verdict" not in of_dynamics
    assert nothing in html.unescape(re.sub("<[^>]*>", "", made["answer.md"]))


def test_figures_have_alt_text_that_is_not_their_caption(made):
    images = [
        image
        for text in made.values()
        for image in re.findall(r"!\[([^]]*)\]\([^)]+\)(\{.*?\})", text)
    ]
    assert len(images) > 10
    for caption, attributes in images:
        alt = re.fullmatch(r'\{fig-alt="([^"]+)"\}', attributes)[1]
        assert alt != caption


def test_a_figure_that_is_not_listed_has_words_too():
    place = Path("experiments/x/plot_margins/new_margins.svg")
    text = captions.figure(Plot(place, place.with_suffix(".csv"), wide=False))
    assert '![New margins.](/files/experiments/x/plot_margins/new_margins.svg){fig-alt="' in text


def test_rows_of_a_model_stand_together_in_the_order_of_their_first():
    rows = [
        DynamicsRow(model, arm, "dead", 0, 0.0, 0.0, ()) for arm in "xy" for model in ("b", "a")
    ]
    assert [(row.model, row.arm) for row in by_model(rows)] == [
        ("b", "x"),
        ("b", "y"),
        ("a", "x"),
        ("a", "y"),
    ]


def test_published_figures_have_signs_and_dashes(made):
    text = plain(made["published.md"])
    assert "| 15.0 | 12.5 (sd 1.5) | −2.5 | 4.0 to 21.0 | within our interval |" in text  # noqa: RUF001
    assert "| 15.0 | not reached | – | – | not reached here |" in text  # noqa: RUF001
    assert "| 88.1 % | 93.1 % (sd 1.2, n 3) | +5.0 | 87.0 % to 99.0 % |" in text
    assert "| test precision of" in text
    assert "| loss in training (nats), epoch 5 | 1.256 | 1.100 (sd 0.100) | −0.156 |" in text  # noqa: RUF001
    assert "| 75.5 % | – | – | – | not in this study |" in text  # noqa: RUF001


def test_claims_are_sorted_by_outcome_and_counted(made):
    text = plain(made["published.md"])
    assert "Of 3 claims: 1 holds here, 1 contradicted here, 1 not tested." in text
    places = [text.index(words) for words in ("it <loses", "it wins", "size matters")]
    assert places == sorted(places)
    assert "✓ holds here" in text
    assert "It is −1.2 points (95 % interval −1.9 to −0.5)." in text  # noqa: RUF001


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


def test_the_truth_page_says_what_was_found_missed_and_not_looked_for(made):
    text = plain(made["truth.md"])
    start = "| Look-alikes (pairs of classes) | 1 | 1 | 0 | 1 | 50.0 % | 100.0 % | confusions"
    assert start in text
    assert "| Wrong labels (images) | 17 | – | – | – | – | – | *not looked for* |" in text  # noqa: RUF001
    outcomes = [line.split("|")[-2].strip() for line in text.splitlines() if " | " in line]
    assert [each for each in outcomes if each in ("found", "**missed**", "**false alarm**")] == [
        "found",
        "**false alarm**",
        "**missed**",
    ]


def test_a_study_of_other_images_has_no_truth_page(loaded):
    others = replace(loaded, truth_scores=[], truth_findings=[])
    assert "truth.md" not in fragments.all_fragments(others, "smalldocs 0.5.4")


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


def test_the_dataset_comes_with_its_source_and_licence(results):
    text = html.unescape(dataset.about(load_results(results)))
    assert "A. Author, A Set of Images, 2009." in text
    assert "None is <stated>." in text
    assert "Licence: " in text
