"""Keep how effects vary in finished studies, for plans of studies that have no results yet.

python -m benchmarks.pilots results/digits results/leeds ... writes a row for each of them to
src/chrysalis/planning/pilots.csv, in place of what is there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from chrysalis.planning.pilots import KEPT, PILOTS, PilotRow, of_experiment, pooled
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord


def row_of(results: Path) -> PilotRow:
    """The row of the finished study in `results`."""
    paths = StudyPaths(results)
    study = StudyRecord.read(paths.study)
    pairs = [
        pair
        for record in study.experiments
        for pair in of_experiment(record, paths, study.seeds)
        if not pair.shared
    ]
    components = pooled(pairs)
    return PilotRow(
        dataset=study.name,
        comparisons=len(pairs),
        seeds=len(study.seeds),
        images=max(pair.arm.shape[1] for pair in pairs),
        accuracy=round(float(np.mean([pair.arm.mean() for pair in pairs])), 4),
        seed=round(components.seed, 8),
        image=round(components.image, 6),
        residual=round(components.residual, 6),
    )


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="results of finished studies")
    found = [row_of(results) for results in parser.parse_args().results]
    PILOTS.write(found, KEPT)
    print(f"{len(found)} studies in {KEPT}")


if __name__ == "__main__":
    main()
