"""The page on several studies, from hand-made tables."""

import numpy as np
import pytest

from chrysalis.errors import UserError
from chrysalis.records.paths import StudyPaths
from chrysalis.records.published import (
    PUBLISHED_CLAIMS,
    PUBLISHED_FIGURES,
    PublishedClaimRow,
    PublishedFigureRow,
)
from chrysalis.report.pages.studies import load, page
from tests.runs import study_record


@pytest.fixture
def results(tmp_path):
    """Write a study of that name whose claims have these outcomes."""

    def write(name, outcomes, **record):
        paths = StudyPaths(tmp_path / name)
        study_record(title=f"The study {name}", **record).write(paths.study)
        nan = np.nan
        PUBLISHED_CLAIMS.write(
            [
                PublishedClaimRow(
                    name, f"{name} <{n}>", "difference", each, f"Because {n}.", "", nan, nan, nan, 1
                )
                for n, each in enumerate(outcomes)
            ],
            paths.published("claims"),
        )
        figure = PublishedFigureRow(
            name, "m", "test", "", "", "", "", 0.5, 0.5, 0, 0, 0.4, 0.6, 3, "within our interval"
        )
        PUBLISHED_FIGURES.write([figure], paths.published("figures"))
        return paths.results

    return write


def test_studies_are_counted_and_claims_sorted(results):
    one = results("one", ["not shown", "holds here", "not tested"])
    two = results("two", ["contradicted here", "holds here"], reduced={"train_share": ("1", "0.1")})
    text = page([load(one), load(two)])
    lines = [line.split(" | ") for line in text.splitlines() if "The study" in line]
    assert [cell.strip(" |") for cell in lines[0][1:]] == list("100001011")
    assert [cell.strip(" |") for cell in lines[1][1:]] == list("100001100")
    assert "The study two (reduced)" in text
    order = [line[0].split("\u00a0")[-1].split("<")[0] for line in lines[2:]]
    assert order == ["holds here"] * 2 + ["contradicted here", "not shown", "not tested"]
    assert "one <1>" not in text  # names from data are escaped
    assert "one &#60;1&#62;" in text


def test_a_study_without_tables_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"study\.json"):
        load(tmp_path)
