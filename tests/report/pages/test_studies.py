"""The page on several studies, from hand-made tables; the kept page of the project itself."""

from pathlib import Path

import numpy as np
import pytest

from chrysalis.errors import UserError
from chrysalis.evaluation.replication import replication
from chrysalis.records.experiment import ARMS, ArmRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import (
    PUBLISHED_CLAIMS,
    PUBLISHED_FIGURES,
    PublishedClaimRow,
    PublishedFigureRow,
)
from chrysalis.records.replication import Replication
from chrysalis.report.pages.studies import page
from tests.runs import experiment_record, run_record, study_record


@pytest.fixture
def results(tmp_path):
    """Write a study of that name whose claims have these outcomes."""

    def write(name, outcomes, **record):
        paths = StudyPaths(tmp_path / name)
        experiment = experiment_record([("m", "a", "m-12345678")], "a")
        study_record(
            **{"title": f"The study {name}", "name": name, "runs": ["m-12345678"]},
            **{"seeds": [0, 1], "experiments": [experiment], **record},
        ).write(paths.study)
        for seed in (0, 1):
            run_record(training_seconds=90).write(paths.training("m-12345678", seed).record)
        row = ArmRow("m", "a", "m-12345678", 20, 2, 0.5, 0.1, (0.4, 0.6))
        ARMS.write([row], paths.experiment(experiment.name).table("arms"))
        nan = np.nan
        PUBLISHED_CLAIMS.write(
            [
                PublishedClaimRow(
                    name,
                    f"{name} <{n}> a|b",
                    "difference",
                    each,
                    f"Because {n}.",
                    "",
                    *[nan] * 3,
                    1,
                )
                for n, each in enumerate(outcomes)
            ],
            paths.published("claims"),
        )
        figures = [
            PublishedFigureRow(
                *(name, "m", "test", "", "", "", "", 0.5, mean, 0, 0, 0.4, 0.6, 3, outcome)
            )
            for mean, outcome in ((0.5, "within our interval"), (nan, "not in this study"))
        ]
        PUBLISHED_FIGURES.write(figures, paths.published("figures"))
        return paths.results

    return write


def test_studies_are_counted_and_claims_sorted(results):
    one = results("one", ["not shown", "holds here", "not tested"])
    two = results("two", ["contradicted here", "holds here"], reduced={"train_share": ("1", "0.1")})
    text = page([replication(one), replication(two)])
    assert "Of 5\u00a0claims: holds here **2**, contradicted here **1**, not shown **1**" in text
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if "The study" in line]
    first, second = (line[1:] for line in lines[:2])
    assert first == ["2", "2", "70", "3", "1 of 1", "1", "0", "1", "1"]
    assert second == ["2", "2", "70", "3", "1 of 1", "1", "1", "0", "0"]
    assert lines[1][0] == "The study two (reduced)"
    assert text.count("train\\_share is 0.1 in place of 1") == 1
    parts = text.split("\n## ")[2:6]
    assert [part.splitlines()[0] for part in parts] == [
        *("Holds here (2)", "Contradicted here (1)", "Not shown (1)", "Not tested (1)")
    ]
    assert "one &lt;0&gt; a\\|b" in parts[2] and "one <" not in text


def test_what_is_kept_gives_the_same_page(results, tmp_path):
    found = replication(results("one", ["not shown", "holds here"]))
    found.write(tmp_path / "kept.json")
    assert page([Replication.read(tmp_path / "kept.json")]) == page([found])


def test_a_study_without_tables_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"study\.json"):
        replication(tmp_path)


def test_the_kept_claims_are_those_of_the_sources():
    """What docs/replications holds was judged by the claims that config/published has now."""
    kept = sorted(Path("docs/replications").glob("*.json"))
    for path in kept:
        study = Replication.read(path)
        published = Path("config/published") / f"{path.stem.removesuffix('_reduced')}.yaml"
        text = " ".join(published.read_text().split())
        assert all(row.claim in text for row in study.claims), path
