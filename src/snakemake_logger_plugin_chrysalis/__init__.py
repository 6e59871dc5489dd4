"""Snakemake's logger plugin `chrysalis`: how far a study is, on the terminal and as a page.

Snakemake finds it by this package's name: `snakemake --logger chrysalis`. It says a line when a
training or an experiment is done, and keeps results/<study>/progress.html. Lines are appended and
nothing is repainted, as the jobs write to the same terminal.
"""

from __future__ import annotations

import sys
import time
from logging import LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from chrysalis.command.progress import Job, Progress
from chrysalis.command.progress_page import page
from chrysalis.errors import UserError
from chrysalis.records.files import write_whole
from chrysalis.records.paths import StudyPaths
from chrysalis.records.plan import Plan

EVERY = 60.0  # seconds without a line, after which any finished job has one
TOLD = ("train", "compare")
# What the lines and the page say in other words.
COVERED = (
    *(LogEvent.PROGRESS, LogEvent.JOB_STARTED, LogEvent.JOB_FINISHED, LogEvent.JOB_INFO),
    LogEvent.SHELLCMD,
)


class LogHandler(LogHandlerBase):
    """Says how far the study is; all else that Snakemake says appears as ever."""

    def __post_init__(self) -> None:
        from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter

        given: Any = self.common_settings
        self.progress = Progress(time.monotonic())
        self.results: Path | None = None
        self.last_line = self.last_page = 0.0
        self.usual = ColorizingTextHandler(
            nocolor=given.nocolor, stream=sys.stdout if given.stdout else sys.stderr
        )
        self.usual.addFilter(
            DefaultFilter(
                given.quiet, given.debug_dag, given.verbose, given.dryrun, given.printshellcmds
            )
        )
        self.usual.setFormatter(DefaultFormatter(given.quiet, given.show_failed_logs))

    def emit(self, record: LogRecord) -> None:
        """Take up what an event says of a job, or print the record as Snakemake does."""
        event = getattr(record, "event", None)
        if event not in COVERED or self.common_settings.dryrun:
            self.usual.handle(record)
        if event is not None and not self.common_settings.dryrun:
            self._take(event, record, time.monotonic())

    def _take(self, event: LogEvent, record: Any, now: float) -> None:
        progress = self.progress
        if event == LogEvent.RUN_INFO:
            progress.announce(record.stats)
        elif event == LogEvent.JOB_INFO:
            progress.describe(record.jobid, record.rule_name, record.wildcards, list(record.output))
            self._find_results(list(record.output))
        elif event == LogEvent.JOB_STARTED:
            progress.start(record.jobs, now)
        elif event == LogEvent.JOB_FINISHED:
            self._say(progress.finish(record.job_id, now), now)
        elif event == LogEvent.JOB_ERROR:
            progress.fail(record.jobid)
        self._show(now)

    def _find_results(self, outputs: list[str]) -> None:
        """The study's folder and its plan, from the first output below results/."""
        for output in outputs if self.results is None else ():
            parts = Path(output).parts
            if parts[:1] == ("results",) and len(parts) > 2:
                self.results = Path(*parts[:2])
                plan = StudyPaths(self.results).made_plan
                try:
                    self.progress.planned = Plan.read(plan).seconds if plan.is_file() else {}
                except UserError:  # of another version
                    self.progress.planned = {}
                return

    def _say(self, job: Job | None, now: float) -> None:
        told = job is not None and job.rule in TOLD
        if not told and now - self.last_line < EVERY:
            return
        self.last_line = now
        found = f" | {self.progress.results[0]}" if told and self.progress.results else ""
        print(f"{self.progress.line(now)}{found}", file=self.usual.stream, flush=True)

    def _show(self, now: float, ended: bool = False) -> None:
        if self.results is not None and (ended or now - self.last_page >= 1):
            self.last_page = now
            text = page(self.progress, now, ended)
            write_whole(self.results / "progress.html", text)

    def close(self) -> None:
        """Say on the page that it is over."""
        self._show(time.monotonic(), ended=True)
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """In the place of Snakemake's own."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """The page is no log."""
        return False

    @property
    def has_filter(self) -> bool:
        """It needs to see what `quiet` hides."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Records are printed by a handler of its own."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """Counts of jobs are enough."""
        return False
