"""Snakemake's own report shows the figures with the captions of the pages."""

import re
from pathlib import Path

from chrysalis.report.pages.captions import caption

WORKFLOW = Path(__file__).parents[2] / "workflow"


def test_every_figure_that_it_shows_has_its_caption():
    rules = "".join(path.read_text() for path in WORKFLOW.glob("rules/*.smk"))
    names = re.findall(r"shown\(\s*f\"[^\"]*/(\w+)\.(?:svg|webp)\"", rules)
    assert len(names) == rules.count("shown(f") + len(re.findall(r"shown\(\n", rules))
    assert len(names) > 15
    for name in names:
        words = caption(name)
        assert (WORKFLOW / f"captions/{name}.rst").read_text() == f"{words.text or words.alt}\n"
