"""The learning rate range test of one run: the loss while the rate grows from step to step."""

import json
from pathlib import Path

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.engine.devices import device
from chrysalis.engine.lr_range import lr_range_test
from chrysalis.engine.run import prepare
from chrysalis.engine.runtime import Runtime
from chrysalis.workflow import cli


def main(args) -> None:
    """Write a row for each step: learning_rate, loss, smoothed."""
    settings = RunSettings.model_validate(json.loads(args.settings))
    plan = settings.training
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, deterministic=plan.deterministic)
        packed = open_for_training(args.images, args.index)
        classes, batches, model = prepare(settings, packed, runtime)
        table = lr_range_test(model, len(classes), settings, batches["train"], runtime)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.output, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--settings", required=True, help="the run's settings, as JSON")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument("--output", type=Path, required=True, help="the table, .csv")
    cli.run(main, parser)
