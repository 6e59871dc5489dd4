"""Judge every experiment again without the test images that leak."""

from pathlib import Path

from chrysalis.evaluation.leakage import judge_without
from chrysalis.records.audit import LEAKS
from chrysalis.records.leakage import CLEAN_ARMS, CLEAN_EFFECTS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write arms.csv and effects.csv, which are empty if nothing leaks."""
    paths = StudyPaths(args.results)
    leaked = {row.path for row in LEAKS.read(paths.audit("leaks"))}
    arms, effects = judge_without(StudyRecord.read(args.study), paths, leaked)
    CLEAN_ARMS.write(arms, paths.without("leaks", "arms"))
    CLEAN_EFFECTS.write(effects, paths.without("leaks", "effects"))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    cli.run(main, parser)
