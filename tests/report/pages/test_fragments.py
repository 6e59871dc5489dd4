"""Every number of the report comes from the results, and says what they say."""

import html
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from chrysalis.errors import UserError
from chrysalis.report.pages import experiments as experiments
from chrysalis.report.pages import fragments, provenance, tables
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


def test_every_number_can_be_traced(results, loaded, made):
    for name, text in made.items():
        assert untraced(text, results, totals(loaded)) == set(), name


def test_the_net_is_not_too_wide(results, made):
    """A number that is off by a tenth, or that another experiment's files have, is not traced."""
    text = made["augmentation/arms.md"]
    shown = re.search(r"\d\d\.\d\u00a0%", text)[0]
    for wrong in ("97.3\u00a0%", f"{float(shown[:4]) + 0.1:.1f}\u00a0%"):
        assert untraced(text.replace(shown, wrong, 1), results) == {wrong[:4]}


def test_many_comparisons_are_told_in_brief_on_the_overview(folder):
    place = folder / "experiments/augmentation/compare/effects.csv"
    table = pd.read_csv(place)
    many = pd.concat([table] * 3, ignore_index=True)
    many["sentence"] = [f"Sentence {n}." for n in range(len(many))]
    many["outcome"] = "none"
    many.loc[1, "outcome"] = "worse"
    many.to_csv(place, index=False)
    loaded = load_results(folder)
    overview, page = (
        {int(n) for n in re.findall(r"Sentence (\d+)", text)}
        for text in (
            fragments.verdicts(loaded),
            experiments.answer(loaded.experiment("augmentation")),
        )
    )
    assert overview == {1}
    assert page == set(range(len(many)))


def test_numbers_stay_with_their_units():
    text = "by 1.0 points (95 % interval -1.0 to +2.2, p = 0.370, p < 0.001)"
    plain = html.unescape(re.sub("<.*?>", "", tables.sentence(text)))
    assert plain == text.replace("95 %", "95\xa0%").replace("p = 0", "p\xa0=\xa00").replace(
        "p < 0", "p\xa0<\xa00"
    )


def test_numbers_follow_the_results(folder):
    place = folder / "experiments/augmentation/compare/arms.csv"
    table = pd.read_csv(place)
    table.loc[0, ["mean", "sd", "seeds"]] = [0.77777, 0.0321, 5]
    table.to_csv(place, index=False)
    loaded = load_results(folder)
    expected = "77.8 % (sd 3.2, n 5)".replace(" ", "\u00a0")
    assert expected in fragments.key_table(loaded)
    assert expected in experiments.arms(loaded.experiment("augmentation"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (tables.accuracy(0.94149, 0.0084, 3), "94.1 % (sd 0.8, n 3)"),
        (tables.accuracy(1.0, np.nan, 1), "100.0 % (n 1)"),
        (tables.points(-0.0123), "-1.2"),
        (tables.points(0.00001), "0.0"),
        (tables.points(np.nan), "–"),  # noqa: RUF001
        (tables.interval(-0.003, 0.0271), "-0.3 to +2.7"),
        (tables.interval(np.nan, np.nan), "–"),  # noqa: RUF001
        (tables.p_value(0.0004), "&lt; 0.001"),
        (tables.p_value(0.0426), "0.043"),
        (tables.duration(59.94), "59.9 s"),
        (tables.duration(90), "1.5 min"),
        (tables.duration(5400), "1.5 h"),
        (tables.count(1, "seed"), "1 seed"),
        (tables.count(12345, "class", "classes"), "12 345 classes"),
    ],
)
def test_numbers_are_written_plainly(written, expected):
    assert written.replace("\u00a0", " ") == expected


def test_tables_take_widths_from_what_is_shown_and_drop_empty_columns():
    text = tables.table(
        ["Name", "Nothing", "n"],
        [['<span class="data">&#42;&#42;&#42;&#42;&#42;&#42;</span>', tables.NOTHING, "1"]],
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
    assert made["left_out.md"].count("bad") == fragments.MOST_ROWS
    assert "And 10\u00a0more files." in made["left_out.md"]


def test_nothing_left_out_is_said(folder):
    place = folder / "data/inspect_images/left_out.csv"
    place.write_text("path,class,reason\n")
    assert fragments.left_out(load_results(folder)).startswith("No file was left out.")


def test_best_model_is_chosen_on_val(folder):
    base = json.loads((folder / "study.json").read_text())["base_runs"]
    for model, val, test in (("mynet", 0.8, 0.95), ("resnet18_small", 0.85, 0.7)):
        for seed in range(3):
            place = folder / f"runs/{base[model]}/seed{seed}/evaluate/metrics.json"
            metrics = json.loads(place.read_text())
            metrics["val"]["top1"], metrics["test"]["top1"] = val, test
            place.write_text(json.dumps(metrics))
    text = html.unescape(experiments.models_metrics(load_results(folder)))
    best = re.sub("<.*?>", "", text.split("\n")[0]).replace("\u00a0", " ")
    assert "by validation accuracy is resnet18_small: 85.0 % on val, 70.0 % on test" in best


def test_settings_in_which_runs_differ_are_set_apart(made):
    shared, differing = made["settings.md"].replace("<wbr>", "").split("Runs differ")
    assert "learning&#95;rate" in shared
    assert "augmentation&#46;flip" in shared or "augmentation.flip" in shared
    assert "removed&#95;classes" in differing
    assert differing.count("as above") == 4  # of six runs, two have augmentation off


def test_a_setting_that_some_models_lack_is_a_dash(folder):
    for place in folder.glob("runs/resnet18_small-*/*/train/run.json"):
        record = json.loads(place.read_text())
        record["settings"]["options"] = {}
        place.write_text(json.dumps(record))
    for place in folder.glob("runs/mynet-b*/*/train/run.json"):
        record = json.loads(place.read_text())
        record["settings"]["options"]["dropout"] = 0.25
        place.write_text(json.dumps(record))
    differing = provenance.settings(load_results(folder)).split("Runs differ")[1]
    rows = [line.split(" | ") for line in differing.splitlines() if line.startswith("| ")]
    column = next(n for n, cell in enumerate(rows[0]) if "dropout" in cell)
    shown = [re.sub("<.*?>", "", row[column]) for row in rows[2:]]
    assert shown == ["0.5", "0.25", "0.5", *[tables.NOTHING] * 3]
    assert "options</code>" not in differing


def test_each_figure_and_table_names_its_rule_and_its_file(made, results):
    for name, text in made.items():
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


def test_explanations_tell_how_coarse_the_maps_are(results):
    results = load_results(results)
    told = html.unescape(re.sub(r"<[^>]*>", "", fragments.explanations(results)))
    assert "layer features.stage4: 2 by 7 cells, enlarged" in told
    assert "So few cells hardly tell places apart" in told
    for shown, _ in results.galleries.values():
        shown[["rows", "columns"]] = "7"
    assert "So few cells" not in fragments.explanations(results)


def test_test_time_flip_is_named_on_every_page(folder):
    assert "mirror image" not in fragments.banner(load_results(folder))
    for path in folder.glob("runs/*-b*/seed*/train/run.json"):
        record = json.loads(path.read_text())
        record["settings"]["training"]["test_time_flip"] = True
        path.write_text(json.dumps(record))
    loaded = load_results(folder)
    text = html.unescape(fragments.banner(loaded)).replace("<wbr>", "").replace("\\", "")
    names = {run.name for run in loaded.runs if "-b" in run.name}
    assert all(name in text for name in names)
    assert "All runs" not in text
    assert "the mean over each image and its mirror image" in text


@pytest.fixture
def searched(folder):
    """The results with a sweep and with ranked classes in the experiment on augmentation."""
    study = json.loads((folder / "study.json").read_text())
    experiment = next(c for c in study["experiments"] if c["name"] == "augmentation")
    base, tuned = (
        next(cell["run"] for cell in experiment["cells"] if cell["arm"] == arm)
        for arm in ("off", "on")
    )
    space = {
        "learning_rate": {"low": 0.0001, "high": 0.01, "log": True},
        "batch_size": {"choices": [8, 16]},
    }
    experiment |= {"sweep": {"trials": 9, "space": space}, "swept_run": tuned, "ranked_by": [base]}
    (folder / "study.json").write_text(json.dumps(study))
    for run, training in ((base, (0.002, 32)), (tuned, (0.00734, 16))):
        for path in (folder / "runs" / run).glob("seed*/train/run.json"):
            record = json.loads(path.read_text())
            record["settings"]["training"] |= dict(
                zip(("learning_rate", "batch_size"), training, strict=True)
            )
            path.write_text(json.dumps(record))
    sweep = folder / "runs" / tuned / "sweep"
    sweep.mkdir()
    best = {"training": {"learning_rate": 0.00734, "batch_size": 16}, "trial": 4, "val_top1": 0.937}
    counts = {"trials": 9, "complete": 5, "pruned": 3, "diverged": 1}
    (sweep / "best.json").write_text(json.dumps(best | counts))
    (sweep / "importances.csv").write_text(
        "setting,importance,trials\nlearning_rate,0.71,5\nbatch_size,0.12,5\n"
    )
    (folder / "runs" / base / "label_quality").mkdir()
    (folder / "runs" / base / "label_quality/label_quality.csv").write_text(
        "rank,class,images,label_quality,self_confidence\n1,a|b,14,0.857,0.6644\n2,NA,13,1.0,0.912\n"
    )
    return folder


def test_a_smoke_sized_experiment_is_named_and_the_others_are_not(folder):
    study = json.loads((folder / "study.json").read_text())
    reason = ["5 epochs are needed, not 4"]
    study["smoke"] = study["experiments"][1]["smoke"] = reason
    (folder / "study.json").write_text(json.dumps(study))
    loaded = load_results(folder)
    models, augmentation = loaded.experiments[:2]
    assert fragments.banner(loaded) == ""
    told = fragments.small_experiments(loaded)
    plain = re.sub("<.*?>", "", told)
    assert "[Augmentation](experiments/augmentation.qmd) (5 epochs are needed, not 4)" in plain
    assert "Models" not in told
    assert "This is a smoke-sized experiment: " in fragments.banner(loaded, augmentation)
    assert fragments.banner(loaded, models) == ""


def test_splits_that_vary_are_told_on_every_page(folder):
    study = json.loads((folder / "study.json").read_text())
    assert fragments.varied(load_results(folder)) == ""
    (folder / "study.json").write_text(json.dumps(study | {"vary_split": True}))
    loaded = load_results(folder)
    assert "corrected resampled t-test" in fragments.banner(loaded)
    assert "for each training seed anew" in fragments.data_counts(loaded)


def test_what_a_sweep_found_and_how_classes_rank(searched):
    experiment = load_results(searched).experiment("augmentation")
    made = experiments.fragments(experiment)
    found = html.unescape(made["arms.md"]).replace("\u00a0", " ")
    assert "| 0.0001 to 0.01, logarithmic | 0.002 | 0.00734 | 71.0 % |" in found
    assert "| 8, 16 | 32 | 16 | 12.0 % |" in found
    assert "Of 9 trials: 5 complete, 3 pruned, 1 diverged. Trial 4 had the highest" in found
    assert "accuracy on val, 93.7 %" in found
    ranked = html.unescape(made["compared.md"]).replace("\u00a0", " ")
    assert "| 85.7 % | 0.664 |" in ranked
    assert ranked.index("a|b") < ranked.index(">NA<")
    for name in ("arms.md", "compared.md"):
        assert untraced(made[name], searched) == set()


def test_what_was_searched_is_no_setting_of_all_runs(searched):
    for path in searched.glob("runs/*/seed*/train/run.json"):
        record = json.loads(path.read_text())
        tuned = path.parents[2].joinpath("sweep").exists()
        record["settings"]["sweep"] = {"trials": 9} if tuned else None
        path.write_text(json.dumps(record))
    assert "trials" not in provenance.settings(load_results(searched))


def test_a_training_with_other_settings_than_the_sweep_found_is_refused(searched):
    (best,) = searched.glob("runs/*/sweep/best.json")
    best.write_text(best.read_text().replace("0.00734", "0.001"))
    with pytest.raises(UserError, match=r"not trained with what .* holds; remove"):
        load_results(searched)
