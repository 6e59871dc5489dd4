"""Experiments that are analysed from hand-made predictions."""

from chrysalis.evaluation import experiment as experiment_module
from chrysalis.records import experiment as records
from chrysalis.records.paths import StudyPaths
from tests.runs import experiment_record

SEEDS = [0, 1, 2]
AB = ["a", "b"]
ABC = ["a", "b", "c"]


def experiment(arm_runs, baseline, analysis="accuracy", arms=None):
    changes = {"arms": arms} if arms else {}
    return experiment_record(arm_runs, baseline, analysis=analysis, **changes)


def analyse(asked, results, seeds=SEEDS):
    """The tables as data frames, and the answer."""
    found = experiment_module.analyse(asked, StudyPaths(results), seeds, 0.01)
    tables = {
        name: getattr(records, name.upper()).frame(getattr(found, name))
        for name in ("arms", "effects", "checks", "pairs", "per_class", "class_effects")
    }
    return tables, found.answer


def analysed(*arguments):
    tables, answer = analyse(*arguments)
    return tables["arms"], tables["effects"], tables["per_class"], answer


REMOVAL = experiment(
    [("m", "full", "m-full"), ("m", "removed", "m-removed")],
    "full",
    "class_removal",
)
