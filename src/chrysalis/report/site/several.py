"""The pages of which a study has one for each model or class, written from their templates."""

from __future__ import annotations

from pathlib import Path

from chrysalis.report.pages.addresses import class_page, errors_page, model_page, slug
from chrysalis.report.pages.escape import escape, literal, page_title
from chrysalis.report.pages.results import StudyResults


def write_pages(report_dir: Path, work_dir: Path, results: StudyResults) -> None:
    """Write the page and the errors' page of each model, and the page of each class."""
    for model in (each.name for each in results.record.models):
        words = {"MODEL_TITLE": escape(model), "MODEL_NAME": slug(model)}
        _write(report_dir / "models/_model.qmd", work_dir / model_page(model), words)
        _write(report_dir / "models/_errors.qmd", work_dir / errors_page(model), words)
    for label, own in enumerate(results.classes):
        words = {"CLASS_TITLE": page_title(literal(own.class_)), "CLASS_LABEL": str(label)}
        page = work_dir / class_page(label, own.class_)
        _write(report_dir / "classes/_class.qmd", page, words)


def _write(template: Path, page: Path, words: dict[str, str]) -> None:
    text = template.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    page.parent.mkdir(exist_ok=True)
    page.write_text(text, encoding="utf-8")
