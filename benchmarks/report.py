"""Weight of a large study's report, and the time to render it: 100 classes and 20 runs.

The study is made up, so nothing is trained: `python -m benchmarks.report`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from chrysalis.report.figures.experiment import plot_per_class
from chrysalis.report.figures.galleries import plot_samples, save_gallery
from chrysalis.report.figures.models import plot_confusion
from chrysalis.report.figures.style import save_figure
from chrysalis.report.site.build import build_site

CLASSES, SEEDS, SIDE = 100, 3, 224
MODELS = tuple(f"model_{letter}" for letter in "abcdefg")  # with three arms each: 21 runs
ROOT = Path(__file__).parents[1]
MOST_MB, MOST_INDEX_MB, MOST_SECONDS = 40, 1, 60


def make_study(folder: Path) -> Path:
    """A made-up study with the tables of the tests' one, and figures of `CLASSES` classes."""
    sys.path.insert(0, str(ROOT))
    from tests.report.made.results import make_results

    names = [f"Species number {number}" for number in range(CLASSES)]
    results = make_results(folder, names, models=MODELS, seeds=tuple(range(SEEDS)))
    random = np.random.default_rng(0)
    counts = np.diag(random.integers(20, 60, CLASSES)) + random.integers(0, 2, (CLASSES, CLASSES))
    confusion = pd.DataFrame(counts, columns=names)
    confusion.insert(0, "class", names)
    confusion.insert(0, "split", "test")
    save_figure(plot_confusion(confusion), results / "runs/plot_models/confusion.svg")
    confusion.to_csv(results / "runs/plot_models/confusion.csv", index=False)
    per_class = pd.DataFrame(
        {
            "model": np.repeat(MODELS, CLASSES),
            "arm": np.repeat(MODELS, CLASSES),
            "class": names * len(MODELS),
            "mean": random.random(CLASSES * len(MODELS)),
            "sd": 0.05,
        }
    )
    save_figure(
        plot_per_class(per_class), results / "experiments/models/plot_experiment/per_class.svg"
    )
    per_class.to_csv(results / "experiments/models/plot_experiment/per_class.csv", index=False)
    images = random.integers(0, 256, (CLASSES, SIDE, SIDE, 3), dtype=np.uint8)
    index = pd.DataFrame({"class": names, "label": range(CLASSES), "split": "train"})
    save_gallery(plot_samples(images, index), results / "data/plot_data/samples.svg")
    return results


def main() -> None:
    """Print the site's size by kind of file, that of its first page, and the time."""
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        results = make_study(Path(place) / "results")
        print(f"made up in {time.perf_counter() - start:.1f} s")
        site = Path(place) / "site"
        start = time.perf_counter()
        build_site(results, ROOT / "report", site)
        seconds = time.perf_counter() - start
        sizes: Counter[str] = Counter()
        for path in site.rglob("*"):
            if path.is_file():
                sizes[path.suffix] += path.stat().st_size
        index = (site / "index.html").stat().st_size / 1e6
    for suffix, size in sizes.most_common():
        print(f"{suffix or 'other':8} {size / 1e6:8.2f} MB")
    print(f"all      {sizes.total() / 1e6:8.2f} MB, at most {MOST_MB}")
    print(f"index    {index:8.2f} MB, at most {MOST_INDEX_MB}")
    print(f"rendered {seconds:8.1f} s, at most {MOST_SECONDS}")


if __name__ == "__main__":
    main()
