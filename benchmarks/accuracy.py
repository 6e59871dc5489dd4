"""The accuracy of a finished study's models, as a small text table that can be kept.

    python -m benchmarks.accuracy results/cifar10 --output benchmarks/results/cifar10.md

Nothing is trained here: the numbers are those of results/<dataset>/runs. Each model has its mean,
standard deviation and number of seeds, the numbers of each seed, and its settings where they differ
from the engine's defaults.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from chrysalis.config.settings import AugmentationSettings, TrainingSettings


def read_runs(results: Path) -> pd.DataFrame:
    """A row for each seed of each model of the study: its name, accuracies, time and record."""
    study = json.loads((results / "study.json").read_text())
    rows = []
    for model, run in study["base_runs"].items():
        for seed in study["seeds"]:
            folder = results / "runs" / run / f"seed{seed}"
            record = json.loads((folder / "train/run.json").read_text())
            metrics = json.loads((folder / "evaluate/metrics.json").read_text())
            rows.append(
                {
                    "model": model,
                    "seed": seed,
                    "test": metrics["test"]["top1"],
                    "val": metrics["val"]["top1"],
                    "minutes": record["training_seconds"] / 60,
                    "record": record,
                }
            )
    return pd.DataFrame(rows)


def settings_of(record: dict) -> dict[str, object]:
    """What decides the run, without what is the engine's default."""
    settings = record["settings"]
    found = {"parameters": record["parameters"], "options": settings["options"]}
    found |= {name: settings[name] for name in ("image_size", "pack_margin", "crop_pct")}
    for name, defaults in (
        ("training", TrainingSettings()),
        ("augmentation", AugmentationSettings()),
    ):
        base = defaults.model_dump(mode="json")
        changed = settings[name] and {k: v for k, v in settings[name].items() if v != base[k]}
        found[name] = changed if settings[name] else "none"
    return found


def text(runs: pd.DataFrame, images: dict[str, int]) -> str:
    """The tables as Markdown; accuracies are top-1 in percent."""
    records = runs["record"]
    lines = [
        f"Trained on {', '.join(sorted({r['device'] for r in records}))}; "
        f"{', '.join(sorted({r['precision'] for r in records}))}; "
        f"threads {', '.join(sorted({str(r['threads']) for r in records}))}; "
        f"torch {', '.join(sorted({r['versions']['torch'] for r in records}))}. "
        + ", ".join(f"{count:,} {split}" for split, count in images.items())
        + " images.\n",
        "| model | test top-1 %: mean (sd, n) | seed: test top-1 % (val; epochs; minutes) |",
        "| --- | --- | --- |",
    ]
    for model, seeds in runs.groupby("model", sort=False):
        each = "; ".join(
            f"{row.seed}: {100 * row.test:.2f} ({100 * row.val:.2f}; {row.record['epochs_run']}; "
            f"{row.minutes:.1f})"
            for row in seeds.itertuples()
        )
        spread = f"{100 * seeds['test'].std():.2f}" if len(seeds) > 1 else "-"
        mean = f"{100 * seeds['test'].mean():.2f} ({spread}, {len(seeds)})"
        lines.append(f"| {model} | {mean} | {each} |")
    lines.append("\nSettings, where they are not the engine's defaults:\n")
    lines += [
        f"- {model}: `{json.dumps(settings_of(seeds['record'].iloc[0]))}`"
        for model, seeds in runs.groupby("model", sort=False)
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, and write it to --output."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path, help="results/<dataset> of a finished study")
    parser.add_argument("--title", help="what stands above the table; default: the folder's name")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    runs = read_runs(args.results)
    title = args.title or args.results.name
    table = f"# {title}\n\n" + text(runs, runs["record"].iloc[0]["images"])
    if args.output:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(table)
    print(table)


if __name__ == "__main__":
    main()
