"""Generated Markdown of the overview: which model to take, how sure that is, and what it costs."""

from __future__ import annotations

from chrysalis.config.embedders import NETWORK
from chrysalis.evaluation.metrics import METRICS
from chrysalis.records.experiment import ClaimRow
from chrysalis.report.pages.addresses import model_link
from chrysalis.report.pages.escape import literal
from chrysalis.report.pages.models import best_model
from chrysalis.report.pages.numbers import NOTHING, number, percent
from chrysalis.report.pages.results import MODELS_EXPERIMENT, PLACES, StudyResults
from chrysalis.report.pages.tables import behind, listed, source, table

COSTS = ("parameters", "weights_mb", "latency_1")  # metrics of the experiment on the models


def take(results: StudyResults) -> str:
    """A sentence on the model that is best on val."""
    best, trainings = best_model(results)
    right = percent(_mean_top1(results, best, "test"))
    whole = "is the only model and" if len(results.record.models) == 1 else "is best on val and"
    if results.record.too_small:
        return f"{literal(best)} {whole} gets {right} of the test images right."
    seeds = "" if len(trainings) > 1 else " in a single training"
    return f"**Take {literal(best)}:** it {whole} gets {right} of the test images right{seeds}."


def how_sure(results: StudyResults) -> str:
    """A sentence on the other models, as the study as a whole may claim; empty without a claim."""
    best, _ = best_model(results)
    claims = [c for c in results.claims if c.experiment == MODELS_EXPERIMENT]
    about = {
        claim.baseline if claim.arm == best else claim.arm: _seen_from(best, claim)
        for claim in claims
        if best in (claim.arm, claim.baseline)
    }
    if not about:
        return ""
    words = {
        "better": "is shown to be better than {}",
        "equal": "is shown to be as good as {}, within the threshold",
        "open": "is not shown to differ from {}",
        "worse": "is shown to be worse than {} on test",
    }
    parts = [
        text.format(listed([literal(model) for model, found in about.items() if found == kind]))
        for kind, text in words.items()
        if kind in about.values()
    ]
    rest = len(results.record.models) - 1 - len(about)
    more = " The page on [models](models.qmd) compares the other pairs." if rest else ""
    return f"It {listed(parts)}.{more}"


def _seen_from(best: str, claim: ClaimRow) -> str:
    """What the study claims of `best` against the other model of the comparison."""
    turned = {"better": "worse", "worse": "better"}
    if claim.outcome not in (*turned, "equal"):
        return "open"
    return claim.outcome if claim.arm == best else turned.get(claim.outcome, claim.outcome)


def _worth_it(results: StudyResults) -> str:
    """What a linear probe is, and whether it does better; empty without one."""
    record = results.audit.record
    if record.probe_test is None:
        return ""
    best, _ = best_model(results)
    of = "a pretrained network" if record.embedder == NETWORK else "colours and gradients"
    reached = (
        f"A *linear probe* trains no network: it is a logistic regression on {of}. Here it is "
    )
    if record.probe_test > _mean_top1(results, best, "test"):
        return f"{reached}more accurate than the model to take, so was the training worth it?\n"
    return f"{reached}less accurate than the model to take, so the training was worth it.\n"


def models(results: StudyResults) -> str:
    """Each model's accuracy and what it costs; the one to take comes first."""
    best, _ = best_model(results)
    experiment = results.experiment(MODELS_EXPERIMENT)
    costs = [name for name in COSTS if experiment and name in experiment.record.metrics]
    found = {
        (row.model, row.metric): row.mean for row in (experiment.metrics if experiment else [])
    }
    names = sorted((model.name for model in results.record.models), key=lambda name: name != best)
    rows = [
        [
            f"**{model_link(name)}**" if name == best else model_link(name),
            percent(_mean_top1(results, name, "test")),
            percent(_mean_top1(results, name, "val")),
            *(number(found[name, cost], METRICS[cost].digits) for cost in costs),
        ]
        for name in names
    ]
    record = results.audit.record
    if record.probe_test is not None and record.probe_val is not None:
        nothing = [NOTHING] * len(costs)
        rows.append(
            ["*linear probe*", percent(record.probe_test), percent(record.probe_val), *nothing]
        )
    headings = ["Model", "Right on test", "On val", *(METRICS[cost].heading for cost in costs)]
    files = source("summarise", PLACES.models) + source("audit", PLACES.audited)
    if experiment and costs:
        files += source("compare", experiment.paths.table("metrics"))
    shown = table(headings, rows, "l" + "r" * (2 + len(costs)))
    return "\n".join([shown, _worth_it(results), behind("Files of this table", files)])


def _mean_top1(results: StudyResults, model: str, split: str) -> float:
    """Mean top-1 over the seeds (a fraction)."""
    rows = (row for row in results.models if (row.model, row.split) == (model, split))
    return next(row.mean for row in rows if row.metric == "top1")
