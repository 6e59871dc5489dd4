"""What the overview says: which model to take, how sure that is, and what to distrust."""

import html
import re
import shutil
from dataclasses import replace

import pytest

from chrysalis.config.embedders import NETWORK
from chrysalis.records.audit import LABELS, AuditRecord
from chrysalis.records.experiment import CLAIMS, MODEL_METRICS, ClaimRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunMetrics
from chrysalis.report.pages import choice, distrust, overview
from chrysalis.report.pages.fragments import all_fragments
from chrysalis.report.pages.results import load_results
from chrysalis.report.pages.tables import listed
from tests.report.made.study import SEEDS

BEST, OTHER = "resnet18_small", "mynet"


@pytest.fixture
def paths(results, tmp_path):
    """A study in which `BEST`, which is not the baseline, is best on val."""
    shutil.copytree(results, tmp_path / "results")
    paths = StudyPaths(tmp_path / "results")
    study = StudyRecord.read(paths.study)
    for seed in SEEDS:
        metrics = paths.training(study.base_runs[BEST], seed).metrics
        found = RunMetrics.read(metrics)
        val = found.val.model_copy(update={"top1": 0.999})
        found.model_copy(update={"val": val}).write(metrics)
    return paths


def plain(text):
    return " ".join(html.unescape(re.sub("<.*?>|[*]", "", text)).replace("\u00a0", " ").split())


def claim(paths, outcome, experiment="models", arm=BEST, baseline=OTHER):
    others = [row for row in CLAIMS.read(paths.claims) if row.experiment != experiment]
    model = arm if experiment == "models" else OTHER
    row = ClaimRow(experiment, model, arm, baseline, 5, 0.01, 0.5, outcome)
    CLAIMS.write([*others, row], paths.claims)
    return load_results(paths.results)


def test_the_model_to_take_is_best_on_val(paths):
    assert plain(choice.take(load_results(paths.results))) == (
        f"Take {BEST}: it is best on val and gets 91.0 % of the test images right."
    )


def test_a_study_that_is_too_small_recommends_no_model(paths):
    study = StudyRecord.read(paths.study)
    study.model_copy(update={"too_small": ["3 seeds are needed, not 1"]}).write(paths.study)
    assert "Take" not in choice.take(load_results(paths.results))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("better", f"It is shown to be better than {OTHER}."),
        ("worse", f"It is shown to be worse than {OTHER} on test."),
        ("equal", f"It is shown to be as good as {OTHER}, within the threshold."),
        ("none", f"It is not shown to differ from {OTHER}."),
        ("insufficient", f"It is not shown to differ from {OTHER}."),
        ("exploratory", f"It is not shown to differ from {OTHER}."),
    ],
)
def test_how_sure_the_choice_is(paths, outcome, said):
    assert plain(choice.how_sure(claim(paths, outcome))) == said


@pytest.mark.parametrize(("outcome", "said"), [("worse", "better than"), ("better", "worse than")])
def test_a_claim_is_turned_where_the_model_to_take_is_the_baseline(paths, outcome, said):
    loaded = claim(paths, outcome, arm=OTHER, baseline=BEST)
    assert said in choice.how_sure(loaded)


def test_what_else_is_clear_names_only_what_the_study_decides(paths):
    loaded = claim(paths, "worse", "augmentation", "on", "off")
    loaded = replace(loaded, claims=[c for c in loaded.claims if c.experiment == "augmentation"])
    text = plain(overview.conclusion(loaded))
    assert "on is worse than off" in text
    still = claim(paths, "none", "augmentation", "on", "off")
    still = replace(still, claims=[c for c in still.claims if c.experiment == "augmentation"])
    assert "The other questions of this study stay open." in plain(overview.conclusion(still))


@pytest.mark.parametrize(("probe", "said"), [(0.99, "was the training worth it?"), (0.3, "less")])
def test_a_linear_probe_says_whether_training_was_worth_it(paths, probe, said):
    record = AuditRecord.read(paths.audited)
    record.model_copy(update={"probe_test": probe, "embedder": NETWORK}).write(paths.audited)
    text = plain(choice.models(load_results(paths.results)))
    assert said in text
    assert f"| linear probe | {100 * probe:.1f} %" in text
    record.model_copy(update={"probe_test": None}).write(paths.audited)
    assert "linear probe" not in choice.models(load_results(paths.results))


def test_the_model_to_take_comes_first(paths):
    table = plain(choice.models(load_results(paths.results)))
    assert table.index(BEST) < table.index(OTHER)


def test_what_to_distrust(paths):
    loaded = load_results(paths.results)
    text = plain(distrust.reasons(loaded))
    assert "1 of 3 test images have a near duplicate" in text
    changed = loaded.audit.without_doubtful.changed
    assert "1 label looks wrong, 1 of them of test images" in text
    assert changed > 1
    assert f"Without those, {changed} verdicts change." in text
    assert "with an sd of up to 1.0 points" in text
    record = AuditRecord.read(paths.audited)
    record.model_copy(update={"leaked": 0}).write(paths.audited)
    rows = [replace(row, sd=float("nan")) for row in MODEL_METRICS.read(paths.models)]
    MODEL_METRICS.write(rows, paths.models)
    labels = [replace(row, split="val") for row in LABELS.read(paths.audit("labels"))]
    LABELS.write(labels, paths.audit("labels"))
    text = distrust.reasons(load_results(paths.results))
    assert "Leaks" not in text
    assert "Each model is trained once" in text
    assert "Without" not in text  # no image that verdicts rest on is concerned


def test_no_sentence_stands_twice_on_the_overview(paths):
    made = all_fragments(load_results(paths.results), "smalldocs")
    names = ("banner", "small_experiments", "question", "conclusion", "choice", "distrust")
    sentences = [
        sentence
        for name in names
        for sentence in re.split(r"(?<=[.?]) ", plain(made[f"{name}.md"]))
        if len(sentence) > 30
    ]
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_people_do(names, text):
    assert listed(names) == text
