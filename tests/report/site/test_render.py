"""Which renderer is used, and what happens when one fails."""

import os
import re
import time
from pathlib import Path

import pytest
import smalldocs

from chrysalis.errors import UserError
from chrysalis.report.site import render


def put_quarto(folder, script, monkeypatch):
    program = folder / "quarto"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin:/bin")
    monkeypatch.setattr(render.sys, "executable", str(folder / "python"))
    return str(program)


def test_quarto_is_used_where_it_runs(tmp_path, monkeypatch):
    program = put_quarto(tmp_path, "echo 1.6.40", monkeypatch)
    found = render.choose_renderer()
    assert (str(found), found.program) == ("Quarto 1.6.40", program)


def test_quarto_beside_python_is_found(tmp_path, monkeypatch):
    program = put_quarto(tmp_path, "echo 1.6.40", monkeypatch)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert render.choose_renderer().program in (program, render.shutil.which("quarto"))


@pytest.mark.parametrize("script", ["exit 1", "echo cannot download", "echo 1.6.40; exit 3", ""])
def test_quarto_that_does_not_run_is_passed_over(script, tmp_path, monkeypatch):
    put_quarto(tmp_path, script, monkeypatch)
    assert str(render.choose_renderer()) == f"smalldocs {smalldocs.__version__}"


def test_quarto_that_hangs_is_ended_with_what_it_started(tmp_path, monkeypatch):
    put_quarto(tmp_path, "sleep 60 & sleep 60", monkeypatch)
    monkeypatch.setattr(render, "ANSWER_SECONDS", 0.3)
    start = time.monotonic()
    assert render.choose_renderer().program is None
    assert time.monotonic() - start < 10


def test_no_quarto(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(render.sys, "executable", str(tmp_path / "python"))
    assert render.choose_renderer().name == "smalldocs"


def test_failure_of_quarto_is_told_and_the_old_site_kept(tmp_path, monkeypatch):
    program = put_quarto(tmp_path, "echo what went wrong; exit 4", monkeypatch)
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("old")
    with pytest.raises(UserError, match=r"status 4:\nwhat went wrong"):
        render.render(render.Renderer("Quarto", "1", program), tmp_path, site)
    assert (site / "index.html").read_text() == "old"


def test_output_of_quarto_replaces_the_old_site(tmp_path, monkeypatch):
    (tmp_path / "_quarto.yml").write_text("website: {}")
    program = put_quarto(tmp_path, "mkdir _site && echo new > _site/index.html", monkeypatch)
    site = tmp_path / "site"
    site.mkdir()
    (site / "gone.html").write_text("old")
    render.render(render.Renderer("Quarto", "1", program), tmp_path, site)
    assert [path.name for path in site.iterdir()] == ["index.html"]


def test_what_quarto_writes_is_made_to_be_read_from_disk(tmp_path, monkeypatch):
    page = """<!DOCTYPE html>
<html><head><script src="a.js" type="module"></script>
<script src="b.js"></script></head><body class="nav-fixed">
<nav></nav><main id="text">
<a class="skip-link" href="#text">Skip</a>
<p>Text</p></main></body></html>"""
    (tmp_path / "made.html").write_text(page)
    (tmp_path / "_quarto.yml").write_text("website: {search: false}")
    script = "mkdir -p _site/in && cp made.html _site/in/x.html && touch _site/search.json"
    program = put_quarto(tmp_path, script, monkeypatch)
    render.render(render.Renderer("Quarto", "1", program), tmp_path, tmp_path / "site")
    assert [path.name for path in (tmp_path / "site").rglob("*.*")] == ["x.html"]
    found = (tmp_path / "site/in/x.html").read_text()
    assert "a.js" not in found
    assert "b.js" in found
    assert re.search(r"<body[^>]*>\s*<a class=.skip-link.[^>]*>Skip</a>\s*<nav>", found)
    assert re.search(r"<main id=.text.>\s*<p>Text</p></main>", found)


@pytest.mark.parametrize(
    ("config", "page", "message"),
    [
        ("project: {type: website}", "[x](none.qmd)", "broken link none.qmd"),
        ("project: {type: website}\nwebsite: {colour: red}", "x", "unknown key website.colour"),
        ("project: [", "x", "smalldocs cannot build"),
    ],
)
def test_complaints_of_smalldocs_are_errors(config, page, message, tmp_path):
    Path(tmp_path / "_quarto.yml").write_text(config)
    Path(tmp_path / "index.qmd").write_text(f"---\ntitle: t\n---\n\n{page}\n")
    with pytest.raises(UserError, match=message):
        render.render(render.Renderer("smalldocs", "0"), tmp_path, tmp_path / "site")
