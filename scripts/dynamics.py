"""Train one run once more, looking at its loss, gradients and activations on the way."""

import json
from pathlib import Path

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import open_for_training
from chrysalis.dynamics.trace import trace
from chrysalis.engine.devices import device
from chrysalis.engine.run import prepare
from chrysalis.engine.runtime import Runtime
from chrysalis.workflow import cli


def main(args) -> None:
    """Write steps.csv, epochs.csv and layers.csv."""
    settings = RunSettings.model_validate(json.loads(args.settings))
    plan = settings.training
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, deterministic=plan.deterministic)
        packed = open_for_training(args.images, args.index)
        classes, batches, model = prepare(settings, packed, runtime)
        tables = trace(model, len(classes), settings, batches["train"], batches["val"], runtime)
    args.output.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(args.output / f"{name}.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--settings", required=True, help="the run's settings, as JSON")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument("--output", type=Path, required=True, help="folder for the tables")
    cli.run(main, parser)
