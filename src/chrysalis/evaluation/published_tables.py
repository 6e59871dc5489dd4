"""The tables of the rule published: those of all files that the study's dataset names."""

from __future__ import annotations

from chrysalis.evaluation.claims import claims_table
from chrysalis.evaluation.measured import Measured
from chrysalis.evaluation.published import figures_table
from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import PUBLISHED_CLAIMS, PUBLISHED_FIGURES
from chrysalis.records.study import StudyRecord


def write_published(study: StudyRecord, paths: StudyPaths) -> None:
    """Write figures.csv and claims.csv."""
    measured = Measured(study, paths)
    figures, claims = [], []
    for name, published in study.published.items():
        figures += figures_table(name, published, measured)
        claims += claims_table(name, published, measured)
    PUBLISHED_FIGURES.write(figures, paths.published("figures"))
    PUBLISHED_CLAIMS.write(claims, paths.published("claims"))
