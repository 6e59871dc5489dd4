"""The tables of all files that name what was published."""

from chrysalis.evaluation.published_tables import write_published
from chrysalis.records.published import PUBLISHED_CLAIMS, PUBLISHED_FIGURES
from tests.evaluation.test_published import figure, measured, others

__all__ = ["measured"]  # a fixture


def test_each_row_names_its_file(measured):
    unknown = {"claim": "c", "kind": "not_tested", "reason": "Nobody knows."}
    published = {
        "one": others(figures=[figure(), figure(metric="val")]),
        "two": others(
            figures=[figure()],
            claims=[unknown],
        ),
    }
    paths = measured.paths
    write_published(measured.study.model_copy(update={"published": published}), paths)
    figures = PUBLISHED_FIGURES.read(paths.published("figures"))
    claims = PUBLISHED_CLAIMS.read(paths.published("claims"))
    assert [row.published_in for row in figures] == ["one", "one", "two"]
    assert all(row.mean > 0 for row in figures)
    assert [row.published_in for row in claims] == ["two"]
    assert [row.outcome for row in claims] == ["not tested"]
