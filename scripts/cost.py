"""What a prediction of one run's network costs: multiply-adds and latency."""

import json
from pathlib import Path

from chrysalis.config.run import RunSettings
from chrysalis.data.packed import read_table
from chrysalis.engine.cost import BATCHES, latency, multiply_adds
from chrysalis.engine.devices import device
from chrysalis.engine.rewrite import for_training
from chrysalis.engine.runtime import Runtime
from chrysalis.engine.trained import shaped
from chrysalis.workflow import cli


def main(args) -> None:
    """Write multiply_adds, and latency in milliseconds by the images in a batch."""
    settings = RunSettings.model_validate(json.loads(args.settings))
    plan = settings.training
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, args.threads, plan.deterministic)
        classes = set(read_table(args.index)["class"]) - set(settings.removed_classes)
        count = len(classes) - settings.worst_classes
        model = for_training(shaped(settings, count), runtime).to(runtime.device)
        found = {
            "multiply_adds": multiply_adds(model, settings.image_size),
            "latency_ms": {
                str(batch): latency(model, settings.image_size, batch, runtime) for batch in BATCHES
            },
            "device": runtime.device_name(),
            "precision": runtime.precision,
            "threads": runtime.threads,
        }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--settings", required=True, help="the run's settings, as JSON")
    parser.add_argument("--index", type=Path, required=True, help="the packed images', .csv")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True, help="the numbers, .json")
    cli.run(main, parser)
