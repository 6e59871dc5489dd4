"""What the study found of what was planted in its generated dataset."""

from pathlib import Path

from chrysalis.evaluation.truth import (
    Report,
    bursts,
    doubtful,
    findings,
    most_confused,
    near_duplicates,
    noisy,
    planted,
    scores,
    told_by_background,
)
from chrysalis.records.audit import ISSUES, LABELS, PAIRS, SERIES
from chrysalis.records.maps import BETRAYED
from chrysalis.records.paths import StudyPaths
from chrysalis.records.predictions import read
from chrysalis.records.truth import FINDINGS, TRUTH, TRUTH_SCORES, PlantKind
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write scores.csv and findings.csv."""
    paths = StudyPaths(args.results)
    truth = TRUTH.read(args.truth)
    trainings = [
        read(paths.training(run, seed).train, "test") for run in args.runs for seed in args.seeds
    ]
    alike = len(planted(truth, "look_alike"))
    reports: dict[PlantKind, Report] = {
        "near_duplicate": near_duplicates(PAIRS.read(paths.pairs), truth),
        "wrong_label": doubtful(LABELS.read(paths.audit("labels"))),
        "burst": bursts(SERIES.read(paths.audit("series")), truth),
        "noisy_species": noisy(ISSUES.read(paths.audit("issues"))),
        "look_alike": most_confused(trainings, alike),
        "betrayed_species": told_by_background(BETRAYED.read(paths.judged_maps("betrayed"))),
    }
    rows = findings(truth, reports)
    FINDINGS.write(rows, paths.truth("findings"))
    TRUTH_SCORES.write(scores(rows, reports), paths.truth("scores"))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--truth", type=Path, required=True, help="what was planted")
    parser.add_argument(
        "--runs", nargs="+", required=True, help="base runs, the first model's first"
    )
    arguments.add_seeds(parser)
    cli.run(main, parser)
