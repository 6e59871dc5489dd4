"""The learning rate range test of one run: the loss while the rate grows from step to step."""

from chrysalis.data.packed import open_for_training
from chrysalis.engine.devices import device
from chrysalis.engine.lr_range import lr_range_test
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.setup import set_up
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write a row for each step: learning_rate, loss, smoothed."""
    job = arguments.job(args)
    settings = job.settings()
    plan = settings.training
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, deterministic=plan.deterministic)
        packed = open_for_training(job.images(settings), job.index(settings))
        table = lr_range_test(set_up(settings, packed, runtime))
    output = job.folder / "lr_range"
    output.mkdir(parents=True, exist_ok=True)
    table.to_csv(output / "lr_range.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    cli.run(main, parser)
