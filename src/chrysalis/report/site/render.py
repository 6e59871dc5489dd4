"""From a project of pages to a site: by Quarto where it runs, else by smalldocs."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from chrysalis.errors import UserError

log = logging.getLogger(__name__)

ANSWER_SECONDS = 30  # a wrapper that downloads Quarto on first use must not hold the build up
RENDER_SECONDS = 900
OUTPUT = "_site"  # output-dir of _quarto.yml
# What browsers refuse to run from file://. The pages do without: their contents are always open.
MODULE_SCRIPT = re.compile(r'<script [^>]*type="module"[^>]*></script>\n?')
SKIP_LINK = re.compile(r'<a class="skip-link".*?</a>\n?', re.S)
BODY = re.compile(r"<body\b[^>]*>\n?")


@dataclass(frozen=True)
class Renderer:
    """What renders the pages; `program` is Quarto's executable, None for smalldocs."""

    name: str
    version: str
    program: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def choose_renderer() -> Renderer:
    """Quarto if `quarto --version` really runs, on the path or beside Python; else smalldocs."""
    beside = Path(sys.executable).with_name("quarto")
    for program in (shutil.which("quarto"), str(beside) if beside.is_file() else None):
        status, said = _run([program, "--version"], ANSWER_SECONDS) if program else (1, "")
        version = said.strip().splitlines()[-1] if said.strip() else ""
        if status == 0 and re.fullmatch(r"[\w.+-]+", version):
            return Renderer("Quarto", version, program)
    import smalldocs

    return Renderer("smalldocs", smalldocs.__version__)


def render(renderer: Renderer, work_dir: Path, site_dir: Path) -> None:
    """Render the project in `work_dir`; `site_dir` is replaced once all pages are there.

    Raises:
        UserError: the renderer failed or, for smalldocs, complained.
    """
    log.info("rendering with %s", renderer)
    if renderer.program:
        _render_by_quarto(renderer.program, work_dir)
    else:
        _render_by_smalldocs(work_dir)
    config = yaml.safe_load((work_dir / "_quarto.yml").read_text(encoding="utf-8"))
    if (config.get("website") or {}).get("search") is False:
        (work_dir / OUTPUT / "search.json").unlink(missing_ok=True)  # both write it anyway
    if site_dir.exists():
        shutil.rmtree(site_dir)
    site_dir.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(work_dir / OUTPUT, site_dir)


def _render_by_quarto(program: str, work_dir: Path) -> None:
    status, said = _run([program, "render", "."], RENDER_SECONDS, work_dir)
    log.debug("%s", said)
    if status != 0:
        tail = "\n".join(said.strip().splitlines()[-20:])
        raise UserError(f"{program} render failed with status {status}:\n{tail}")
    for page in (work_dir / OUTPUT).rglob("*.html"):
        page.write_text(readable_from_disk(page.read_text(encoding="utf-8")), encoding="utf-8")


def readable_from_disk(page: str) -> str:
    """A page of Quarto's without modules, and with the link to its text before the navigation."""
    page = MODULE_SCRIPT.sub("", page)
    skip = SKIP_LINK.search(page)
    if skip is None:
        return page
    return BODY.sub(lambda body: body[0] + skip[0], SKIP_LINK.sub("", page), count=1)


def _render_by_smalldocs(work_dir: Path) -> None:
    from smalldocs.config import BuildError, ConfigError
    from smalldocs.site import build

    try:
        site = build(work_dir, quiet=True)
    except (BuildError, ConfigError) as error:
        raise UserError(f"smalldocs cannot build the report: {error}") from error
    if site.warnings:
        raise UserError("smalldocs on the report's pages:\n" + "\n".join(site.warnings))


def _run(command: list[str], seconds: float, folder: Path | None = None) -> tuple[int, str]:
    """Status and output of a command; status 1 if it does not start or does not end in time."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return 1, str(error)
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with what it started, which may hold the pipe
        said, _ = process.communicate()
        return 1, f"{said}\nnot done after {seconds:g} s"
    return process.returncode, said
