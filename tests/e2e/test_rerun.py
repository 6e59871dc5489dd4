"""Contract 3: an edit re-runs exactly the jobs that use what it changed, shown by dry runs."""

import os

import pandas as pd

EVERYTHING_AFTER_TRAINING = {"evaluate", "compare", "plot_experiment", "plot_models", "summarise"}


def test_a_finished_study_has_nothing_to_do(finished):
    assert finished.planned() == {}


def test_touching_every_file_reruns_nothing(finished):
    for name in ("Snakefile", "config", "profiles", "report", "scripts", "src", "workflow"):
        path = finished.root / name
        for file in [path] if path.is_file() else path.rglob("*"):
            os.utime(file)
    assert finished.planned() == {}


def test_a_readme_reruns_nothing(finished):
    finished.append("README.md", "\nAnother line.\n")
    assert finished.planned() == {}


def test_grad_cam_code_reruns_explanations_only(finished):
    finished.append("src/chrysalis/explain/methods.py", "\nANOTHER = 1\n")
    planned = finished.planned()
    assert planned.pop("explain") == 1
    checks = {"contrast", "check_maps", "backgrounds", "judge_maps", "plot_maps"}
    assert set(planned) == {"plot_gallery", "sheets", "site", "all", *checks}


def test_the_code_of_sheets_draws_them_again_and_nothing_else(finished):
    finished.append("src/chrysalis/report/figures/sheets.py", "\nANOTHER = 1\n")
    assert set(finished.planned()) == {"sheets", "site", "all"}


def test_engine_code_retrains_everything(finished):
    finished.append("src/chrysalis/engine/train.py", "\nANOTHER = 1\n")
    planned = finished.planned()
    assert planned["train"] == 6  # unchanged, without augmentation, without a class; 2 seeds each
    assert planned.keys() >= EVERYTHING_AFTER_TRAINING
    assert not planned.keys() & {"inspect_images", "split", "pack"}


def test_one_arm_reruns_that_arm_and_its_experiment(finished):
    finished.edit(
        "config/experiments/augmentation.yaml",
        '"off": {augmentation: none}',
        '"off": {augmentation: {flip: 0}}',
    )
    planned = finished.planned()
    assert planned["train"] == 2
    assert planned["evaluate"] == planned["compare"] == planned["plot_experiment"] == 1
    assert not planned.keys() & {"pack", "explain", "plot_gallery", "plot_models"}


def test_another_models_file_retrains_nothing(finished):
    finished.append("src/chrysalis/models/butterfly.py", "\nANOTHER = 1\n")
    assert finished.planned()["train"] == 6
    finished.edit("src/chrysalis/models/butterfly.py", "\nANOTHER = 1\n", "")
    (finished.root / "src/chrysalis/models/unused.py").write_text("ANOTHER = 1\n")
    assert finished.planned() == {}


def test_wording_of_verdicts_reruns_comparisons_only(finished):
    finished.append("src/chrysalis/evaluation/verdict.py", "\nANOTHER = 1\n")
    planned = finished.planned()
    assert planned["compare"] == 3 - 1  # the models experiment is skipped: the study has one model
    assert not planned.keys() & {"train", "evaluate", "explain"}


def test_a_page_of_the_report_rebuilds_the_site_only(finished):
    finished.append("report/index.qmd", "\nAnother sentence.\n")
    assert finished.planned() == {"site": 1, "all": 1}


def test_a_new_photograph_reruns_the_data_stages(finished):
    source = finished.root / "data/raw/shapes/disc/000.png"
    (source.parent / "new.png").write_bytes(source.read_bytes() + b"\0")
    planned = finished.planned()
    assert planned.keys() >= {"inspect_images", "split", "pack", "train"}


def test_another_seed_trains_only_that_seed(finished):
    finished.edit("config/config.yaml", "seeds: 2", "seeds: 3")
    assert finished.planned()["train"] == 3


def test_a_config_file_on_the_command_line_counts(finished):
    (finished.root / "more.yaml").write_text("seeds: 4\n")
    assert finished.planned("--configfile", "more.yaml")["train"] == 2 * 3


def test_every_run_is_trained_once_for_all_experiments(finished):
    records = sorted((finished.root / "results/shapes/runs").glob("*/seed*/train/run.json"))
    assert len(records) == 6
    cells = [
        pd.read_csv(path)["run"].tolist()
        for path in (finished.root / "results/shapes/experiments").glob("*/compare/arms.csv")
    ]
    assert len(cells) == 2
    assert len(set(cells[0]) & set(cells[1])) == 1  # the unchanged run serves both
