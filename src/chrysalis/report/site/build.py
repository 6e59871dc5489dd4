"""The report site of one study, from its results to checked pages."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from chrysalis.errors import UserError
from chrysalis.report.site.assemble import assemble
from chrysalis.report.site.check import check_site
from chrysalis.report.site.looks import check_looks
from chrysalis.report.site.render import choose_renderer, render
from chrysalis.report.site.whole import reading_order, write_all_pages

log = logging.getLogger(__name__)


def build_site(results_dir: Path, report_dir: Path, site_dir: Path) -> None:
    """Build the site of results/<dataset> from the project in `report_dir` into `site_dir`.

    What makes it hard to read is logged as a warning: it is worth no failure after a long study.

    Raises:
        UserError: a result is missing, the renderer failed, or the built site has a fault.
    """
    renderer = choose_renderer()
    work_dir = site_dir.with_name(f"{site_dir.name}.work")  # beside it, so that moving is renaming
    shutil.rmtree(work_dir, ignore_errors=True)
    try:
        assemble(report_dir, results_dir, work_dir, str(renderer))
        pages = reading_order(work_dir)
        render(renderer, work_dir, site_dir)
    finally:
        shutil.rmtree(work_dir, ignore_errors=True)
    write_all_pages(site_dir, pages)
    problems = check_site(site_dir)
    if problems:
        raise UserError(f"{site_dir}: the site has faults:\n" + "\n".join(problems))
    for flaw in check_looks(site_dir):
        log.warning("%s", flaw)
