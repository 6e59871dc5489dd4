"""Metrics of one run on val and test, from its stored predictions."""

import json
from pathlib import Path

import pandas as pd

from chrysalis.records.predictions import read
from chrysalis.stats import calibration
from chrysalis.stats import classification as metrics
from chrysalis.workflow import cli


def main(args) -> None:
    """Write metrics.json, per_class.csv, confusion.csv and reliability.csv."""
    both = {split: read(args.run, split) for split in ("val", "test")}
    temperature = calibration.fit_temperature(both["val"].labels, both["val"].logits)
    summary, by_class, counts = {"temperature": temperature}, [], []
    for split, predictions in both.items():
        classes = predictions.classes
        matrix = metrics.confusion(predictions.labels, predictions.logits.argmax(1), len(classes))
        summary[split] = metrics.summarise(predictions.labels, predictions.logits)
        summary[split]["scaled"] = calibration.scores(
            predictions.labels, predictions.logits / temperature
        )
        by_class.append(metrics.per_class(matrix, classes).assign(split=split))
        table = pd.DataFrame(matrix, columns=classes)
        # A class may itself be called "class" or "split": columns are read by their place.
        table.insert(0, "class", classes, allow_duplicates=True)
        table.insert(0, "split", split, allow_duplicates=True)
        counts.append(table)
    args.output.mkdir(parents=True, exist_ok=True)
    (args.output / "metrics.json").write_text(json.dumps(summary, indent=1))
    columns = ["split", "class", "support", "accuracy"]
    pd.concat(by_class)[columns].to_csv(args.output / "per_class.csv", index=False)
    pd.concat(counts).to_csv(args.output / "confusion.csv", index=False)
    test = both["test"]
    pd.concat(
        calibration.reliability(test.labels, test.logits / by).assign(scaled=scaled)
        for scaled, by in (("no", 1), ("yes", temperature))
    ).to_csv(args.output / "reliability.csv", index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder with the run's record")
    parser.add_argument("--output", type=Path, required=True, help="folder for the metrics")
    cli.run(main, parser)
