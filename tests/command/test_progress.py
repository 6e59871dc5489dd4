"""Progress from the events of a study, and what the plugin makes of Snakemake's own records."""

import io
import json
import logging
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from chrysalis.command.progress import Progress, duration
from chrysalis.command.progress_page import page


@pytest.fixture
def study(tmp_path):
    """Four trainings and two small jobs; jobs 1 and 2 ran side by side for 10 s each."""
    progress = Progress(started=100.0)
    progress.announce({"train": 4, "evaluate": 2, "total": 6})
    for number in (1, 2, 3):
        record = tmp_path / f"{number}/run.json"
        record.parent.mkdir()
        record.write_text(json.dumps({"best_val_top1": number / 4}))
        wildcards = {"run": "mynet-1", "seed": str(number)}
        progress.describe(number, "train", wildcards, ["model.safetensors", str(record)])
    progress.start([1, 2], 100.0)
    progress.finish(1, 110.0)
    progress.finish(2, 110.0)
    return progress


def test_counts_and_results(study):
    study.start([3], 110.0)
    assert study.line(110.0).startswith("2 of 4 trainings done, 1 running; ")
    assert study.results == [
        "mynet-1 seed 2: 50.0 % of val right",
        "mynet-1 seed 1: 25.0 % of val right",
    ]


def test_time_left_by_hand(study):
    # Two trainings to come of 10 s; two small jobs, of which nothing is known; two at a time.
    assert study.seconds_left(110.0) == pytest.approx(2 * 10 / 2)
    study.planned = {"evaluate": 4.0}
    assert study.seconds_left(110.0) == pytest.approx((2 * 10 + 2 * 4) / 2)
    # One that has run for 5 s counts for that much less; in 15 s 25 s of jobs have passed.
    study.start([3], 110.0)
    assert study.seconds_left(115.0) == pytest.approx((2 * 10 + 2 * 4 - 5) / (25 / 15))


def test_when_all_is_done_no_time_is_left():
    progress = Progress(started=0.0)
    progress.announce({"train": 1, "total": 1})
    progress.describe(1, "train", {}, [])
    progress.start([1], 0.0)
    progress.finish(1, 5.0)
    assert progress.line(5.0) == "1 of 1 trainings done, 0 running"


def test_nothing_is_promised_before_a_training_is_done():
    progress = Progress(started=0.0)
    progress.announce({"train": 2, "total": 2})
    assert progress.seconds_left(5.0) is None
    assert progress.line(5.0) == "0 of 2 trainings done, 0 running"
    progress.describe(1, "evaluate", {}, [])
    progress.start([1], 0.0)
    progress.finish(1, 5.0)
    assert progress.seconds_left(5.0) is None


def test_a_failure_is_counted_and_its_job_runs_no_longer(study):
    study.start([3], 110.0)
    study.fail(3)
    assert study.line(110.0).endswith("; 1 failed")
    assert "2 of 4 trainings done, 0 running" in study.line(110.0)
    assert study.failures == ["train mynet-1 seed 3"]


def test_a_record_that_cannot_be_read_ends_nothing(study, tmp_path):
    (tmp_path / "3/run.json").write_text("{")
    study.finish(3, 120.0)
    assert len(study.results) == 2


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10, "less than a minute"), (60, "about 1 minute"), (3600, "about 60 minutes")],
)
def test_durations(seconds, said):
    assert duration(seconds) == said
    assert duration(5 * 3600) == "about 5.0 hours"


def test_the_page_refreshes_until_the_end_and_escapes(study):
    study.results.insert(0, "<b>: 1 & 2")
    running, ended = page(study, 115.0, False), page(study, 115.0, True)
    assert 'http-equiv="refresh"' in running
    assert "http-equiv" not in ended
    assert "&lt;b&gt;: 1 &amp; 2" in running
    assert '<progress value="2" max="4"' in running


@pytest.fixture
def handler(tmp_path, monkeypatch):
    """The plugin as Snakemake makes it, in a folder of its own, writing to a text in memory."""
    monkeypatch.chdir(tmp_path)
    plugin = LoggerPluginRegistry().get_plugin("chrysalis")
    plain = dict.fromkeys(
        ("nocolor", "debug_dag", "verbose", "dryrun", "printshellcmds", "show_failed_logs"), False
    )
    made = plugin.log_handler(SimpleNamespace(**plain, quiet={"rules"}, stdout=True), None)
    made.usual.setStream(io.StringIO())
    return made


def record(event=None, message=None, level=logging.INFO, **fields):
    made = logging.LogRecord("snakemake", level, "", 0, message, (), None)
    vars(made).update(fields | ({"event": event} if event else {}))
    return made


def test_snakemake_finds_it_and_a_study_is_told(handler, tmp_path):
    output = "results/shapes/runs/mynet-1/seed0/train/run.json"
    (tmp_path / output).parent.mkdir(parents=True)
    (tmp_path / output).write_text('{"best_val_top1": 0.75}')
    wildcards = {"run": "mynet-1", "seed": "0"}
    handler.handle(record(LogEvent.RUN_INFO, "stats", stats={"train": 2, "total": 2}))
    told = {"jobid": 5, "rule_name": "train", "wildcards": wildcards, "output": [output]}
    handler.handle(record(LogEvent.JOB_INFO, "job", **told))
    handler.handle(record(LogEvent.JOB_STARTED, "Execute 1 jobs...", jobs=[5]))
    handler.handle(record(LogEvent.JOB_FINISHED, "Finished", job_id=5))
    said = handler.usual.stream.getvalue()
    assert "1 of 2 trainings done, 0 running; less than a minute left" in said
    assert "mynet-1 seed 0: 75.0 % of val right" in said
    assert "Execute" not in said
    text = (tmp_path / "results/shapes/progress.html").read_text()
    assert "The study is running" in text
    handler.close()
    assert "The study has ended" in (tmp_path / "results/shapes/progress.html").read_text()


def test_errors_of_snakemake_are_still_printed(handler):
    handler.handle(record(message="Something is wrong with the disk", level=logging.ERROR))
    assert "Something is wrong with the disk" in handler.usual.stream.getvalue()


def test_a_dry_run_looks_as_ever(handler, tmp_path):
    handler.common_settings.dryrun = True
    told = {"jobid": 5, "rule_name": "train", "wildcards": {}, "output": ["results/a/b/c"]}
    handler.handle(record(LogEvent.JOB_FINISHED, "Finished", job_id=5))
    handler.handle(record(LogEvent.JOB_INFO, "job", **told))
    assert not (tmp_path / "results").exists()
