"""A small, made-up results tree with all that a report reads, written through the records."""

from pathlib import Path

from chrysalis.records.paths import StudyPaths
from tests.report.made.claims import write_claims, write_published
from tests.report.made.drawing import draw
from tests.report.made.experiments import write_experiment
from tests.report.made.explained import write_galleries, write_maps
from tests.report.made.images import write_audit, write_data, write_truth
from tests.report.made.pictured import write_pictured
from tests.report.made.study import CLASSES, Made, make_study
from tests.report.made.trainings import write_models, write_training


def make_results(folder: Path, classes=CLASSES, too_small=(), **names) -> Path:
    """Write a study of four experiments into `folder`; returns it.

    `names` are other models and seeds than the usual ones.
    """
    made = Made(StudyPaths(folder), tuple(classes), **names)
    study = make_study(made, list(too_small))
    study.write(made.paths.study)
    write_data(made)
    for (model, arm), run in made.runs.items():
        for seed in made.seeds:
            write_training(made, model, arm, run, seed)
    for experiment in study.experiments:
        write_experiment(made, experiment)
    write_claims(made, study)
    write_audit(made, study)
    write_models(made)
    write_published(made)
    write_truth(made)
    write_galleries(made, study.explained[0])
    write_pictured(made, study)
    write_maps(made)
    draw(made.paths.results / "plot_dag/dag.svg", width=10)
    draw(made.paths.experiments / "plot_claims/claims.svg")
    return folder
