"""Train one run once more, observing its loss, gradients and activations on the way."""

from chrysalis.data.packed import open_for_training
from chrysalis.dynamics.trace import trace
from chrysalis.engine.devices import device
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import set_up
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write steps.csv, epochs.csv, layers.csv and trace.json."""
    job = arguments.job(args)
    settings = job.settings()
    plan = settings.training
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, deterministic=plan.deterministic)
        packed = open_for_training(job.images(settings), job.index(settings))
        found = trace(set_up(settings, packed, runtime))
    found.write(job.folder / "dynamics")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    cli.run(main, parser)
