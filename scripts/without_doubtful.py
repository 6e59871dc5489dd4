"""Judge every experiment again without the test images whose label is doubtful."""

from pathlib import Path

from chrysalis.evaluation.leakage import judge_without
from chrysalis.records.audit import LABELS
from chrysalis.records.leakage import CLEAN_ARMS, CLEAN_EFFECTS
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord
from chrysalis.workflow import cli


def main(args) -> None:
    """Write arms.csv and effects.csv, which are empty if no label is."""
    paths = StudyPaths(args.results)
    labels = LABELS.read(paths.audit("labels"))
    doubtful = {row.path for row in labels if row.split == "test"}
    arms, effects = judge_without(StudyRecord.read(args.study), paths, doubtful)
    CLEAN_ARMS.write(arms, paths.without("doubtful", "arms"))
    CLEAN_EFFECTS.write(effects, paths.without("doubtful", "effects"))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--study", type=Path, required=True, help="the study as planned, .json")
    cli.run(main, parser)
