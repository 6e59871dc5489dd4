"""Collect a sweep's trials: the best settings, a table of all, and what mattered."""

from chrysalis.records.sweep import TrialResult
from chrysalis.sweep.collect import collect
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write trials.csv, importances.csv and best.json."""
    job = arguments.job(args)
    sweep = job.sweep()
    paths = [job.paths.trial(job.run, number) for number in range(sweep.trials)]
    collect(sweep, [TrialResult.read(path) for path in paths]).write(job.paths.sweep(job.run))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_run(parser)
    cli.run(main, parser)
