"""The overhead of a study, from records written by hand."""

import gzip
import json

import pytest

from benchmarks import overhead
from benchmarks.overhead import Job, Overhead
from chrysalis.errors import UserError

TRAININGS = [Job("train", 110, 150), Job("train", 110, 140)]
JOBS = [Job("fetch", 100, 110), *TRAININGS, Job("site", 150, 160)]


def test_by_hand():
    found = Overhead.of(JOBS, 2)
    assert (found.wall, found.training) == (60, 70)
    assert found.ratio == pytest.approx(2 * 60 / 70)
    rows = overhead.rows(JOBS)
    assert rows[0] == ["train", "2", "70.0", "35.0", "77.8"]
    assert {row[0] for row in rows[1:]} == {"fetch", "site"}


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_nothing_but_trainings_side_by_side_has_no_overhead(cores):
    jobs = [Job("train", 5, 25)] * cores
    assert Overhead.of(jobs, cores).ratio == pytest.approx(1)


def test_from_the_files_of_a_study(tmp_path, capsys):
    records = [{"rule": job.rule, "starttime": job.begun, "endtime": job.ended} for job in JOBS]
    records.append({"rule": "pulled", "starttime": None})
    lines = [json.dumps({"files": [str(n)], "record": each}) for n, each in enumerate(records)]
    (tmp_path / "provenance.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    assert overhead.jobs_of(tmp_path) == JOBS
    overhead.main(overhead.parser().parse_args([str(tmp_path), "--cores", "2"]))
    assert "took 60 s on 2 cores" in capsys.readouterr().out


def test_a_study_that_is_not_there_or_has_no_trainings(tmp_path):
    with pytest.raises(UserError, match="not found"):
        overhead.jobs_of(tmp_path)
    with pytest.raises(UserError, match="no trainings"):
        Overhead.of(JOBS[:1], 2)
