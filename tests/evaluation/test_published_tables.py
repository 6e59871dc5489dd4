"""The tables of all files that name what was published."""

from chrysalis.evaluation import published_tables as module
from chrysalis.evaluation.published_tables import published_tables
from tests.evaluation.test_published import STUDY, claim, figure, measured

__all__ = ["measured"]  # a fixture


def test_each_row_names_its_file(measured, tmp_path):
    study = STUDY | {
        "published": {
            "one": {"figures": [figure(), figure(metric="val")], "claims": []},
            "two": {"figures": [figure()], "claims": [claim()]},
        }
    }
    tables = published_tables(study, tmp_path)
    assert list(tables) == list(module.TABLES) == ["figures", "claims"]
    assert tables["figures"]["published_in"].tolist() == ["one", "one", "two"]
    assert tables["figures"]["mean"].notna().all()
    assert tables["claims"]["published_in"].tolist() == ["two"]
    assert tables["claims"]["outcome"].tolist() == ["holds here"]
