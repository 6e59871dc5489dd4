"""Every chapter that comes with Chrysalis can be planned, and one alone can be computed."""

import pandas as pd
import yaml

FAST = ["--config", "seeds=1", "settings={training: {epochs: 1, batch_size: 8}}"]


def test_one_chapter_alone_trains_its_arms_and_nothing_else(workspace):
    assert workspace.planned("chapter_loss", *FAST)["train"] == 4
    workspace.snakemake("chapter_loss", *FAST)
    chapter = workspace.root / "results/shapes/chapters/loss"
    measures = pd.read_csv(chapter / "compare/measures.csv")
    assert measures["measure"].unique().tolist() == [
        "train_top1",
        "ece",
        "ece_scaled",
        "nll",
        "brier",
    ]
    assert measures["arm"].nunique() == 4
    assert measures["mean"].notna().all()
    assert (chapter / "plot_chapter/effects.svg").is_file()
    assert not (workspace.root / "results/shapes/site").exists()


def test_all_chapters_share_their_trainings(workspace):
    """Each arm's training is planned once, whichever and however many chapters need it."""
    names = {path.stem for path in (workspace.root / "config/experiments").glob("*.yaml")}
    apart = {
        name: workspace.planned(f"chapter_{name}", *FAST)["train"] for name in names - {"models"}
    }
    together = workspace.planned("chapters", *FAST)
    # The base settings are an arm of augmentation, augmentation_kinds, class_removal,
    # leave_one_out, optimizer, schedule, loss and pretrained; augmentation off is one of the first
    # two, and the class that class_removal removes is left out in leave_one_out as well.
    assert together["train"] == sum(apart.values()) - 7 - 1 - 1
    assert together["compare"] == len(apart)


def test_a_chapter_that_cannot_be_asked_says_why(workspace):
    done = workspace.snakemake("chapter_models", check=False)
    assert done.returncode != 0
    assert "this chapter cannot be asked here: the study has just one model" in (
        done.stdout + done.stderr
    )


def test_each_chapter_refers_to_the_schema(workspace):
    for path in (workspace.root / "config/experiments").glob("*.yaml"):
        assert path.read_text().startswith("# yaml-language-server: $schema=../schema.json")
        assert yaml.safe_load(path.read_text())["question"].endswith("?")
