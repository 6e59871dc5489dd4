"""A study's trainings as runs in an experiment tracker."""

from pathlib import Path

from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli
from chrysalis.workflow.tracking import WRITERS, Tracked, write


def main(args) -> None:
    """Write every training that the study needs."""
    study, paths = StudyRecord.read(args.study), StudyPaths(args.results)
    trainings = [
        Tracked.read(f"{run}/seed{seed}", paths.training(run, seed))
        for run in study.runs
        for seed in study.seeds
    ]
    write(args.tracker, study.name, trainings, args.results / "track" / args.tracker)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    parser.add_argument("--tracker", choices=list(WRITERS), required=True)
    cli.run(main, parser)
