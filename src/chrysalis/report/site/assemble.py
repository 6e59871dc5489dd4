"""From the hand-written pages and the results to a project that a renderer can build."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import yaml

from chrysalis.errors import UserError
from chrysalis.report.pages import published, truth
from chrysalis.report.pages.addresses import errors_page, model_page
from chrysalis.report.pages.escape import escape, page_title
from chrysalis.report.pages.fragments import all_fragments
from chrysalis.report.pages.results import StudyResults, load_results
from chrysalis.report.pages.tables import FILES
from chrysalis.report.site.several import write_pages

FRAGMENTS = "_fragments"
TEMPLATE = "experiments/_{}.qmd"  # by the experiment's analysis
TEMPLATES = ("experiments", "models", "classes")  # folders of pages of which there are several
_FILE = re.compile(rf"\]\(/{FILES}/([^)\s]+)\)")


def assemble(report_dir: Path, results_dir: Path, work_dir: Path, renderer: str) -> None:
    """Write the project into `work_dir`, which must not exist yet.

    `report_dir` holds _quarto.yml and the pages, `results_dir` is results/<dataset>; `renderer`
    names what will render the pages, for the footer. The result depends on nothing else.

    Raises:
        UserError: a result or a page is missing or damaged.
    """
    results = load_results(results_dir)
    if not (report_dir / "_quarto.yml").is_file():
        raise UserError(f"{report_dir}: not a report project, it has no _quarto.yml")
    shutil.copytree(report_dir, work_dir, ignore=shutil.ignore_patterns(*TEMPLATES, "_site"))
    fragments = all_fragments(results, renderer)
    for name, text in fragments.items():
        path = work_dir / FRAGMENTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for page in _absent_pages(results):
        (work_dir / page).unlink(missing_ok=True)
    pages = _write_experiment_pages(report_dir, work_dir, results)
    write_pages(report_dir, work_dir, results)
    _write_config(report_dir / "_quarto.yml", work_dir / "_quarto.yml", results, pages, renderer)
    for text in fragments.values():
        _copy_linked(text, results_dir, work_dir / FILES)


def _absent_pages(results: StudyResults) -> list[str]:
    """The hand-written pages of which this study has nothing to show."""
    shown = {published.PAGE: results.record.published, truth.PAGE: results.truth_scores}
    return [page for page, content in shown.items() if not content]


def _write_experiment_pages(report_dir: Path, work_dir: Path, results: StudyResults) -> list[str]:
    """Each experiment's page, its own or that of its analysis; returns them in their order."""
    pages = [
        experiment.page
        for experiment in results.experiments
        if experiment.page.startswith("experiments/")
    ]
    for experiment in results.experiments:
        if experiment.page not in pages:
            continue
        source = report_dir / experiment.page
        if not source.is_file():
            source = report_dir / TEMPLATE.format(experiment.record.analysis)
        text = source.read_text(encoding="utf-8")
        text = text.replace("EXPERIMENT_TITLE", page_title(escape(experiment.record.title)))
        text = text.replace("EXPERIMENT_NAME", experiment.name)
        page = work_dir / experiment.page
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, encoding="utf-8")
    return pages


def _write_config(
    source: Path, target: Path, results: StudyResults, pages: list[str], renderer: str
) -> None:
    """_quarto.yml with the study's title, the renderer in the footer, the experiments' pages."""
    config = yaml.safe_load(source.read_text(encoding="utf-8"))
    website = config["website"]
    # A plain title: renderers differ in whether they decode references here.
    title = re.sub(r"[^\w ,.()-]+", " ", results.record.title).strip()
    website["title"] = f"{title}: a Chrysalis study" if title else "A Chrysalis study"
    website["page-footer"] = {"left": f"Made by Chrysalis, rendered by {renderer}."}
    models = [model.name for model in results.record.models]
    several = {
        "Models": [model_page(name) for name in models],
        "Errors": [errors_page(name) for name in models],
        "Experiments": pages,
    }
    entries = website["navbar"]["left"]
    website["navbar"]["left"] = _navigation(entries, several, _absent_pages(results))
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    target.write_text(text, encoding="utf-8")


def _navigation(
    entries: list[dict], several: dict[str, list[str]], absent: list[str]
) -> list[dict]:
    """The entries of the navigation: menus get their pages of which there are several.

    Absent pages, and menus that would be empty, are left out.
    """
    shown = [entry for entry in entries if entry.get("href") not in absent]
    for entry in shown:
        if "menu" in entry:
            pages = [{"href": page} for page in several.get(entry["text"], [])]
            entry["menu"] = _navigation(entry["menu"] + pages, {}, absent)
    return [entry for entry in shown if entry.get("menu") != []]


def _copy_linked(text: str, results_dir: Path, files: Path) -> None:
    """Copy the results files that a fragment links to."""
    for name in _FILE.findall(text):
        place = Path(unquote(name))
        if not (results_dir / place).is_file():
            raise UserError(f"{results_dir / place}: there is no such file; run snakemake again")
        (files / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results_dir / place, files / place)
