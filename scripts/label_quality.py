"""How far the labels of each class can be trusted, by one run's predictions for val."""

from chrysalis.evaluation.label_quality import label_quality
from chrysalis.records.experiment import LABEL_QUALITY
from chrysalis.records.predictions import read
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write a row for each class, the worst first."""
    job = arguments.job(args)
    folders = [job.paths.of_seed(job.run, seed) / "train" for seed in args.seeds]
    rows = label_quality([read(folder, "val") for folder in folders])
    LABEL_QUALITY.write(rows, job.paths.label_quality(job.run))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    arguments.add_seeds(parser)
    cli.run(main, parser)
