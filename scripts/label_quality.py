"""How far the labels of each class can be trusted, by one run's predictions for val."""

from pathlib import Path

from chrysalis.evaluation.label_quality import label_quality
from chrysalis.records.predictions import read
from chrysalis.workflow import cli


def main(args) -> None:
    """Write a row for each class, the worst first."""
    seeds = [read(folder, "val") for folder in args.trainings]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    label_quality(seeds).to_csv(args.output, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument(
        "--trainings", type=Path, nargs="+", required=True, help="a folder with a record for a seed"
    )
    parser.add_argument("--output", type=Path, required=True, help="the table, .csv")
    cli.run(main, parser)
